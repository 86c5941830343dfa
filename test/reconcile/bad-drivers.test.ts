import { describe, expect, test } from 'vitest';
import type { Simulator } from '../../src/adapters/drivers/simulator.ts';
import type { Json } from '../../src/core/json.ts';
import type { Driver, Look, Sighting } from '../../src/ports/driver.ts';
import { type LoopWorld, loopWorld, pathOf, wish } from '../kit/loop-world.ts';

/** A world whose driver is another one in some of what it does, from the moment that is said. */
async function worldWith(bad: (driver: Simulator) => Partial<Driver>): Promise<LoopWorld & { spoil(): void }> {
  let isBad = false;
  const driverOf = (driver: Simulator): Driver => {
    const other = bad(driver);
    return new Proxy<Driver>(driver, {
      get: (target, name) => Reflect.get(isBad && Reflect.has(other, name) ? other : target, name),
    });
  };
  const world = loopWorld({ driverOf });
  await world.loop.start();
  return {
    ...world,
    spoil() {
      isBad = true;
    },
  };
}

const never = (): Promise<never> => new Promise(() => {});
const names = ({ store }: LoopWorld) => [...store.instances({})].map(each => each.document.name).sort();
const failureOf = ({ loop }: LoopWorld) => loop.sight.of('simulator').failure;
const verdictOf = async ({ store, loop }: LoopWorld) => {
  await loop.settle();
  return store.verdicts({}).map(each => each.verdict);
};

/** Runs for a while, whatever waits for answers that never come. */
async function passes({ clock, loop }: LoopWorld, ms: number): Promise<number> {
  const before = loop.counts.passes;
  loop.ring();
  await clock.advance(ms);
  return loop.counts.passes - before;
}

describe('a look that is no look is a failed look: what is known stays, and the sentence names driver and place', () => {
  const sighting = (more: object): Sighting[] => [
    { kind: 'port', key: 'x', type: 'resource', facts: { name: 'x' }, ...more },
  ];
  const look =
    (sightings: unknown, more: object = {}): (() => Promise<Look>) =>
    async () =>
      ({ at: 0, sightings, ...more }) as Look;
  const circle: Record<string, unknown> = { name: 'x' };
  circle.self = circle;

  test.each<[string, () => Promise<Look>, RegExp]>([
    ['nothing', async () => undefined as never, /the look of the driver simulator cannot be used: it is nothing/],
    ['no time', look([], { at: 'now' }), /at \/at: it is "now", where a time/],
    ['no list', look({}), /at \/sightings: it is an object, where a list/],
    ['no thing', look([null]), /at \/sightings\/0: it is null/],
    ['no kind', look(sighting({ kind: 7 })), /\/sightings\/0\/kind: it is 7/],
    ['no key', look(sighting({ key: '' })), /\/sightings\/0\/key: it is ""/],
    ['no type', look(sighting({ type: 'thing' })), /\/sightings\/0\/type: it is "thing", where service or resource/],
    ['no name', look(sighting({ facts: {} })), /\/sightings\/0\/facts\/name: it is nothing, where a text/],
    ['facts in a list', look(sighting({ facts: ['name'] })), /\/sightings\/0\/facts: it is a list/],
    [
      'a number that is none',
      look(sighting({ facts: { name: 'x', a: { b: Number.NaN } } })),
      /\/facts\/a\/b: it is NaN/,
    ],
    ['a function', look(sighting({ facts: { name: 'x', f: () => 1 } })), /\/facts\/f: it is .*where JSON/],
    ['a date', look(sighting({ facts: { name: 'x', d: new Date(0) } })), /\/facts\/d: it is an object, where JSON/],
    ['facts in themselves', look(sighting({ facts: circle })), /nested too deeply, or in itself/],
    [
      'a key twice',
      look([...sighting({}), ...sighting({})]),
      /\/sightings\/1\/key: there is another port with the key "x"/,
    ],
    [
      'a handle twice',
      look([...sighting({ handle: '1' }), ...sighting({ key: 'y', handle: '1' })]),
      /another port with the handle "1"/,
    ],
    ['supported by nothing', look(sighting({ supportedBy: [{}] })), /\/supportedBy\/0\/kind/],
    ['bad without a reason', look(sighting({ bad: { '/x': 4 } })), /\/bad\/~1x: it is 4/],
    [
      'a throw',
      () => {
        throw new TypeError('x is not a function');
      },
      /the driver simulator failed to look: x is not a function/,
    ],
    ['a throw of nothing', () => Promise.reject(undefined), /the driver simulator failed to look: undefined/],
  ])('%s', async (_, bad, why) => {
    const world = await worldWith(() => ({ look: bad }));
    await world.lay(wish('mtu', 1500));
    const before = world.store.seq();
    world.spoil();
    await world.loop.lookAgain();
    expect(failureOf(world)).toMatch(why);
    expect(names(world)).toEqual(['p1', 'p2']);
    expect(world.store.changesAfter(before, 100).filter(each => each.subject === 'instance')).toEqual([]);
    // What was seen grows old, and is not known any more.
    await passes(world, 200_000);
    expect(await verdictOf(world)).toEqual(['unknown']);
    await world.loop.stop();
  });

  test('one bad thing among good ones takes none of them away', async () => {
    const world = await worldWith(driver => ({
      look: async () => {
        const { at, sightings } = await driver.look();
        return { at, sightings: [...sightings.slice(1), { ...sightings[0], facts: {} }] as Sighting[] };
      },
    }));
    world.spoil();
    await world.loop.lookAgain();
    expect(failureOf(world)).toMatch(/\/sightings\/1\/facts\/name/);
    expect(names(world)).toEqual(['p1', 'p2']);
  });

  test('nothing was seen later than now', async () => {
    const world = await worldWith(driver => ({ look: async () => ({ ...(await driver.look()), at: 9e15 }) }));
    world.spoil();
    await world.loop.lookAgain();
    expect(world.loop.sight.of('simulator').at).toBe(world.clock.now());
  });
});

