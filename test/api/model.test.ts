/** Instances of kinds, as clients of TMF and the operator meet them over HTTP. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { instanceId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { access, card, installer, kinds, of, recordKinds, shelf } from '../kit/domain.ts';
import { type Answer, R4, R5, S4, S5, type Served, served } from './served.ts';

const own = '/diffo/v1/instances';

async function agentWith(): Promise<Served> {
  const agent = await served({ kinds, recordKinds });
  onTestFinished(() => agent.stop());
  return agent;
}

async function made(agent: Served, path: string, body: JsonObject): Promise<JsonObject> {
  const answer = await agent.call('POST', path, body);
  expect(answer.text).toContain('"id"');
  expect(answer.status).toBe(201);
  return answer.json;
}

/** Refused with a status, and nothing written. */
async function refused(
  agent: Served,
  status: number,
  method: string,
  path: string,
  body?: Json,
): Promise<{ readonly reason: string; readonly message: Json | undefined }> {
  const seq = agent.store.seq();
  const answer = await agent.call(method, path, body);
  expect([answer.status, answer.json.reason]).toEqual([status, expect.any(String)]);
  expect(agent.store.seq()).toBe(seq);
  return { reason: String(answer.json.reason), message: answer.json.message };
}

const shelfBody = (id: string, more: JsonObject = {}): JsonObject =>
  of(shelf, {
    id,
    lifecycleState: 'installed',
    relatedParty: [{ ...installer, '@type': 'RelatedPartyRefOrPartyRoleRef' }],
    resourceCharacteristic: [{ name: 'rack', value: 'R1' }],
    ...more,
  });
const cardBody = (id: string, more: JsonObject = {}): JsonObject =>
  of(card, { id, lifecycleState: 'installed', ...more });
const accessBody = (id: string, more: JsonObject = {}): JsonObject => of(access, { id, state: 'designed', ...more });

/** A shelf, a card in it, and a service. */
async function domain(): Promise<Served> {
  const agent = await agentWith();
  await made(agent, `${R5}/resource`, shelfBody('shelf'));
  await made(agent, `${R5}/resource`, cardBody('card'));
  await made(agent, `${S5}/service`, accessBody('line'));
  return agent;
}

const characteristic = ({ json }: Answer, name: string): Json | undefined =>
  [...((json.resourceCharacteristic ?? json.serviceCharacteristic ?? []) as readonly JsonObject[])].find(
    each => each.name === name,
  )?.value;

