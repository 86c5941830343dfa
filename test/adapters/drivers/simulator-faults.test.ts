import { describe, expect, test } from 'vitest';
import { garbageSorts, readFaults } from '../../../src/adapters/drivers/simulator-faults.ts';
import { type FaultySimulator, openFaulty } from '../../../src/adapters/drivers/simulator-faulty.ts';
import type { Json } from '../../../src/core/json.ts';
import { at, type Path } from '../../../src/core/path.ts';
import type { Step } from '../../../src/ports/driver.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { checkLook } from '../../../src/reconcile/believable.ts';
import { tmfKeyedArrays } from '../../../src/tmf/keyed-arrays.ts';
import { handClock } from '../../kit/clock.ts';
import { newSimulator, pathOf } from '../../kit/loop-world.ts';

const mtu = pathOf('mtu');

function opened(faults: object = {}) {
  const clock = handClock();
  return { clock, simulator: openFaulty(newSimulator(clock), { clock, log: silentLog, faults: readFaults(faults) }) };
}

async function valueAt(simulator: FaultySimulator, path: Path): Promise<Json | undefined> {
  const { sightings } = await simulator.look();
  return at(sightings.find(each => each.key === 'p1')?.facts, path, tmfKeyedArrays);
}

async function stepTo(simulator: FaultySimulator, wanted: Json): Promise<Step> {
  const facts = (await simulator.look()).sightings.find(each => each.key === 'p1')?.facts ?? {};
  const steps = simulator.abilities.find(each => each.kind === 'port' && each.path === mtu)?.steps(facts, wanted);
  if (!Array.isArray(steps)) throw new Error(String(steps));
  return steps[0];
}

describe('when a test says so', () => {
  test('an act is dropped: it is said to be done', async () => {
    const { simulator } = opened();
    const step = await stepTo(simulator, 1400);
    simulator.world.dropNext();
    await simulator.act(step);
    expect(await valueAt(simulator, mtu)).toBe(1500);
    await simulator.act(step);
    expect(await valueAt(simulator, mtu)).toBe(1400);
  });

  test('an act is denied: it is done', async () => {
    const { simulator } = opened();
    simulator.world.denyNext();
    await expect(simulator.act(await stepTo(simulator, 1400))).rejects.toMatchObject({ code: 'refused' });
    expect(await valueAt(simulator, mtu)).toBe(1400);
  });

  test('a call is never answered, the next one is', async () => {
    const { simulator, clock } = opened();
    simulator.world.hangNext('look');
    let isAnswered = false;
    void simulator.look().then(() => {
      isAnswered = true;
    });
    await clock.advance(86_400_000);
    expect(isAnswered).toBe(false);
    expect(await valueAt(simulator, mtu)).toBe(1500);
  });

  test.each([true, false])('it starts anew after an act, its settings kept: %s', async keepsSettings => {
    const { simulator } = opened();
    await simulator.look();
    const first = simulator.boot?.();
    simulator.world.resetNext({ keepsSettings });
    await simulator.act(await stepTo(simulator, 1400));
    expect(await valueAt(simulator, mtu)).toBe(keepsSettings ? 1400 : 1500);
    expect(simulator.boot?.()).not.toBe(first);
  });

  test('somebody else sets back what was set, by name and in his time, until he goes', async () => {
    const { simulator, clock } = opened();
    const signsAt = pathOf('label');
    const goes = simulator.world.otherWriter({
      name: 'cron',
      kind: 'port',
      key: 'p1',
      path: mtu,
      afterMs: 5_000,
      signsAt,
    });
    const step = await stepTo(simulator, 1400);
    await simulator.act(step);
    await clock.advance(4_999);
    expect(await valueAt(simulator, mtu)).toBe(1400);
    await clock.advance(1);
    expect(await valueAt(simulator, mtu)).toBe(1500);
    expect(await valueAt(simulator, signsAt)).toBe('cron');
    expect(simulator.world.written.get('cron')).toBe(1);
    await simulator.act(step);
    goes();
    await clock.advance(60_000);
    expect(await valueAt(simulator, mtu)).toBe(1400);
  });

  test.each(garbageSorts)('a look is none: %s', async sort => {
    const { simulator } = opened();
    simulator.world.garbleNext(sort);
    const look = await simulator.look();
    expect(() => checkLook('simulator', look)).toThrow(/the look of the driver simulator cannot be used/);
    expect(checkLook('simulator', await simulator.look()).sightings).toHaveLength(2);
  });
});

describe('by chance', () => {
  /** What becomes of a hundred acts. */
  async function history(faults: object): Promise<readonly string[]> {
    const { simulator } = opened(faults);
    const told: string[] = [];
    for (let i = 0; i < 100; i++) {
      simulator.world.change('port', 'p1', mtu, 1500);
      const step: Step = {
        op: 'set',
        args: { kind: 'port', name: 'p1', path: mtu, value: 1400 },
        summary: 's',
        order: 1,
      };
      const says = await simulator.act(step).then(
        () => 'done',
        error => error.code,
      );
      simulator.world.setUnreachable(false);
      const clean = openFaulty(simulator, { clock: handClock(), log: silentLog });
      told.push(`${says} ${await valueAt(clean, mtu).catch(() => '?')}`);
    }
    return told;
  }

  test('the same goes wrong from the same seed, something else from another', async () => {
    const faults = { drop: 0.2, lie: 0.2, lose: 0.2, refuse: 0.1 };
    const one = await history({ ...faults, seed: 7 });
    expect(await history({ ...faults, seed: 7 })).toEqual(one);
    expect(await history({ ...faults, seed: 8 })).not.toEqual(one);
    // All that can go wrong does, and much goes well.
    expect(new Set(one)).toEqual(
      new Set(['done 1400', 'done 1500', 'refused 1400', 'refused 1500', 'unreachable 1400', 'unreachable 1500']),
    );
  });

  test('as often as it is said', async () => {
    expect(new Set(await history({}))).toEqual(new Set(['done 1400']));
    expect(new Set(await history({ drop: 1 }))).toEqual(new Set(['done 1500']));
    expect(new Set(await history({ refuse: 1 }))).toEqual(new Set(['refused 1500']));
    const half = (await history({ drop: 0.5 })).filter(each => each === 'done 1500').length;
    expect(half).toBeGreaterThan(25);
    expect(half).toBeLessThan(75);
  });

  test('an answer comes late, looks are none, the element is not reached', async () => {
    const { simulator, clock } = opened({ late: { chance: 1, ms: 700 } });
    let isAnswered = false;
    void simulator.look().then(() => {
      isAnswered = true;
    });
    await clock.advance(699);
    expect(isAnswered).toBe(false);
    await clock.advance(1);
    expect(isAnswered).toBe(true);
    const garbage = await opened({ garbage: 1 }).simulator.look();
    expect(() => checkLook('simulator', garbage)).toThrow();
    await expect(opened({ unreachable: 1 }).simulator.look()).rejects.toMatchObject({ code: 'unreachable' });
  });

  test.each([
    [{ drop: 2 }, /\/drop: a share from 0 to 1/],
    [{ late: { chance: 0.1 } }, /\/late\/ms/],
    [{ drops: 0.1 }, /Unrecognized key/],
    [{ otherWriters: [{ name: 'cron' }] }, /\/otherWriters\/0\/kind/],
  ])('%j is refused with its place', (faults, why) => {
    expect(() => readFaults(faults)).toThrow(why);
  });
});
