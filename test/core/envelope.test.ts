import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentId } from '../../src/core/canonical.ts';
import { fromEnvelope, toEnvelope } from '../../src/core/envelope.ts';
import { AgentError } from '../../src/core/errors.ts';
import { type Reading, readExpected } from '../../src/core/expected.ts';
import type { Json } from '../../src/core/json.ts';
import { outstanding } from '../../src/core/outstanding.ts';
import { document, expectation, keyed, plain } from '../kit/expectations.ts';

const now = Date.UTC(2026, 0, 15, 12, 34, 56);
const context = { now, keyed };
const readingOf = (profile: string | undefined): Reading | undefined =>
  profile === 'kit@1' ? { keyed, lenient: true } : profile === undefined ? { keyed: {} } : undefined;
const meant = { '@type': 'Service', id: '7' };
const over = (message: Json): unknown => JSON.parse(JSON.stringify(message));

test('an expectation goes out and comes in as it was', () => {
  const sent = { kind: 'expectation', for: meant, profile: 'kit@1', expect: { items: [{ id: 1, value: 2 }] } } as const;
  const message = toEnvelope(sent);
  expect(message).toEqual({
    $outstanding: { v: 1, kind: 'expectation', for: meant, profile: 'kit@1', expect: sent.expect },
  });
  const { expected, ...opened } = fromEnvelope(over(message), readingOf);
  expect(opened).toEqual(sent);
  expect(outstanding(expected, { items: [{ id: 2 }, { id: 1, value: 2 }] }, context)).toBeUndefined();
});

test('nothing outstanding goes out as null', () => {
  const expectation = contentId({ a: 1 });
  const sent = { kind: 'residual', for: meant, at: now, expectation, residual: undefined } as const;
  const message = toEnvelope(sent);
  expect(message).toEqual({
    $outstanding: { v: 1, kind: 'residual', for: meant, at: '2026-01-15T12:34:56.000Z', expectation, residual: null },
  });
  const { expected, ...opened } = fromEnvelope(over(message), readingOf);
  expect(opened).toEqual(sent);
  expect(outstanding(expected, 'anything', context)).toBeUndefined();
});

test('a residual read elsewhere leaves the same outstanding', () => {
  fc.assert(
    fc.property(expectation, fc.oneof(plain, document), fc.oneof(plain, document), (source, actual, later) => {
      const expected = readExpected(source, { keyed, lenient: true });
      const residual = outstanding(expected, actual, context);
      const sent = {
        kind: 'residual',
        for: meant,
        profile: 'kit@1',
        at: now,
        expectation: contentId(source),
        residual,
      } as const;
      const { expected: there, ...opened } = fromEnvelope(over(toEnvelope(sent)), readingOf);
      expect(opened).toEqual(sent);
      expect(outstanding(there, actual, context)).toEqual(residual);
      const here = readExpected(residual ?? null, { keyed, lenient: true });
      expect(outstanding(there, later, context)).toEqual(outstanding(here, later, context));
    }),
    { numRuns: 500 },
  );
});

const good = { v: 1, kind: 'expectation', for: meant, expect: { a: 1 } };
const left = { v: 1, kind: 'residual', for: meant, at: '2026-01-15T12:34:56Z', expectation: contentId(1), residual: 1 };
const refused: [source: unknown, pointer: string, sentence: string][] = [
  [null, '', 'an envelope is'],
  [[good], '', 'an envelope is'],
  [{ a: 1 }, '', 'an envelope is'],
  [{ $outstanding: 1 }, '', 'an envelope is'],
  [{ $outstanding: good, 'a/b': 1 }, '/a~1b', 'nothing stands beside'],
  [{ $outstanding: { ...good, v: 2 } }, '/$outstanding/v', 'of version 2, and this agent reads version 1'],
  [{ $outstanding: { ...good, v: undefined } }, '/$outstanding/v', 'version null'],
  [{ $outstanding: { ...good, kind: 'wish' } }, '/$outstanding/kind', 'expectation or residual'],
  [{ $outstanding: { ...good, why: 'x' } }, '/$outstanding/why', 'why is no part'],
  [{ $outstanding: { ...good, residual: 1 } }, '/$outstanding/residual', 'no part'],
  [{ $outstanding: { ...good, for: 'x' } }, '/$outstanding/for', 'whom it speaks of'],
  [{ $outstanding: { ...good, for: {} } }, '/$outstanding/for', 'whom it speaks of'],
  [{ $outstanding: { ...good, profile: 1 } }, '/$outstanding/profile', 'a name'],
  [{ $outstanding: { ...good, profile: 'x@9' } }, '/$outstanding/profile', 'x@9 is not known'],
  [{ $outstanding: { v: 1, kind: 'expectation', for: meant } }, '/$outstanding/expect', 'lacks expect'],
  [{ $outstanding: { ...good, expect: { a: { $gtt: 1 } } } }, '/$outstanding/expect/a/$gtt', 'did you mean $gt?'],
  [
    { $outstanding: { ...good, expect: { $outstanding: good } } },
    '/$outstanding/expect/$outstanding',
    'top of a message',
  ],
  [{ $outstanding: { ...left, at: '2026-01-15' } }, '/$outstanding/at', '2026-01-15T12:34:56Z'],
  [{ $outstanding: { ...left, expectation: 'md5:1' } }, '/$outstanding/expectation', 'sha256'],
  [{ $outstanding: { ...left, residual: { $gt: 'x' } } }, '/$outstanding/residual/$gt', 'operand'],
  [{ $outstanding: { ...left, residual: undefined } }, '/$outstanding/residual', 'lacks residual'],
];

describe('what is no envelope is refused with its place', () => {
  test.each(refused)('%j', (source, pointer, sentence) => {
    const open = (): unknown => fromEnvelope(source === null ? null : over(source as Json), readingOf);
    expect(open).toThrow(AgentError);
    expect(open).toThrow(expect.objectContaining({ code: 'invalid', pointer }));
    expect(open).toThrow(sentence);
  });

  test('any JSON at all is opened or refused', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.jsonValue(),
          fc.jsonValue().map(body => ({ $outstanding: body })),
        ),
        source => {
          expect(() => fromEnvelope(source, readingOf)).toThrow(AgentError);
        },
      ),
    );
  });
});
