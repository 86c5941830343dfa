/** Arbitrary documents and expectations, small enough that they often meet. */
import fc from 'fast-check';
import type { Json } from '../../src/core/json.ts';
import type { KeyedArrays } from '../../src/core/path.ts';

export const keyed: KeyedArrays = { items: [['id'], ['name']], place: [['role', 'ref/id'], ['role']] };

const scalar = fc.constantFrom<Json>(true, false, 0, 1, 2, 'a', 'b', '');
const name = fc.constantFrom('a', 'b', 'id', 'name', '__proto__', 'constructor');

const record = (value: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.array(fc.tuple(name, value), { maxLength: 3 }).map(entries => Object.fromEntries(entries));

const keyedItem = (value: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.record({ id: fc.constantFrom(1, 2, 3), value }, { requiredKeys: ['id'] });

/** Null, scalars, arrays and objects: what is at once a document and an expectation. */
export const plain: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>(tie => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(scalar, fc.constant(null)),
    record(tie('node')),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
})).node;

/** A document with arrays keyed by profile. */
export const document: fc.Arbitrary<Json> = fc
  .tuple(record(plain), fc.array(keyedItem(plain), { maxLength: 4 }))
  .map(([rest, items]) => ({ ...(rest as object), items }));

/** Any expectation: literals, operators and keyed arrays. */
export const expectation: fc.Arbitrary<Json> = fc.letrec<{ node: Json; operator: Json; items: Json[] }>(tie => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(scalar, fc.constant(null)),
    record(tie('node')),
    fc.array(tie('node'), { maxLength: 3 }),
    tie('operator'),
    tie('items').map(items => ({ items })),
  ),
  items: fc.array(keyedItem(tie('node')), { maxLength: 3 }),
  operator: fc.oneof(
    fc.constantFrom<Json>(
      { $absent: true },
      { $present: true },
      { $null: true },
      { $type: 'integer' },
      { $empty: 'array' },
      { $nonEmpty: 'object' },
      { $gt: 0 },
      { $lte: 1 },
      { $between: [1, 2] },
      { $outside: [0, 1] },
      { $range: [0, 4, 2] },
      { $match: '^a' },
      { $same: 1 },
      { $within: { of: 1, tolerance: 1 } },
    ),
    plain.map(value => ({ $eq: value })),
    plain.map(value => ({ $literal: value })),
    record(tie('node')).map(map => ({ $map: map })),
    fc
      .tuple(fc.constantFrom('$anyOf', '$oneOf', '$noneOf'), fc.array(tie('node'), { maxLength: 3 }))
      .map(([op, alternatives]) => ({ [op]: alternatives })),
    fc.array(tie('node'), { minLength: 1, maxLength: 3 }).map(members => ({ $allOf: members })),
    fc.array(tie('node'), { maxLength: 3 }).map(members => ({ $contains: members })),
    fc.array(plain, { maxLength: 3 }).map(values => ({ $set: values })),
    fc.tuple(tie('items'), fc.boolean()).map(([items, closed]) => ({ $keyed: { by: ['id'], items, closed } })),
  ),
})).node;
