/** The record of a leaf, as it moves with what comes of it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LONGEST_BACKOFF_MS } from '../../src/core/backoff.ts';
import { taskId } from '../../src/core/ids.ts';
import type { LeafRecord } from '../../src/core/settle/leaf-record.ts';
import { paced } from '../../src/core/settle/pace.ts';
import { redated, rested, restsAt, shifted } from '../../src/core/settle/rest.ts';
import { waitingIn } from '../../src/core/settle/scope.ts';
import { defaultSettling, longestWaitMs, type Settling, settlingOf } from '../../src/core/settle/settings.ts';
import {
  afterDeed,
  afterFailure,
  afterFlap,
  afterReversal,
  afterStep,
  type Failure,
  whyHeld,
} from '../../src/core/settle/settle.ts';
import '../kit/properties.ts';

const settling = defaultSettling;
const leaf = 'e1:i1:/a';
const moment = (now: number, more: Partial<Settling> = {}) => ({ now, chance: 1, settling: { ...settling, ...more } });
const did = (at: number) => ({ task: taskId('t'), at, value: 1 });
const fail = (
  before: LeafRecord | undefined,
  now: number,
  failure: Failure = 'refused',
  more: Partial<Settling> = {},
) => afterFailure(leaf, before, { what: 'set a', came: 'no', failure }, moment(now, more));

// P32
test('tried in vain it waits twice as long each time, up to five minutes, and remembers the last five tries', () => {
  let record: LeafRecord | undefined;
  const waits: number[] = [];
  for (let i = 0; i < 11; i++) {
    record = fail(record, 0);
    waits.push(record.until);
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map(each => each * 1_000));
  expect(record).toMatchObject({ attempts: 11, because: 'tried 11 times, last: no' });
  expect(record?.tried).toHaveLength(5);
  expect(record?.stalled).toBeUndefined();
});

// P38
test('after its last try it is stalled, with what was tried and what would unblock it', () => {
  let record: LeafRecord | undefined;
  for (let i = 0; i < settling.stallAfter; i++) record = fail(record, i);
  expect(record?.stalled).toMatchObject({ reason: 'failing', since: 11, because: 'tried 12 times, last: no' });
  expect(record?.stalled?.unblocks).toMatch(/a change of what is expected, or a person who resumes it/);
  expect(whyHeld(record, 0, moment(1e12))).toMatchObject({
    on: 'stalled',
    because: expect.stringMatching(/^stalled: tried 12/),
  });
  expect(fail(undefined, 0, 'inVain', { stallAfter: 1 }).stalled?.reason).toBe('inVain');
  let never: LeafRecord | undefined;
  for (let i = 0; i < 100; i++) never = fail(never, i, 'refused', { stallAfter: 0 });
  expect(never?.stalled).toBeUndefined();
});

test('no answer waits as long, and stalls nothing', () => {
  let record: LeafRecord | undefined;
  for (let i = 0; i < 50; i++) record = fail(record, 0, 'unanswered');
  expect(record).toMatchObject({ attempts: 50, unanswered: 50, until: LONGEST_BACKOFF_MS });
  expect(record?.stalled).toBeUndefined();
  expect(fail(record, 0).stalled).toBeUndefined();
});

// P37
test('set back by somebody else once it goes on at once, twice within the window it stalls and names them', () => {
  const once = afterReversal(
    leaf,
    afterDeed(leaf, undefined, did(0)),
    { at: 10, from: 1, to: 2, by: 'bob' },
    moment(10),
  );
  expect(once.did).toBeUndefined();
  expect(whyHeld(once, 10, moment(10))).toBeUndefined();
  const twice = afterReversal(leaf, afterDeed(leaf, once, did(20)), { at: 30, from: 1, by: 'bob' }, moment(30));
  expect(twice.stalled).toMatchObject({
    reason: 'reversed',
    because: 'bob has set it back: it was set to 1 and is nothing, twice within 60 min',
    unblocks: expect.stringContaining('settle with bob who has the say'),
  });
  const late = afterReversal(leaf, once, { at: 0, from: 1 }, moment(10 + settling.reversalWindowMs));
  expect([late.stalled, late.reversals]).toEqual([undefined, [{ at: 0, from: 1 }]]);
});

// P35
test('flapping is left alone for a minute, two, four … and stalls at last', () => {
  let record: LeafRecord | undefined;
  const coolOffs: number[] = [];
  let now = 0;
  while (!record?.stalled) {
    record = afterFlap(leaf, record && afterDeed(leaf, record, did(now)), 'us', moment(now));
    const wait = record.until - now;
    if (wait > 0) coolOffs.push(wait / 60_000);
    now = Math.max(now + 1, record.until);
  }
  expect(coolOffs).toEqual([1, 2, 4, 8, 16, 32]);
  expect(record.stalled.because).toBe(
    'it flaps: it has fallen back 4 times within 10 min, lately through us, and was left alone 6 times',
  );
  expect(afterFlap(leaf, record, undefined, moment(1e9)).until).toBeGreaterThan(0);
});

test('what happened longer ago than the window is no flap', () => {
  let record: LeafRecord | undefined;
  for (let i = 0; i < 50; i++) {
    record = afterFlap(leaf, record, undefined, moment((i * settling.flapWindowMs) / 3));
    expect(record.until).toBe(0);
  }
});

test('it is held until it has been unmet for long enough', () => {
  const patient = { holdDownMs: 30_000 };
  expect(whyHeld(undefined, 0, moment(29_999, patient))).toEqual({
    on: 'hold',
    because: 'it must be unmet for 30 s before anything is done',
    until: 30_000,
  });
  expect(whyHeld(undefined, 0, moment(30_000, patient))).toBeUndefined();
});

// P34
test('at rest its failures are forgotten after the hold, its quarrels after one window more', () => {
  const failed = fail(undefined, 0);
  expect(rested(failed, 0, settling.holdUpMs - 1, settling)).toMatchObject({ attempts: 1 });
  expect(restsAt(failed, 0, settling)).toBe(settling.holdUpMs);
  expect(rested(failed, 0, settling.holdUpMs, settling)).toBeUndefined();
  let reversed: LeafRecord | undefined;
  for (const at of [0, 1]) reversed = afterReversal(leaf, reversed, { at, to: 2 }, moment(at));
  if (!reversed) throw new Error('no record');
  const over = settling.holdUpMs + settling.flapWindowMs;
  expect(restsAt({ ...reversed, until: 0 }, 1, settling)).toBe(1 + over);
  expect(rested(reversed, 1, over, settling)?.stalled).toBeDefined();
  const calm = rested(reversed, 1, 1 + over, settling);
  expect(calm?.stalled).toBeUndefined();
  // The quarrel is remembered: whoever takes it up again stalls it at once.
  expect(afterReversal(leaf, calm, { at: over + 2 }, moment(over + 2)).stalled?.reason).toBe('reversed');
});

test('a number moves no farther than it may at once, and not at all for a little', () => {
  const by = (more: Partial<Settling>) => ({ ...settling, ...more });
  expect(paced(10, 100, settling)).toEqual({ wanted: 100 });
  expect(paced(10, 100, by({ gain: 25 }))).toEqual({ wanted: 35 });
  expect(paced(100, 10, by({ gain: 25 }))).toEqual({ wanted: 75 });
  expect(paced(90, 100, by({ gain: 25 }))).toEqual({ wanted: 100 });
  expect(paced(0.1, 0.4, by({ gain: 0.1 }))).toEqual({ wanted: 0.2 });
  expect(paced({ amount: 10, units: 'Mbps' }, { amount: 50, units: 'Mbps' }, by({ gain: 20 }))).toEqual({
    wanted: { amount: 30, units: 'Mbps' },
  });
  expect(paced('a', 'b', by({ gain: 1, band: 5 }))).toEqual({ wanted: 'b' });
  expect(paced(98, 100, by({ band: 2 }))).toMatchObject({ on: 'hold', because: expect.stringContaining('off by 2') });
  expect(paced(97, 100, by({ band: 2 }))).toEqual({ wanted: 100 });
  expect(afterStep(leaf, undefined, 'step', moment(0)).until).toBe(settling.gainWindowMs);
});

// P36
test('a number always gets there, in as many steps as its gain asks for', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e4, max: 1e4 }),
      fc.integer({ min: -1e4, max: 1e4 }),
      fc.integer({ min: 10, max: 1e5 }),
      (from, to, gain) => {
        let at = from;
        let steps = 0;
        while (at !== to) {
          const pace = paced(at, to, { ...settling, gain });
          if (!('wanted' in pace) || typeof pace.wanted !== 'number') throw new Error('it stands still');
          expect(Math.abs(pace.wanted - at)).toBeLessThanOrEqual(gain);
          at = pace.wanted;
          steps++;
        }
        expect(steps).toBe(Math.ceil(Math.abs(to - from) / gain));
      },
    ),
  );
});

test('a rule says otherwise for what it speaks of, and the rest is as ever', () => {
  expect(settlingOf(undefined)).toBe(defaultSettling);
  expect(settlingOf({ sort: 'settle', holdDown: '30s', attempts: 3, coolOff: '2h', gain: 5, hysteresis: 1 })).toEqual({
    ...defaultSettling,
    holdDownMs: 30_000,
    stallAfter: 3,
    coolOffMs: 7_200_000,
    coolOffLongestMs: 7_200_000,
    gain: 5,
    band: 1,
  });
});

/** Anything that can happen to a leaf. */
const event = fc.record({
  what: fc.constantFrom('refused', 'unanswered', 'inVain', 'done', 'reversal', 'flap', 'step', 'rest'),
  after: fc.integer({ min: 0, max: 7_200_000 }),
});

