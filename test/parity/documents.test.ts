/** What Diffo's encoders are held to, seen in the documents that TMF clients get. */
import { expect, onTestFinished, test } from 'vitest';
import { instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { R4, R5, S4, S5, type Served, served } from '../api/served.ts';
import { access, card, kinds, of, ofShelf, recordKinds } from '../kit/domain.ts';

async function agentWith(): Promise<Served> {
  const agent = await served({ kinds, recordKinds });
  onTestFinished(() => agent.stop());
  return agent;
}

async function post(agent: Served, path: string, body: JsonObject): Promise<JsonObject> {
  const { status, json } = await agent.call('POST', path, body);
  expect([status, json.reason]).toEqual([201, undefined]);
  return json;
}

const service = (id: string, more: JsonObject = {}): JsonObject => of(access, { id, state: 'active', ...more });
const resource = (id: string, more: JsonObject = {}): JsonObject => ({ '@type': 'Resource', id, ...more });

test('given a parent that bestows on a child, when shown, then the child is there with its id and href', async () => {
  const agent = await agentWith();
  await post(agent, `${S5}/service`, service('child'));
  await post(agent, `${S5}/service`, service('parent'));
  const relation = { to: 'child', type: 'bestows' };
  expect((await agent.call('POST', '/diffo/v1/instances/parent/relate', relation)).status).toBe(200);
  for (const root of [S4, S5]) {
    const { json } = await agent.call('GET', `${root}/service/parent`);
    expect(json.serviceRelationship).toMatchObject([
      { relationshipType: 'bestows', service: { id: 'child', href: `${root}/service/child` } },
    ]);
    expect(json).not.toHaveProperty('supportingService');
  }
});

test('given the alias primary, then the child supports the parent under its real id, the alias beside it', async () => {
  const agent = await agentWith();
  await post(agent, `${S5}/service`, service('child'));
  const bestows = { relationshipType: 'bestows', alias: 'primary', service: { id: 'child' } };
  await post(agent, `${S5}/service`, service('parent', { serviceRelationship: [bestows] }));
  const { json } = await agent.call('GET', `${S5}/service/parent`);
  expect(json.serviceRelationship).toMatchObject([{ alias: 'primary', service: { id: 'child' } }]);
  expect(json.supportingService).toMatchObject([{ id: 'child', alias: 'primary', href: `${S5}/service/child` }]);
});

test('given a service and a resource that relate to each other, then each lists the other by its type', async () => {
  const agent = await agentWith();
  await post(agent, `${R5}/resource`, ofShelf({ id: 'box' }));
  await post(agent, `${S5}/service`, service('line'));
  const deed = (from: string, to: string, type: string) =>
    agent.call('POST', `/diffo/v1/instances/${from}/relate`, { to, type, alias: 'other' });
  expect((await deed('line', 'box', 'uses')).status).toBe(200);
  expect((await deed('box', 'line', 'serves')).status).toBe(200);
  for (const [services, resources] of [
    [S4, R4],
    [S5, R5],
  ] as const) {
    const line = (await agent.call('GET', `${services}/service/line`)).json;
    expect(line.resourceRelationship).toMatchObject([{ relationshipType: 'uses', resource: { id: 'box' } }]);
    expect(line.supportingResource).toMatchObject([{ id: 'box', alias: 'other', href: `${resources}/resource/box` }]);
    expect(line).not.toHaveProperty('serviceRelationship');
    const box = (await agent.call('GET', `${resources}/resource/box`)).json;
    expect(box.serviceRelationship).toMatchObject([{ relationshipType: 'serves', service: { id: 'line' } }]);
    expect(box.supportingService).toMatchObject([{ id: 'line', alias: 'other', href: `${services}/service/line` }]);
    expect(box).not.toHaveProperty('resourceRelationship');
  }
});

test('given a resource with all axes, then each has its key, and there is no state of a service', async () => {
  const agent = await agentWith();
  await agent.call('POST', `${R5}/resource`, ofShelf({ id: 'shelf' }));
  const said = {
    lifecycleState: 'installed',
    administrativeState: 'unlocked',
    operationalState: 'enable',
    usageState: 'active',
    resourceStatus: 'available',
    resourceVersion: '7.2',
  };
  await post(agent, `${R4}/resource`, of(card, { id: 'card', name: 'card', ...said }));
  const both = ['administrativeState', 'operationalState', 'usageState', 'resourceVersion'];
  for (const [path, own] of [
    [`${R4}/resource/card`, 'resourceStatus'],
    [`${R5}/resource/card`, 'lifecycleState'],
  ] as const) {
    const { json } = await agent.call('GET', path);
    expect(Object.keys(json)).toEqual(expect.arrayContaining([...both, own]));
    expect(json).not.toHaveProperty('state');
    expect(json).not.toHaveProperty('operatingStatus');
  }
});

test('given an external identifier with an owner, then the owner is its id; without one, the key is absent', async () => {
  const agent = await agentWith();
  const order = { externalIdentifierType: 'orderId', id: 'ORD-9' };
  const both = [{ ...order, owner: 'ACME' }, order];
  await post(agent, `${S5}/service`, service('line', { externalIdentifier: both }));
  const { json } = await agent.call('GET', `${S5}/service/line`);
  const [owned, bare] = json.externalIdentifier as readonly JsonObject[];
  expect(owned).toMatchObject({ owner: 'ACME', id: 'ORD-9' });
  expect(bare).not.toHaveProperty('owner');
});

test('given members that are null, then their keys are absent', async () => {
  const agent = await agentWith();
  await post(agent, `${S5}/service`, service('line', { name: null, description: null, note: null }));
  for (const root of [S4, S5]) {
    const { json } = await agent.call('GET', `${root}/service/line`);
    expect(Object.values(json)).not.toContain(null);
    for (const key of ['name', 'description', 'note', 'endDate', 'place']) expect(json).not.toHaveProperty(key);
  }
});

test('given a kind of resources by its name alone, when made, then it is a resource', async () => {
  const agent = await agentWith();
  await agent.call('POST', `${R5}/resource`, ofShelf({ id: 'shelf' }));
  const made = await post(agent, '/diffo/v1/instances', { kind: 'card', id: 'card', lifecycleState: 'installed' });
  expect(made).toMatchObject({ id: 'card', href: `${R5}/resource/card` });
  expect(agent.store.instance(instanceId('card'))).toMatchObject({ type: 'resource', kind: 'card' });
});

test('given a specification of resources in the catalogue alone, then a resource of it is made, and no service', async () => {
  const agent = await agentWith();
  const id = '5a0c2f6e-9a64-4c1c-8f00-0d4b6a3d9c11';
  await post(agent, `${R5}/resource`, resource('first', { resourceSpecification: { id, name: 'cabinet' } }));
  expect(agent.store.instance(instanceId('first'))).toMatchObject({ type: 'resource', kind: 'resource' });
  const wrong = await agent.call('POST', `${S5}/service`, {
    '@type': 'Service',
    state: 'active',
    serviceSpecification: { id },
  });
  expect(wrong.status).toBe(400);
});

test('given a service that is cancelled, active or terminated, then it shows the dates that it has', async () => {
  const agent = await agentWith();
  const dates = async (id: string, ...steps: readonly string[]) => {
    await agent.call('POST', '/diffo/v1/instances', { kind: 'access', id });
    for (const step of steps) {
      const { status } = await agent.call('POST', `/diffo/v1/instances/${id}/transition`, { step });
      expect(status).toBe(200);
    }
    const { json } = await agent.call('GET', `${S5}/service/${id}`);
    return [json.operatingStatus, 'startDate' in json, 'endDate' in json];
  };
  expect(await dates('a', 'cancel')).toEqual(['unknown', false, true]);
  expect(await dates('b', 'activate')).toEqual(['starting', true, false]);
  expect(await dates('c', 'activate', 'terminate')).toEqual(['stopping', true, true]);
});
