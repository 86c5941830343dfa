/** Maintenance windows by the wall clock of a zone: over midnight, on some days, and where clocks are set. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { windowAt } from '../../../src/core/guard/window.ts';
import { instantShowing, shownAt } from '../../../src/core/guard/zone.ts';
import '../../kit/properties.ts';

const at = (text: string): number => Date.parse(text);
const iso = (instant: number | undefined): string | undefined =>
  instant === undefined ? undefined : new Date(instant).toISOString().replace('.000', '');
const told = (window: Parameters<typeof windowAt>[0][number], now: string) => {
  const { open, turns } = windowAt([window], at(now));
  return [open, iso(turns)];
};

test('a window of the night is open over midnight, on the days on which it begins', () => {
  const night = { days: ['fri'] as const, from: '22:00', to: '06:00' };
  // The 2nd of January 2026 is a Friday.
  expect(told(night, '2026-01-02T21:59:59Z')).toEqual([false, '2026-01-02T22:00:00Z']);
  expect(told(night, '2026-01-02T22:00:00Z')).toEqual([true, '2026-01-03T06:00:00Z']);
  expect(told(night, '2026-01-03T05:59:59Z')).toEqual([true, '2026-01-03T06:00:00Z']);
  expect(told(night, '2026-01-03T06:00:00Z')).toEqual([false, '2026-01-09T22:00:00Z']);
  expect(told(night, '2026-01-02T03:00:00Z')).toEqual([false, '2026-01-02T22:00:00Z']);
});

test('windows of one author for the same are one, and what touches goes on', () => {
  const all = [
    { from: '01:00', to: '02:00' },
    { from: '02:00', to: '03:00' },
  ];
  expect(windowAt(all, at('2026-01-02T01:30:00Z'))).toEqual({ open: true, turns: at('2026-01-02T03:00:00Z') });
});

test('from a time to the same is the whole day', () => {
  expect(told({ days: ['sat'], from: '00:00', to: '00:00' }, '2026-01-03T12:00:00Z')).toEqual([
    true,
    '2026-01-04T00:00:00Z',
  ]);
});

test('where clocks are put forward, a window begins when they have jumped over its beginning', () => {
  // In Berlin on the 29th of March 2026 two o'clock is followed by three.
  const window = { from: '02:30', to: '04:00', zone: 'Europe/Berlin' };
  expect(told(window, '2026-03-29T00:59:59Z')).toEqual([false, '2026-03-29T01:00:00Z']);
  expect(told(window, '2026-03-29T01:00:00Z')).toEqual([true, '2026-03-29T02:00:00Z']);
  // One that is jumped over whole does not open that day.
  expect(told({ ...window, to: '02:45' }, '2026-03-29T00:00:00Z')).toEqual([false, '2026-03-30T00:30:00Z']);
});

test('where clocks are put back, a window opens once', () => {
  // In Berlin on the 25th of October 2026 it is half past two twice, at 00:30 and at 01:30 UTC.
  const window = { from: '02:30', to: '02:45', zone: 'Europe/Berlin' };
  expect(told(window, '2026-10-25T00:00:00Z')).toEqual([false, '2026-10-25T00:30:00Z']);
  expect(told(window, '2026-10-25T00:30:00Z')).toEqual([true, '2026-10-25T00:45:00Z']);
  expect(told(window, '2026-10-25T01:30:00Z')).toEqual([false, '2026-10-26T01:30:00Z']);
  expect(told({ ...window, from: '01:00', to: '04:00' }, '2026-10-24T23:00:00Z')).toEqual([
    true,
    '2026-10-25T03:00:00Z',
  ]);
});

const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia'];

test('what clocks show at an instant is shown at that instant', () => {
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 2_000_000_000 }), (zone, seconds) => {
      const shown = shownAt(seconds * 1_000, zone);
      const found = instantShowing(shown, zone);
      // Of a time that is shown twice, the first.
      expect(shownAt(found, zone)).toBe(shown);
      expect(found).toBeLessThanOrEqual(seconds * 1_000);
    }),
  );
});

test('a window says itself when it turns: nothing changes before, and something does then', () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(parts => parts.map(part => String(part).padStart(2, '0')).join(':'));
  fc.assert(
    fc.property(
      fc.record({ from: time, to: time, zone: fc.constantFrom(...zones) }),
      fc.integer({ min: 1_500_000_000, max: 1_900_000_000 }),
      (window, seconds) => {
        const now = seconds * 1_000;
        const { open, turns } = windowAt([window], now);
        if (turns === undefined) return;
        expect(turns).toBeGreaterThan(now);
        expect(windowAt([window], turns - 1).open).toBe(open);
        if (window.from !== window.to) expect(windowAt([window], turns).open).toBe(!open);
      },
    ),
    { numRuns: 60 },
  );
});
