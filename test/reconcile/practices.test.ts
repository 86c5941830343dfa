/** What we hold ourselves to and what no other test is about by itself. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import type { Change } from '../../src/core/change.ts';
import { expectationId } from '../../src/core/ids.ts';
import type { Json } from '../../src/core/json.ts';
import { ruleId } from '../../src/core/rule.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { handClock } from '../kit/clock.ts';
import { dampedWorld } from '../kit/damped-world.ts';
import { loopWorld, newSimulator, newStore, pathOf, wish } from '../kit/loop-world.ts';
import '../kit/properties.ts';

const operator = { principal: 'operator', kind: 'request' } as const;

// P07
test('after a perfect deed nothing is outstanding on the very next pass, twice, and nothing is written', async () => {
  const world = loopWorld();
  await world.loop.start();
  await world.lay({ administrativeState: 'unlocked', ...wish('vlan', 7) });
  expect(world.store.verdicts().map(each => [each.verdict, each.residual])).toEqual([['met', undefined]]);
  const [seq, plans] = [world.store.seq(), world.store.plans().length];
  for (let i = 0; i < 2; i++) {
    await world.loop.lookAgain();
    expect(world.loop.draft()).toMatchObject({ tasks: [], waiting: [] });
  }
  expect([world.store.seq(), world.store.plans().length]).toEqual([seq, plans]);
  await world.loop.stop();
});

// P14
test('what there is no way back from waits for a person, whatever the mode', async () => {
  const clock = handClock();
  const simulator = openSimulator({
    clock,
    log: silentLog,
    elements: readElements([
      {
        kind: 'port',
        key: 'p1',
        facts: { name: 'p1', '@type': 'Resource', ...wish('mtu', 1500), administrativeState: 'locked' },
        settable: [
          { path: pathOf('mtu'), cost: { blastRadius: 1, downtimeMs: 0, reversible: false } },
          { path: '/administrativeState' },
        ],
      },
    ]),
  });
  const world = loopWorld({ clock, simulator });
  await world.loop.start();
  await world.lay({ administrativeState: 'unlocked', ...wish('mtu', 1400) });
  expect([await world.factAt('p1', '/administrativeState'), await world.factAt('p1', pathOf('mtu'))]).toEqual([
    'unlocked',
    1500,
  ]);
  const [plan] = world.store.plans({ states: ['proposed'] });
  expect(plan?.tasks.map(task => task.path)).toEqual([pathOf('mtu')]);
  if (!plan) return;
  world.orders.approve(plan.id, 'ann');
  await world.settle();
  expect(await world.factAt('p1', pathOf('mtu'))).toBe(1400);
  await world.loop.stop();
});

// P32
test('what was put off stays so whatever else happens, and begins afresh when what is expected changes', async () => {
  const world = await dampedWorld();
  world.manners.refuses = 'not today';
  const laid = await world.lay(wish('mtu', 1400), { id: expectationId('e1') });
  for (let i = 0; i < 3; i++) await world.clock.advance(world.record()?.until ? 8_000 : 0);
  const { attempts = 0, until = 0 } = world.record() ?? {};
  expect(attempts).toBeGreaterThan(2);
  // Other wishes, other things that move, other looks, rules and bells: none of them is about this one.
  world.simulator.world.change('port', 'p2', pathOf('label'), 'q');
  world.rule({ sort: 'mode', mode: 'warn', for: { instance: 'p2' } });
  await world.loop.lookAgain();
  for (let i = 0; i < 3; i++) await world.settle();
  expect(world.record()).toMatchObject({ attempts, until });
  await world.lay(wish('mtu', 1300), { id: laid.id });
  expect(world.record()).toMatchObject({ attempts: 1 });
});

describe.each([
  ['all', 'all'],
  ['a kind', 'kind:port'],
  ['an instance', 'instance:'],
  ['one expectation on one instance', 'leaf:e1:'],
])('a pause of %s', (_, scope) => {
  // P43
  test('holds over a restart, and is told, until somebody lets it go on', async () => {
    const clock = handClock();
    const [store, simulator] = [newStore(clock), newSimulator(clock)];
    const first = loopWorld({ clock, store, simulator });
    await first.loop.start();
    const [p1] = [...store.instances({ kind: 'port', name: 'p1' })];
    const whole = scope.endsWith(':') ? `${scope}${p1?.id}` : scope;
    const pause = (scope: string) => ({ scope, by: 'ann', why: 'supper', since: clock.now() });
    // Whoever changes what is expected takes the stop signs of its leaves away, so that one comes after it.
    store.transact(operator, writer => writer.putPause(pause('all')));
    await first.lay(wish('mtu', 1400), { id: expectationId('e1') });
    store.transact(operator, writer => {
      writer.clearPause('all');
      writer.putPause(pause(whole));
    });
    await first.loop.stop();

    const later = loopWorld({ clock, store, simulator });
    await later.loop.start();
    await clock.advance(600_000);
    await later.settle();
    expect(await later.factAt('p1', pathOf('mtu'))).toBe(1500);
    expect(later.loop.draft().waiting).toMatchObject([{ on: 'pause', because: 'paused by ann: supper' }]);
    store.transact(operator, writer => writer.clearPause(whole));
    later.loop.ring();
    await later.settle();
    expect(await later.factAt('p1', pathOf('mtu'))).toBe(1400);
    await later.loop.stop();
  });
});

const value = fc.constantFrom<Json>(1300, 1400, 1450, 1500);
const happening = fc.oneof(
  { weight: 3, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 90_000 }) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('change' as const), value }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('wish' as const), value }) },
  {
    weight: 2,
    arbitrary: fc.record({ does: fc.constantFrom('ring', 'look', 'pause', 'resume', 'restart', 'refuse', 'lose') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      does: fc.constant('rule' as const),
      mode: fc.constantFrom('observe', 'warn', 'approve', 'enforce'),
    }),
  },
);

/** Verdicts whose words moved though neither what they are about nor what is expected of it did. */
function movedByThemselves(changes: readonly Change[]): readonly Change[] {
  const fresh = new Set<string>();
  return changes.filter(change => {
    if (change.subject === 'instance' || change.subject === 'expectation') fresh.add(change.id);
    if (change.subject !== 'verdict' || change.type === 'create') return false;
    const isWord = change.paths.some(({ path }) => path === '/verdict' || /^\/residual(\/|$)/.test(path));
    if (!isWord) return false;
    const [expectation = '', instance = ''] = change.id.split(':');
    const isMoved = fresh.has(expectation) || fresh.has(instance);
    fresh.delete(expectation);
    fresh.delete(instance);
    return !isMoved;
  });
}

