/** The hubs and their events (T94 to T108), in every API. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { instanceId } from '../../src/core/ids.ts';
import { type Json, type JsonObject, property } from '../../src/core/json.ts';
import { type Served, served, type Wanted } from '../api/served.ts';
import { makeDirectory, until } from '../kit/agent.ts';
import { handClock } from '../kit/clock.ts';
import { type Ear, listen } from '../kit/ear.ts';
import { failing, inEveryApi } from './apis.ts';

inEveryApi(
  api => {
    const isV5 = api.version === 'v5';
    const isService = api.type === 'service';
    const title = isService ? 'Service' : 'Resource';
    const typeOf = (what: string): string => `${title}${what}Event`;
    const types = (heard: readonly JsonObject[]): unknown[] => heard.map(each => each.eventType);
    const entityOf = (event: JsonObject | undefined): Json => property(event?.event, api.type) ?? null;

    /** An agent of the test's own, whose listeners are the test's alone. */
    async function own(wanted: Wanted = {}): Promise<Served> {
      const agent = await served(wanted);
      onTestFinished(() => agent.stop());
      return agent;
    }

    const hub = `${api.root}/hub`;
    async function register(agent: Served, { callback }: Pick<Ear, 'callback'>, query?: string): Promise<JsonObject> {
      const answer = await agent.call('POST', hub, { callback, ...(query === undefined ? {} : { query }) });
      expect([answer.status, answer.text]).toEqual([201, expect.anything()]);
      return answer.json;
    }
    const make = async (agent: Served, more: JsonObject = {}): Promise<JsonObject> => {
      const answer = await agent.call('POST', api.all, api.body(more));
      expect(answer.status).toBe(201);
      return answer.json;
    };
    /** Makes one more; once it is heard of, all that came before it has been told. */
    const settled = async (agent: Served, ear: Ear): Promise<readonly JsonObject[]> => {
      const { id } = await make(agent);
      await until('the last is told', () => ear.heard.some(each => property(entityOf(each), 'id') === id));
      return ear.heard.filter(each => property(entityOf(each), 'id') !== id);
    };

    test('T94 who registers is told where it stands', async () => {
      const agent = await own();
      const ear = await listen();
      const query = `eventType=${typeOf('Create')}`;
      const { status, headers, json } = await agent.call('POST', hub, { callback: ear.callback, query });
      expect([status, headers.get('location')]).toEqual([201, `${hub}/${json.id}`]);
      expect(json).toMatchObject({ id: expect.any(String), callback: ear.callback, query });
    });

    test('T95 a callback that is none is refused', async () => {
      const agent = await own();
      for (const callback of [
        undefined,
        '',
        'listener',
        '/listener',
        'ftp://127.0.0.1/',
        'http://',
        'http://a b/',
        7,
        null,
      ]) {
        const body = callback === undefined ? {} : { callback };
        failing(api, await agent.call('POST', hub, body), 400, { code: 'invalid', pointer: '/callback' });
      }
      for (const query of ['eventType', 'eventType=Nonsense', 7]) {
        const body = { callback: 'http://127.0.0.1:1/', query };
        failing(api, await agent.call('POST', hub, body), 400, { code: 'invalid', pointer: '/query' });
      }
      expect((await agent.call('GET', hub)).list).toEqual([]);
    });

    test('T96 several listen at once', async () => {
      const agent = await own();
      const ears = [await listen(), await listen(), await listen()];
      for (const ear of ears) await register(agent, ear);
      await make(agent);
      for (const ear of ears) expect(types(await ear.until(1))).toEqual([typeOf('Create')]);
    });

    test('T97 a listener can be looked at, and leaves with 204', async () => {
      const agent = await own();
      const made = await register(agent, await listen());
      expect((await agent.call('GET', `${hub}/${made.id}`)).json).toEqual(made);
      const gone = await agent.call('DELETE', `${hub}/${made.id}`);
      expect([gone.status, gone.text]).toEqual([204, '']);
      for (const method of ['DELETE', 'GET']) failing(api, await agent.call(method, `${hub}/${made.id}`), 404);
    });

    test('T98 events are posted to the callback as it was registered', async () => {
      const agent = await own();
      const asked: string[] = [];
      const server = createServer((request, response) => {
        asked.push(`${request.method} ${request.url}`);
        request.resume().on('end', () => response.writeHead(204).end());
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await new Promise(resolve => server.once('listening', resolve));
      const { port } = server.address() as AddressInfo;
      await register(agent, { callback: `http://127.0.0.1:${port}/listener/mine?key=a%20b&x` });
      await make(agent);
      await until('it was told', () => asked.length > 0);
      expect(asked).toEqual(['POST /listener/mine?key=a%20b&x']);
    });

    test('T99 any answer of success is one', async () => {
      const agent = await own();
      for (const status of [200, 201, 202, 204]) {
        const ear = await listen({ statuses: [status] });
        const { id } = await register(agent, ear);
        await make(agent);
        await settled(agent, ear);
        expect(ear.heard).toHaveLength(2);
        await agent.call('DELETE', `${hub}/${id}`);
      }
    });

    test('T100 events have the envelope, the names and the entities of their version', async () => {
      const agent = await own();
      const ear = await listen();
      await register(agent, ear);
      const [state, on, off] = api.state;
      const made = await make(agent, { [state]: on });
      await agent.call('PATCH', `${api.all}/${made.id}`, { [state]: off });
      await agent.call('PATCH', `${api.all}/${made.id}`, { description: 'x' });
      await agent.call('DELETE', `${api.all}/${made.id}`);
      const heard = await ear.until(4);
      expect(types(heard)).toEqual(['Create', 'StateChange', 'AttributeValueChange', 'Delete'].map(typeOf));
      for (const event of heard) {
        expect(event).toMatchObject({ eventId: expect.any(String), eventTime: expect.stringMatching(/^\d{4}-.*Z$/) });
        expect(event['@type']).toBe(isV5 ? event.eventType : undefined);
        expect(Object.hasOwn(event, isV5 ? 'timeOccurred' : 'timeOcurred')).toBe(true);
        expect(entityOf(event)).toMatchObject({ id: made.id, href: made.href });
      }
      expect(entityOf(heard[0])).toEqual(made);
      expect(property(entityOf(heard[1]), state)).toBe(off);
    });

    test('T100 what cannot be said in a version is no event of it', async () => {
      if (!isService) return;
      const agent = await own();
      const ear = await listen();
      await register(agent, ear);
      const five = api.all.replace('/v4/', '/v5/');
      const { id } = await make(agent);
      await agent.call('PATCH', `${five}/${id}`, { operatingStatus: 'running' });
      const heard = types(await settled(agent, ear));
      expect(heard).toEqual([typeOf('Create'), ...(isV5 ? [typeOf('OperatingStatusChange')] : [])]);
    });

    test('T101 a query chooses events, by type and by what they are of', async () => {
      const agent = await own();
      const [state, on, off] = api.state;
      const ears: [string, Ear][] = [];
      for (const query of [
        `eventType=${typeOf('StateChange')},${typeOf('Delete')}`,
        `event.${api.type}.${state}=${off}`,
        `${state}=${off}`,
        `eventType=${typeOf('Create')}&event.${api.type}.name=b`,
        `eventType=${typeOf('Delete')};event.${api.type}.name=b`,
      ]) {
        const ear = await listen();
        await register(agent, ear, query);
        ears.push([query, ear]);
      }
      const slim = await listen();
      await register(agent, slim, `eventType=${typeOf('Create')}&fields=event.${api.type}.name`);
      const all = await listen();
      await register(agent, all);
      const a = await make(agent, { name: 'a', [state]: on });
      const b = await make(agent, { name: 'b', [state]: on });
      await agent.call('PATCH', `${api.all}/${a.id}`, { [state]: off });
      await agent.call('DELETE', `${api.all}/${b.id}`);
      await all.until(4);
      const expected: [string, string][][] = [
        [
          ['StateChange', 'a'],
          ['Delete', 'b'],
        ],
        [['StateChange', 'a']],
        [['StateChange', 'a']],
        [['Create', 'b']],
        [
          ['Create', 'b'],
          ['Delete', 'b'],
        ],
      ];
      for (const [i, [query, ear]] of ears.entries()) {
        const wanted = (expected[i] ?? []).map(([what, name]) => [typeOf(what), name]);
        await ear.until(wanted.length);
        expect([query, ear.heard.map(each => [each.eventType, property(entityOf(each), 'name')])]).toEqual([
          query,
          wanted,
        ]);
      }
      expect(entityOf((await slim.until(2))[0])).toMatchObject({ name: 'a' });
      expect(Object.keys(entityOf(slim.heard[0]) as JsonObject)).not.toContain(state);
    });

    test('T102 a change of state and one of attributes are two events, and nothing changed is none', async () => {
      const agent = await own();
      const ear = await listen();
      const [state, on, off] = api.state;
      const { id } = await make(agent, { [state]: on, description: 'a' });
      await register(agent, ear);
      const path = `${api.all}/${id}`;
      await agent.call('PATCH', path, { [state]: on, description: 'a' });
      await agent.call('PATCH', path, {});
      failing(api, await agent.call('PATCH', path, { description: 'b', [state]: 'broken' }), 400);
      await agent.call('PATCH', path, { [state]: off, description: 'b' });
      expect(types(await settled(agent, ear)).toSorted()).toEqual([
        typeOf('AttributeValueChange'),
        typeOf('StateChange'),
      ]);
    });

    test('T103 who refuses or does not answer is tried again with the same event, up to a bound', async () => {
      const clock = handClock();
      const agent = await own({ clock });
      const ear = await listen({ statuses: [503, 500, 204] });
      await register(agent, ear);
      await make(agent);
      for (let tries = 1; tries < 3; tries++) {
        await ear.until(tries);
        await new Promise(resolve => setTimeout(resolve, 20));
        await clock.advance(300_000);
      }
      const heard = await ear.until(3);
      expect(new Set(heard.map(({ eventId }) => eventId)).size).toBe(1);
      const deaf = await listen({ statuses: [503] });
      const { id } = await register(agent, deaf);
      await make(agent);
      await until('it is given up for all to see', async () => {
        await clock.advance(300_000);
        return (await agent.call('GET', `${hub}/${id}`)).json.suspended !== undefined;
      });
    });

    test('T104 who never answers delays neither the API nor the others', async () => {
      const agent = await own();
      const [deaf, quick] = [await listen({ statuses: [0] }), await listen()];
      await register(agent, deaf);
      await register(agent, quick);
      for (let i = 0; i < 20; i++) await make(agent);
      expect(await quick.until(20)).toHaveLength(20);
      expect(deaf.heard.length).toBeLessThanOrEqual(1);
    });

    test('T105 events of an entity come in the order of its changes', async () => {
      const agent = await own();
      const ear = await listen();
      await register(agent, ear, `eventType=${typeOf('AttributeValueChange')}`);
      const ids = [(await make(agent)).id, (await make(agent)).id];
      for (let x = 1; x <= 20; x++) await Promise.all(ids.map(id => agent.call('PATCH', `${api.all}/${id}`, { x })));
      const heard = await ear.until(40);
      for (const id of ids) {
        const told = heard.map(entityOf).filter(each => property(each, 'id') === id);
        expect(told.map(each => property(each, 'x'))).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      }
    });

    test('T106 listeners and what they have not heard outlive a restart', async () => {
      const path = join(makeDirectory(), 'store.sqlite');
      const ear = await listen({ statuses: [503, 204] });
      const first = await served({ path });
      await register(first, ear);
      const made = await make(first);
      await ear.until(1);
      await first.stop();
      await own({ path });
      const heard = await ear.until(2);
      expect(property(entityOf(heard[1]), 'id')).toBe(made.id);
      expect(heard[0]?.eventId).toBe(heard[1]?.eventId);
    });

    test('T107 callbacks go only where it is allowed, and follow no redirect', async () => {
      const agent = await own({ hubAllow: ['127.0.0.1'] });
      for (const callback of [
        'http://10.0.0.1/',
        'http://localhost/',
        'http://[::1]/',
        'http://169.254.169.254/latest',
      ]) {
        failing(api, await agent.call('POST', hub, { callback }), 403, { code: 'forbidden', pointer: '/callback' });
      }
      const target = await listen();
      let redirected = 0;
      const server = createServer((request, response) => {
        redirected++;
        request.resume().on('end', () => response.writeHead(307, { location: target.callback }).end());
      }).listen(0, '127.0.0.1');
      onTestFinished(() => void server.close());
      await new Promise(resolve => server.once('listening', resolve));
      await register(agent, { callback: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
      await make(agent);
      await until('it was told', () => redirected > 0);
      const ear = await listen();
      await register(agent, ear);
      await settled(agent, ear);
      expect(target.heard).toEqual([]);
    });

    test('T108 what a driver sees is told as what a client writes', async () => {
      const agent = await own();
      const ear = await listen();
      await register(agent, ear);
      const id = instanceId('seen');
      const see = (word: string): void => {
        agent.store.transact({ principal: 'driver:x', kind: 'observation' }, writer => {
          const known = writer.instance(id);
          const state = isService ? { state: word } : { operationalState: word };
          const document = {
            id,
            '@type': isService ? 'Service' : 'LogicalResource',
            ...(isService ? { serviceSpecification: { id: 's', '@type': 'ServiceSpecificationRef' } } : {}),
            ...state,
          };
          const instance = { id, type: api.type, kind: api.type, observedBy: 'x', document, createdAt: 0 };
          writer.putInstance(known ? { ...instance, createdAt: known.createdAt } : instance);
        });
      };
      see(isService ? 'active' : 'enabled');
      see(isService ? 'inactive' : 'disabled');
      const heard = await ear.until(2);
      expect(types(heard)).toEqual([typeOf('Create'), typeOf('StateChange')]);
      const [state, , off] = api.state;
      expect(property(entityOf(heard[1]), state)).toBe(off);
    });
  },
  { hubAllow: ['127.0.0.1'] },
);
