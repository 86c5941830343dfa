import { expect, test } from 'vitest';
import { property } from '../../src/core/json.ts';
import type { Store } from '../../src/ports/store.ts';
import { until } from '../kit/agent.ts';
import { handClock } from '../kit/clock.ts';
import { listen } from '../kit/ear.ts';
import { R4, R5, served } from './served.ts';

/** Counts how often a store is asked; what it counts it still does. */
function counting(store: Store, name: 'changesAfter' | 'transact'): () => number {
  let count = 0;
  const real = store[name].bind(store);
  Object.defineProperty(store, name, {
    value: (...given: Parameters<typeof real>) => {
      count++;
      return Reflect.apply(real, store, given);
    },
  });
  return () => count;
}

test('a thousand listeners are told of a change by one look at the change list, over few connections', async () => {
  const clock = handClock();
  const a = await served({ clock });
  const ear = await listen();
  for (let i = 0; i < 1_000; i++) {
    const query =
      i % 3 === 0 ? {} : i % 3 === 1 ? { query: `x.gte=${i % 10}` } : { query: 'eventType=ResourceDeleteEvent' };
    await a.call('POST', `${i % 2 === 0 ? R4 : R5}/hub`, { callback: `${ear.callback}/${i}`, ...query });
  }
  expect(a.delivery.size).toBe(1_000);
  const looks = counting(a.store, 'changesAfter');
  const commits = counting(a.store, 'transact');
  const interested = (x: number): number =>
    Array.from({ length: 1_000 }, (_, i) => i).filter(i => i % 3 === 0 || (i % 3 === 1 && x >= i % 10)).length;
  await a.call('POST', `${R5}/resource`, { '@type': 'Resource', name: 'a', x: 4 });
  await ear.until(interested(4));
  expect(looks()).toBeLessThanOrEqual(2);
  expect(ear.connections()).toBeLessThanOrEqual(20);
  await until('all have answered', () => a.delivery.figures().deliveries.delivered === interested(4));
  await clock.advance(1_000);
  expect(a.store.listeners().filter(each => each.cursor === a.store.seq())).toHaveLength(interested(4));
  // The change itself, and the cursors of all who were told of it.
  expect(commits()).toBe(2);
  const [first] = ear.heard;
  await a.call('DELETE', `${R5}/resource/${property(property(first?.event, 'resource'), 'id')}`);
  await ear.until(interested(4) * 2 + 333);
  await a.stop();
});

test('one who never answers has no more connections than one, and holds up none of those at the same host', async () => {
  const clock = handClock();
  const a = await served({ clock });
  const mute = new Set<string>();
  const ear = await listen({
    answer: (request, response) => {
      if (request.url?.startsWith('/mute')) mute.add(request.url);
      else response.writeHead(204).end();
    },
  });
  const base = `http://127.0.0.1:${ear.port}`;
  for (let i = 0; i < 30; i++) await a.call('POST', `${R4}/hub`, { callback: `${base}/mute/${i}` });
  for (let i = 0; i < 30; i++) await a.call('POST', `${R4}/hub`, { callback: `${base}/good/${i}` });
  for (let i = 0; i < 5; i++) await a.call('POST', `${R4}/resource`, { name: String(i) });
  const good = (): number => ear.paths.filter(path => path.startsWith('/good')).length;
  // Whoever does not answer within a second gives up the place, so that others at the host are served.
  for (let turns = 0; turns < 5 && good() < 150; turns++) {
    await new Promise(resolve => setTimeout(resolve, 100));
    await clock.advance(1_000);
  }
  await until('all who answer have heard all', () => good() === 150);
  expect(mute.size).toBe(30);
  expect(ear.paths.filter(path => path.startsWith('/mute'))).toHaveLength(30);
  await a.stop();
});

test('what waits for one who does not answer is not held in memory', async () => {
  const clock = handClock();
  const a = await served({ clock });
  const ear = await listen({ statuses: [503] });
  await a.call('POST', `${R4}/hub`, { callback: ear.callback });
  await a.call('POST', `${R4}/resource`, { name: 'first' });
  await ear.until(1);
  const looks = counting(a.store, 'changesAfter');
  for (let i = 0; i < 200; i++) await a.call('POST', `${R4}/resource`, { name: String(i) });
  // Nobody reads what is written meanwhile; the list is where it waits.
  expect(looks()).toBe(0);
  expect(ear.heard).toHaveLength(1);
  await a.stop();
});
