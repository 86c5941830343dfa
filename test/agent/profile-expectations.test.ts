/** What a firmware profile expects: laid with it, changed and withdrawn with it, and nobody else's to change. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDirectory, runAgent, type TestAgent } from '../kit/agent.ts';

const EXPECTATIONS = '/diffo/v1/expectations';

const profile = (expectations: string, mode = 'approve'): string => `
name: site
description: for tests
mode: ${mode}
kinds:
  - name: card
    type: resource
    characteristic:
      - { name: model, schema: { type: string } }
expectations:
${expectations}`;

const card = (name: string, more: string): string => `  - name: ${name}
    for: { kind: card, name: ${name} }
    ${more}
`;

const two = profile(card('left', 'expect: { name: left }') + card('right', 'expect: { name: right }'));

function makeProfile(text: string): string {
  const file = join(makeDirectory(), 'site.yaml');
  writeFileSync(file, text);
  return file;
}

const standing = async (agent: TestAgent): Promise<unknown[]> =>
  (await agent.get(EXPECTATIONS)).map((each: { set: string; name: string; expect: object; principal: string }) => [
    each.principal,
    each.set,
    each.name,
    each.expect,
  ]);

test('they are laid at the start, and another start changes nothing', async () => {
  const file = makeProfile(two);
  const data = makeDirectory();
  const first = await runAgent({ profile: file }, {}, data);
  expect(await standing(first)).toEqual([
    ['profile', 'profile', 'left', { name: 'left' }],
    ['profile', 'profile', 'right', { name: 'right' }],
  ]);
  // The first pass has judged them already.
  expect(await first.get('/diffo/v1/sets')).toMatchObject([
    { name: 'profile', principal: 'profile', size: 2, unmet: 2 },
  ]);
  const laid = await first.get(EXPECTATIONS);
  await first.stop();
  const second = await runAgent({ profile: file }, {}, data);
  expect(await second.get(EXPECTATIONS)).toEqual(laid);
  await second.stop();
  // Another profile brings its own.
  const third = await runAgent({ profile: 'inventory' }, {}, data);
  expect(await standing(third)).toEqual([]);
});

test('a reload lays, changes and takes away; a mistake changes nothing', async () => {
  const file = makeProfile(two);
  const agent = await runAgent({ profile: file });
  const [left] = await agent.get(EXPECTATIONS);
  writeFileSync(file, profile(card('left', 'expect: { description: a }') + card('third', 'expect: { name: third }')));
  expect((await agent.call('POST', '/diffo/v1/profile/reload')).status).toBe(200);
  expect(await standing(agent)).toEqual([
    ['profile', 'profile', 'left', { description: 'a' }],
    ['profile', 'profile', 'third', { name: 'third' }],
  ]);
  const versions = await agent.get(`${EXPECTATIONS}/${left.id}/versions`);
  expect(versions.map((each: { expect: object; cause: object }) => [each.expect, each.cause])).toEqual([
    [{ description: 'a' }, { principal: 'profile', kind: 'upkeep', why: 'profile site' }],
    [{ name: 'left' }, { principal: 'profile', kind: 'upkeep', why: 'profile site' }],
  ]);
  const seq = agent.store.seq();
  writeFileSync(file, profile(card('left', 'expect: { name: { $nope: 1 } }')));
  const { status, body } = await agent.call('POST', '/diffo/v1/profile/reload');
  expect([status, body.findings]).toEqual([
    400,
    [
      {
        pointer: '/expectations/0/expect/name/$nope',
        message: expect.stringContaining('$nope is not an operator'),
        line: 13,
        column: 23,
      },
    ],
  ]);
  expect(agent.store.seq()).toBe(seq);
  writeFileSync(file, profile('  []'));
  expect((await agent.call('POST', '/diffo/v1/profile/reload')).status).toBe(200);
  expect(await standing(agent)).toEqual([]);
});

test('they are changed in the profile alone, and an operator lays above them', async () => {
  const agent = await runAgent({ profile: makeProfile(two) });
  const [left] = await agent.get(EXPECTATIONS);
  for (const [method, body] of [
    ['PATCH', { priority: 1 }],
    ['DELETE', undefined],
  ] as const) {
    const { status, body: answer } = await agent.call(method, `${EXPECTATIONS}/${left.id}`, body);
    expect([status, answer.reason]).toEqual([409, expect.stringContaining('expected by the firmware profile')]);
  }
  const above = { for: left.for, expect: { name: 'other' }, priority: 80 };
  const laid = await agent.call('POST', EXPECTATIONS, above);
  expect(laid.status).toBe(201);
  expect(laid.body.conflicts).toMatchObject([
    { path: '/name', wants: 'other', with: [{ expectation: left.id, principal: 'profile' }], stands: laid.body.id },
  ]);
});

test('what it asks for is capped by the mode of the profile', async () => {
  const text = profile(card('left', 'mode: enforce\n    expect: { name: left }'), 'warn');
  const agent = await runAgent({ profile: makeProfile(text) });
  expect(await agent.get('/diffo/v1/outstanding')).toMatchObject([{ mode: 'warn', verdict: 'unmet' }]);
});
