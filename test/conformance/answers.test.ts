/** That every answer of the test-suite is judged by the official files, and that what is wrong would be found. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isObject, type Json, property } from '../../src/core/json.ts';
import { R4, R5, S4, S5, served } from '../api/served.ts';
import { describe as described } from '../kit/openapi/description.ts';
import { deviations } from '../kit/openapi/deviations.ts';
import { settled } from '../kit/openapi/found.ts';
import { hasOfficial, official, officialApis, officialDocument } from '../kit/openapi/official.ts';

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

const service4 = { id: 'a', href: `${S4}/service/a`, state: 'active', serviceSpecification: { id: 's' } };
const resource5 = { id: 'a', href: `${R5}/resource/a`, name: 'eth0', '@type': 'PhysicalResource' };

describe.skipIf(!hasOfficial)('by the official files, where they lie beside the clone', () => {
  test.each<[string, string, string, number, Json, Record<string, string>]>([
    ['an entity', 'GET', `${S4}/service/a`, 200, service4, json],
    ['a list', 'GET', `${S4}/service`, 200, [service4], { ...json, ...totals }],
    ['a page', 'GET', `${S4}/service?limit=1`, 206, [service4], { ...json, ...totals }],
    ['a part', 'GET', `${R4}/resource/a?fields=name`, 200, { name: 'eth0' }, json],
    ['a resource of a subtype', 'POST', `${R5}/resource`, 201, { ...resource5, powerState: '3' }, json],
    ['a resource of a sort of its own', 'GET', `${R5}/resource/a`, 200, { ...resource5, '@type': 'Cpe' }, json],
    ['what is taken as an expectation', 'PATCH', `${R5}/resource/a`, 202, resource5, json],
    ['an error', 'GET', `${R5}/resource/a`, 404, { code: 'notFound', reason: 'no', '@type': 'Error' }, json],
    ['an error of no path', 'PUT', `${R5}/x`, 405, { code: 'x', reason: 'no', '@type': 'Error' }, json],
  ])('%s is as it should be', async (_what, method, path, status, body, headers) => {
    await fetch((await answering(status, JSON.stringify(body), headers)) + path, { method });
    expect(await settled()).toEqual([]);
  });

  test.each<[string, string, string, number, Json | undefined, Record<string, string>, RegExp]>([
    ['a word that is no state', 'GET', `${S4}/service/a`, 200, { ...service4, state: 'Active' }, json, /\/state/],
    ['a date that is none', 'POST', `${S4}/service`, 201, { ...service4, startDate: 'today' }, json, /\/startDate/],
    ['an entity without its id', 'GET', `${R4}/resource/a`, 200, { name: 'eth0' }, json, /'(href|id)'/],
    ['one of a list', 'GET', `${R4}/resource`, 200, [{ id: 'a' }], { ...json, ...totals }, /^.*\/0 .*'href'/],
    ['a list without its totals', 'GET', `${S4}/service`, 200, [], json, /x-result-count is missing/],
    ['a resource without its type', 'GET', `${R5}/resource/a`, 200, { ...resource5, '@type': null }, json, /@type/],
    [
      'the state of another version',
      'GET',
      `${R5}/resource/a`,
      200,
      { ...resource5, usageState: 'free' },
      json,
      /usage/,
    ],
    [
      'an attribute of a subtype',
      'GET',
      `${R5}/resource/a`,
      200,
      { ...resource5, manufactureDate: 'long ago' },
      json,
      /\/manufactureDate/,
    ],
    [
      'an attribute of the base type of a sort of its own',
      'GET',
      `${R5}/resource/a`,
      200,
      { ...resource5, '@type': 'Cpe', '@baseType': 'PhysicalResource', manufactureDate: 'long ago' },
      json,
      /\/manufactureDate/,
    ],
    [
      'a reference that is none',
      'GET',
      `${S5}/service/a`,
      200,
      {
        id: 'a',
        '@type': 'Service',
        relatedParty: [
          { role: 'x', '@type': 'RelatedPartyRefOrPartyRoleRef', partyOrPartyRole: { '@type': 'PartyRef' } },
        ],
      },
      json,
      /\/relatedParty\/0\/partyOrPartyRole.*'id'/,
    ],
    ['an error without a code', 'GET', `${S4}/service/a`, 404, { reason: 'no' }, json, /'code'/],
    ['an error without its type', 'GET', `${S5}/nope`, 404, { code: 'x', reason: 'no' }, json, /'@type'/],
    ['an error without a body', 'GET', `${S5}/nope`, 404, undefined, {}, /no body/],
    ['an answer of no file', 'DELETE', `${S4}/service/a`, 200, service4, json, /foresees no 200/],
    ['an operation of no file', 'PUT', `${S4}/service/a`, 200, service4, json, /no such operation/],
    ['a body where there is none', 'DELETE', `${S4}/service/a`, 203, service4, json, /foresees no 203/],
    ['another media type', 'GET', `${S4}/service/a`, 200, service4, { 'content-type': 'text/plain' }, /media type/],
  ])('%s is found', async (_what, method, path, status, body, headers, fault) => {
    const text = body === undefined ? '' : JSON.stringify(body);
    await fetch((await answering(status, text, headers)) + path, { method });
    const found = await settled();
    expect(found).not.toEqual([]);
    expect(found[0]).toContain(`${method} ${path} answered ${status}: by TMF63`);
    expect(found[0]).toMatch(fault);
  });

  test('an event that is not as its file says is found where it is received', async () => {
    const origin = await answering(204, '', {});
    const event = {
      eventId: 'e',
      eventTime: '2026-01-01T00:00:00Z',
      eventType: 'ResourceStateChangeEvent',
      '@type': 'ResourceStateChangeEvent',
      event: { resource: resource5 },
    };
    const tell = async (body: Json): Promise<readonly string[]> => {
      await fetch(`${origin}/listener`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return settled();
    };
    expect(await tell(event)).toEqual([]);
    expect(await tell({ ...event, eventTime: 'now' })).toEqual([expect.stringContaining('/eventTime')]);
    expect(await tell({ ...event, event: { resource: { ...resource5, usageState: 'free' } } })).toEqual([
      expect.stringContaining('/event/resource/usageState'),
    ]);
    const { '@type': _, ...in4 } = event;
    expect(await tell({ ...in4, eventType: 'ResourceMovedEvent' })).toEqual([
      expect.stringContaining('there is none of that name'),
    ]);
  });

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

  test.each(deviations)('$files: $reason', async ({ files, shown, mend }) => {
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
  });
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
