/** Some of the agent's routes over a real store on a real port. */
import { randomUUID } from 'node:crypto';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { type App, createServer } from '../../src/api/server.ts';
import type { Json } from '../../src/core/json.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { defaultLimits } from '../kit/limits.ts';
import { type Answer, realClock } from './served.ts';

export interface SharedParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: () => string;
}

export interface SharedServed extends SharedParts {
  call(method: string, path: string, body?: Json): Promise<Answer>;
  stop(): Promise<void>;
}

export async function servedShared(routes: (app: App, parts: SharedParts) => void): Promise<SharedServed> {
  const parts = { clock: realClock, newId: randomUUID };
  const store = openStore({ path: ':memory:', keyed: tmfKeyedArrays, ...parts });
  const app = createServer({ loopback: true, hosts: [], log: silentLog, limits: defaultLimits });
  routes(app, { store, ...parts });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    store,
    ...parts,
    async call(method, at, body) {
      const response = await fetch(url + at, {
        method,
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {};
      return { status: response.status, headers: response.headers, text, json, list: Array.isArray(json) ? json : [] };
    },
    async stop() {
      await app.close();
      store.close();
    },
  };
}
