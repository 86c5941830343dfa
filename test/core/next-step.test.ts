/** What is next for a leaf and when: an instant where time alone decides, else who has to do what. */
import { describe, expect, test } from 'vitest';
import { expectationId } from '../../src/core/ids.ts';
import { type Facing, nextOf } from '../../src/core/next-step.ts';
import { waitsOn } from '../../src/core/waits-on.ts';

const now = Date.parse('2026-03-12T12:00:00Z');
const plan = { id: '56764ace-4ceb-4f5e-85ab-42b0cf143aee', state: 'proposed' } as const;
const facing: Facing = {
  now,
  verdict: 'unmet',
  mode: 'enforce',
  steps: [],
  say: { thing: 'p1', expectation: '9ae72ebe-0fbf-4fda-ac4e-a78d53a085f5', instance: 'i1', path: '/mtu' },
};
const steps = ['set mtu of p1 to 1400'];
const next = (more: Partial<Facing>) => nextOf({ ...facing, ...more });

describe('what could be done', () => {
  test('is done in the next pass, where nobody has to be asked', () => {
    expect(next({ steps })).toEqual({ next: steps[0], when: { at: now, words: 'in the next pass' } });
  });

  test('waits for the approval of its plan, or for a plan', () => {
    expect(next({ steps, mode: 'approve', plan })).toMatchObject({
      on: 'approval',
      when: { words: 'when a person approves plan 56764ace', say: 'diffo approve 56764ace' },
    });
    expect(next({ steps, mode: 'approve' }).when.say).toBe('diffo plan --instance p1');
  });

  test('waits for a person by name where it is protected, whatever the mode', () => {
    const asked = next({ steps, mode: 'approve', plan, protected: 'ann is connected by it' });
    expect(asked).toMatchObject({
      on: 'approval',
      because: 'it is protected: ann is connected by it',
      when: { say: 'diffo approve 56764ace --by NAME' },
    });
  });

  test('waits for a yes where there is no way back', () => {
    expect(next({ steps, mode: 'approve', plan, isFinal: true }).because).toMatch(/^there is no way back/);
  });

  test('is told and not touched', () => {
    for (const mode of ['observe', 'warn'] as const) {
      expect(next({ steps, mode })).toMatchObject({ on: 'mode', when: { say: 'diffo plan --instance p1' } });
    }
  });

  test('is under way, held, or waits to be confirmed', () => {
    expect(next({ steps, plan: { ...plan, state: 'carryingOut' } }).when.words).toMatch(/^now: plan 56764ace/);
    const held = { because: 'frozen by operator', on: 'freeze', until: now + 60_000 } as const;
    expect(next({ steps, plan: { ...plan, state: 'approved', held } })).toMatchObject({
      on: 'freeze',
      when: { at: now + 60_000, words: 'in 1 min, or when a person thaws it' },
    });
    expect(next({ plan: { ...plan, state: 'unconfirmed', until: now + 30_000 } })).toMatchObject({
      on: 'confirmation',
      when: { at: now + 30_000, say: 'diffo confirm 56764ace --by NAME' },
    });
    expect(next({ plan: { ...plan, state: 'undoing' } }).because).toBe('plan 56764ace is being taken back');
  });
});

describe('what waits says why, and when it ends', () => {
  const until = now + 5_000;
  test.each([
    ['pause', {}, { words: 'when a person resumes it' }],
    ['outOfBand', {}, { say: 'diffo decide 9ae72ebe p1 /mtu restore|adopt|manage' }],
    ['freeze', { until }, { at: until, say: 'diffo thaw' }],
    ['window', { until }, { at: until, words: 'in 5 s' }],
    ['budget', { until }, { at: until, words: 'in 5 s, or when a person approves a plan of it' }],
    ['backoff', { until }, { at: until, words: 'in 5 s' }],
    ['hold', { until }, { at: until }],
    ['overruled', {}, { words: 'when that one is withdrawn, or wants less' }],
    ['need', {}, { words: 'when that is so' }],
    ['element', {}, { words: 'when the element lets it be done' }],
    ['nobody', {}, { words: 'when somebody changes it at the element, or what is wanted of it' }],
    ['halfMade', {}, { words: 'when it is whole' }],
    ['peer', {}, { words: 'when that peer has met it' }],
    ['confirmation', { until }, { at: until }],
  ] as const)('%s', (on, more, when) => {
    expect(next({ waiting: { because: 'so it is', on, ...more } })).toMatchObject({ on, because: 'so it is', when });
  });

  test('in time, whatever it is that waits', () => {
    for (const on of waitsOn) {
      const said = next({ waiting: { because: 'so it is', on } });
      expect(said.when.words, on).not.toBe('');
      expect(said.next, on).not.toBe('');
    }
  });

  test('stalled: what would unblock it; put off: what was tried', () => {
    const record = {
      attempts: 8,
      until: now + 9_000,
      because: 'refused',
      tried: [{ at: now, what: 'set mtu', came: 'refused' }],
    };
    expect(next({ record, waiting: { because: 'tried 8 times, last: refused', until: now + 9_000 } })).toMatchObject({
      on: 'backoff',
      next: 'try again: set mtu',
      when: { at: now + 9_000, words: 'in 9 s' },
    });
    const stalled = {
      since: now,
      reason: 'failing',
      because: 'tried 8 times',
      unblocks: 'a person resumes it',
    } as const;
    expect(next({ record: { ...record, stalled }, waiting: { because: 'stalled' } })).toMatchObject({
      on: 'stalled',
      next: 'nothing',
      because: 'stalled: tried 8 times',
      when: { words: 'when somebody sees to it: a person resumes it', say: 'diffo resume p1' },
    });
  });
});

test('what was handed to a peer is the peer’s until it is taken back, and then says what came of it', () => {
  const stalled = { since: now, reason: 'failing', because: 'tried 8 times', unblocks: 'a person' } as const;
  const record = { attempts: 8, until: now, because: 'refused', stalled };
  const delegated = { peer: 'edge-a', since: now, until: now + 60_000 };
  const waiting = { because: 'stalled' };
  expect(
    next({ waiting, record: { ...record, delegated: { ...delegated, expectation: expectationId('there') } } }),
  ).toEqual({
    on: 'peer',
    because: 'stalled: tried 8 times; handed to edge-a',
    next: 'edge-a meets it, or it is taken back',
    when: { at: now + 60_000, words: 'when edge-a has met it, else in 1 min' },
  });
  expect(
    next({ waiting, record: { ...record, delegated: { ...delegated, came: 'taken back in time' } } }),
  ).toMatchObject({
    on: 'stalled',
    because: 'stalled: tried 8 times; it had been handed to edge-a: taken back in time',
  });
});

test('what is met, unknown or does not apply has its next and its when as well', () => {
  expect(next({ verdict: 'met' }).next).toBe('nothing, but to put it right when it changes');
  expect(next({ verdict: 'met', mode: 'warn' }).next).toBe('nothing');
  expect(next({ verdict: 'unknown', lookAt: now + 3_000 })).toMatchObject({
    on: 'look',
    when: { at: now + 3_000, words: 'in 3 s' },
  });
  expect(next({ verdict: 'inapplicable', aside: { because: 'later', at: now + 3_000 } }).when.at).toBe(now + 3_000);
  expect(next({ verdict: 'inapplicable' }).when.words).not.toBe('');
});
