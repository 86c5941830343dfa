/** What is counted of the loop, and from what. */
import { expect, test } from 'vitest';
import { expectationId, instanceId, planId, taskId } from '../../src/core/ids.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Task, TaskState } from '../../src/core/task.ts';
import { guards } from '../../src/core/waits-on.ts';
import type { Store } from '../../src/ports/store.ts';
import { Blocks } from '../../src/reconcile/blocks.ts';
import { Tally } from '../../src/reconcile/tally.ts';
import { memoryStore } from '../kit/memory-store.ts';

const cause = { principal: 'loop', kind: 'upkeep' } as const;
const expectation = expectationId('e1');
const instance = instanceId('i1');
const step = { op: 'set', args: {}, summary: 'set it', order: 0 };

/** A store in which something is expected of something. */
function storeOfOne(): Store {
  const store = memoryStore();
  store.transact(cause, writer => {
    writer.putInstance({ id: instance, type: 'resource', kind: 'port', document: { name: 'p1' }, createdAt: 0 });
    writer.putExpectation({
      id: expectation,
      for: { id: instance },
      expect: {},
      priority: 50,
      principal: 'operator',
      createdAt: 0,
    });
  });
  return store;
}

function judged(store: Store, verdict: 'met' | 'unmet' | 'unknown' | 'inapplicable', more: object = {}): void {
  store.transact(cause, writer => writer.putVerdict({ expectation, instance, verdict, since: 0, ...more }));
}

function planned(store: Store, id: string, state: Plan['state']): void {
  store.transact(cause, writer =>
    writer.putPlan({
      id: planId(id),
      state,
      hash: id,
      tasks: [{ instance, expectation, driver: 'd', path: '/a', step }],
      waiting: [],
      readSet: [],
      expectations: [],
      madeBy: 'loop',
      madeAt: 0,
    }),
  );
}

function did(store: Store, plan: string, id: string, state: TaskState, more: Partial<Task> = {}): void {
  store.transact(cause, writer =>
    writer.putTask({
      id: taskId(id),
      plan: planId(plan),
      nth: Number(id.slice(1)),
      instance,
      expectation,
      driver: 'd',
      step,
      path: '/a',
      state,
      ...more,
    }),
  );
}

/** One way from unmet to met: a plan that is refused, another one, two tasks of which one comes otherwise. */
function aDay(store: Store): void {
  judged(store, 'unmet');
  planned(store, 'p1', 'proposed');
  planned(store, 'p1', 'refused');
  planned(store, 'p2', 'carryingOut');
  did(store, 'p2', 't0', 'inProgress');
  did(store, 'p2', 't0', 'done', { foreseen: { asForeseen: true } });
  did(store, 'p2', 't1', 'inProgress');
  did(store, 'p2', 't1', 'done', { foreseen: { asForeseen: false } });
  planned(store, 'p2', 'done');
  judged(store, 'unknown');
  judged(store, 'met');
}

// P42
test('from unmet to met: the time, the steps, the plans, and what came otherwise', async () => {
  const store = storeOfOne();
  const tally = new Tally(store);
  aDay(store);
  expect(await tally.figures(0)).toMatchObject({
    toCompliance: { count: 1, sum: 0 },
    steps: { count: 1, sum: 2 },
    replans: 1,
    plans: { done: 1, refused: 1, failed: 0 },
    predictions: { right: 1, wrong: 1 },
    stalled: {},
  });
});

test('a start finds again what the change list holds, and nothing is written for it', async () => {
  const store = storeOfOne();
  aDay(store);
  did(store, 'p2', 't1', 'undone', { foreseen: { asForeseen: false } });
  const before = store.seq();
  const [first, second] = [new Tally(store), new Tally(store)];
  const figures = await first.figures(0);
  expect(figures).toMatchObject({ steps: { count: 1, sum: 2 }, tasksUndone: 1 });
  // Asked twice, it is counted once.
  expect(await first.figures(0)).toEqual(figures);
  expect(await second.figures(0)).toEqual(figures);
  expect(store.seq()).toBe(before);
});

test('what does not apply any more is no compliance, and a leaf that stalls is counted once', async () => {
  const store = storeOfOne();
  const tally = new Tally(store);
  const stalled = [{ path: '/a', since: 0, reason: 'failing', because: 'x', unblocks: 'y' }];
  judged(store, 'unmet');
  judged(store, 'unmet', { stalled });
  judged(store, 'unmet', { stalled: [...stalled, { ...stalled[0], path: '/b', reason: 'reversed' }] });
  judged(store, 'inapplicable');
  judged(store, 'met');
  expect(await tally.figures(0)).toMatchObject({ toCompliance: { count: 0 }, stalled: { failing: 1, reversed: 1 } });
});

test('what holds something back is counted once for each time that it begins to', () => {
  const blocks = new Blocks();
  blocks.stopped('leaf', 'budget');
  blocks.stopped('leaf', 'budget');
  blocks.stopped('leaf', 'freeze');
  blocks.stopped('leaf', 'backoff');
  blocks.stopped('leaf', 'freeze');
  blocks.goes('leaf');
  blocks.stopped('leaf', 'freeze');
  blocks.stopped('other', undefined);
  expect(blocks.counts).toMatchObject({ budget: 1, freeze: 3, pause: 0 });
  expect(Object.keys(blocks.counts).sort()).toEqual([...guards].sort());
});