describe('a create', () => {
  test('builds: what the kind gives is in the answer, and the owner shows whom it gave a number', async () => {
    const agent = await domain();
    const card = await agent.call('GET', `${R5}/resource/card`);
    expect(card.json).toMatchObject({
      resourceRelationship: [
        {
          relationshipType: 'assignedFrom',
          alias: 'slot',
          resource: { id: 'shelf', href: `${R5}/resource/shelf` },
          resourceRelationshipCharacteristic: [{ name: 'slots', value: 1 }],
        },
      ],
      supportingResource: [{ id: 'shelf', alias: 'slot' }],
    });
    expect(characteristic(card, 'ports')).toMatchObject({ first: 1, last: 48, assigned: 0 });
    const shelf = await agent.call('GET', `${R5}/resource/shelf`);
    expect(shelf.json.resourceRelationship).toMatchObject([
      {
        relationshipType: 'assignedTo',
        resource: { id: 'card' },
        resourceRelationshipCharacteristic: [{ name: 'slot', value: 1 }],
      },
    ]);
    expect(characteristic(shelf, 'slots')).toMatchObject({ assigned: 1, free: 3 });
  });

  test('in v4 builds the same', async () => {
    const agent = await domain();
    const body = {
      '@type': 'Resource',
      name: 'second',
      lifecycleState: 'installed',
      resourceSpecification: { id: 'spec-card-1' },
      resourceRelationship: [{ relationshipType: 'assignedFrom', resource: { id: 'shelf' } }],
    };
    const { id } = await made(agent, `${R4}/resource`, body);
    expect(agent.store.assignmentsTo(instanceId(String(id)))).toMatchObject([
      { owner: 'shelf', alias: 'slot', value: 2 },
    ]);
  });

  test('that breaks a rule is refused with its place, and leaves nothing', async () => {
    const agent = await domain();
    const values = accessBody('x', { serviceCharacteristic: [{ name: 'speed', value: 'fast' }] });
    expect((await refused(agent, 400, 'POST', `${S5}/service`, values)).message).toBe(
      'See /serviceCharacteristic/0/value of the body',
    );
    const frozen = { '@type': 'Service', state: 'active', serviceSpecification: { id: 'spec-legacy-1' } };
    expect((await refused(agent, 409, 'POST', `${S5}/service`, frozen)).reason).toMatch(/current one is 2\.1\.0/);
    expect((await refused(agent, 400, 'POST', `${R5}/resource`, shelfBody('s', { relatedParty: [] }))).reason).toMatch(
      /at least 1 party in the role installer/,
    );
    const wrong = { '@type': 'Service', state: 'active', serviceSpecification: { id: 'spec-card-1' } };
    await refused(agent, 400, 'POST', `${S5}/service`, wrong);
    // The fourth is the last.
    for (const id of ['b', 'c', 'd']) await made(agent, `${R5}/resource`, cardBody(id));
    expect((await refused(agent, 409, 'POST', `${R5}/resource`, cardBody('e'))).reason).toMatch(/all 4 slots of shelf/);
  });

  test('of no kind is as free as ever', async () => {
    const agent = await domain();
    const body = {
      '@type': 'Service',
      id: 'free',
      state: 'suspended',
      serviceSpecification: { id: 'x', name: 'unheard of' },
      serviceCharacteristic: [
        { name: 'a', value: 1 },
        { name: 'a', value: 2 },
      ],
    };
    await made(agent, `${S5}/service`, body);
    expect((await agent.call('PATCH', `${S5}/service/free`, { state: 'feasibilityChecked' })).status).toBe(200);
    expect((await agent.call('DELETE', `${S5}/service/free`)).status).toBe(204);
  });

  test('by the name of a kind alone needs neither a specification nor a state', async () => {
    const agent = await domain();
    const answer = await agent.call('POST', own, { kind: 'access', id: 'new', name: 'fibre 17' });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`${S5}/service/new`);
    expect(answer.json).toMatchObject({ id: 'new', state: 'designed', serviceSpecification: { id: 'spec-access-1' } });
    expect(agent.store.instance(instanceId('new'))?.document.state).toBe('initial');
    expect((await refused(agent, 400, 'POST', own, { kind: 'acess' })).reason).toMatch(/there are equipment, shelf/);
    expect((await refused(agent, 409, 'POST', own, { kind: 'equipment' })).reason).toMatch(/make one of shelf, card/);
    await refused(agent, 400, 'POST', own, { kind: 'access', id: 'a/b' });
  });
});

