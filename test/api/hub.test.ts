import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { instanceId, listenerId } from '../../src/core/ids.ts';
import { type JsonObject, property } from '../../src/core/json.ts';
import { handClock } from '../kit/clock.ts';
import { type Ear, listen as ear } from '../kit/ear.ts';
import { characteristic, handOut, over, put } from '../kit/hops.ts';
import { kind } from '../kit/model.ts';
import { R4, R5, S4, S5, type Served, served } from './served.ts';

const agents: Served[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
});

/** A listener that answers with one status after the other, then with the last; 0 never answers. */
function listen(...statuses: number[]): Promise<Ear> {
  return ear({ statuses: statuses.length === 0 ? [204] : statuses });
}

async function agent(...wanted: Parameters<typeof served>): Promise<Served> {
  const each = await served(...wanted);
  agents.push(each);
  return each;
}

async function register(to: Served, root: string, callback: string, query?: string): Promise<JsonObject> {
  const answer = await to.call('POST', `${root}/hub`, { callback, ...(query === undefined ? {} : { query }) });
  expect(answer.status).toBe(201);
  expect(answer.headers.get('location')).toBe(`${root}/hub/${answer.json.id}`);
  return answer.json;
}

const types = (heard: readonly JsonObject[]): unknown[] => heard.map(each => each.eventType);

/** Waits until something has become true. */
async function becomes(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await isTrue()) return;
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  throw new Error('it did not become true');
}

