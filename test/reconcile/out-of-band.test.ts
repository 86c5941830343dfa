/**
 * What somebody changes at the element, by path and by what is to become of it, in one run and over a restart; and what
 * is no such change: what is newly wanted, what we did ourselves, what an element forgot when it started anew.
 */
import { expect, onTestFinished, test } from 'vitest';
import type { Expectation } from '../../src/core/expectation.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { sameJson } from '../../src/core/json.ts';
import type { Path } from '../../src/core/path.ts';
import { type OutOfBandPolicy, ruleId, type UnwrittenRule } from '../../src/core/rule.ts';
import { type LoopWorld, loopWorld, pathOf, wish } from '../kit/loop-world.ts';

async function started(parts: Parameters<typeof loopWorld>[0] = {}): Promise<LoopWorld> {
  const world = loopWorld(parts);
  await world.loop.start();
  onTestFinished(() => world.loop.stop());
  return world;
}

async function restarted(world: LoopWorld, meanwhile: () => void = () => {}): Promise<LoopWorld> {
  await world.loop.stop();
  meanwhile();
  const { clock, store, simulator } = world;
  return started({ clock, store, simulator });
}

const p1 = ({ store }: LoopWorld) => {
  const [found] = [...store.instances({ kind: 'port', name: 'p1' })];
  if (!found) throw new Error('there is no p1');
  return found;
};

function rule(
  { store, loop }: LoopWorld,
  body: Omit<UnwrittenRule & { sort: 'outOfBand' }, 'id' | 'position' | 'principal' | 'createdAt'>,
) {
  store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putRule({ ...body, id: ruleId('said'), position: 1, principal: 'operator', createdAt: 0 }),
  );
  loop.ring();
}

interface Case {
  readonly path: Path;
  readonly expected: JsonObject;
  readonly wanted: Json;
  readonly changed: Json | undefined;
  /** What is expected once it is taken under management. */
  readonly managed: JsonObject;
}

const cases: readonly Case[] = [
  {
    path: pathOf('mtu'),
    expected: wish('mtu', 1400),
    wanted: 1400,
    changed: 9000,
    managed: wish('mtu', 9000),
  },
  {
    path: '/administrativeState',
    expected: { administrativeState: 'unlocked' },
    wanted: 'unlocked',
    changed: 'locked',
    managed: { administrativeState: 'locked' },
  },
  {
    path: pathOf('tags'),
    expected: wish('tags', ['x', 'y']),
    wanted: ['x', 'y'],
    changed: ['z'],
    managed: wish('tags', { $eq: ['z'] }),
  },
  {
    path: pathOf('label'),
    expected: wish('label', 'ours'),
    wanted: 'ours',
    changed: undefined,
    managed: { resourceCharacteristic: { $noneOf: [[{ name: 'label' }]] } },
  },
];
const reactions: readonly OutOfBandPolicy[] = ['restore', 'adopt', 'manage', 'hold'];

for (const { path, expected, wanted, changed, managed } of cases) {
  for (const policy of reactions) {
    for (const when of ['while we look', 'while we are away', 'and held over a restart'] as const) {
      for (const said of ['by the expectation', 'by a rule'] as const) {
        // P17
        test(`${path} is changed by hand ${when}; ${policy} ${said}`, async () => {
          const first = await started();
          if (said === 'by a rule') rule(first, { sort: 'outOfBand', policy, for: { path } });
          const laid = await first.lay(expected, said === 'by the expectation' ? { outOfBand: policy } : {});
          expect(await first.factAt('p1', path)).toEqual(wanted);
          const change = () => first.simulator.world.change('port', 'p1', path, changed);
          let world = first;
          if (when === 'while we are away') world = await restarted(first, change);
          else {
            change();
            await first.settle();
            if (when === 'and held over a restart') world = await restarted(first);
          }
          await world.settle();
          const { store } = world;
          const now = store.expectation(laid.id);
          const last = store.changesOf(laid.id, 1)[0];
          const waiting = world.loop.draft().waiting.filter(each => each.because.includes('out of band'));
          switch (policy) {
            case 'restore':
              expect(await world.factAt('p1', path)).toEqual(wanted);
              expect([now?.seq, waiting]).toEqual([laid.seq, []]);
              break;
            case 'adopt':
              expect(await world.factAt('p1', path)).toEqual(changed);
              expect(now?.expect).toEqual({});
              expect(last?.cause.why).toContain(said === 'by a rule' ? 'the rule said says adopt' : 'says adopt');
              break;
            case 'manage':
              expect(await world.factAt('p1', path)).toEqual(changed);
              expect(now?.expect).toEqual(managed);
              expect(last?.cause.why).toContain(changed === undefined ? 'is nothing' : JSON.stringify(changed));
              expect(store.verdicts({ expectation: laid.id })).toMatchObject([{ verdict: 'met' }]);
              break;
            case 'hold':
              expect(await world.factAt('p1', path)).toEqual(changed);
              expect(waiting).toMatchObject([{ path, because: expect.stringContaining('driver:simulator saw at') }]);
              expect(waiting[0]?.because).toContain(
                `diffo decide ${laid.id} ${p1(world).id} ${path} restore|adopt|manage`,
              );
              expect(now?.seq).toBe(laid.seq);
              break;
          }
          const seq = store.seq();
          for (let i = 0; i < 3; i++) await world.settle();
          expect(store.seq()).toBe(seq);
        });
      }
    }
  }
}