describe('a patch', () => {
  test('that says what was shown changes nothing, in any version', async () => {
    const agent = await domain();
    await agent.call('POST', `${own}/line/relate`, { to: 'card', type: 'runsOn', alias: 'primary' });
    const seq = agent.store.seq();
    for (const path of [`${R4}/resource/shelf`, `${R5}/resource/shelf`, `${R4}/resource/card`, `${R5}/resource/card`]) {
      const shown = await agent.call('GET', path);
      expect([path, (await agent.call('PATCH', path, shown.json)).status]).toEqual([path, 200]);
    }
    for (const path of [`${S4}/service/line`, `${S5}/service/line`]) {
      const shown = await agent.call('GET', path);
      expect([path, (await agent.call('PATCH', path, shown.json)).status]).toEqual([path, 200]);
    }
    expect(agent.store.seq()).toBe(seq);
  });

  test('of the state is a step: it stamps and says how the service does, or is refused with what would be', async () => {
    const agent = await domain();
    const wrong = await refused(agent, 409, 'PATCH', `${S5}/service/line`, { state: 'suspended' });
    expect(wrong.reason).toMatch(/from there it can become/);
    const active = await agent.call('PATCH', `${S4}/service/line`, { state: 'active' });
    expect(active.json).toMatchObject({ state: 'active', startDate: expect.any(String) });
    const ended = await agent.call('PATCH', `${S5}/service/line`, { state: 'terminated' });
    expect(ended.json).toMatchObject({ state: 'terminated', operatingStatus: 'stopping', endDate: expect.any(String) });
  });

  test('of relationships gives numbers, takes them back, and relates only where both kinds permit', async () => {
    const agent = await domain();
    const path = `${S5}/service/line`;
    const element = (members: JsonObject): JsonObject => ({
      resourceRelationship: [{ relationshipType: 'assignedFrom', resource: { id: 'card' }, ...members }],
    });
    const given = await agent.call('PATCH', path, element({}));
    expect(given.json).toMatchObject({
      resourceRelationship: [{ alias: 'line', resourceRelationshipCharacteristic: [{ name: 'ports', value: 1 }] }],
    });
    const five = [{ name: 'ports', value: 5 }];
    const moved = await agent.call('PATCH', path, element({ alias: 'line', resourceRelationshipCharacteristic: five }));
    expect(moved.json).toMatchObject({ resourceRelationship: [{ alias: 'line' }] });
    expect(agent.store.assignmentsTo(instanceId('line'))).toMatchObject([{ value: 5 }]);
    const ninety = [{ name: 'ports', value: 90 }];
    const wrong = element({ alias: 'line', resourceRelationshipCharacteristic: ninety });
    expect((await refused(agent, 400, 'PATCH', path, wrong)).reason).toMatch(/from 1 to 48; 90 is not/);
    await agent.call('PATCH', path, { resourceRelationship: null });
    expect(agent.store.assignmentsTo(instanceId('line'))).toEqual([]);
    expect(characteristic(await agent.call('GET', `${R5}/resource/card`), 'ports')).toMatchObject({ assigned: 0 });

    const uses = { resourceRelationship: [{ relationshipType: 'uses', alias: 'spare', resource: { id: 'card' } }] };
    expect((await refused(agent, 400, 'PATCH', path, uses)).reason).toMatch(
      /a card is the target of relationships with/,
    );
  });

  test('of what is derived, counted or declared is refused', async () => {
    const agent = await domain();
    const path = `${R5}/resource/shelf`;
    expect((await refused(agent, 400, 'PATCH', path, { resourceRelationship: [] })).reason).toMatch(/assignedFrom/);
    const counted = [
      { name: 'rack', value: 'R1' },
      { name: 'shelf', value: {} },
      { name: 'slots', value: { first: 1, last: 4, algorithm: 'lowest', assigned: 1, free: 9 } },
    ];
    expect((await refused(agent, 400, 'PATCH', path, { resourceCharacteristic: counted })).reason).toMatch(/counted/);
    const poolless = [{ name: 'rack', value: 'R1' }];
    expect((await refused(agent, 409, 'PATCH', path, { resourceCharacteristic: poolless })).reason).toMatch(
      /the pool slots of a shelf cannot be taken away/,
    );
    const rackless = counted.slice(1).map(each => (each.name === 'slots' ? { ...each, value: { first: 1 } } : each));
    expect((await refused(agent, 400, 'PATCH', path, { resourceCharacteristic: rackless })).reason).toMatch(/rack/);
    await refused(agent, 400, 'PATCH', path, { relatedParty: [] });
    const other = { resourceSpecification: { id: 'spec-card-1', '@type': 'ResourceSpecificationRef' } };
    expect((await refused(agent, 409, 'PATCH', path, other)).reason).toMatch(/cannot become a card/);
  });

  test('of the specification moves it to another version', async () => {
    const agent = await domain();
    const reference = { serviceSpecification: { id: 'spec-access-2', '@type': 'ServiceSpecificationRef' } };
    const moved = await agent.call('PATCH', `${S5}/service/line`, reference);
    expect(moved.json).toMatchObject({ serviceSpecification: { id: 'spec-access-2', version: '2.0.0' } });
    expect(agent.store.instance(instanceId('line'))?.kind).toBe('access2');
  });
});

test('a delete is refused while others rely on it, and gives back what it was given', async () => {
  const agent = await domain();
  await agent.call('POST', `${own}/line/relate`, { to: 'card', type: 'runsOn', alias: 'primary' });
  expect((await refused(agent, 409, 'DELETE', `${R5}/resource/card`)).reason).toMatch(/line relates to it/);
  expect((await refused(agent, 409, 'DELETE', `${R4}/resource/shelf`)).reason).toMatch(/card has slot 1 of it/);
  expect((await agent.call('DELETE', `${S4}/service/line`)).status).toBe(204);
  expect((await agent.call('DELETE', `${R5}/resource/card`)).status).toBe(204);
  expect(characteristic(await agent.call('GET', `${R5}/resource/shelf`), 'slots')).toMatchObject({ assigned: 0 });
  expect((await agent.call('DELETE', `${R5}/resource/shelf`)).status).toBe(204);
});