describe('a driver that hangs', () => {
  test('has not looked after its time, and is asked again patiently', async () => {
    let asked = 0;
    const world = await worldWith(() => ({
      look: () => {
        asked++;
        return never();
      },
    }));
    await world.lay(wish('mtu', 1500));
    world.spoil();
    world.loop.lookAgain();
    await world.clock.advance(31_000);
    expect(failureOf(world)).toBe('the driver simulator did not look within 30000 ms');
    expect(names(world)).toEqual(['p1', 'p2']);
    await passes(world, 86_400_000);
    // Each unanswered question may hold something: there are never many of them at one time.
    expect(failureOf(world)).toMatch(/did not look within|has left 8 calls unanswered/);
    expect(asked).toBeLessThan(86_400_000 / 90_000 + 50);
    expect(await verdictOf(world)).toEqual(['unknown']);
  });

  test('in the midst of an act: nobody knows whether it was done, and the element is asked', async () => {
    let acts = 0;
    const world = await worldWith(driver => ({
      act: async step => {
        acts++;
        await driver.act(step);
        return never();
      },
    }));
    world.spoil();
    const laid = world.lay(wish('mtu', 1400));
    await world.clock.advance(31_000);
    await laid;
    expect(acts).toBe(1);
    expect(await world.factAt('p1', pathOf('mtu'))).toBe(1400);
    expect(world.store.tasks({}).map(each => each.state)).toEqual(['done']);
  });

  test('in the midst of an act that it does not do: the task fails, and is put off longer each time', async () => {
    let acts = 0;
    const world = await worldWith(() => ({
      act: () => {
        acts++;
        return never();
      },
    }));
    world.spoil();
    void world.lay(wish('mtu', 1400));
    await world.clock.advance(30_100);
    expect(world.store.tasks({})).toMatchObject([
      { state: 'terminatedWithError', error: expect.stringMatching(/did not act within 30000 ms/) },
    ]);
    await world.clock.advance(3_600_000);
    expect(acts).toBeGreaterThan(1);
    expect(acts).toBeLessThan(60);
    expect(await world.factAt('p1', pathOf('mtu'))).toBe(1500);
  });

  test('when it is examined, undone, started, sampled or stopped', async () => {
    const world = await worldWith(() => ({ examine: never, sample: never, stop: never }));
    world.spoil();
    void world.lay(wish('mtu', 1400));
    await world.clock.advance(30_100);
    expect(world.store.tasks({})).toMatchObject([{ error: expect.stringMatching(/did not examine within 30000 ms/) }]);
    const sampled = world.loop.sampling.sample(0);
    await world.clock.advance(31_000);
    await sampled;
    expect(world.loop.sampling.failureOf('simulator')).toMatch(/did not sample within/);
    const stopped = world.loop.stop();
    await world.clock.advance(31_000);
    await stopped;
  });

  test('does not keep the agent from stopping; what was under way is looked at after the next start', async () => {
    const world = await worldWith(driver => ({
      act: async step => {
        await driver.act(step);
        return never();
      },
    }));
    world.spoil();
    void world.lay(wish('mtu', 1400));
    await world.clock.advance(1_000);
    const stopped = world.loop.stop();
    await world.clock.advance(3_000);
    await stopped;
    expect(world.store.tasks({}).map(each => each.state)).toEqual(['inProgress']);
    const next = loopWorld({ clock: world.clock, store: world.store, simulator: world.simulator });
    await next.loop.start();
    await next.settle();
    expect(next.store.tasks({}).map(each => each.state)).toEqual(['done']);
  });
});

