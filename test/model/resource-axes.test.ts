import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { axisRules, checkAxes, settleAxes } from '../../src/core/model/resource-axes.ts';
import { resource as tmfResource } from '../../src/tmf/shape.ts';

const NOW = Date.parse('2026-01-05T02:03:04.567Z');
const at = '2026-01-05T02:03:04.567Z';
const named = (axes: JsonObject): JsonObject => ({ id: 'r1', name: 'R1', ...axes });
const settle = (before: JsonObject, change: JsonObject): JsonObject =>
  settleAxes(named(before), named({ ...before, ...change }), NOW);
const working = { lifecycleState: 'installed', administrativeState: 'unlocked', operationalState: 'enabled' };

describe('what cannot be', () => {
  test.each<[JsonObject, JsonObject, string, string]>([
    [
      { administrativeState: 'locked' },
      { administrativeState: 'shuttingDown' },
      '/administrativeState',
      'administrativeState of R1 cannot become shuttingDown: it is locked and becomes unlocked from there',
    ],
    [
      {},
      { lifecycleState: 'pendingRemoval' },
      '/lifecycleState',
      'lifecycleState of R1 cannot become pendingRemoval: it has said nothing so far and becomes planned or installed from there',
    ],
    [
      { lifecycleState: 'installed' },
      { lifecycleState: 'planned' },
      '/lifecycleState',
      'lifecycleState of R1 cannot become planned: it is installed and becomes pendingRemoval from there',
    ],
    [
      { lifecycleState: 'planned' },
      { lifecycleState: 'pendingRemoval' },
      '/lifecycleState',
      'lifecycleState of R1 cannot become pendingRemoval: it is planned and becomes installed from there',
    ],
    [
      { ...working, usageState: 'busy' },
      { lifecycleState: 'pendingRemoval' },
      '/lifecycleState',
      'lifecycleState of R1 cannot be pendingRemoval while usageState is busy; that is idle then',
    ],
    [
      { operationalState: 'disabled' },
      { usageState: 'active' },
      '/usageState',
      'usageState of R1 cannot be active while operationalState is disabled; it is idle then',
    ],
    [
      { administrativeState: 'locked', usageState: 'idle' },
      { usageState: 'busy' },
      '/usageState',
      'usageState of R1 cannot be busy while administrativeState is locked; it is idle then',
    ],
    [
      { lifecycleState: 'planned' },
      { administrativeState: 'unlocked' },
      '/administrativeState',
      'administrativeState of R1 cannot be unlocked while lifecycleState is planned; it is locked then',
    ],
    [
      { lifecycleState: 'planned' },
      { operationalState: 'enabled' },
      '/operationalState',
      'operationalState of R1 cannot be enabled while lifecycleState is planned; it is disabled then',
    ],
    [
      { administrativeState: 'shuttingDown', usageState: 'active' },
      { usageState: 'busy' },
      '/usageState',
      'usageState of R1 cannot become busy while administrativeState is shuttingDown: it becomes idle only',
    ],
    [
      working,
      { availabilityStatus: 'failed' },
      '/availabilityStatus',
      'availabilityStatus of R1 cannot be failed while operationalState is enabled; that is disabled then',
    ],
    [
      { administrativeState: 'locked' },
      { controlStatus: 'suspended' },
      '/controlStatus',
      'controlStatus of R1 cannot be suspended while administrativeState is locked; that is unlocked then',
    ],
  ])('%j then %j is refused at %s', (before, change, pointer, why) => {
    expect(() => settle(before, change)).toThrow(why);
    expect(() => settle(before, change)).toThrow(expect.objectContaining({ code: 'conflict', pointer }));
  });

  test('is refused of a new resource too, but not how it came there', () => {
    expect(() => checkAxes(undefined, named({ administrativeState: 'locked', usageState: 'active' }))).toThrow(/idle/);
    expect(() => checkAxes(undefined, named({ lifecycleState: 'pendingRemoval' }))).not.toThrow();
  });

  test('of old is nobody´s business while other things change', () => {
    const odd = { lifecycleState: 'planned', operationalState: 'enabled' };
    expect(settle(odd, { resourceVersion: 'v9', description: 'x' })).toMatchObject({ resourceVersion: 'v9' });
  });
});