describe('what is done to an instance under its own name', () => {
  const does = async (agent: Served, id: string, deed: string, body: Json): Promise<JsonObject> => {
    const answer = await agent.call('POST', `${own}/${id}/${deed}`, body);
    expect([answer.status, answer.json.reason]).toEqual([200, undefined]);
    return answer.json;
  };

  test('answers with the instance as it is then', async () => {
    const agent = await domain();
    expect(await does(agent, 'line', 'define', { characteristic: { speed: 500 } })).toMatchObject({
      serviceCharacteristic: [{ name: 'speed', value: 500 }],
    });
    const feature = { name: 'shaping', isEnabled: true, characteristic: { goal: 'throughput' } };
    expect(await does(agent, 'line', 'feature', feature)).toMatchObject({ feature: [{ isEnabled: true }] });
    const relation = { from: 'line', type: 'runsOn', alias: 'primary' };
    await does(agent, 'card', 'relate', relation);
    expect(agent.store.linksTo('card', 'relationship')).toMatchObject([{ source: 'line', alias: 'primary' }]);
    await does(agent, 'card', 'unrelate', { from: 'line' });
    expect(agent.store.linksTo('card', 'relationship')).toEqual([]);
    expect(await does(agent, 'card', 'assign', { pool: 'ports', to: 'line', value: 7 })).toMatchObject({
      serviceRelationship: [{ relationshipType: 'assignedTo', service: { id: 'line' } }],
    });
    await does(agent, 'card', 'unassign', { to: 'line' });
    expect(agent.store.assignmentsTo(instanceId('line'))).toEqual([]);
    expect(await does(agent, 'line', 'transition', { step: 'reserve' })).toMatchObject({ state: 'reserved' });
    expect(await does(agent, 'line', 'annotate', { note: { text: 'handle gently', author: 'ACME' } })).toMatchObject({
      note: [{ text: 'handle gently', author: 'ACME', date: expect.any(String) }],
    });
    const status = { code: 'CPE-2', severity: 'WARN', message: 'unreachable', parameterizedMessage: { host: 'a' } };
    expect(await does(agent, 'line', 'annotate', { processStatus: status })).toMatchObject({ processStatus: [status] });
    expect(await does(agent, 'line', 'rename', { name: 'fibre 17' })).toMatchObject({ name: 'fibre 17' });
    expect(await does(agent, 'line', 'respecify', { specification: 'spec-access-2' })).toMatchObject({
      serviceSpecification: { version: '2.0.0' },
    });
    expect(await does(agent, 'card', 'lifecycle', { usageState: 'idle', operationalState: 'disabled' })).toMatchObject({
      usageState: 'idle',
    });
    expect(agent.rings()).toBeGreaterThan(10);
  });

  test.each<[deed: string, id: string, body: Json, status: number, says: RegExp]>([
    ['define', 'line', { characteristic: { sped: 1 } }, 400, /did you mean speed\?/],
    ['define', 'line', { speed: 1 }, 400, /characteristic/],
    ['define', 'nobody', { characteristic: {} }, 404, /no instance with the id "nobody"/],
    ['feature', 'line', { name: 'shaping', isEnabled: 'yes' }, 400, /isEnabled/],
    ['relate', 'line', { type: 'uses' }, 400, /say "to" which target, or "from" which source/],
    ['relate', 'line', { to: 'card', from: 'shelf', type: 'uses' }, 400, /"to" which target/],
    ['relate', 'line', { to: 'nobody', type: 'uses' }, 404, /nobody/],
    ['unrelate', 'line', {}, 400, /say which/],
    ['unrelate', 'line', { alias: 'x' }, 404, /it has none/],
    ['assign', 'card', { pool: 'prots', to: 'line' }, 400, /did you mean ports\?/],
    ['assign', 'line', { pool: 'ports', to: 'card' }, 400, /it has no pools/],
    ['unassign', 'shelf', { to: 'card' }, 409, /from its making to its end/],
    ['respecify', 'line', { specification: 'spec-island-1' }, 409, /it can become 2\.0\.0/],
    ['annotate', 'line', {}, 400, /say a "note"/],
    ['annotate', 'line', { processStatus: { code: 'x', severity: 'BAD', message: 'm' } }, 400, /severity/],
    ['annotate', 'line', { externalIdentifier: {} }, 400, /at least one of/],
    ['transition', 'line', { step: 'terminate' }, 409, /cannot terminate/],
    ['transition', 'card', { step: 'activate' }, 400, /has axes/],
    ['lifecycle', 'card', { lifecycleState: 'gone' }, 400, /lifecycleState/],
    ['rename', 'line', { name: '' }, 400, /name/],
  ])('%s of %s with %j is refused with %i and leaves nothing', async (deed, id, body, status, says) => {
    const agent = await domain();
    expect((await refused(agent, status, 'POST', `${own}/${id}/${deed}`, body)).reason).toMatch(says);
  });
});
