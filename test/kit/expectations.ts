/** Arbitrary documents and expectations of the whole language, small enough that they often meet. */
import fc from 'fast-check';
import type { Json } from '../../src/core/json.ts';
import type { KeyedArrays } from '../../src/core/path.ts';
import { operatorsOfAValue, sampleTexts } from './operators.ts';

export const keyed: KeyedArrays = { items: [['id'], ['name']], place: [['role', 'ref/id'], ['role']] };

const scalar = fc.constantFrom<Json>(true, false, 0, 1, 2, 'a', 'b', '');
const quantity = fc.constantFrom<Json>(
  { amount: 1, units: 'Mbps' },
  { value: 1.0005, unitOfMeasure: 'Gbps' },
  { value: -20, units: 'dBm' },
);
const anyScalar = fc.oneof({ arbitrary: scalar, weight: 5 }, fc.constantFrom<Json>(...sampleTexts));
const name: fc.Arbitrary<string> = fc.constantFrom('a', 'b', 'id', 'name', '__proto__', 'constructor');

const record = (value: fc.Arbitrary<Json>, names = name): fc.Arbitrary<Json> =>
  fc.array(fc.tuple(names, value), { maxLength: 3 }).map(entries => Object.fromEntries(entries));

const keyedItem = (value: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.record({ id: fc.constantFrom(1, 2, 3), value }, { requiredKeys: ['id'] });

const place = (value: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.record({ role: fc.constantFrom('x', 'y'), ref: fc.record({ id: fc.constantFrom(1, 2) }), value });

/** Null, scalars, arrays and objects: what is at once a document and an expectation. */
export const plain: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>(tie => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.oneof({ arbitrary: anyScalar, weight: 5 }, fc.constant(null), quantity),
    record(tie('node')),
    fc.array(tie('node'), { maxLength: 3 }),
  ),
})).node;

/** A document with arrays keyed by profile. */
export const document: fc.Arbitrary<Json> = fc
  .tuple(
    record(plain),
    fc.array(keyedItem(plain), { maxLength: 4 }),
    fc.option(fc.array(place(plain), { maxLength: 3 }), { nil: undefined }),
  )
  .map(([rest, items, places]) => ({ ...(rest as object), items, ...(places ? { place: places } : {}) }));

/** Any JSON at all, with names that mean something to JavaScript or to the language. */
export const anything: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>(tie => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(anyScalar, fc.jsonValue({ maxDepth: 0 }) as fc.Arbitrary<Json>, fc.constant(null)),
    record(tie('node'), fc.oneof(name, fc.constantFrom('$gt', '$allOf', '$ref', 'items'), fc.string({ maxLength: 3 }))),
    fc.array(tie('node'), { maxLength: 4 }),
  ),
})).node;

interface Manner {
  /** Without what is refused when stored. */
  readonly stored?: boolean;
  /** Without what more in an actual can break: positions, counts, and what must not be there. */
  readonly growing?: boolean;
}

/** Any expectation: literals, operators and keyed arrays. */
function expectationOf({ stored = false, growing = false }: Manner): fc.Arbitrary<Json> {
  const verbatim = growing ? scalarsAndRecords : plain;
  const noNull = (node: fc.Arbitrary<Json>): fc.Arbitrary<Json> => (stored ? node.filter(each => each !== null) : node);
  const wish = (values: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
    growing
      ? values.filter(each => !/"\$(absent|null|empty)"/.test(JSON.stringify(each)))
      : values.filter(each => !stored || !JSON.stringify(each).includes('P1M'));
  return fc.letrec<{ node: Json; operator: Json; items: Json[]; places: Json[] }>(tie => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(scalar, fc.constant(null)),
      record(tie('node')),
      ...(growing ? [] : [fc.array(tie('node'), { maxLength: 3 })]),
      tie('operator'),
      tie('items').map(items => ({ items })),
      tie('places').map(places => ({ place: places })),
    ),
    items: fc.array(keyedItem(tie('node')), { maxLength: 3 }),
    places: fc.array(place(tie('node')), { maxLength: 2 }),
    operator: fc.oneof(
      { weight: 4, arbitrary: wish(operatorsOfAValue) },
      { weight: 1, arbitrary: verbatim.map(value => ({ $literal: value })) },
      { weight: 1, arbitrary: record(tie('node'), fc.oneof(name, fc.constant('$ref'))).map(map => ({ $map: map })) },
      ...(growing ? [] : [{ weight: 1, arbitrary: plain.map(value => ({ $eq: value })) }]),
      {
        weight: 2,
        arbitrary: fc
          .tuple(
            fc.constantFrom(...(growing ? ['$anyOf'] : ['$anyOf', '$oneOf', '$noneOf'])),
            fc.array(noNull(tie('node')), { maxLength: 3 }),
          )
          .map(([op, alternatives]) => ({ [op]: alternatives })),
      },
      {
        weight: 2,
        arbitrary: fc.array(noNull(tie('node')), { minLength: 1, maxLength: 3 }).map(all => ({ $allOf: all })),
      },
      { weight: 1, arbitrary: fc.array(tie('node'), { maxLength: 3 }).map(members => ({ $contains: members })) },
      { weight: 1, arbitrary: fc.array(growing ? scalar : plain, { maxLength: 3 }).map(values => ({ $set: values })) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(tie('items'), growing ? fc.constant(false) : fc.boolean())
          .map(([items, closed]) => ({ $keyed: { by: ['id'], items, closed } })),
      },
      {
        weight: 1,
        arbitrary: tie('places').map(items => ({ $keyed: { by: ['role', 'ref/id'], items } })),
      },
    ),
  })).node;
}

const scalarsAndRecords: fc.Arbitrary<Json> = fc.letrec<{ node: Json }>(tie => ({
  node: fc.oneof({ maxDepth: 2 }, scalar, record(tie('node'))),
})).node;

export const expectation = expectationOf({});
/** One that is taken in as it is. */
export const storedExpectation = expectationOf({ stored: true });
/** One that more in an actual can only meet better. */
export const growingExpectation = expectationOf({ growing: true });