// P17
test('without a word it is held, and a person decides: restored, adopted, or managed', async () => {
  for (const decision of ['restore', 'adopt', 'manage'] as const) {
    const world = await started();
    const laid = await world.lay({ ...wish('mtu', 1400), administrativeState: 'unlocked' });
    world.simulator.world.change('port', 'p1', pathOf('mtu'), 9000);
    await world.settle();
    expect(await world.factAt('p1', pathOf('mtu'))).toBe(9000);
    const place = { expectation: laid.id, instance: p1(world).id, path: pathOf('mtu') };
    expect(() => world.loop.decide('ann', { ...place, path: '/administrativeState' }, decision)).toThrow(
      `nothing was changed out of band at /administrativeState of what ${laid.id} expects; held there is ${pathOf('mtu')}`,
    );
    world.loop.decide('ann', place, decision);
    await world.settle();
    expect(await world.factAt('p1', pathOf('mtu'))).toBe(decision === 'restore' ? 1400 : 9000);
    expect(world.store.verdicts({ expectation: laid.id })).toMatchObject([{ verdict: 'met' }]);
    const told = world.store.changesAfter(0, 1_000).filter(each => each.cause.principal === 'ann');
    expect(told).toHaveLength(1);
    expect(told[0]?.subject).toBe(decision === 'restore' ? 'verdict' : 'expectation');
    // What is changed again is held again, where it is still spoken of.
    world.simulator.world.change('port', 'p1', pathOf('mtu'), 1300);
    await world.settle();
    expect(await world.factAt('p1', pathOf('mtu'))).toBe(1300);
    expect(world.loop.draft().waiting).toHaveLength(decision === 'adopt' ? 0 : 1);
  }
});

test('a decision to restore outlives a restart', async () => {
  const first = await started();
  const laid = await first.lay(wish('mtu', 1400), { mode: 'approve' });
  const [proposed] = first.store.plans({ states: ['proposed'] });
  await first.orders.apply(proposed?.id ?? ('' as never), 'ann');
  first.simulator.world.change('port', 'p1', pathOf('mtu'), 9000);
  await first.settle();
  expect(first.store.plans({ states: ['proposed'] })).toEqual([]);
  first.loop.decide('ann', { expectation: laid.id, instance: p1(first).id, path: pathOf('mtu') }, 'restore');
  await first.settle();
  const world = await restarted(first);
  expect(world.store.plans({ states: ['proposed'] })).toHaveLength(1);
  expect(world.loop.draft().waiting).toEqual([]);
});

test('what is newly wanted, or was never met, is no change by hand', async () => {
  const world = await started();
  const laid = await world.lay(wish('mtu', 1400));
  const again = async (more: Partial<Expectation>): Promise<void> => {
    world.store.transact({ principal: 'operator', kind: 'request' }, writer => {
      const standing = writer.expectation(laid.id);
      if (standing) writer.putExpectation({ ...standing, ...more });
    });
    world.loop.ring();
    await world.settle();
  };
  await again({ expect: wish('mtu', 1300) });
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1300);
  // What is said about it beside what is wanted makes no new desire of it.
  await again({ why: 'because' });
  world.simulator.world.change('port', 'p1', pathOf('mtu'), 9000);
  await world.settle();
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(9000);
  await again({ mode: 'warn' });
  await again({ mode: 'enforce' });
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(9000);
  // It says again what it wants, as a whole.
  await again({ expect: wish('mtu', 1200) });
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1200);
});

test('by which words it was met is known after a restart, though its verdict was the same before and after', async () => {
  const first = await started();
  const laid = await first.lay(wish('mtu', { $gte: 1200 }));
  first.store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putExpectation({ ...laid, expect: wish('mtu', { $gte: 1300 }) }),
  );
  first.loop.ring();
  await first.settle();
  const world = await restarted(first, () => first.simulator.world.change('port', 'p1', pathOf('mtu'), 1250));
  expect(world.loop.draft().waiting).toMatchObject([{ because: expect.stringContaining('out of band') }]);
});

