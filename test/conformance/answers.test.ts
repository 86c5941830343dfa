/** That every answer of the test-suite is judged by the official files and the documents that are served, and that what is wrong would be found. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isObject, type Json, property } from '../../src/core/json.ts';
import { R4, R5, S4, S5, served } from '../api/served.ts';
import { runAgent } from '../kit/agent.ts';
import { describe as described } from '../kit/openapi/description.ts';
import { deviations } from '../kit/openapi/deviations.ts';
import { settled } from '../kit/openapi/found.ts';
import { hasOfficial, official, officialApis, officialDocument } from '../kit/openapi/official.ts';
import { ownApis, document as ownDocument, TOP } from '../kit/openapi/own.ts';

const json = { 'content-type': 'application/json; charset=utf-8' };
const totals = { 'x-total-count': '1', 'x-result-count': '1' };

/** Answers everything with the same. */
async function answering(status: number, body: string, headers: Record<string, string> = json): Promise<string> {
  const server = createServer((_request, response) => response.writeHead(status, headers).end(body));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const service4 = { id: 'a', href: `${S4}/service/a`, '@type': 'Service', serviceSpecification: { id: 's' } };
const active4 = { ...service4, state: 'active', serviceDate: '2026-01-01T00:00:00Z' };
const resource5 = { id: 'a', href: `${R5}/resource/a`, name: 'eth0', '@type': 'PhysicalResource' };
const unnamed5 = {
  relatedParty: [{ role: 'x', '@type': 'RelatedPartyRefOrPartyRoleRef', partyOrPartyRole: { '@type': 'PartyRef' } }],
};
const failed4 = { code: 'notFound', reason: 'no', status: '404' };
const failed5 = { ...failed4, '@type': 'Error' };

type Said = readonly [
  method: string,
  path: string,
  status: number,
  body: Json | undefined,
  headers?: Record<string, string>,
];

async function heard([method, path, status, body, headers = json]: Said): Promise<readonly string[]> {
  const text = body === undefined ? '' : JSON.stringify(body);
  await fetch((await answering(status, text, headers)) + path, { method });
  return settled();
}

test.each<[string, ...Said]>([
  ['an entity', 'GET', `${S4}/service/a`, 200, active4],
  ['a list', 'GET', `${S4}/service`, 200, [active4], { ...json, ...totals }],
  ['a page', 'GET', `${S4}/service?limit=1`, 206, [active4], { ...json, ...totals }],
  ['a part', 'GET', `${R4}/resource/a?fields=name`, 200, { name: 'eth0' }],
  ['a resource of a subtype', 'POST', `${R5}/resource`, 201, { ...resource5, powerState: '3' }],
  ['a resource of a sort of its own', 'GET', `${R5}/resource/a`, 200, { ...resource5, '@type': 'Cpe' }],
  ['what is taken as an expectation', 'PATCH', `${R5}/resource/a`, 202, resource5],
  ['an error', 'GET', `${R5}/resource/a`, 404, failed5],
  ['an error of no path', 'PUT', `${R5}/x`, 405, { ...failed5, code: 'methodNotAllowed', status: '405' }],
])('%s is as it should be', async (_what, ...said) => {
  expect(await heard(said)).toEqual([]);
});

/** Who finds it: the official files, the documents that are served, or each of them. */
type By = 'official' | 'own' | 'both';

test.each<[string, By, RegExp, ...Said]>([
  ['a word that is no state', 'both', /\/state/, 'GET', `${S4}/service/a`, 200, { ...active4, state: 'Active' }],
  ['a date that is none', 'both', /\/startDate/, 'POST', `${S4}/service`, 201, { ...active4, startDate: 'today' }],
  ['an entity without its id', 'both', /'(href|id)'/, 'GET', `${R4}/resource/a`, 200, { name: 'eth0' }],
  ['one of a list', 'both', /\/0 .*'href'/, 'GET', `${R4}/resource`, 200, [{ id: 'a' }], { ...json, ...totals }],
  ['a list without its totals', 'official', /x-result-count is missing/, 'GET', `${S4}/service`, 200, []],
  ['a resource without its type', 'both', /@type/, 'GET', `${R5}/resource/a`, 200, { ...resource5, '@type': null }],
  [
    'the state of another version',
    'both',
    /\/usage/,
    'GET',
    `${R5}/resource/a`,
    200,
    { ...resource5, usageState: 'free' },
  ],
  [
    'an attribute of a subtype',
    'both',
    /\/manu/,
    'GET',
    `${R5}/resource/a`,
    200,
    { ...resource5, manufactureDate: 'old' },
  ],
  [
    'an attribute of the base type of a sort of its own',
    'both',
    /\/manufactureDate/,
    'GET',
    `${R5}/resource/a`,
    200,
    { ...resource5, '@type': 'Cpe', '@baseType': 'PhysicalResource', manufactureDate: 'old' },
  ],
  [
    'a reference that is none',
    'official',
    /PartyRole.*'id'/,
    'GET',
    `${R5}/resource/a`,
    200,
    { ...resource5, ...unnamed5 },
  ],
  ['an error without a code', 'both', /'code'/, 'GET', `${S4}/service/a`, 404, { reason: 'no', status: '404' }],
  ['an error with a code of no list', 'own', /\/code/, 'GET', `${S4}/service/a`, 404, { ...failed4, code: 'lost' }],
  [
    'an error with the code of another',
    'own',
    /\/code/,
    'GET',
    `${S4}/service/a`,
    404,
    { ...failed4, code: 'conflict' },
  ],
  ['an error without its type', 'both', /'@type'/, 'GET', `${S5}/nope`, 404, failed4],
  ['an error without a body', 'both', /no body/, 'GET', `${S5}/nope`, 404, undefined, {}],
  ['a status of nobody', 'both', /foresees no 203/, 'DELETE', `${S4}/service/a`, 203, active4],
  ['an operation of nobody', 'both', /no such operation/, 'PUT', `${S4}/service/a`, 200, active4],
  [
    'a header of nobody',
    'own',
    /header content-range/,
    'GET',
    `${S4}/service/a`,
    200,
    active4,
    { ...json, 'content-range': 'x' },
  ],
  [
    'another media type',
    'both',
    /media type/,
    'GET',
    `${S4}/service/a`,
    200,
    active4,
    { 'content-type': 'text/plain' },
  ],
])('%s is found', async (_what, by, fault, ...said) => {
  const found = await heard(said);
  const judges = by === 'both' ? ['official', 'own'] : [by];
  for (const judge of judges) {
    if (judge === 'official' && !hasOfficial) continue;
    const told = found.filter(each =>
      each.includes(judge === 'own' ? 'the document that the agent serves' : 'by TMF63'),
    );
    expect(told.join('\n')).toMatch(fault);
    expect(told[0]).toContain(`${said[0]} ${said[1]} answered ${said[2]}: by `);
  }
});

test('an event that is not as its file says is found where it is received', async () => {
  const origin = await answering(204, '', {});
  const event = {
    eventId: randomUUID(),
    eventTime: '2026-01-01T00:00:00Z',
    eventType: 'ResourceStateChangeEvent',
    '@type': 'ResourceStateChangeEvent',
    event: { resource: resource5 },
  };
  const tell = async (body: Json): Promise<string> => {
    const headers = { 'content-type': 'application/json' };
    await fetch(`${origin}/listener`, { method: 'POST', headers, body: JSON.stringify(body) });
    return (await settled()).join('\n');
  };
  expect(await tell(event)).toEqual('');
  expect(await tell({ ...event, eventTime: 'now' })).toContain('/eventTime');
  const changed = await tell({ ...event, event: { resource: { ...resource5, usageState: 'free' } } });
  expect(changed).toContain('/event/resource/usageState');
  const { '@type': _, ...in4 } = event;
  expect(await tell({ ...in4, eventType: 'ResourceMovedEvent' })).toContain('there is none of that name');
});

test.each([...ownApis.map(({ root }) => root), TOP])('what answers are judged by is what "%s" serves', async root => {
  const agent = await runAgent();
  const shown = JSON.parse(await ownDocument(root));
  const whole = await agent.get(`${root}/openapi.json`);
  for (const [path, item] of Object.entries(shown.paths)) expect([path, whole.paths[path]]).toEqual([path, item]);
  if (root !== TOP) expect({ ...whole, info: shown.info }).toEqual(shown);
});

describe.skipIf(!hasOfficial)('by the official files, where they lie beside the clone', () => {
  test.each(officialApis.map(({ file }) => file))(
    '%s is read so that its own examples are what it says',
    async file => {
      const document = await officialDocument(file);
      const description = await official(file);
      let examples = 0;
      for (const [template, item] of Object.entries(objectAt(document, 'paths'))) {
        for (const [method, operation] of Object.entries(isObject(item) ? item : {})) {
          for (const [status, answer] of Object.entries(objectAt(operation, 'responses'))) {
            for (const value of examplesOf(document, answer)) {
              const described = description.operation(method.toUpperCase(), template)?.answers[status];
              expect([template, status, description.check(described?.schema ?? '')(value)]).toEqual([
                template,
                status,
                undefined,
              ]);
              examples++;
            }
          }
        }
      }
      expect(examples).toBeGreaterThan(file.endsWith('.yaml') ? 5 : -1);
    },
  );

  test.each(deviations.map(each => ({ ...each, of: each.files.map(file => file.slice(0, 6)).join(', ') })))(
    '$of: $reason',
    async ({ files, shown, mend }) => {
      for (const file of files) {
        const others = deviations.filter(each => each.mend !== mend);
        const document = await officialDocument(file, others);
        const asItStands = await described({ key: JSON.stringify(document), document: () => document });
        expect(asItStands.check(shown.schema)(shown.value)).toBeDefined();
        expect((await official(file)).check(shown.schema)(shown.value)).toBeUndefined();
        const [, method, path] = /^(\w+) (\S+) body$/.exec(shown.schema) ?? [];
        if (method === undefined || path === undefined) continue;
        const agent = await served();
        onTestFinished(() => agent.stop());
        const root =
          officialApis.find(each => each.file === file)?.roots.find(each => each.startsWith('/tmf-api/')) ?? '';
        const type = file.startsWith('TMF638') ? 'service' : 'resource';
        const words = { id: 'a', name: 'a', state: 'active', '@type': type === 'service' ? 'Service' : 'Resource' };
        await agent.call('POST', `${root}/${type}`, {
          ...words,
          serviceSpecification: { id: 's', '@type': 'ServiceSpecificationRef' },
        });
        const { status } = await agent.call(method, root + path.replace('{id}', 'a'), shown.value);
        expect(status).toBe(method === 'POST' ? 201 : 200);
      }
    },
  );
});

function objectAt(value: Json, name: string): Readonly<Record<string, Json>> {
  const member = property(value, name);
  return isObject(member) ? member : {};
}

function examplesOf(document: Json, answer: Json): Json[] {
  const at = (ref: Json): Json => {
    const path = property(ref, '$ref');
    if (typeof path !== 'string') return ref;
    let found: Json = document;
    for (const part of path.slice(2).split('/')) found = property(found, part) ?? {};
    return found;
  };
  const media = objectAt(at(answer), 'content')['application/json'] ?? {};
  return Object.values(objectAt(media, 'examples'))
    .map(each => property(at(each), 'value'))
    .filter(value => value !== undefined);
}
