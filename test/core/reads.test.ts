/** What an expectation reads of a document: nothing that counts is left out, and what does not count is. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readsOf, touches } from '../../src/core/expected/reads.ts';
import { readExpected } from '../../src/core/expected.ts';
import type { Json } from '../../src/core/json.ts';
import { explain, outstanding } from '../../src/core/outstanding.ts';
import { differences } from '../../src/core/path.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { document, expectation, keyed } from '../kit/expectations.ts';

const readOf = (source: Json) => readsOf(readExpected(source, { keyed: tmfKeyedArrays }).node, tmfKeyedArrays);
const mtu: Json = { state: 'active', resourceCharacteristic: [{ name: 'mtu', value: 1500 }] };

test('what it speaks of is read, what stands beside it is not', () => {
  const reads = readOf(mtu);
  const read = [
    '/state',
    '/resourceCharacteristic',
    '/resourceCharacteristic/mtu',
    '/resourceCharacteristic/mtu/value',
    '',
  ];
  expect(read.filter(path => !touches(reads, path))).toEqual([]);
  const unread = [
    '/name',
    '/resourceCharacteristic/speed',
    '/resourceCharacteristic/mtu/id',
    '/resourceCharacteristic/speed/value',
  ];
  expect(unread.filter(path => touches(reads, path))).toEqual([]);
});

test('an operator that looks at a whole reads all of it', () => {
  const reads = readOf({ resourceCharacteristic: { $nonEmpty: 'array' }, note: { $absent: true } });
  expect(touches(reads, '/resourceCharacteristic/speed/value')).toBe(true);
  expect(touches(reads, '/note/n1/text')).toBe(true);
  expect(touches(reads, '/state')).toBe(false);
});

test('where an element has one of several names, what is read of one is read of each', () => {
  const reads = readOf({ relatedParty: [{ role: 'owner', name: 'acme', email: 'a@b' }] });
  expect(touches(reads, '/relatedParty/owner,17/email')).toBe(true);
  expect(touches(reads, '/relatedParty/owner,17/phone')).toBe(false);
});

test('a set that allows nothing more reads what comes and goes, not what is in it', () => {
  const reads = readOf({
    resourceCharacteristic: { $keyed: { by: ['name'], items: [{ name: 'mtu', value: 1500 }], closed: true } },
  });
  expect(touches(reads, '/resourceCharacteristic/speed')).toBe(true);
  expect(touches(reads, '/resourceCharacteristic/speed/value')).toBe(false);
});

test('where the order of a set counts, every change is read: the list of changes does not tell of it', () => {
  expect(touches(readOf({ place: { $eq: [{ role: 'site' }] } }), '/name')).toBe(true);
  expect(touches(readOf({ place: { $eq: 'none' } }), '/name')).toBe(false);
});

test('whenever the outcome differs between two documents, one of their differences is read', () => {
  const context = { now: 0, keyed };
  let counted = 0;
  fc.assert(
    fc.property(expectation, document, document, (source, before, after) => {
      const expected = readExpected(source, { keyed, lenient: true });
      const changes = differences(before, after, keyed);
      const outcome = (actual: Json) => [
        outstanding(expected, actual, context),
        explain(expected, actual, context).map(({ path, verdict }) => [path, verdict]),
      ];
      if (changes.length === 0 || changes.some(({ path }) => touches(readsOf(expected.node, keyed), path))) return;
      counted++;
      expect(outcome(after)).toEqual(outcome(before));
    }),
    { numRuns: 5_000 },
  );
  expect(counted).toBeGreaterThan(100);
});