function play(events: readonly { readonly what: string; readonly after: number }[]) {
  let record: LeafRecord | undefined;
  let now = 1_000;
  for (const { what, after } of events) {
    now += after;
    switch (what) {
      case 'refused':
      case 'unanswered':
      case 'inVain':
        record = fail(record, now, what);
        break;
      case 'done':
        record = afterDeed(leaf, record, did(now));
        break;
      case 'reversal':
        record = afterReversal(leaf, record, { at: now }, moment(now));
        break;
      case 'flap':
        record = afterFlap(leaf, record, undefined, moment(now));
        break;
      case 'step':
        record = afterStep(leaf, record, 'step', moment(now));
        break;
      default:
        record = record && rested(record, now - after, now, settling);
    }
  }
  return { record, now };
}

test('whatever happens to it, it rests again: after the longest window nothing is remembered', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), events => {
      const { record, now } = play(events);
      if (!record) return;
      const later = now + Math.max(settling.reversalWindowMs, settling.holdUpMs + settling.flapWindowMs);
      expect(rested(record, now, later, settling)).toBeUndefined();
    }),
  );
});

// P44
test('whatever happens to it and to the clock, nothing is of the future and it waits no longer than its longest wait', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), fc.integer({ min: -4e11, max: 4e11 }), (events, jump) => {
      const { record, now } = play(events);
      if (!record) return;
      const wait = record.until - now;
      expect(wait).toBeLessThanOrEqual(longestWaitMs(record, settling));
      const after = redated(record, now + jump, settling);
      expect(after.until - (now + jump)).toBeLessThanOrEqual(longestWaitMs(record, settling));
      const times = [...(after.flaps ?? []), after.stalled?.since ?? 0, ...(after.tried ?? []).map(each => each.at)];
      for (const at of times) expect(at).toBeLessThanOrEqual(now + jump > 0 ? now + jump : 0);
      expect(redated(record, now, settling)).toEqual(record);
      expect(shifted(shifted(record, jump), -jump)).toEqual(record);
    }),
  );
});

