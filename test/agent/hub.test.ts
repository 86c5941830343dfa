import { describe, expect, test } from 'vitest';
import { type JsonObject, property } from '../../src/core/json.ts';
import { callAgent, makeDirectory, runAgent, until } from '../kit/agent.ts';
import { type Ear, listen } from '../kit/ear.ts';
import { makeNetns, noNamespaces } from '../kit/netns.ts';
import { lastingPort, launch } from '../kit/process.ts';

const R4 = '/tmf-api/resourceInventoryManagement/v4';
const R5 = '/tmf-api/resourceInventoryManagement/v5';

const resourceOf = (event: JsonObject | undefined): JsonObject => {
  const resource = property(property(event, 'event'), 'resource');
  return (resource ?? {}) as JsonObject;
};

describe('an agent that is killed while it tells', () => {
  const lives = Number(process.env.DIFFO_KILLS ?? 4);

  test('has kept all that it answered, and tells every change at least once, in order, by the same id', {
    timeout: 60_000 + lives * 10_000,
  }, async () => {
    const port = await lastingPort();
    const settings = { profile: 'inventory', data: makeDirectory(), http: `127.0.0.1:${port}` };
    const url = `http://127.0.0.1:${port}`;
    const ears: Record<string, Ear> = { [R4]: await listen({ statuses: [201] }), [R5]: await listen() };
    /** What each resource was given, in order; only what was answered. */
    const written = new Map<string, number[]>();
    /** Written, but nobody knows whether it was kept. */
    const unsure = new Set<string>();
    let count = 0;

    /** One client: makes a resource now and then, and changes it. */
    const write = async (isKilled: () => boolean): Promise<void> => {
      while (!isKilled()) {
        const name = `r${count++}`;
        try {
          const made = await callAgent(url, 'POST', `${R5}/resource`, { '@type': 'Resource', name, x: 0 });
          if (made.status !== 201) throw new Error(`it answered ${made.status}`);
          const values = [0];
          written.set(made.body.id, values);
          for (let x = 1; x <= 5; x++) {
            unsure.add(`${made.body.id} ${x}`);
            const patched = await callAgent(url, 'PATCH', `${R5}/resource/${made.body.id}`, { x });
            if (patched.status !== 200) throw new Error(`it answered ${patched.status}`);
            unsure.delete(`${made.body.id} ${x}`);
            values.push(x);
          }
        } catch (error) {
          if (!isKilled()) throw error;
        }
      }
    };

    for (let life = 0; life <= lives; life++) {
      const agent = launch(settings);
      await agent.ready;
      if (life === 0) {
        for (const [root, { callback }] of Object.entries(ears)) {
          expect((await callAgent(url, 'POST', `${root}/hub`, { callback })).status).toBe(201);
        }
      }
      for (const id of written.keys()) expect((await callAgent(url, 'GET', `${R5}/resource/${id}`)).status).toBe(200);
      if (life === lives) {
        const all = [...written.values()].flat().length;
        for (const ear of Object.values(ears)) {
          await until('all that was answered has been told', () => {
            const told = new Set(ear.heard.map(each => `${resourceOf(each).id} ${resourceOf(each).x}`));
            return told.size >= all && [...written].every(([id, values]) => values.every(x => told.has(`${id} ${x}`)));
          });
        }
        await agent.stop();
        break;
      }
      let isKilled = false;
      const clients = [1, 2, 3].map(() => write(() => isKilled));
      const before = ears[R5]?.heard.length ?? 0;
      await ears[R5]?.until(before + 20 + life * 7);
      isKilled = true;
      await agent.kill();
      await Promise.all(clients);
    }

    for (const { heard } of Object.values(ears)) {
      const byEvent = Map.groupBy(heard, each => String(each.eventId));
      // A repeat is the same event word for word, and its id is nobody else's.
      for (const events of byEvent.values()) expect(new Set(events.map(each => JSON.stringify(each))).size).toBe(1);
      const firsts = [...byEvent.values()].map(([first]) => first).filter(first => first !== undefined);
      const byResource = Map.groupBy(firsts, each => String(resourceOf(each).id));
      for (const [id, events] of byResource) {
        const told = events.map(each => resourceOf(each).x);
        const known = written.get(id);
        // A create that was cut off may have been kept, and then it is told of too.
        if (known) expect(told.filter(x => !unsure.has(`${id} ${x}`))).toEqual(known);
        expect(told).toEqual(told.toSorted());
        expect(events[0]?.eventType).toBe('ResourceCreateEvent');
      }
      expect([...written.keys()].filter(id => !byResource.has(id))).toEqual([]);
    }
    // Kills have cut through deliveries, or this has shown nothing.
    const repeated = Object.values(ears).some(
      ({ heard }) => new Set(heard.map(each => each.eventId)).size < heard.length,
    );
    expect(repeated).toBe(true);
  });
});