function all(store: Store): readonly Change[] {
  return store.changesAfter(0, store.seq());
}

// Q9
test('what is outstanding never becomes less, or other, unless the world changed or whoever expects it did', async () => {
  let moved = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 40 }), async happenings => {
      const clock = handClock();
      const [store, simulator] = [newStore(clock), newSimulator(clock)];
      let world = loopWorld({ clock, store, simulator });
      await world.loop.start();
      await world.lay(wish('mtu', 1400), { id: expectationId('e1'), outOfBand: 'restore' });
      for (const each of happenings) {
        switch (each.does) {
          case 'wait':
            await clock.advance('ms' in each ? each.ms : 0);
            break;
          case 'change':
            simulator.world.change('port', 'p1', pathOf('mtu'), 'value' in each ? each.value : 0);
            break;
          case 'wish':
            await world.lay(wish('mtu', 'value' in each ? each.value : 0), {
              id: expectationId('e1'),
              outOfBand: 'restore',
            });
            break;
          case 'rule':
            store.transact(operator, writer =>
              writer.putRule({
                id: ruleId('r'),
                position: 1,
                principal: 'operator',
                sort: 'mode',
                mode: 'mode' in each && each.mode === 'enforce' ? 'enforce' : 'warn',
                createdAt: 1,
              }),
            );
            break;
          case 'pause':
            store.transact(operator, writer => writer.putPause({ scope: 'all', by: 'ann', since: 1 }));
            break;
          case 'resume':
            store.transact(operator, writer => writer.clearPause('all'));
            break;
          case 'refuse':
            simulator.world.refuseNext('not now');
            break;
          case 'lose':
            simulator.world.loseNextAnswer();
            break;
          case 'restart':
            await world.loop.stop();
            world = loopWorld({ clock, store, simulator });
            await world.loop.start();
            break;
          case 'look':
            await world.loop.lookAgain();
            break;
          default:
            world.loop.ring();
        }
        await world.settle();
      }
      const changes = all(store);
      moved += changes.filter(each => each.subject === 'verdict' && each.type !== 'create').length;
      expect(movedByThemselves(changes)).toEqual([]);
      await world.loop.stop();
      store.close();
    }),
    { numRuns: 80 },
  );
  // Enough of them moved to have shown a fault.
  expect(moved).toBeGreaterThan(80);
});
