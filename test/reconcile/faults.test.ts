import { describe, expect, test } from 'vitest';
import { noFaults, readFaults } from '../../src/adapters/drivers/simulator-faults.ts';
import { openFaulty } from '../../src/adapters/drivers/simulator-faulty.ts';
import { expectationId } from '../../src/core/ids.ts';
import type { Json } from '../../src/core/json.ts';
import { silentLog } from '../../src/ports/log.ts';
import { chanceOf } from '../kit/chance.ts';
import { handClock } from '../kit/clock.ts';
import { loopWorld, newSimulator, pathOf, wish } from '../kit/loop-world.ts';

function worldWith(faults: object) {
  const clock = handClock();
  const inner = newSimulator(clock);
  const simulator = openFaulty(inner, { clock, log: silentLog, faults: readFaults(faults) });
  let acts = 0;
  let looks = 0;
  const world = loopWorld({
    clock,
    simulator,
    driverOf: driver => ({
      ...driver,
      act: step => {
        acts++;
        return driver.act(step);
      },
      look: () => {
        looks++;
        return driver.look();
      },
    }),
  });
  const facts = async () => Object.fromEntries((await inner.look()).sightings.map(each => [each.key, each.facts]));
  /** Lays expectations without waiting, for whom everything hangs. */
  const lay = (expected: Json): void => {
    world.store.transact({ principal: 'operator', kind: 'request' }, writer =>
      writer.putExpectation({
        id: expectationId(`e-${JSON.stringify(expected).length}-${Math.abs(acts)}`),
        for: { kind: 'port', name: 'p1' },
        expect: expected,
        mode: 'enforce',
        outOfBand: 'restore',
        priority: 50,
        principal: 'operator',
        createdAt: clock.now(),
      }),
    );
    world.loop.ring();
  };
  return { ...world, clock, simulator, facts, lay, acts: () => acts, looks: () => looks };
}

const HOUR_MS = 3_600_000;

describe('an element that goes wrong', () => {
  // P33
  test.each(Array.from({ length: 60 }, (_, i) => i + 1))(
    'by chance, from seed %i: nothing runs away, nothing is lost, and it comes right',
    async seed => {
      const chance = chanceOf(seed);
      const share = (most: number): number => Math.floor(chance.one() * most * 100) / 100;
      const world = worldWith({
        seed,
        drop: share(0.4),
        lie: share(0.3),
        lose: share(0.3),
        refuse: share(0.3),
        hang: share(0.1),
        unreachable: share(0.2),
        garbage: share(0.3),
        late: { chance: share(0.5), ms: 2_000 },
        reset: { chance: share(0.2), keepsSettings: seed % 2 === 0 },
      });
      void world.loop.start();
      await world.clock.advance(120_000);
      const wanted = { ...wish('mtu', 1400), administrativeState: 'unlocked' };
      world.lay(wanted);
      await world.clock.advance(HOUR_MS);
      // An hour of a bad element: what is known was never taken for gone, and it was tried a bounded number of times.
      const known = [...world.store.instances({})].map(each => each.document.name);
      expect(known.filter(each => each !== 'p1' && each !== 'p2')).toEqual([]);
      for (const change of world.store.changesAfter(0, 100_000))
        expect(`${change.subject} ${change.type}`).not.toBe('instance delete');
      expect(world.acts()).toBeLessThan(200);
      expect(world.looks()).toBeLessThan(3_000);
      expect(world.loop.counts.passes).toBeLessThan(5_000);
      // Every task has ended in a state that says what came of it.
      for (const task of world.store.tasks({})) {
        if (task.state === 'terminatedWithError') expect(task.error).toMatch(/\w+ \w+/);
      }
      world.simulator.world.setFaults(noFaults);
      for (const pause of world.store.pauses()) {
        world.store.transact({ principal: 'ann', kind: 'request' }, writer => writer.clearPause(pause.scope));
      }
      await world.clock.advance(12 * HOUR_MS);
      const { p1 } = await world.facts();
      expect(p1).toMatchObject({ administrativeState: 'unlocked', operationalState: 'enabled' });
      expect(p1?.resourceCharacteristic).toContainEqual(expect.objectContaining({ name: 'mtu', value: 1400 }));
      const now = world.acts();
      await world.clock.advance(HOUR_MS);
      expect(world.acts()).toBe(now);
      const stopped = world.loop.stop();
      await world.clock.advance(10_000);
      await stopped;
    },
  );

  test('and somebody else who sets back what was set: neither runs away', async () => {
    const world = worldWith({
      otherWriters: [{ name: 'cron', kind: 'port', key: 'p1', path: pathOf('mtu'), value: 1500, afterMs: 1_000 }],
    });
    await world.loop.start();
    world.lay(wish('mtu', 1400));
    await world.clock.advance(HOUR_MS);
    expect(world.simulator.world.written.get('cron')).toBeGreaterThan(0);
    expect(world.acts()).toBeLessThan(60);
    expect(world.store.verdicts({}).map(each => each.verdict)).toEqual(['unmet']);
  });

  test.each([-10, 10])('while the clock is set by %i years: what is wanted comes all the same', async years => {
    const world = worldWith({});
    await world.loop.start();
    world.lay(wish('mtu', 1400));
    await world.clock.advance(1_000);
    world.clock.jump(years * 365 * 86_400_000);
    await world.clock.advance(61_000);
    const looks = world.looks();
    world.simulator.world.change('port', 'p1', pathOf('mtu'), 1600);
    await world.clock.advance(600_000);
    expect(world.looks()).toBeGreaterThan(looks);
    expect(world.looks()).toBeLessThan(looks + 100);
    const { p1 } = await world.facts();
    expect(p1?.resourceCharacteristic).toContainEqual(expect.objectContaining({ name: 'mtu', value: 1400 }));
    expect(world.store.verdicts({}).map(each => each.verdict)).toEqual(['met']);
  });
});
