/** A part of `npm run fuzz api`: Schemathesis over every document that an agent serves. */
import { beforeAll, expect, test } from 'vitest';
import { type Fuzzed, fuzz } from '../kit/fuzz/fuzz.ts';
import { operationsWithout } from '../kit/fuzz/operations.ts';
import { type Schemathesis, schemathesis } from '../kit/fuzz/schemathesis.ts';

/** Installing takes its time where PyPI is far. */
const INSTALLING_MS = 600_000;
/** Of each operation; a walk along the links comes to several more. */
const EXAMPLES = 8;

let found: Schemathesis;
beforeAll(async () => {
  found = await schemathesis();
}, INSTALLING_MS);

test(
  'an agent answers all that Schemathesis makes of its documents as they say, and stays',
  async context => {
    if ('missing' in found) return context.skip(found.missing);
    const fuzzed: Fuzzed = await fuzz({ st: found.st, examples: EXAMPLES, seed: 1 });
    expect(fuzzed.findings.join('\n')).toBe('');
    expect(fuzzed.agents.map(({ ended }) => ended)).toEqual([undefined, undefined]);
    expect(fuzzed.requests).toBeGreaterThan(1_000);
    expect(await operationsWithout(fuzzed.answers, 1)).toEqual([]);
  },
  INSTALLING_MS,
);
