import { expect, test } from 'vitest';
import { type Ability, stepsTo } from '../../src/core/ability.ts';
import type { TaskStep } from '../../src/core/task.ts';

const step = (more: Partial<TaskStep>): TaskStep => ({ op: 'set', args: {}, summary: 'set it', order: 1, ...more });
const ability = (steps: ReturnType<Ability['steps']>): Ability => ({
  kind: 'port',
  path: '/mtu',
  steps: () => steps,
  predict: () => [],
});

test('what has to last is done only in steps that last', () => {
  const lasting = [step({ lasting: 'lasts' })];
  expect(stepsTo(ability(lasting), {}, 1, { lasting: true })).toBe(lasting);
  for (const each of [step({ lasting: 'untilRestart' }), step({})]) {
    expect(stepsTo(ability([...lasting, each]), {}, 1, { lasting: true })).toContain(
      '"set it" would be gone after a restart',
    );
    expect(stepsTo(ability([each]), {}, 1, {})).toEqual([each]);
  }
  expect(stepsTo(ability('no carrier'), {}, 1, { lasting: true })).toBe('no carrier');
  expect(stepsTo(ability([]), {}, 1, { lasting: true })).toEqual([]);
});
