/** Wishes that many values meet, and values of their shapes, so that pairs and triples of them are met often. */
import fc from 'fast-check';
import type { Json } from '../../src/core/json.ts';

/** `$keyed` by `id`, objects, lists, operators of all kinds. */
export const wish: fc.Arbitrary<Json> = fc.letrec<{ wish: Json }>(tie => ({
  wish: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Json>(
      ...[true, 0, 1, 2, 'a', { $absent: true }, { $present: true }, { $type: 'number' }, { $type: 'array' }],
      ...[{ $gt: 0 }, { $lte: 3 }, { $between: [1, 4] }, { $outside: [1, 2] }, { $range: [0, 4, 2] }, { $match: 'a' }],
      ...[{ $type: 'object' }, { $nonEmpty: 'array' }, { $contains: [1] }, { $set: [2] }, { $empty: 'array' }, {}],
      ...[{ $gte: 1 }, { $lte: 2 }, { $between: [2, 5] }, { $literal: { a: 1 } }, { $map: { $a: 1 } }],
    ),
    fc.dictionary(fc.constantFrom('a', 'b'), tie('wish'), { maxKeys: 2 }),
    fc.array(tie('wish'), { maxLength: 2 }),
    fc
      .tuple(
        fc.constantFrom('$anyOf', '$oneOf', '$noneOf', '$allOf', '$contains'),
        fc.array(tie('wish'), { minLength: 1, maxLength: 3 }),
      )
      .map(([op, each]) => ({ [op]: each })),
    fc
      .tuple(fc.uniqueArray(fc.tuple(fc.constantFrom(1, 2), tie('wish')), { selector: ([id]) => id }), fc.boolean())
      .map(([items, closed]) => ({ $keyed: { by: ['id'], items: items.map(([id, a]) => ({ id, a })), closed } })),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(1, 2), tie('wish')), { selector: ([id]) => id })
      .map(items => ({ items: items.map(([id, a]) => ({ id, a })) })),
  ),
})).wish;

export const value: fc.Arbitrary<Json | undefined> = fc.letrec<{ value: Json }>(tie => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<Json>(null, true, false, 0, 1, 2, 3, 4, 1.5, 5, 'a', 'b'),
    fc.dictionary(fc.constantFrom('a', 'b', '$a'), tie('value'), { maxKeys: 2 }),
    fc.array(tie('value'), { maxLength: 3 }),
    keyedItems(tie('value')),
    keyedItems(tie('value')).map(items => ({ items })),
  ),
})).value;

/** A key names one element. */
function keyedItems(of: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc
    .uniqueArray(fc.tuple(fc.constantFrom(1, 2, 3), of), { selector: ([id]) => id })
    .map(items => items.map(([id, a]) => ({ id, a })));
}