test('what another expectation of ours did is no change by hand, what came after it is', async () => {
  const world = await started();
  const low = await world.lay(wish('mtu', { $gte: 1400 }), { priority: 10 });
  await world.lay(wish('mtu', 1450), { priority: 90 });
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1450);
  await world.lay(wish('mtu', 1300), { priority: 95 });
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1300);
  const of = (id: string) => world.loop.draft().waiting.filter(each => each.expectation === id);
  expect(of(low.id).map(each => each.because)).toEqual([expect.stringContaining('overruled')]);
  world.simulator.world.change('port', 'p1', pathOf('mtu'), 1299);
  await world.settle();
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1299);
});

test('a side effect of our own is no change by hand', async () => {
  const world = await started();
  await world.lay({ operationalState: 'disabled' });
  await world.lay({ administrativeState: 'unlocked' }, { priority: 60 });
  const strayed = world.store.verdicts().flatMap(each => each.strayed ?? []);
  expect(strayed).toEqual([]);
});

test('what an undo takes back is no change by hand', async () => {
  const world = await started();
  const laid = await world.lay(wish('mtu', 1400));
  const [plan] = world.store.plans();
  await world.orders.undo(plan?.id ?? ('' as never), 'ann');
  await world.settle();
  expect(world.store.verdict(laid.id, p1(world).id)?.strayed).toBeUndefined();
});

test('what was changed while nobody could see is held once it is seen', async () => {
  const world = await started();
  const laid = await world.lay(wish('mtu', 1400), { freshnessMs: 30_000 });
  world.simulator.world.setUnreachable(true);
  world.simulator.world.change('port', 'p1', pathOf('mtu'), 9000);
  await world.clock.advance(31_000);
  await world.settle();
  expect(world.store.verdict(laid.id, p1(world).id)).toMatchObject({ verdict: 'unknown', lastMet: [pathOf('mtu')] });
  world.simulator.world.setUnreachable(false);
  await world.clock.advance(60_000);
  await world.settle();
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(9000);
  expect(world.loop.draft().waiting).toMatchObject([{ because: expect.stringContaining('out of band') }]);
});

test('an element that started anew has forgotten, and nobody changed it', async () => {
  const world = await started();
  await world.lay(wish('mtu', 1400));
  world.simulator.world.reboot();
  await world.settle();
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1400);
  world.simulator.world.change('port', 'p1', pathOf('mtu'), 9000);
  await world.settle();
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(9000);
  const again = await restarted(world, () => world.simulator.world.reboot());
  expect(await again.factAt('p1', pathOf('mtu'))).toBe(1400);
});

test('what cannot be set is not held: it is told', async () => {
  const world = await started();
  await world.lay({ usageState: 'idle' });
  world.simulator.world.change('port', 'p1', '/usageState', 'busy');
  await world.settle();
  expect(world.loop.draft().waiting).toMatchObject([{ because: 'nothing here can change /usageState' }]);
});

test('an expectation of many is not rewritten for one of them', async () => {
  const world = await started();
  const laid = await world.lay(wish('mtu', 1400), {
    for: { kind: 'port', where: { usageState: 'idle' } },
    outOfBand: 'adopt',
  });
  world.simulator.world.change('port', 'p1', pathOf('mtu'), 1399);
  await world.settle();
  expect(world.store.expectation(laid.id)?.seq).toBe(laid.seq);
  expect(world.loop.draft().waiting).toMatchObject([{ because: expect.stringContaining('out of band') }]);
  const place = { expectation: laid.id, instance: p1(world).id, path: '' };
  expect(() => world.loop.decide('ann', place, 'adopt')).toThrow('means all that meet a condition');
  world.loop.decide('ann', place, 'restore');
  await world.settle();
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1400);
});

// P02
test('two who want the same slot never alternate', async () => {
  const world = await started();
  let writes = 0;
  let before: Json | undefined;
  world.store.onCommit(() => {
    const now = [...world.store.instances({ kind: 'port', name: 'p1' })][0]?.document.resourceCharacteristic;
    if (before !== undefined && !sameJson(before, now)) writes++;
    before = now;
  });
  await world.lay(wish('mtu', 1400), { outOfBand: 'restore' });
  await world.lay(wish('mtu', 1500), { outOfBand: 'restore' });
  for (let i = 0; i < 20; i++) {
    await world.clock.advance(60_000);
    await world.settle();
  }
  expect(writes).toBeLessThanOrEqual(2);
});