describe('a hub', () => {
  test('registers, shows and forgets listeners', async () => {
    const a = await agent();
    const ear = await listen();
    const made = await register(a, R5, ear.callback, 'eventType=ResourceCreateEvent');
    expect(made).toMatchObject({ callback: ear.callback, query: 'eventType=ResourceCreateEvent', '@type': 'Hub' });
    expect((await a.call('GET', `${R5}/hub/${made.id}`)).json).toEqual(made);
    expect((await a.call('GET', `${R5}/hub`)).list).toEqual([made]);
    expect((await a.call('GET', `${R4}/hub`)).list).toEqual([]);
    expect((await a.call('DELETE', `${R4}/hub/${made.id}`)).status).toBe(404);
    expect((await a.call('DELETE', `${R5}/hub/${made.id}`)).status).toBe(204);
    expect((await a.call('DELETE', `${R5}/hub/${made.id}`)).status).toBe(404);
    await a.call('POST', `${R5}/resource`, { '@type': 'Resource' });
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(ear.heard).toEqual([]);
  });

  test.each([
    ['eventType=ServiceCreatedEvent', 'eventType "ServiceCreatedEvent", but ServiceCreateEvent, ServiceAttribute'],
    ['eventType=ServiceOperatingStatusChangeEvent', 'ServiceOperatingStatusChangeEvent'],
    ['eventType=ResourceCreateEvent', 'ResourceCreateEvent'],
    ['event.resource.state=active', '"event.resource.state" is nothing in an event; write event.service.state'],
    ['event.service', 'is nothing in an event'],
    ['offset=1', 'offset is for lists'],
    ['sort=name', 'sort is for lists'],
    ['depth=1', 'depth is not served'],
    ['event.service.startDate.gt=soon', 'event.service.startDate is a date'],
    ['name.regex=(', 'name is not in the syntax of RE2'],
    ['filter=$[?(@.state==]', 'filter'],
    ['fields=note[', 'fields'],
    ['name=%', 'not well percent-encoded at "%"'],
  ])('refuses the query %s, and says what is wrong with it', async (query, reason) => {
    const a = await agent();
    const { status, json } = await a.call('POST', `${S4}/hub`, { callback: 'http://127.0.0.1/', query });
    expect([status, property(json, 'reason')]).toEqual([400, expect.stringContaining(reason)]);
    expect(JSON.stringify(json)).toContain('/query');
    expect(a.store.listeners()).toEqual([]);
  });

  test('a registration that is made again takes its own place', async () => {
    const a = await agent();
    const ear = await listen();
    const first = await register(a, R4, ear.callback, 'name=a');
    expect(await register(a, R4, ear.callback, 'name=a')).toEqual(first);
    // Over connections that are open already they come in together, and share a commit.
    const crowd = Array.from({ length: 8 });
    await Promise.all(crowd.map(() => a.call('GET', `${R5}/hub`)));
    const atOnce = await Promise.all(crowd.map(() => register(a, R5, ear.callback, 'name=a')));
    expect(new Set(atOnce.map(({ id }) => id)).size).toBe(1);
    const others = [
      await register(a, R4, ear.callback),
      await register(a, R5, ear.callback, 'name=a'),
      await register(a, R4, `${ear.callback}/2`, 'name=a'),
    ];
    expect(new Set([first, ...others].map(each => each.id)).size).toBe(4);
    await a.call('POST', `${R4}/resource`, { name: 'a' });
    await ear.until(4);
    await new Promise(resolve => setTimeout(resolve, 50));
    expect(ear.heard).toHaveLength(4);
    expect(ear.paths.filter(path => path.endsWith('/2'))).toHaveLength(1);
  });

  test('hears nothing of what changes nothing, nor of what is refused', async () => {
    const a = await agent();
    const ear = await listen();
    const { json } = await a.call('POST', `${S5}/service`, {
      '@type': 'Service',
      state: 'active',
      serviceSpecification: { id: 's' },
      note: [{ '@type': 'Note', id: '1', text: 't' }],
    });
    await register(a, S5, ear.callback);
    const at = `${S5}/service/${json.id}`;
    expect((await a.call('PATCH', at, { state: 'active' })).status).toBe(200);
    expect((await a.call('PATCH', at, (await a.call('GET', at)).json)).status).toBe(200);
    expect((await a.call('PATCH', at, { state: 'sleeping' })).status).toBe(400);
    expect((await a.call('PATCH', at, { state: 'inactive', id: 'other' })).status).toBe(400);
    await a.call('PATCH', at, { note: [{ '@type': 'Note', id: '1', text: 'u' }] });
    const [only] = await ear.until(1);
    expect(only).toMatchObject({
      eventType: 'ServiceAttributeValueChangeEvent',
      fieldPath: "note[?(@.id=='1')].text",
      title: 'ServiceAttributeValueChangeEvent',
      domain: 'Service',
      source: { id: json.id, href: at, '@referredType': 'Service' },
      reportingSystem: { id: a.store.agent },
    });
  });

  test.each([
    [{ callback: 'http://127.0.0.1/', query: `name=${'x'.repeat(4_096)}` }, 400],
    [{}, 400],
    [{ callback: '/relative' }, 400],
    [{ callback: 'ftp://127.0.0.1/' }, 400],
    [{ callback: 'http://user:word@127.0.0.1/' }, 400],
    [{ callback: 'http://127.0.0.1/', query: 'name.regex=(' }, 400],
    [{ callback: 'http://elsewhere.example/' }, 403],
    [{ callback: 'http://localhost/' }, 403],
  ])('refuses %.80j with %i', async (body, status) => {
    const a = await agent();
    expect((await a.call('POST', `${R4}/hub`, body)).status).toBe(status);
  });

  test('may allow one port of a host', async () => {
    const a = await agent({ hubAllow: ['127.0.0.1:7'] });
    expect((await a.call('POST', `${R4}/hub`, { callback: 'http://127.0.0.1:8/' })).status).toBe(403);
    expect((await a.call('POST', `${R4}/hub`, { callback: 'http://127.0.0.1:7/' })).status).toBe(201);
  });

  test('tells with an instance what is derived for it, and names only what moved of its own', async () => {
    const primary = [over.owner('primary')];
    const access = kind('access', {
      inheritedCharacteristic: [{ name: 'model', via: primary, read: 'model', collapse: 'first' }],
    });
    const card = kind('card', { type: 'resource' });
    const a = await agent({ kinds: new Map([access, card].map(each => [each.name, each])) });
    const ear = await listen();
    await register(a, S4, ear.callback);
    const cause = { principal: 'client', kind: 'request' } as const;
    const line = (description: string) =>
      a.store.transact(cause, writer => put(writer, access, 'line', { state: 'active', description }));
    a.store.transact(cause, writer => {
      put(writer, card, 'card1', { resourceCharacteristic: [characteristic('model', 'X9')] });
      handOut(writer, 'card1', 'line', 'primary', 1);
    });
    line('one');
    line('two');
    const [created, changed] = await ear.until(2);
    const inherited = { serviceCharacteristic: [{ name: 'model', value: 'X9' }] };
    expect(created).toMatchObject({ eventType: 'ServiceCreateEvent', event: { service: inherited } });
    expect(changed).toMatchObject({
      fieldPath: 'description',
      event: { service: { ...inherited, description: 'two' } },
    });
  });

  test('tells each listener of its API, in its version, in order', async () => {
    const a = await agent();
    const [four, five, services] = [await listen(201), await listen(204), await listen()];
    await register(a, R4, four.callback);
    await register(a, R5, five.callback);
    await register(a, S5, services.callback);
    const { json } = await a.call('POST', `${R4}/resource`, { name: 'a' });
    await a.call('PATCH', `${R4}/resource/${json.id}`, { operationalState: 'enable', description: 'd' });
    await a.call('DELETE', `${R4}/resource/${json.id}`);
    const expected = [
      'ResourceCreateEvent',
      'ResourceStateChangeEvent',
      'ResourceAttributeValueChangeEvent',
      'ResourceDeleteEvent',
    ];
    expect(types(await four.until(4))).toEqual(expected);
    expect(types(await five.until(4))).toEqual(expected);
    const entity = (heard: readonly JsonObject[], i: number): unknown => property(heard[i]?.event, 'resource');
    expect(entity(four.heard, 0)).toMatchObject({ name: 'a', href: `${R4}/resource/${json.id}` });
    expect(entity(four.heard, 1)).toMatchObject({ operationalState: 'enable' });
    expect(entity(five.heard, 1)).toMatchObject({ operationalState: 'enabled' });
    expect(services.heard).toEqual([]);
  });

  test('tells what was, although it has moved on since', async () => {
    const a = await agent();
    const ear = await listen(503, 204);
    const { json } = await a.call('POST', `${R4}/resource`, { name: 'a', x: 0 });
    await register(a, R4, ear.callback);
    for (const x of [1, 2, 3]) await a.call('PATCH', `${R4}/resource/${json.id}`, { x });
    const heard = await ear.until(4);
    expect(heard.map(each => ((each.event as JsonObject).resource as JsonObject).x)).toEqual([1, 1, 2, 3]);
    expect(heard[0]?.eventId).toBe(heard[1]?.eventId);
  });

  test('hears the one change in a large commit that it asked for, and nothing else', async () => {
    const a = await agent();
    const [one, all] = [await listen(), await listen()];
    await register(a, R5, one.callback, 'name=r70');
    await register(a, R5, all.callback);
    a.store.transact({ principal: 'driver:x', kind: 'observation' }, writer => {
      for (let i = 0; i < 100; i++) {
        const document = { id: `r${i}`, '@type': 'Resource', name: `r${i}` };
        writer.putInstance({ id: instanceId(`r${i}`), type: 'resource', kind: 'resource', document, createdAt: 1 });
      }
    });
    const name = (each: JsonObject): unknown => property(property(each.event, 'resource'), 'name');
    expect((await one.until(1)).map(name)).toEqual(['r70']);
    expect((await all.until(100)).map(name)).toEqual(Array.from({ length: 100 }, (_, i) => `r${i}`));
    expect(one.heard).toHaveLength(1);
  });

  test('moves the cursor on after what was told', async () => {
    const a = await agent();
    const ear = await listen();
    const { id } = await register(a, R4, ear.callback);
    await a.call('POST', `${R4}/resource`, { name: 'a' });
    await ear.until(1);
    await becomes(() => a.store.listener(listenerId(String(id)))?.cursor === a.store.seq());
  });
});

