import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { parseFilter, selects } from '../../src/tmf/filter/filter.ts';

const entity: JsonObject = {
  id: 'a',
  href: '/a',
  '@type': 'PhysicalResource',
  name: "eth'0",
  'with-dash': 1,
  operationalState: 'enabled',
  startOperatingDate: '2024-02-01T00:00:00Z',
  unknownStatus: false,
  powerConsumingLevel: 100,
  resourceSpecification: { id: 'sp-2', '@type': 'ResourceSpecificationRef' },
  attachment: [{ size: 300, name: 'manual' }, { size: 20 }],
  note: [
    { author: 'x', text: 'first', date: '2025-05-13T00:00:00.000Z' },
    { author: 'y', text: 'second' },
  ],
  resourceCharacteristic: [
    { name: 'vlan', value: 200 },
    { name: 'mtu', value: 1500 },
    { name: 'ipAddress', value: ['10.0.0.1/24', 'fe80::1/64'] },
  ],
  feature: [{ name: 'f', featureCharacteristic: [{ name: 'rate', value: '10' }] }],
  colours: ['red', 'green'],
  nothing: null,
};
const asked = { type: 'resource', version: 'v5' } as const;
const finds = (text: string): boolean => selects(parseFilter(text, asked), entity);

describe('a filter that holds', () => {
  test.each([
    ['T53: rooted at the collection', `$[?(@.name=='b' || @.id=='a')]`],
    ['T53: in quotes of either kind', `$[?(@.id=="a")]`],
    ['T53: parentheses are not needed', `$[?@.id=='a']`],
    ['T53: the root may be left out', `[?(@.id=='a')]`],
    ['T54: rooted at an array attribute', 'attachment[?(@.size==300)]'],
    ['T54: the official example', 'attachment[?(@size==300)]'],
    ['T54: with a leading $.', '$.attachment[?(@.size==300)]'],
    ['T54: with a leading dot', '.attachment[?(@.size==300)]'],
    ['T54: with a name in brackets', `$['attachment'][?(@['size']==300)]`],
    ['T54: through all entities', `$[*].attachment[?(@.size==300)]`],
    ['T54: with what must be there after it', `note[?(@.author=='x')].text`],
    ['T54: inside objects', `feature.featureCharacteristic[?(@.name=='rate')]`],
    ['T55: one element meets both', `resourceCharacteristic[?(@.name=='vlan' && @.value=='200')]`],
    ['T56: not equal', `$[?(@.id != 'b')]`],
    ['T56: not equal to what is missing', `$[?(@.description != 'b')]`],
    ['T56: greater', 'resourceCharacteristic[?(@.value > 1499)]'],
    ['T56: at least', 'resourceCharacteristic[?(@.value >= 1500)]'],
    ['T56: less', 'attachment[?(@.size < 21)]'],
    ['T56: at most', 'attachment[?(@.size<=20)]'],
    ['T56: a pattern between slashes', '$[?(@.name =~ /^ETH/i)]'],
    ['T56: a pattern in quotes', `$[?(@.name =~ '^eth.\\d$')]`],
    ['T56: a pattern with a slash', '$[?(@.resourceCharacteristic[?(@.value =~ /\\/64$/)])]'],
    ['T56: not', `$[?(!@.description && !(@.id=='b'))]`],
    ['T56: and binds closer than or', `$[?(@.id=='a' || @.id=='b' && @.id=='c')]`],
    ['T56: parentheses', `$[?((@.id=='a' || @.id=='b') && @.name)]`],
    ['T56: a literal on the left', `attachment[?(299 < @.size)]`],
    ['T57: nested', `$[?(@.note[?(@.author=='x')])]`],
    ['T57: nested, then compared', `$[?(@.note[?(@.author=='x')].text=='first')]`],
    ['T57: nested without a dot', `$[?(@note[?(@author=='x')])]`],
    ['T44: dates are instants', `$[?(@.startOperatingDate=='2024-02-01T01:00:00+01:00')]`],
    ['T44: dates in extensions too', `note[?(@.date<"2025-05-14T00:00:00Z")]`],
    ['T46: true and false', '$[?(@.unknownStatus==false)]'],
    ['T46: numbers', '$[?(@.powerConsumingLevel==1e2)]'],
    ['T46: null', '$[?(@.nothing==null)]'],
    ['T50: a type', `$[?(@.@type=='PhysicalResource')]`],
    ['T50: a base type', `$[?(@['@type']=='Resource')]`],
    ['T50: without a dot', `$[?(@type=='Resource')]`],
    ['other names with an @', `$[?(@.resourceSpecification.@type=='ResourceSpecificationRef')]`],
    ['a name with a dash', '$[?(@.with-dash==1)]'],
    ['an escaped quote', `$[?(@.name=='eth\\'0')]`],
    ['an escape by number', `$[?(@.name=='\\u0065th\\'0')]`],
    ['there is one', '$[?(@.unknownStatus)]'],
    ['through an array, any element', `$[?(@.note.author=='y')]`],
    ['through an array, by its place', `$[?(@.note[1].author=='y' && @.note[-1].author=='y')]`],
    ['through an array, each', `$[?(@.note[*].author=='y')]`],
    ['an element itself', `colours[?(@=='green')]`],
    ['any value of a list', `resourceCharacteristic[?(@.name=='ipAddress' && @.value=='fe80::1/64')]`],
    ['a thing that stands alone is an array of one', `resourceSpecification[?(@.id=='sp-2')]`],
    ['of several kinds', `$[?(@.id=='a')].note[?(@.author=='x')]`],
    ['spaces are free', `  $ [ ? ( @.id == 'a' ) ]  `],
  ])('%s: %s', (_, text) => {
    expect(finds(text)).toBe(true);
  });
});

