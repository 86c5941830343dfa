/** Rules as they are read, ordered and held against a leaf. */
import { expect, test } from 'vitest';
import { modes } from '../../../src/core/expectation.ts';
import { Budgets } from '../../../src/core/guard/budget.ts';
import { modeAt, policyAt } from '../../../src/core/guard/mode.ts';
import { RuleBook } from '../../../src/core/guard/rule-book.ts';
import { adopted, managed } from '../../../src/core/guard/take-over.ts';
import { expectationId } from '../../../src/core/ids.ts';
import { differenceOfRules } from '../../../src/core/profile/rules.ts';
import { type Rule, type RuleScope, ruleId } from '../../../src/core/rule.ts';
import { readRule } from '../../../src/core/rule-form.ts';
import { placeRule } from '../../../src/core/rule-order.ts';
import { tmfKeyedArrays as keyed } from '../../../src/tmf/keyed-arrays.ts';

let count = 0;
const head = (more: { for?: RuleScope; principal?: string; position?: number; until?: number } = {}) => ({
  id: ruleId(`r${++count}`),
  position: more.position ?? count,
  principal: 'operator',
  createdAt: 0,
  seq: count,
  ...more,
});
const E = expectationId('e');
const p1 = { id: 'i1', kind: 'port', name: 'p1' };
const MTU = '/resourceCharacteristic/mtu/value';

// P18
test('the mode of a leaf is the lesser of what the expectation and the operator say, for every pair of them', () => {
  for (const own of [undefined, ...modes]) {
    for (const ruled of modes) {
      const book = new RuleBook([
        { ...head({ for: { path: '/resourceCharacteristic/mtu' } }), sort: 'mode', mode: ruled },
      ]);
      const expectation = { id: E, principal: 'client', ...(own === undefined ? {} : { mode: own }) };
      const at = (path: string) => modeAt(book, expectation, { instance: p1, path }, 'warn', 0);
      const lesser = modes[Math.min(modes.indexOf(own ?? ruled), modes.indexOf(ruled))];
      expect([own, ruled, at(MTU)]).toEqual([own, ruled, lesser]);
      // Elsewhere the profile's mode stands, as if there were no rule.
      expect(at('/administrativeState')).toBe(modes[Math.min(modes.indexOf(own ?? 'warn'), modes.indexOf('warn'))]);
      expect(at('/resourceCharacteristic/mtus')).toBe(at('/administrativeState'));
    }
  }
});

// P18
test('the first that matches counts, the operator before the profile, and what has ended counts no more', () => {
  const rules: Rule[] = [
    { ...head({ principal: 'profile', position: 1 }), sort: 'mode', mode: 'enforce' },
    { ...head({ position: 2, for: { kind: 'port' } }), sort: 'mode', mode: 'approve' },
    { ...head({ position: 1, for: { instance: 'p1' }, until: 100 }), sort: 'mode', mode: 'observe' },
  ];
  const book = new RuleBook(rules);
  const at = (now: number, instance: typeof p1 = p1) =>
    modeAt(book, { id: E, principal: 'client' }, { instance, path: MTU }, 'warn', now);
  expect([at(99), at(100), at(0, { ...p1, kind: 'tunnel', name: 't1' })]).toEqual(['observe', 'approve', 'enforce']);
  // The operator's own expectation is not held down by the profile.
  const own = { id: E, principal: 'operator', mode: 'enforce' } as const;
  const strict = new RuleBook([{ ...head({ principal: 'profile' }), sort: 'mode', mode: 'observe' }]);
  expect(modeAt(strict, own, { instance: p1, path: MTU }, 'warn', 0)).toBe('enforce');
  expect(modeAt(strict, { ...own, principal: 'client' }, { instance: p1, path: MTU }, 'warn', 0)).toBe('observe');
});

test('out of band: whoever says hold holds, else the operator, the expectation, the profile, in that order', () => {
  const rule = (policy: 'restore' | 'hold' | 'adopt', principal = 'operator'): Rule => ({
    ...head({ principal }),
    sort: 'outOfBand',
    policy,
  });
  const say = (rules: Rule[], outOfBand?: 'restore' | 'hold' | 'manage') =>
    policyAt(new RuleBook(rules), { id: E, ...(outOfBand ? { outOfBand } : {}) }, { instance: p1, path: MTU }, 0)
      .policy;
  expect(say([])).toBe('hold');
  expect(say([rule('restore', 'profile')])).toBe('restore');
  expect(say([rule('restore', 'profile')], 'manage')).toBe('manage');
  expect(say([rule('adopt'), rule('restore', 'profile')], 'manage')).toBe('adopt');
  expect(say([rule('hold')], 'restore')).toBe('hold');
  expect(say([rule('restore')], 'hold')).toBe('hold');
});

test('a rule is put at a position, and those after it make room', () => {
  const [a, b, c]: Rule[] = ['a', 'b', 'c'].map((id, i) => ({
    ...head({ position: i + 1 }),
    id: ruleId(id),
    sort: 'mode',
    mode: 'warn',
  }));
  if (!a || !b || !c) throw new Error('three');
  const moves = (rule: Rule, to?: number) => placeRule(rule, to, [a, b, c]).map(each => [each.id, each.position]);
  expect(moves(c, 1)).toEqual([
    ['c', 1],
    ['a', 2],
    ['b', 3],
  ]);
  expect(moves(a, 99)).toEqual([
    ['b', 1],
    ['c', 2],
    ['a', 3],
  ]);
  expect(moves(b)).toEqual([['b', 2]]);
  expect(moves({ ...a, id: ruleId('d') })).toEqual([['d', 4]]);
});

