/** A part of `npm run fuzz api`: Schemathesis over every document that an agent serves. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeDirectory } from '../kit/agent.ts';
import { type Fuzzed, fuzz, fuzzDocument } from '../kit/fuzz/fuzz.ts';
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

test.each([
  ['an answer outside its schema', 200, '{"id":7}', /schema/i],
  ['a failure inside', 500, '{}', /Server error/],
  ['a status of nobody', 203, '{"id":"a"}', /Undocumented status code/],
])(
  '%s is found',
  async (_what, status, body, said) => {
    if ('missing' in found) return expect(found.missing).toContain('python3');
    const schema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
    const responses = { 200: { description: 'It', content: { 'application/json': { schema } } } };
    const document = { openapi: '3.1.1', info: { title: 'x', version: '1' }, paths: { '/it': { get: { responses } } } };
    const server = createServer((request, response) => {
      const isDocument = request.url?.endsWith('/openapi.json') === true;
      response.writeHead(isDocument ? 200 : status, { 'content-type': 'application/json' });
      response.end(isDocument ? JSON.stringify(document) : body);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const settings = { st: found.st, examples: 2, seed: 1 };
    const { answered, finding } = await fuzzDocument(url, '', settings, join(makeDirectory(), 'answers.json'));
    expect(answered[`GET /it ${status}`]).toBeGreaterThan(0);
    expect(finding).toMatch(said);
  },
  INSTALLING_MS,
);
