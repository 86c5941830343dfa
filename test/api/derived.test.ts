/** What is derived, as clients of TMF and the operator meet it. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { derivedRoutes } from '../../src/api/diffo/derived.ts';
import { createServer } from '../../src/api/server.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kinds } from '../../src/core/kind.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Writer } from '../../src/ports/store.ts';
import { characteristic, handOut, over, put, related } from '../kit/hops.ts';
import { defaultLimits } from '../kit/limits.ts';
import { kind } from '../kit/model.ts';
import { R5, S4, S5, type Served, served } from './served.ts';

const card = kind('card', {
  type: 'resource',
  pool: [{ name: 'ports', thing: 'port', first: 1, last: 8, algorithm: 'lowest' }],
});
const primary = [over.owner('primary')];
const access = kind('access', {
  inheritedCharacteristic: [{ name: 'cardModel', via: primary, read: 'model', collapse: 'first' }],
  inheritedPlace: [{ role: 'primary', via: primary, sourceRole: 'location' }],
  field: [{ name: 'port', via: primary, of: 'edge', read: 'value', collapse: 'first' }],
});
const kinds: Kinds = new Map([card, access].map(each => [each.name, each]));
const cause = { principal: 'client', kind: 'request' } as const;

async function domain(): Promise<Served> {
  const agent = await served({ kinds });
  onTestFinished(() => agent.stop());
  agent.store.transact(cause, writer => {
    put(writer, card, 'card1', cardDocument('X9'));
    put(writer, access, 'line', {
      name: 'line',
      state: 'initial',
      serviceSpecification: { '@type': 'ServiceSpecificationRef', ...access.specification },
      serviceCharacteristic: [{ '@type': 'IntegerCharacteristic', ...characteristic('mine', 1) }],
      resourceRelationship: [related('resource', 'card1', 'assignedFrom', 'primary')],
    });
    handOut(writer, 'card1', 'line', 'primary', 3);
  });
  return agent;
}

const cardDocument = (model: string): JsonObject => ({
  name: 'card',
  resourceCharacteristic: [{ '@type': 'StringCharacteristic', ...characteristic('model', model) }],
  place: [{ '@type': 'RelatedPlaceRef', role: 'location', place: { id: 'ex', '@type': 'PlaceRef' } }],
});

const change = (agent: Served, call: (writer: Writer) => unknown): void => {
  agent.store.transact(cause, writer => void call(writer));
};
const characteristics = ({ serviceCharacteristic }: JsonObject): Json => serviceCharacteristic ?? null;

describe('a service that inherits', () => {
  test('is shown with it in v4 and v5, alone and in lists, typed as each version has it', async () => {
    const agent = await domain();
    const v5 = (await agent.call('GET', `${S5}/service/line`)).json;
    expect(characteristics(v5)).toEqual([
      { '@type': 'IntegerCharacteristic', name: 'mine', value: 1 },
      { '@type': 'StringCharacteristic', name: 'cardModel', value: 'X9' },
      { '@type': 'IntegerCharacteristic', name: 'port', value: 3 },
    ]);
    expect(v5.place).toEqual([
      { '@type': 'RelatedPlaceRefOrValue', role: 'primary', place: { '@type': 'PlaceRef', id: 'ex' } },
    ]);
    expect(v5.state).toBe('designed');
    expect(v5.serviceSpecification).toMatchObject({
      href: `/tmf-api/serviceCatalogManagement/v5/serviceSpecification/${access.specification.id}`,
    });
    const v4 = (await agent.call('GET', `${S4}/service/line`)).json;
    expect(v4.place).toEqual([{ role: 'primary', id: 'ex' }]);
    expect(characteristics(v4)).toContainEqual({ name: 'cardModel', value: 'X9', valueType: 'string' });
    expect((await agent.call('GET', `${S5}/service`)).list).toEqual([v5]);
    expect((await agent.call('GET', `${S4}/service?place.role=primary`)).list).toEqual([v4]);
    expect((await agent.call('GET', `${S5}/service?state=designed&fields=id`)).list).toMatchObject([{ id: 'line' }]);
  });

  test('is shown anew, under another tag, when what it inherits moves', async () => {
    const agent = await domain();
    const first = await agent.call('GET', `${S5}/service/line`);
    const tag = first.headers.get('etag') ?? '';
    change(agent, writer => put(writer, access, 'other'));
    const known = { 'if-none-match': tag };
    expect((await agent.call('GET', `${S5}/service/line`, undefined, known)).status).toBe(304);
    change(agent, writer => put(writer, card, 'card1', cardDocument('X10')));
    const second = await agent.call('GET', `${S5}/service/line`, undefined, known);
    expect(second.status).toBe(200);
    expect(second.text).toContain('X10');
    const old = await agent.call('PATCH', `${S5}/service/line`, { name: 'x' }, { 'if-match': tag });
    expect(old.status).toBe(412);
    const now = { 'if-match': second.headers.get('etag') ?? '' };
    expect((await agent.call('PATCH', `${S5}/service/line`, { name: 'x' }, now)).status).toBe(200);
  });

  test('takes an echo as nothing new, and tells where to change what it inherits', async () => {
    const agent = await domain();
    const seq = agent.store.seq();
    for (const root of [S4, S5]) {
      const { json } = await agent.call('GET', `${root}/service/line`);
      const echo = await agent.call('PATCH', `${root}/service/line`, json);
      expect(echo.status).toBe(200);
      expect(echo.json).toEqual(json);
    }
    expect(agent.store.seq()).toBe(seq);
    const wanted = [characteristic('mine', 1), characteristic('cardModel', 'Y'), characteristic('port', 3)];
    const refused = await agent.call('PATCH', `${S4}/service/line`, { serviceCharacteristic: wanted });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('is inherited from card1: change it there');
    expect(agent.store.seq()).toBe(seq);
  });
});

test('a service is shown anew when other kinds have been loaded, though nothing else moved', async () => {
  const loaded = new Map(kinds);
  const agent = await served({ kinds: loaded });
  onTestFinished(() => agent.stop());
  change(agent, writer => {
    put(writer, card, 'card1', cardDocument('X9'));
    put(writer, access, 'line', { name: 'line', state: 'active' });
    handOut(writer, 'card1', 'line', 'primary', 3);
  });
  const names = async (): Promise<unknown[]> => {
    const { json } = await agent.call('GET', `${S5}/service/line`);
    return (json.serviceCharacteristic as readonly JsonObject[]).map(({ name }) => name);
  };
  expect(await names()).toEqual(['cardModel', 'port']);
  loaded.clear();
  for (const each of [kind('card', { type: 'resource' }), kind('access', { field: access.field ?? [] })]) {
    loaded.set(each.name, each);
  }
  expect(await names()).toEqual(['port']);
});

test('an owner of pools shows what it has handed out, with the hrefs of those who have it', async () => {
  const agent = await domain();
  const { json } = await agent.call('GET', `${R5}/resource/card1`);
  expect(json.serviceRelationship).toEqual([
    {
      '@type': 'ServiceRelationship',
      relationshipType: 'assignedTo',
      alias: 'primary',
      service: { '@type': 'ServiceRef', id: 'line', href: `${S5}/service/line` },
      serviceRelationshipCharacteristic: [{ '@type': 'IntegerCharacteristic', name: 'port', value: 3 }],
    },
  ]);
});

test('the operator sees of each derived part from where it is, or why it is unknown', async () => {
  const agent = await domain();
  const { place: _, ...placeless } = cardDocument('X9');
  change(agent, writer => put(writer, card, 'card1', placeless));
  const app = createServer({ loopback: true, hosts: [], log: silentLog, limits: defaultLimits });
  derivedRoutes(app, { store: agent.store, kinds });
  onTestFinished(() => app.close());
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const get = async (id: string): Promise<Response> => fetch(`${url}/diffo/v1/instances/${id}/derived`);
  const over = [{ direction: 'reverse', assignment: 'primary' }];
  expect(await (await get('line')).json()).toEqual([
    {
      is: 'characteristic',
      name: 'cardModel',
      shownIn: 'serviceCharacteristic',
      over,
      found: [{ element: { name: 'cardModel', value: 'X9' }, from: ['card1'] }],
    },
    {
      is: 'field',
      name: 'port',
      shownIn: 'serviceCharacteristic',
      over,
      found: [{ element: { name: 'port', value: 3 }, from: ['card1'] }],
    },
    {
      is: 'place',
      name: 'primary',
      shownIn: 'place',
      over,
      found: [],
      unknown: [{ reason: 'roleNotDeclared', context: expect.stringContaining('location') }],
    },
  ]);
  expect((await get('nobody')).status).toBe(404);
});
