import { expect, test } from 'vitest';
import { backoffMs } from '../../src/core/backoff.ts';
import { planTransitions } from '../../src/core/plan.ts';
import { taskTransitions } from '../../src/core/task.ts';

test('a task that was under way when the agent stopped is looked at and tried again', () => {
  expect(taskTransitions.inProgress.restart).toBe('acknowledged');
});

test('what ended stays ended over a restart', () => {
  for (const state of ['done', 'terminatedWithError', 'undone'] as const) {
    expect(taskTransitions[state].restart).toBe(state);
  }
});

test('a task succeeds after it was started, or because its effect was there already', () => {
  const succeeding = Object.entries(taskTransitions).filter(([, events]) => events.succeed !== null);
  expect(succeeding.map(([state]) => state)).toEqual(['acknowledged', 'inProgress']);
});

test('only a proposed plan can be approved, and only what was carried out can be undone', () => {
  const from = (event: 'approve' | 'undo') =>
    Object.entries(planTransitions).flatMap(([state, events]) => (events[event] === null ? [] : [state]));
  expect(from('approve')).toEqual(['proposed']);
  expect(from('undo')).toEqual(['unconfirmed', 'done', 'failed', 'undoing']);
});

test('what waits to be confirmed is kept by a word alone; what lapses goes back', () => {
  expect(planTransitions.carryingOut.hold).toBe('unconfirmed');
  expect(planTransitions.unconfirmed).toMatchObject({ confirm: 'carryingOut', lapse: 'undoing', finish: null });
});

test('a plan that is over stays over', () => {
  for (const state of ['undone', 'refused', 'discarded'] as const) {
    expect(Object.values(planTransitions[state]).filter(each => each !== null)).toEqual([]);
  }
});

test('waiting doubles up to five minutes, with a quarter of jitter', () => {
  expect([1, 2, 3, 4].map(attempts => backoffMs(attempts, 1))).toEqual([1000, 2000, 4000, 8000]);
  expect(backoffMs(1, 0)).toBe(750);
  expect(backoffMs(10_000, 1)).toBe(300_000);
});