describe('a filter that does not hold', () => {
  test.each([
    [
      'T55: conditions inside one [?()] hold for the same element',
      `resourceCharacteristic[?(@.name=='vlan' && @.value=='1500')]`,
    ],
    ['T46: words in their own case', `$[?(@.operationalState=='ENABLED')]`],
    [
      'what is missing compares with nothing',
      `$[?(@.description > 'a' || @.description <= 'a' || @.description == null)]`,
    ],
    ['T52: names of prototypes are names', `$[?(@.__proto__ || @.constructor || @['toString'])]`],
    ['T52: as an array', `__proto__[?(@.x)]`],
    ['objects compare with nothing', `$[?(@.resourceSpecification == 'sp-2')]`],
    ['nested in no element', `$[?(@.note[?(@.author=='z')])]`],
    ['no such attribute after it', `note[?(@.author=='y')].date`],
    ['a type it is not', `$[?(@type!='Resource')]`],
    ['beyond the end', `$[?(@.note[7])]`],
  ])('%s: %s', (_, text) => {
    expect(finds(text)).toBe(false);
  });
});

describe('T58: what cannot be read is refused with its place', () => {
  test.each([
    ['$[?(@.', 7, 'a name'],
    ['$[?(@.a', 8, ')'],
    ['$[?(@.a=1)]', 8, '=='],
    [`$[?(@.a=='1)]`, 10, `the ' that ends this text`],
    [`$[?(@.a==)]`, 10, 'a text in quotes'],
    [`$[?(@.a==b)]`, 10, 'a text in quotes'],
    [`$[?(@.a==2025-05-13)]`, 14, 'the end of the number'],
    ['$[?(1)]', 6, '=='],
    ['$[?(1==1)]', 9, 'an attribute'],
    [`$[?(@.a=='1')] x`, 16, 'the end'],
    ['', 1, 'a name'],
    ['$', 2, '"["'],
    ['$[?()]', 5, '"@"'],
    ['$[?(@.a =~ /x/g)]', 15, 'an i'],
    ['$[?(@.a =~ /x)]', 12, 'the / that ends'],
    ['$[?(@.a == /x/)]', 15, '=~'],
    ['$[?(@.a > null)]', 15, '=='],
    ['$[(process.exit())]', 3, '"?"'],
    ['$[?(process.exit())]', 5, '"@"'],
  ])('%s', (text, at, expected) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'invalid' });
    expect(error.message).toContain(`at character ${at}`);
    expect(error.message).toContain(expected);
  });

  test.each([
    ['attachment', 'no condition'],
    ['$[?(@.startOperatingDate > 5)]', 'startOperatingDate is a date'],
    [`$[?(@.unknownStatus=='yes')]`, 'true or false'],
    [`$[?(@.powerConsumingLevel=='much')]`, 'a number'],
    [`$[?(@.name=~'(')]`, 'RE2'],
    [`$[?(@.name=~'${'a'.repeat(300)}')]`, '256'],
    [`$[?(${'('.repeat(40)}@.a${')'.repeat(40)})]`, 'deeper than 16'],
    [`$[?(${'!'.repeat(40)}@.a)]`, 'deeper than 16'],
    [`$[?(${Array.from({ length: 80 }, () => '@.a').join('||')})]`, 'more than 128'],
    [`$[?(@.a=='${'a'.repeat(3_000)}')]`, '2048'],
  ])('%s: %s', (text, why) => {
    const error = refusal(text);
    expect(error).toMatchObject({ code: 'invalid' });
    expect(error.message).toContain(why);
  });
});

test.each([
  '$[?(length(@.note) > 1)]',
  '$[?(@.note.length() > 1)]',
  '$[?(@length() > 1)]',
  '$.note.max()',
  '$..note[?(@.a)]',
  '$[?(@..a)]',
  '$[0]',
  '$[0:2]',
  '$[:2]',
  '$[?(@.note[0:1])]',
  `$['a','b']`,
  '$[?($.a==1)]',
  '$[?(@.a==@.b)]',
])('T61: %s is not served', text => {
  expect(refusal(text)).toMatchObject({ code: 'invalid', message: expect.stringMatching(/not served/) });
});