test('once stalled it stays so until it rests or is set going, whatever else happens', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), fc.array(event, { maxLength: 10 }), (before, after) => {
      const { record } = play(before);
      if (!record?.stalled) return;
      const { record: later } = play([...before, ...after.filter(each => each.what !== 'rest')]);
      expect(later?.stalled).toEqual(record.stalled);
    }),
  );
});

test('a person says what goes on by the same words as what is paused', () => {
  const stalled = { since: 0, reason: 'failing', because: '', unblocks: '' } as const;
  const records = [
    { leaf: 'e1:i1:/a', attempts: 0, until: 0, because: '', stalled },
    { leaf: 'e1:i2:/a', attempts: 1, until: 9, because: '' },
    { leaf: 'e2::', attempts: 1, until: 9, because: '' },
    { leaf: 'e1:i1:/calm', attempts: 0, until: 0, because: '', did: did(0) },
  ];
  const owners = {
    kindOf: (id: string) => (id === 'i1' ? 'port' : 'card'),
    expectation: () => ({ for: { kind: 'tunnel', name: 't1' } }),
  };
  const meant = (scope: string) => waitingIn(scope, records, owners).map(each => each.leaf);
  expect(meant('all')).toEqual(['e1:i1:/a', 'e1:i2:/a', 'e2::']);
  expect(meant('kind:port')).toEqual(['e1:i1:/a']);
  expect(meant('kind:tunnel')).toEqual(['e2::']);
  expect(meant('instance:i2')).toEqual(['e1:i2:/a']);
  expect(meant('leaf:e1:i1')).toEqual(['e1:i1:/a']);
  expect(meant('leaf:e2:')).toEqual(['e2::']);
});