test('an agent never tells itself', async () => {
  const agent = await runAgent();
  const { body } = await agent.call('POST', `${R5}/hub`, { callback: `${agent.url}${R5}/resource` });
  await agent.call('POST', `${R5}/resource`, { '@type': 'Resource', name: 'a' });
  const figures = async (): Promise<string> => agent.get('/metrics');
  await until('it was tried', async () => (await figures()).includes('diffo_hub_deliveries_total{result="failed"} 1'));
  expect(await figures()).toContain('diffo_hub_listeners{state="retried"} 1');
  expect(await agent.get(`${R5}/resource`)).toHaveLength(1);
  expect((await agent.call('DELETE', `${R5}/hub/${body.id}`)).status).toBe(204);
  expect(await figures()).toContain('diffo_hub_listeners{state="retried"} 0');
});

test.each([
  ['hub.allow', 'http://nms.example', 'hub.allow cannot hold "http://nms.example"'],
  ['hub.allow', '127.0.0.1,10.0.0.0/40', 'hub.allow cannot hold "10.0.0.0/40"'],
  ['hub.caFile', '/nowhere/ca.pem', 'hub.caFile names /nowhere/ca.pem, which cannot be read'],
])('%s that cannot be %s is told at the start', async (name, value, sentence) => {
  await expect(runAgent({ [name]: value })).rejects.toThrow(sentence);
});

describe('a cable that is pulled', () => {
  const pulled = test.skipIf(noNamespaces !== undefined);
  const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;

  pulled(
    `is heard of by those who asked for changes of state, in v4 and in v5, and so is its return${why}`,
    async () => {
      const netns = makeNetns();
      netns.veth('veth1', 'veth0');
      await netns.settle();
      const agent = await runAgent({ profile: 'linux-host', 'linux.netns': netns.name, 'hub.allow': '127.0.0.1' });
      const ears = { v4: await listen({ statuses: [201] }), v5: await listen() };
      const query = 'eventType=ResourceStateChangeEvent&event.resource.name=veth1';
      for (const [root, { callback }] of [[R4, ears.v4] as const, [R5, ears.v5] as const]) {
        expect((await agent.call('POST', `${root}/hub`, { callback, query })).status).toBe(201);
      }
      const [veth1] = await agent.get(`${R5}/resource?name=veth1`);

      const pulls = 5;
      for (let i = 1; i <= pulls; i++) {
        netns.ip('link set veth0 down');
        await ears.v5.until(2 * i - 1);
        netns.ip('link set veth0 up');
        await ears.v5.until(2 * i);
      }
      await ears.v4.until(2 * pulls);
      expect([ears.v4.heard.length, ears.v5.heard.length]).toEqual([2 * pulls, 2 * pulls]);

      const common = { eventType: 'ResourceStateChangeEvent', domain: 'Resource', title: 'ResourceStateChangeEvent' };
      const words = { v4: ['disable', 'enable'], v5: ['disabled', 'enabled'] };
      const times = { v4: 'timeOcurred', v5: 'timeOccurred' };
      for (const version of ['v4', 'v5'] as const) {
        const { heard } = ears[version];
        expect(heard.map(each => resourceOf(each).operationalState)).toEqual(
          Array.from({ length: 2 * pulls }, (_, i) => words[version][i % 2]),
        );
        for (const each of heard) {
          expect(each).toMatchObject({ ...common, eventTime: expect.any(String), [times[version]]: each.eventTime });
          expect(resourceOf(each)).toMatchObject({ id: veth1.id, name: 'veth1', administrativeState: 'unlocked' });
        }
        expect(new Set(heard.map(each => each.eventId)).size).toBe(2 * pulls);
      }
      expect(ears.v4.heard[0]).not.toHaveProperty('@type');
      expect(ears.v5.heard[0]).toMatchObject({
        '@type': 'ResourceStateChangeEvent',
        '@baseType': 'Event',
        source: { id: veth1.id, name: 'veth1' },
        reportingSystem: { id: agent.store.agent },
      });
    },
  );
});