test('the names it speaks of are told, so that unknown ones can be refused', () => {
  const { names } = parseFilter(`$[?(@.id=='a' && @.nope[?(@.inner=='x')] && @type=='y')]`, asked);
  expect([...names]).toEqual(['id', 'nope', '@type']);
});

test('dates of v4 are where v4 shows them', () => {
  const v4 = { type: 'service', version: 'v4' } as const;
  expect(() => parseFilter(`$[?(@.startDate=='soon')]`, v4)).toThrow('is a date');
});

function refusal(text: string): AgentError {
  try {
    parseFilter(text, asked);
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error(`${text} was read`);
}

const name = fc.constantFrom('a', 'b', '@c', '__proto__');
const leaf = fc.oneof(
  fc.constantFrom('', 'x', '1', '2024-02-01T00:00:00Z', '2024-02-01T01:00:00+01:00'),
  fc.integer({ min: 0, max: 2 }),
  fc.boolean(),
  fc.constant(null),
);
const { value } = fc.letrec<{ value: Json }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  ),
}));
const document = fc.dictionary(name, value);

/** A predicate with its text and, told independently, what it means. */
interface Meant {
  readonly text: string;
  readonly holds: (value: Json) => boolean;
}

/** What a dotted name leads to, through arrays. */
function reached(value: Json, names: readonly string[]): readonly Json[] {
  const [first, ...rest] = names;
  if (first === undefined) return [value];
  if (isArray(value)) return value.flatMap(each => reached(each, names));
  return isObject(value) && Object.hasOwn(value, first) ? reached(value[first] ?? null, rest) : [];
}

const flat = (value: Json): readonly Json[] => (isArray(value) ? value.flatMap(flat) : [value]);

const predicate = fc.letrec<{ predicate: Meant }>(tie => ({
  predicate: fc.oneof(
    { depthSize: 'small', maxDepth: 3, withCrossShrink: true },
    fc
      .array(name, { minLength: 1, maxLength: 2 })
      .map((names): Meant => ({ text: `@.${names.join('.')}`, holds: value => reached(value, names).length > 0 })),
    fc
      .tuple(fc.array(name, { maxLength: 2 }), fc.constantFrom('==', '!='), fc.constantFrom('x', '1', 'true'))
      .map(([names, sign, literal]): Meant => {
        const equal = (value: Json): boolean =>
          reached(value, names).some(each =>
            flat(each).some(one => one !== null && typeof one !== 'object' && String(one) === literal),
          );
        const text = `${['@', ...names].join('.')} ${sign} ${literal === '1' ? '1' : `'${literal}'`}`;
        return { text, holds: sign === '==' ? equal : value => !equal(value) };
      }),
    fc.tuple(tie('predicate'), fc.constantFrom('&&', '||'), tie('predicate')).map(
      ([a, sign, b]): Meant => ({
        text: `(${a.text})${sign}(${b.text})`,
        holds: value => (sign === '&&' ? a.holds(value) && b.holds(value) : a.holds(value) || b.holds(value)),
      }),
    ),
    tie('predicate').map((a): Meant => ({ text: `!(${a.text})`, holds: value => !a.holds(value) })),
    fc.tuple(name, tie('predicate')).map(
      ([of, a]): Meant => ({
        text: `@.${of}[?(${a.text})]`,
        holds: value =>
          reached(value, [of]).some(each => (isArray(each) ? each : [each]).some(element => a.holds(element))),
      }),
    ),
  ),
})).predicate;

test('laws: a filter finds what its parts, each told alone, say', () => {
  fc.assert(
    fc.property(document, predicate, (document, { text, holds }) => {
      expect(selects(parseFilter(`$[?(${text})]`, { type: 'service', version: 'v5' }), document)).toBe(holds(document));
    }),
    { numRuns: 500 },
  );
});

test('whatever text comes, it is read or refused, and what was read can be asked', () => {
  const part = fc.constantFrom(
    '$',
    '@',
    '.',
    '[',
    ']',
    '?',
    '(',
    ')',
    '*',
    '!',
    '&&',
    '||',
    '==',
    '!=',
    '=~',
    '<',
    "'",
    '"',
    '/',
    '\\',
    'a',
    '@type',
    '1',
    '-',
    ':',
    ',',
    'null',
    '\\u00',
    ' ',
    '__proto__',
  );
  const text = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.array(part, { maxLength: 30 }).map(parts => parts.join('')),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        text.map(inner => `$[?(${inner})]`),
      ),
      document,
      (text, document) => {
        try {
          selects(parseFilter(text, asked), document);
        } catch (error) {
          expect(error).toBeInstanceOf(AgentError);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