describe('a driver that throws', () => {
  test.each<[string, (driver: Simulator) => Partial<Driver>]>([
    [
      'when it acts',
      () => ({
        act: () => {
          throw new RangeError('out of range');
        },
      }),
    ],
    [
      'when it examines',
      () => ({
        examine: async () => {
          throw new RangeError('out of range');
        },
      }),
    ],
    ['nonsense when it examines', () => ({ examine: async () => ({ already: 'no' }) as never })],
    [
      'after it has acted',
      driver => ({
        act: async step => {
          await driver.act(step);
          throw new RangeError('out of range');
        },
      }),
    ],
  ])('%s is told, and the loop goes on', async (_, bad) => {
    const world = await worldWith(bad);
    world.spoil();
    await world.lay(wish('mtu', 1400));
    const count = await passes(world, 600_000);
    expect(count).toBeLessThan(200);
    for (const { state, error } of world.store.tasks({})) {
      if (state === 'done') expect(await world.factAt('p1', pathOf('mtu'))).toBe(1400);
      else
        expect(error).toMatch(
          /simulator failed to (act|examine): out of range|examination of the driver simulator cannot be used/,
        );
    }
    expect(world.store.tasks({}).length).toBeGreaterThan(0);
    expect(names(world)).toEqual(['p1', 'p2']);
  });

  test.each<[string, (driver: Simulator) => unknown]>([
    [
      'throws',
      () => {
        throw new RangeError('out of range');
      },
    ],
    ['answers nonsense', () => 42],
    ['answers steps that are none', () => [{ op: 'set' }]],
    ['answers with what is no JSON', () => [{ op: 'set', args: { f: () => 1 }, summary: 's', order: 1 }]],
  ])('when it plans (%s): what it cannot plan waits with the reason, and all else is planned', async (_, steps) => {
    const world = loopWorld({
      driverOf: driver => ({
        ...driver,
        abilities: driver.abilities.map(each =>
          each.path === pathOf('mtu') ? { ...each, steps: () => steps(driver) as never } : each,
        ),
      }),
    });
    await world.loop.start();
    await world.lay(wish('mtu', 1400));
    await world.lay(wish('label', 'y'));
    expect(await world.factAt('p1', pathOf('label'))).toBe('y');
    expect(await world.factAt('p1', pathOf('mtu'))).toBe(1500);
    expect(world.loop.draft().waiting).toEqual([
      expect.objectContaining({ because: expect.stringMatching(/the driver simulator cannot say how to change/) }),
    ]);
  });

  test('when it foretells: what nobody can foretell is not done', async () => {
    for (const predict of [
      () => {
        throw new RangeError('out of range');
      },
      () => [{ of: 7 }] as never,
    ]) {
      const world = loopWorld({
        driverOf: driver => ({
          ...driver,
          abilities: driver.abilities.map(each => (each.path === pathOf('mtu') ? { ...each, predict } : each)),
        }),
      });
      await world.loop.start();
      await world.lay(wish('mtu', 1400));
      expect(await world.factAt('p1', pathOf('mtu'))).toBe(1500);
      expect(JSON.stringify(world.loop.draft().waiting)).toMatch(/cannot say/);
    }
  });
});

describe('a driver that rings', () => {
  test.each<[string, (driver: Simulator, ring: () => void) => Partial<Driver>]>([
    [
      'at each of its own looks',
      (driver, ring) => ({
        look: () => {
          ring();
          return driver.look();
        },
      }),
    ],
    [
      'and fails each time',
      (_, ring) => ({
        look: async () => {
          ring();
          throw new Error('no');
        },
      }),
    ],
  ])('%s does not have the loop look without end', async (_, bad) => {
    let ring = (): void => {};
    const world = await worldWith(driver => ({ ...bad(driver, () => ring()) }));
    // The driver was started already: what it was given is taken from a second start.
    ring = () => world.simulator.world.setUnreachable(false);
    world.spoil();
    world.loop.ring();
    const count = await passes(world, 60_000);
    expect(count).toBeLessThan(150);
    // A change is seen all the same.
    world.simulator.world.change('port', 'p1', pathOf('label'), 'z' as Json);
    await world.clock.advance(5_000);
    const [p1] = world.store.instances({ name: 'p1' });
    if (failureOf(world) === undefined) expect(JSON.stringify(p1?.document)).toContain('"z"');
    await world.loop.stop();
  });
});

describe('a driver that lies', () => {
  test('says done and has done nothing: it is told that it was in vain, and tried less and less', async () => {
    let acts = 0;
    const world = await worldWith(() => ({ act: async () => void acts++ }));
    world.spoil();
    await world.lay(wish('mtu', 1400));
    await world.clock.advance(3_600_000);
    expect(acts).toBeGreaterThan(1);
    expect(acts).toBeLessThan(60);
    expect(world.loop.counts.wrongPredictions).toBeGreaterThan(0);
    expect(await verdictOf(world)).toEqual(['unmet']);
  });

  test('says refused and has done it: what is met is met', async () => {
    const world = await worldWith(driver => ({
      act: async step => {
        await driver.act(step);
        throw Object.assign(new Error('not today'), { code: 'refused' });
      },
    }));
    world.spoil();
    await world.lay(wish('mtu', 1400));
    await world.clock.advance(600_000);
    expect(await world.factAt('p1', pathOf('mtu'))).toBe(1400);
    expect(await verdictOf(world)).toEqual(['met']);
  });
});
