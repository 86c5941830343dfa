import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import type { Kind } from '../../src/core/kind.ts';
import {
  operatingStatuses,
  serviceStates,
  serviceSteps,
  shownOperatingStatus,
  shownState,
  stepsFrom,
  transition,
} from '../../src/core/model/service-states.ts';
import { service as tmfService } from '../../src/tmf/shape.ts';
import { poolKind } from '../kit/pools.ts';

const NOW = Date.parse('2026-01-05T02:03:04.567Z');
const at = '2026-01-05T02:03:04.567Z';
const plain = poolKind('line', 'service', []);
const line = (state?: string, more: JsonObject = {}): JsonObject => ({
  id: 'l1',
  name: 'L1',
  ...(state === undefined ? {} : { state }),
  ...more,
});
const step = (from: JsonObject, name: string, status?: string, kind: Kind = plain) =>
  transition(kind, from, { name }, NOW, status);
const become = (from: JsonObject, to: string, status?: string, kind: Kind = plain) =>
  transition(kind, from, { to }, NOW, status);

describe('a service', () => {
  test('that is cancelled at once has an end and no start', () => {
    expect(step(line('initial'), 'cancel')).toEqual(line('cancelled', { operatingStatus: 'unknown', endDate: at }));
  });

  test('that is checked says what was found, or nothing', () => {
    expect(step(line('initial'), 'feasibilityCheck')).toEqual(line('feasibilityChecked'));
    expect(step(line('initial'), 'feasibilityCheck', 'feasible')).toEqual(
      line('feasibilityChecked', { operatingStatus: 'feasible' }),
    );
    expect(() => step(line('initial'), 'feasibilityCheck', 'running')).toThrow(
      'a feasibility check finds pending, unknown, feasible or not_feasible, not running',
    );
  });

  test.each(['initial', 'feasibilityChecked', 'designed', 'reserved'])('that is %s can be activated', state => {
    expect(step(line(state), 'activate')).toEqual(line('active', { operatingStatus: 'starting', startDate: at }));
  });

  test('that is terminated has both dates, and starts anew when it is activated again', () => {
    const active = line('active', { startDate: '2026-01-01T00:00:00.000Z' });
    const over = step(active, 'terminate');
    expect(over).toEqual({ ...active, state: 'terminated', operatingStatus: 'stopping', endDate: at });
    expect(step(over, 'activate')).toMatchObject({ state: 'active', startDate: at, endDate: at });
  });

  test('that is suspended is limited, and says so unless told otherwise', () => {
    expect(step(line('active'), 'suspend')).toMatchObject({ state: 'suspended', operatingStatus: 'limited' });
    expect(step(line('active'), 'suspend', 'degraded')).toMatchObject({ operatingStatus: 'degraded' });
  });

  test('says how it does without a step', () => {
    expect(step(line('active'), 'status', 'running')).toEqual(line('active', { operatingStatus: 'running' }));
    expect(() => step(line('active'), 'status')).toThrow(/^say the operatingStatus of L1: pending, /);
  });

  test('without a state is initial', () => {
    expect(step(line(), 'reserve')).toMatchObject({ state: 'reserved', operatingStatus: 'pending' });
  });

  test('is refused a step that does not begin where it is, and hears what does', () => {
    expect(() => step(line('initial'), 'terminate')).toThrow(
      'L1 is initial (shown as designed) and cannot terminate; from there it can become feasibilityChecked (feasibilityCheck), designed (design), reserved (reserve), active (activate) or cancelled (cancel)',
    );
    expect(() => step(line('cancelled'), 'activate')).toThrow(/nothing leads away from there/);
    expect(() => become(line('active'), 'reserved')).toThrow(/^L1 is active and cannot become reserved; /);
    expect(() => become(line('active'), 'reserved')).toThrow(
      expect.objectContaining({ code: 'conflict', pointer: '/state' }),
    );
  });

  test('is refused words that there are none of', () => {
    expect(() => step(line('active'), 'suspnd')).toThrow(/^there is no step suspnd; .*; did you mean suspend\?$/);
    expect(() => become(line('active'), 'suspnded')).toThrow(/^no step leads to suspnded; .*mean suspended\?$/);
    expect(() => step(line('active'), 'status', 'runing')).toThrow(
      /^operatingStatus is pending, .* or not_feasible, not "runing"; did you mean running\?$/,
    );
  });
});

describe('in the words of TMF', () => {
  test('what was shown and comes back changes nothing', () => {
    for (const state of serviceStates) {
      const before = line(state);
      expect(become(before, shownState(state))).toBe(before);
    }
    const feasible = line('feasibilityChecked', { operatingStatus: 'feasible' });
    expect(become(feasible, 'feasibilityChecked', shownOperatingStatus('feasible'))).toEqual(feasible);
  });

  test('every kept word is shown as one that TMF has', () => {
    const { state, operatingStatus } = tmfService.attributes;
    for (const each of serviceStates) expect(state?.words).toContain(shownState(each));
    for (const each of operatingStatuses) expect(operatingStatus?.words).toContain(shownOperatingStatus(each));
    for (const each of state?.words ?? []) expect(serviceStates).toContain(each);
    for (const each of operatingStatus?.words ?? []) expect(operatingStatuses).toContain(each);
  });

  test('terminating what never was active is cancelling it', () => {
    expect(become(line('reserved'), 'terminated')).toMatchObject({ state: 'cancelled', endDate: at });
    expect(become(line('active'), 'terminated')).toMatchObject({ state: 'terminated', endDate: at });
  });

  test('designed is a state of its own after the check', () => {
    expect(become(line('feasibilityChecked'), 'designed')).toMatchObject({ state: 'designed' });
    expect(step(line('initial'), 'design')).toMatchObject({ state: 'designed' });
  });

  test('the operating status that is said goes with the state that it has', () => {
    expect(become(line('active'), 'active', 'running')).toMatchObject({ state: 'active', operatingStatus: 'running' });
  });
});

describe('steps of a kind', () => {
  const kind: Kind = {
    ...plain,
    transition: [
      { name: 'qualify', from: ['initial'], to: 'feasibilityChecked', operatingStatus: 'feasible' },
      { name: 'hibernate', from: ['suspended'], to: 'inactive', stamp: 'endDate' },
    ],
  };

  test('come beside those of every service', () => {
    expect(step(line('initial'), 'qualify', undefined, kind)).toMatchObject({
      state: 'feasibilityChecked',
      operatingStatus: 'feasible',
    });
    expect(become(line('suspended'), 'inactive', undefined, kind)).toMatchObject({ state: 'inactive', endDate: at });
    expect(become(line('initial'), 'feasibilityChecked', undefined, kind)).not.toHaveProperty('operatingStatus');
    expect(() => become(line('suspended'), 'inactive')).toThrow(/cannot become inactive/);
  });

  test('are named with the others', () => {
    expect(stepsFrom(kind, line('suspended')).map(({ name }) => name)).toEqual(['activate', 'terminate', 'hibernate']);
  });
});

test('law: a step leads where the table says or is refused, and a refusal names every way out', () => {
  fc.assert(
    fc.property(fc.constantFrom(...serviceStates), fc.constantFrom(...serviceSteps), (state, { name, from, to }) => {
      if (from.includes(state)) {
        expect(step(line(state), name)).toMatchObject({ state: to });
      } else {
        const ways = stepsFrom(plain, line(state)).map(each => `${each.to} (${each.name})`);
        for (const way of ways) expect(() => step(line(state), name)).toThrow(way);
      }
    }),
  );
});