describe('what follows by itself', () => {
  test.each<[JsonObject, JsonObject, JsonObject]>([
    [{ ...working, usageState: 'busy' }, { administrativeState: 'locked' }, { usageState: 'idle' }],
    [{ ...working, usageState: 'active' }, { operationalState: 'disabled' }, { usageState: 'idle' }],
    [{ ...working, usageState: 'idle' }, { administrativeState: 'shuttingDown' }, { administrativeState: 'locked' }],
    [
      { ...working, administrativeState: 'shuttingDown', usageState: 'busy' },
      { usageState: 'idle' },
      { administrativeState: 'locked' },
    ],
    [
      { ...working, administrativeState: 'shuttingDown', usageState: 'busy' },
      { operationalState: 'disabled' },
      { administrativeState: 'locked', usageState: 'idle' },
    ],
    [{ ...working, usageState: 'busy' }, { administrativeState: 'shuttingDown' }, { usageState: 'busy' }],
  ])('from %j and %j: %j', (before, change, becomes) => {
    expect(settle(before, change)).toMatchObject(becomes);
  });

  test('an axis of which nothing was said stays so', () => {
    expect(settle(working, { administrativeState: 'locked' })).not.toHaveProperty('usageState');
  });
});

describe('dates', () => {
  test('say since when it operates, and till when it did', () => {
    const planned = { lifecycleState: 'planned', administrativeState: 'locked', operationalState: 'disabled' };
    const installed = settle(planned, { lifecycleState: 'installed', operationalState: 'enabled' });
    expect(installed).not.toHaveProperty('startOperatingDate');
    const started = settle(installed, { administrativeState: 'unlocked' });
    expect(started).toMatchObject({ startOperatingDate: at });
    const stopped = settle(started, { operationalState: 'disabled' });
    expect(stopped).toMatchObject({ startOperatingDate: at, endOperatingDate: at });
    expect(settle(stopped, { operationalState: 'enabled' })).not.toHaveProperty('endOperatingDate');
  });

  test('follow the life cycle where nothing else is said', () => {
    const installed = settle({ lifecycleState: 'planned' }, { lifecycleState: 'installed' });
    expect(installed).toMatchObject({ startOperatingDate: at });
    expect(settle(installed, { lifecycleState: 'pendingRemoval' })).toMatchObject({ endOperatingDate: at });
  });

  test('that the writer says stand', () => {
    const said = '2025-01-01T00:00:00.000Z';
    expect(settle({}, { operationalState: 'enabled', startOperatingDate: said })).toMatchObject({
      startOperatingDate: said,
    });
    const until = '2030-01-01T00:00:00.000Z';
    expect(settle({ endOperatingDate: until }, { operationalState: 'enabled' })).toMatchObject({
      endOperatingDate: until,
    });
  });
});

describe('laws', () => {
  const words = (axis: string): readonly string[] => tmfResource.attributes[axis]?.words ?? [];
  const axis = (name: string) => fc.option(fc.constantFrom(...words(name)), { nil: undefined });
  const axes = fc
    .record({
      lifecycleState: axis('lifecycleState'),
      administrativeState: axis('administrativeState'),
      operationalState: axis('operationalState'),
      usageState: axis('usageState'),
      availabilityStatus: axis('availabilityStatus'),
      controlStatus: axis('controlStatus'),
    })
    .map(each => JSON.parse(JSON.stringify(each)) as JsonObject);

  test('every word of a rule is a word of TMF', () => {
    for (const { where, is, there, mustBe } of axisRules) {
      const known = where === 'standbyStatus' ? is : words(where);
      for (const word of is) expect(known).toContain(word);
      for (const word of mustBe) expect(words(there)).toContain(word);
    }
  });

  test('what has settled breaks no rule, and settles as it is', () => {
    fc.assert(
      fc.property(axes, axes, (start, change) => {
        try {
          checkAxes(undefined, named(start));
        } catch {
          fc.pre(false);
        }
        let settled: JsonObject;
        try {
          settled = settle(start, change);
        } catch (error) {
          expect(error).toMatchObject({ code: 'conflict' });
          return;
        }
        expect(() => checkAxes(undefined, settled)).not.toThrow();
        expect(settleAxes(settled, settled, NOW + 1)).toEqual(settled);
      }),
      { numRuns: 2_000 },
    );
  });
});
