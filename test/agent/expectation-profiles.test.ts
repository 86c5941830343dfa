/** An expectation that names a profile: what its documents do not have is refused wherever it comes from, and the name is kept. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeDirectory, runAgent, type TestAgent, until } from '../kit/agent.ts';
import { makeParty, peerAt } from '../sync/pair.ts';

const EXPECTATIONS = '/diffo/v1/expectations';
const meant = { kind: 'resource', name: 'port-1' };
const misspelt = { resourceCharacteristic: [{ name: 'mtu', vlaue: 1500 }] };
const well = { resourceCharacteristic: [{ name: 'mtu', value: 1500 }] };
const refused = {
  status: 400,
  body: { reason: expect.stringMatching(/has no vlaue, says the profile tmf639@1; did you mean value\?/) },
};
const unknown = expect.stringContaining(
  'there is no profile tmf369@1: known are tmf@1, tmf638@1, tmf639@1; did you mean tmf639@1?',
);

const post = (agent: TestAgent, body: object) => agent.call('POST', EXPECTATIONS, { for: meant, ...body });
const versions = async (agent: TestAgent, id: string) =>
  (await agent.get(`${EXPECTATIONS}/${id}/versions`)).map((each: { hash: string }) => each.hash);

describe('by itself', () => {
  test('it is open without one, and strict with one', async () => {
    const agent = await runAgent();
    expect(await post(agent, { expect: misspelt })).toMatchObject({ status: 201 });
    expect(await post(agent, { expect: misspelt, profile: 'tmf@1' })).toMatchObject({ status: 201 });
    const answer = await post(agent, { expect: misspelt, profile: 'tmf639@1' });
    expect(answer).toMatchObject(refused);
    expect(JSON.stringify(answer.body)).toContain('/expect/resourceCharacteristic/0/vlaue');
    for (const part of [{ when: misspelt }, { for: { where: misspelt } }]) {
      expect(await post(agent, { expect: well, profile: 'tmf639@1', ...part })).toMatchObject(refused);
    }
    expect(await post(agent, { expect: well, profile: 'tmf369@1' })).toMatchObject({
      status: 400,
      body: { reason: unknown },
    });
    expect(await agent.get(EXPECTATIONS)).toHaveLength(2);
  });

  test('the name is kept, shown, and another version', async () => {
    const agent = await runAgent();
    const { body } = await post(agent, { expect: well });
    const change = (patch: object) => agent.call('PATCH', `${EXPECTATIONS}/${body.id}`, patch);
    expect(body).not.toHaveProperty('profile');
    expect(await change({ profile: 'tmf639@1' })).toMatchObject({ status: 200, body: { profile: 'tmf639@1' } });
    expect(await agent.get(`${EXPECTATIONS}/${body.id}`)).toMatchObject({ profile: 'tmf639@1', expect: well });
    expect(await change({ expect: misspelt })).toMatchObject(refused);
    expect(await change({ profile: 'tmf638@1' })).toMatchObject({ status: 400 });
    expect(await change({ expect: misspelt, profile: null })).toMatchObject({ status: 200 });
    expect(await change({ profile: 'tmf639@1' })).toMatchObject(refused);
    expect(new Set(await versions(agent, body.id)).size).toBe(3);
  });

  test('what it is refined to is held to it', async () => {
    const agent = await runAgent();
    const { body } = await post(agent, { expect: { note: { $nonEmpty: 'array' } }, profile: 'tmf639@1' });
    const refine = (to: object) => agent.call('POST', `${EXPECTATIONS}/${body.id}/refinements`, { path: '/note', to });
    const answer = await refine({ $keyed: { by: ['id'], items: [{ id: '1', txt: 'x' }] } });
    expect(answer).toMatchObject({ status: 400, body: { reason: expect.stringContaining('did you mean text?') } });
  });

  test('a question may name one too', async () => {
    const agent = await runAgent();
    const ask = (body: object) => agent.call('POST', '/diffo/v1/evaluate', body);
    const question = { expected: misspelt, actual: misspelt };
    expect(await ask(question)).toMatchObject({ status: 200, body: { verdict: 'met' } });
    expect(await ask({ ...question, profile: 'tmf639@1' })).toMatchObject(refused);
    expect(
      await ask([
        { expected: 1, actual: 1 },
        { ...question, profile: 'tmf639@1' },
      ]),
    ).toMatchObject({
      status: 400,
      body: { reason: expect.stringMatching(/^question 1: .* has no vlaue/) },
    });
    const wrong = await ask({ ...question, profile: 'tmf' });
    const known = 'known are tmf@1, tmf638@1, tmf639@1, tmf633@1, tmf634@1, plain';
    expect(wrong).toMatchObject({ status: 400, body: { reason: expect.stringContaining(known) } });
  });
});

describe('with others', () => {
  test('in a set, all or nothing', async () => {
    const agent = await runAgent();
    const lay = (expect: object) =>
      agent.call('PUT', '/diffo/v1/sets/site', {
        expectations: [
          { name: 'a', for: meant, expect: well },
          { name: 'b', for: meant, expect, profile: 'tmf639@1' },
        ],
      });
    const answer = await lay(misspelt);
    expect(answer).toMatchObject(refused);
    expect(JSON.stringify(answer.body)).toContain('/expectations/1/expect/resourceCharacteristic/0/vlaue');
    expect(await agent.get(EXPECTATIONS)).toEqual([]);
    expect(await lay(well)).toMatchObject({ status: 200, body: { added: [{ name: 'a' }, { profile: 'tmf639@1' }] } });
    expect(await lay(well)).toMatchObject({ status: 200, body: { added: [], same: [{}, {}] } });
  });

  test('of a firmware profile every mistake is a finding', async () => {
    const agent = await runAgent();
    const text = (expectations: readonly string[]): string => `
name: site
description: for tests
mode: warn
kinds:
  - { name: card, type: resource }
expectations:
${expectations.map((each, i) => `  - { name: e${i}, for: { kind: card, name: c }, ${each} }\n`).join('')}`;
    const file = join(makeDirectory(), 'site.yaml');
    const lines = ['expect: { stat: 1 }, profile: tmf639@1', 'expect: {}, when: { nam: 1 }, profile: tmf639@1'];
    const source = text([...lines, 'expect: { stat: 1 }, profile: tmf369@1', 'expect: { stat: 1 }']);
    const answer = await fetch(`${agent.url}/diffo/v1/profile/check`, {
      method: 'POST',
      body: source,
      headers: { 'content-type': 'application/yaml' },
    });
    const { findings } = (await answer.json()) as { findings: { pointer: string }[] };
    expect(findings.map(each => each.pointer)).toEqual([
      '/expectations/0/expect/stat',
      '/expectations/1/when/nam',
      '/expectations/2/profile',
    ]);
    writeFileSync(file, text(['expect: { name: c }, profile: tmf639@1']));
    const other = await runAgent({ profile: file });
    expect(await other.get(EXPECTATIONS)).toMatchObject([{ principal: 'profile', profile: 'tmf639@1' }]);
  });

  test('at a peer, which holds it to the profile as well', async () => {
    const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
    const b = await runAgent({ node: 'edge-b', peers: peerAt(partyA) }, {}, partyB.data);
    const peers = peerAt(partyB, `${b.url.replace('http', 'ws')}/peer`);
    const a = await runAgent({ node: 'edge-a', peers }, {}, partyA.data);
    const there = { for: { ...meant, peer: 'edge-b' } };
    expect(await post(a, { ...there, expect: misspelt, profile: 'tmf639@1' })).toMatchObject(refused);
    expect(await post(a, { ...there, id: 'e1', expect: well, profile: 'tmf639@1' })).toMatchObject({ status: 201 });
    const held = await until('B holds it', async () => (await b.get(EXPECTATIONS))[0]);
    expect(held).toMatchObject({ id: 'e1', principal: 'peer:edge-a', profile: 'tmf639@1', expect: well });
  });
});

test('it is described', async () => {
  const agent = await runAgent();
  const { components } = await agent.get('/diffo/v1/openapi.json');
  const text = JSON.stringify(components.schemas.Expectation_New);
  expect(text).toContain('"enum":["tmf@1","tmf638@1","tmf639@1"]');
});