test('each sort has its form, and bad input gets one sentence with its place', () => {
  expect(readRule({ sort: 'freeze', until: '2026-01-01T00:00:00Z', why: 'x' })).toEqual({
    sort: 'freeze',
    until: Date.parse('2026-01-01T00:00:00Z'),
    why: 'x',
  });
  const bad = (body: unknown, pointer: string, words: string) =>
    expect(() => readRule(body)).toThrow(
      expect.objectContaining({ code: 'invalid', pointer, message: expect.stringContaining(words) }),
    );
  bad({ sort: 'mode' }, '/mode', 'does not fit at /mode');
  bad({ sort: 'moods' }, '/sort', 'one of mode, outOfBand, budget');
  bad({ sort: 'mode', mode: 'warn', policy: 'hold' }, '/policy', 'no such member');
  bad({ sort: 'mode', mode: 'warn', for: {} }, '/for', 'at least one of');
  bad({ sort: 'mode', mode: 'warn', for: { path: 'mtu' } }, '/for/path', 'a path such as');
  bad({ sort: 'budget' }, '/changes', 'how many changes, deletions, or both');
  bad({ sort: 'budget', changes: 1, within: '8d' }, '/within', 'at most 7d');
  bad({ sort: 'budget', changes: 1.5 }, '/changes', 'a whole number');
  bad({ sort: 'window', from: '24:00', to: '06:00' }, '/from', 'a time of day');
  bad({ sort: 'window', from: '22:00', to: '06:00', zone: 'Mars/Olympus' }, '/zone', 'IANA');
  bad({ sort: 'window', from: '22:00', to: '06:00', days: ['mon', 'mon'] }, '/days', 'each day once');
  bad({ sort: 'freeze', why: 'x' }, '/until', 'does not fit');
  bad({ sort: 'freeze', until: '2026-01-01T00:00:00Z' }, '/why', 'does not fit');
  bad(
    { sort: 'freeze', from: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z', why: 'x' },
    '/until',
    'after from',
  );
  bad({ sort: 'mode', mode: 'warn', until: 'soon' }, '/until', 'a date and time');
  bad({ sort: 'settle', gain: 0 }, '/gain', 'above 0');
  bad({ sort: 'protect' }, '/for', 'does not fit');
  bad('mode warn', '', 'its root');
});

// P19
test('an account of its own for each part, deletions apart, and what governs a task counts it', () => {
  const book = new RuleBook([
    { ...head({ position: 1, for: { path: MTU } }), sort: 'budget', changes: 1, within: '1m', per: 'instance' },
    { ...head({ position: 2 }), sort: 'budget', deletions: 1, within: '1m' },
  ]);
  const spend = (name: string, path: string, removes = false) => ({ instance: { ...p1, id: name }, path, removes });
  const budgets = new Budgets(book, [{ ...spend('i1', MTU), at: 30_000 }], 60_000);
  expect(budgets.take([spend('i1', MTU)])).toMatchObject({
    until: 90_000,
    because: expect.stringContaining('1 changes in 1 min'),
  });
  expect(budgets.take([spend('i2', MTU)])).toBeUndefined();
  expect(budgets.take([spend('i1', '/x')])).toBeUndefined();
  expect(budgets.take([spend('i1', '/x', true)])).toBeUndefined();
  expect(budgets.take([spend('i2', '/x', true)])).toMatchObject({ until: 120_000 });
  expect(budgets.take([spend('i3', MTU), spend('i3', MTU)])?.because).toContain('at once');
  // A person is stopped by a strict one alone.
  expect(budgets.take([spend('i1', MTU)], 'person')).toBeUndefined();
});

test('adopting takes out what is said of a path and no more; managing wants what is there', () => {
  const wanted = {
    administrativeState: 'unlocked',
    resourceCharacteristic: [
      { name: 'mtu', value: 1400 },
      { name: 'vlan', value: 7 },
    ],
  };
  const rest = { administrativeState: 'unlocked', resourceCharacteristic: [{ name: 'vlan', value: 7 }] };
  expect(adopted(wanted, MTU, keyed)).toEqual(rest);
  expect(
    adopted({ $allOf: [wanted, { resourceCharacteristic: [{ name: 'mtu', value: { $gte: 1 } }] }] }, MTU, keyed),
  ).toEqual({ $allOf: [rest] });
  expect(adopted({ administrativeState: 'unlocked' }, '/administrativeState', keyed)).toEqual({});
  expect(adopted({ $anyOf: [wanted] }, MTU, keyed)).toBeUndefined();
  const there = { resourceCharacteristic: [{ name: 'mtu', value: 9000 }] };
  expect(managed(wanted, MTU, there, keyed)).toEqual({
    ...rest,
    resourceCharacteristic: [
      { name: 'mtu', value: 9000 },
      { name: 'vlan', value: 7 },
    ],
  });
  expect(managed(wanted, MTU, {}, keyed)).toEqual({
    $allOf: [rest, { resourceCharacteristic: { $noneOf: [[{ name: 'mtu' }]] } }],
  });
});

test('the rules of a profile are laid as they are, in order, and go when it says them no more', () => {
  const said = [
    { id: 'one', sort: 'mode', mode: 'warn' },
    { sort: 'outOfBand', policy: 'restore' },
    { sort: 'mode', mode: 'observe', until: 5 },
  ] as const;
  const first = differenceOfRules(said, [], 10);
  expect(first.put.map(each => [each.id, each.position, each.principal])).toEqual([
    ['profile.one', 1, 'profile'],
    ['profile.2', 2, 'profile'],
  ]);
  const standing = first.put.map((each, i): Rule => ({ ...each, seq: i + 1 }));
  expect(differenceOfRules(said, standing, 20)).toEqual({ put: [], removed: [] });
  expect(differenceOfRules([], standing, 20).removed).toEqual(['profile.one', 'profile.2']);
});
