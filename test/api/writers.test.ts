/** Writers at one time, each on a connection of its own: with entity tags none loses an update of another. */
import { Agent, request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { R4, R5, S4, S5, type Served, served } from './served.ts';

const WRITERS = 8;
const ROUNDS = 25;

async function agentHere(): Promise<Served> {
  const agent = await served();
  onTestFinished(() => agent.stop());
  return agent;
}

interface Heard {
  readonly status: number;
  readonly etag: string;
  readonly json: JsonObject;
}

/** A client that keeps one connection to itself. */
function writer(agent: Served): (method: string, path: string, body?: Json, headers?: object) => Promise<Heard> {
  const own = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => own.destroy());
  const { hostname, port } = new URL(agent.url);
  return (method, path, body, headers) =>
    new Promise((resolve, reject) => {
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      const asked = request({ agent: own, hostname, port, method, path, headers: { ...type, ...headers } }, answer => {
        let text = '';
        answer.setEncoding('utf8').on('data', part => {
          text += part;
        });
        answer.on('end', () => {
          const json: JsonObject = text === '' ? {} : JSON.parse(text);
          resolve({ status: answer.statusCode ?? 0, etag: answer.headers.etag ?? '', json });
        });
      });
      asked.on('error', reject);
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

const kinds = [
  [
    'a service',
    S4,
    S5,
    'service',
    { '@type': 'Service', state: 'active', serviceSpecification: { id: 's', '@type': 'ServiceSpecificationRef' } },
  ],
  ['a resource', R4, R5, 'resource', { '@type': 'LogicalResource', name: 'a' }],
] as const;

describe.each(kinds)('%s with several writers', (_, v4, v5, type, base) => {
  test('two writers that read, count and write with If-Match lose no count, in both versions and all media', async () => {
    const agent = await agentHere();
    const { json: made } = await agent.call('POST', `${v5}/${type}`, { ...base, counted: 0 });
    const bodies: ((next: number) => [Json, string])[] = [
      next => [{ counted: next }, 'application/json'],
      next => [{ counted: next }, 'application/merge-patch+json'],
      next => [[{ op: 'replace', path: '/counted', value: next }], 'application/json-patch+json'],
      next => [[{ op: 'replace', path: '$.counted', value: next }], 'application/json-patch-query+json'],
    ];
    let refused = 0;
    const count = async (i: number): Promise<void> => {
      const call = writer(agent);
      const at = `${i % 2 === 0 ? v4 : v5}/${type}/${made.id}`;
      for (let done = 0; done < ROUNDS; ) {
        const { etag, json } = await call('GET', at);
        const [body, media] = bodies[(i + done) % bodies.length]?.(Number(json.counted) + 1) ?? [{}, ''];
        const { status } = await call('PATCH', at, body, { 'if-match': etag, 'content-type': media });
        if (status === 200) done++;
        else {
          expect(status).toBe(412);
          refused++;
        }
      }
    };
    await Promise.all(Array.from({ length: WRITERS }, (_each, i) => count(i)));
    const { json } = await agent.call('GET', `${v5}/${type}/${made.id}`);
    expect(json.counted).toBe(WRITERS * ROUNDS);
    // They did get in each other's way.
    expect(refused).toBeGreaterThan(0);
    const changes = agent.store
      .changesAfter(0, 10_000)
      .filter(({ id, subject }) => subject === 'instance' && id === made.id);
    expect(changes).toHaveLength(1 + WRITERS * ROUNDS);
  });

  test('without If-Match each PATCH is whole: writers of different attributes do not undo each other', async () => {
    const agent = await agentHere();
    const { json: made } = await agent.call('POST', `${v4}/${type}`, base);
    await Promise.all(
      Array.from({ length: WRITERS }, async (_each, i) => {
        const call = writer(agent);
        for (let round = 1; round <= ROUNDS; round++) {
          const at = `${round % 2 === 0 ? v4 : v5}/${type}/${made.id}`;
          expect((await call('PATCH', at, { [`own${i}`]: round })).status).toBe(200);
        }
      }),
    );
    const { json } = await agent.call('GET', `${v5}/${type}/${made.id}`);
    for (let i = 0; i < WRITERS; i++) expect(json[`own${i}`]).toBe(ROUNDS);
  });

  test('of many that make one id, one makes it', async () => {
    const agent = await agentHere();
    for (let round = 0; round < 10; round++) {
      const answers = await Promise.all(
        Array.from({ length: WRITERS }, (_each, i) =>
          writer(agent)('POST', `${i % 2 === 0 ? v4 : v5}/${type}`, { ...base, id: `same-${round}`, name: `${i}` }),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(WRITERS - 1).fill(409)]);
      const winner = answers.find(({ status }) => status === 201);
      const { json } = await agent.call('GET', `${v5}/${type}/same-${round}`);
      expect(json.name).toBe(winner?.json.name);
    }
  });

  test('of many that delete what they read, one deletes it', async () => {
    const agent = await agentHere();
    for (let round = 0; round < 10; round++) {
      const made = await agent.call('POST', `${v5}/${type}`, base);
      const at = `${v4}/${type}/${made.json.id}`;
      const tag = { 'if-match': made.headers.get('etag') ?? '' };
      const answers = await Promise.all([
        ...Array.from({ length: WRITERS }, () => writer(agent)('DELETE', at, undefined, tag)),
        writer(agent)('PATCH', at, { description: 'changed' }, tag),
      ]);
      const statuses = answers.map(({ status }) => status);
      const patched = statuses.pop();
      // Whoever comes first, all others built on what is no more.
      expect(statuses.filter(status => status === 204)).toHaveLength(patched === 200 ? 0 : 1);
      expect((await agent.call('GET', at)).status).toBe(patched === 200 ? 200 : 404);
    }
  });

  test('an entity tag says which entity it is, however it is written', async () => {
    const agent = await agentHere();
    const made = await agent.call('POST', `${v5}/${type}`, base);
    const tag = made.headers.get('etag') ?? '';
    const at = (version: string): string => `${version}/${type}/${made.json.id}`;
    for (const version of [v4, v5]) {
      expect((await agent.call('GET', at(version))).headers.get('etag')).toBe(tag);
      expect((await agent.call('GET', `${at(version)}?fields=name`)).headers.get('etag')).toBe(tag);
      for (const known of [tag, `W/${tag}`, '*', `"other", ${tag}`]) {
        expect((await agent.call('GET', at(version), undefined, { 'if-none-match': known })).status).toBe(304);
      }
      expect((await agent.call('GET', at(version), undefined, { 'if-none-match': '"other"' })).status).toBe(200);
    }
    const nothing = { description: 'never' };
    for (const wrong of ['"other"', `W/${tag}`, `"a", "b"`, tag.replaceAll('"', ''), '']) {
      const refused = await agent.call('PATCH', at(v4), nothing, { 'if-match': wrong });
      expect(refused.status).toBe(412);
      expect(refused.json).toMatchObject({ code: 'preconditionFailed', parameter: 'If-Match', status: '412' });
      expect(refused.headers.get('etag')).toBe(tag);
      expect((await agent.call('DELETE', at(v4), undefined, { 'if-match': wrong })).status).toBe(412);
    }
    expect((await agent.call('PATCH', at(v5), nothing, { 'if-none-match': '*' })).status).toBe(412);
    expect((await agent.call('GET', at(v5))).headers.get('etag')).toBe(tag);
    // A patch that changes nothing leaves the tag, one of v5 holds in v4, a list may name it among others.
    expect((await agent.call('PATCH', at(v4), {}, { 'if-match': tag })).headers.get('etag')).toBe(tag);
    const changed = await agent.call('PATCH', at(v4), { description: 'a' }, { 'if-match': `"other", ${tag}` });
    expect(changed.status).toBe(200);
    const next = changed.headers.get('etag') ?? '';
    expect(next).not.toBe(tag);
    expect((await agent.call('PATCH', at(v5), { description: 'b' }, { 'if-match': '*' })).status).toBe(200);
    expect((await agent.call('DELETE', at(v5), undefined, { 'if-match': next })).status).toBe(412);
    const latest = (await agent.call('GET', at(v4))).headers.get('etag') ?? '';
    expect((await agent.call('DELETE', at(v5), undefined, { 'if-match': latest })).status).toBe(204);
    expect((await agent.call('PATCH', at(v5), nothing, { 'if-match': '*' })).status).toBe(404);
  });
});