describe('a listener that does not answer', () => {
  test('is tried again with growing pauses, then suspended for all to see', async () => {
    const clock = handClock();
    const a = await agent({ clock });
    const ear = await listen(503);
    const { id } = await register(a, R4, ear.callback);
    await a.call('POST', `${R4}/resource`, { name: 'a' });
    await ear.until(1);
    const suspended = async (): Promise<unknown> => (await a.call('GET', `${R4}/hub/${id}`)).json.suspended;
    for (let tries = 2; tries <= 14; tries++) {
      await new Promise(resolve => setTimeout(resolve, 10));
      await clock.advance(300_000);
      await ear.until(tries);
    }
    await becomes(async () => String(await suspended()).includes('gave up after 14 tries: it answered 503'));
    expect(new Set(ear.heard.map(each => each.eventId)).size).toBe(1);
    await a.call('POST', `${R4}/resource`, { name: 'b' });
    await clock.advance(300_000);
    expect(ear.heard).toHaveLength(14);
  });

  test('is given a deadline, and delays nobody', async () => {
    const clock = handClock();
    const a = await agent({ clock });
    const [deaf, quick] = [await listen(0, 204), await listen()];
    await register(a, R4, deaf.callback);
    await register(a, R4, quick.callback);
    await a.call('POST', `${R4}/resource`, { name: 'a' });
    await a.call('POST', `${R4}/resource`, { name: 'b' });
    await quick.until(2);
    await deaf.until(1);
    expect(deaf.heard).toHaveLength(1);
    await clock.advance(10_000);
    await new Promise(resolve => setTimeout(resolve, 20));
    await clock.advance(1_000);
    expect(types(await deaf.until(3))).toHaveLength(3);
  });

  test('and comes back hears all that it missed, each as it was', async () => {
    const clock = handClock();
    const a = await agent({ clock });
    const ear = await listen(503, 204);
    const { json } = await a.call('POST', `${R4}/resource`, { name: 'a', x: 0, state: 'even' });
    const other = (await a.call('POST', `${R4}/resource`, { name: 'b', x: 0 })).json;
    await register(a, R4, ear.callback, 'eventType=ResourceAttributeValueChangeEvent,ResourceDeleteEvent');
    await a.call('PATCH', `${R4}/resource/${json.id}`, { x: -1 });
    await ear.until(1);
    // Back and forth: what it is now says nothing of what it was.
    const written = Array.from({ length: 300 }, (_, i) => i % 7);
    for (const x of written) {
      await a.call('PATCH', `${R4}/resource/${json.id}`, { x });
      if (x === 0) await a.call('PATCH', `${R4}/resource/${other.id}`, { x: written.length });
    }
    await a.call('DELETE', `${R4}/resource/${json.id}`);
    await new Promise(resolve => setTimeout(resolve, 20));
    await clock.advance(1_000);
    const heard = await ear.until(304);
    const shown = heard.map(each => property(each.event, 'resource')).filter(each => property(each, 'id') === json.id);
    expect(shown.map(each => property(each, 'x'))).toEqual([-1, -1, ...written, written.at(-1)]);
    expect(types(heard.slice(-1))).toEqual(['ResourceDeleteEvent']);
    expect(new Set(heard.map(each => each.eventId)).size).toBe(303);
  });

  test('is told the second event of a change without the first again', async () => {
    const clock = handClock();
    const a = await agent({ clock });
    const ear = await listen(204, 503, 204);
    const { json } = await a.call('POST', `${R4}/resource`, { name: 'a' });
    await register(a, R4, ear.callback);
    await a.call('PATCH', `${R4}/resource/${json.id}`, { operationalState: 'enable', name: 'b' });
    await ear.until(2);
    await new Promise(resolve => setTimeout(resolve, 20));
    await clock.advance(1_000);
    expect(types(await ear.until(3))).toEqual([
      'ResourceStateChangeEvent',
      'ResourceAttributeValueChangeEvent',
      'ResourceAttributeValueChangeEvent',
    ]);
  });

  test('and was suspended goes on where it stopped once it is registered again', async () => {
    const clock = handClock();
    const a = await agent({ clock });
    const ear = await listen(...Array.from({ length: 14 }, () => 503), 204);
    const made = await register(a, R4, ear.callback);
    const shown = async () => (await a.call('GET', `${R4}/hub/${made.id}`)).json;
    for (const name of ['a', 'b']) await a.call('POST', `${R4}/resource`, { name });
    for (let tries = 1; tries <= 14; tries++) {
      await ear.until(tries);
      await new Promise(resolve => setTimeout(resolve, 20));
      await clock.advance(300_000);
    }
    await becomes(async () => (await shown()).suspended !== undefined);
    expect(a.delivery.figures()).toEqual({
      listeners: { told: 0, retried: 0, suspended: 1 },
      deliveries: { delivered: 0, failed: 14 },
    });
    expect(await register(a, R4, ear.callback)).toEqual(made);
    expect(await shown()).toEqual(made);
    const heard = await ear.until(16);
    expect(heard.slice(-2).map(each => property(property(each.event, 'resource'), 'name'))).toEqual(['a', 'b']);
    expect(a.delivery.figures().listeners).toEqual({ told: 1, retried: 0, suspended: 0 });
  });

  test('and is overtaken by retention hears so', async () => {
    const clock = handClock();
    const a = await agent({ clock, keepChanges: 20 });
    const ear = await listen(503, 204);
    const { id } = await register(a, R4, ear.callback);
    await a.call('POST', `${R4}/resource`, { name: 'a' });
    await ear.until(1);
    for (let i = 0; i < 300; i++) await a.call('POST', `${R4}/resource`, { name: `b${i}` });
    await clock.advance(1_000);
    await becomes(async () => {
      const { json } = await a.call('GET', `${R4}/hub/${id}`);
      return String(json.suspended ?? '').startsWith('overtaken');
    });
    // There is nowhere to go on from but now.
    await register(a, R4, ear.callback);
    await a.call('POST', `${R4}/resource`, { name: 'after' });
    const last = (await ear.until(2))[1];
    expect(property(last?.event, 'resource')).toMatchObject({ name: 'after' });
  });
});

test('what could not be told before a restart is told after it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-'));
  try {
    const path = join(folder, 'a.sqlite');
    const ear = await listen(503, 204);
    const first = await served({ path });
    await register(first, R4, ear.callback);
    await first.call('POST', `${R4}/resource`, { name: 'a' });
    await ear.until(1);
    await first.stop();
    await agent({ path });
    expect(types(await ear.until(2))).toEqual(['ResourceCreateEvent', 'ResourceCreateEvent']);
    expect(ear.heard[0]?.eventId).toBe(ear.heard[1]?.eventId);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
