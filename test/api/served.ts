/** The TMF routes, and what is done to instances under its own name, over a real store on a real port. */
import { randomUUID } from 'node:crypto';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { instanceRoutes } from '../../src/api/diffo/instances.ts';
import { type DeliveryParts, type HubDelivery, startHubDelivery } from '../../src/api/hub-delivery.ts';
import { createServer, type ServerSettings } from '../../src/api/server.ts';
import { type TmfParts, tmfRoutes } from '../../src/api/tmf-routes.ts';
import type { Instance } from '../../src/core/instance.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { documentIndex } from '../../src/tmf/query/indexed.ts';
import { defaultLimits } from '../kit/limits.ts';

export const S4 = '/tmf-api/serviceInventory/v4';
export const S5 = '/tmf-api/serviceInventory/v5';
export const R4 = '/tmf-api/resourceInventoryManagement/v4';
export const R5 = '/tmf-api/resourceInventoryManagement/v5';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as an object; empty where it is none. */
  readonly json: JsonObject;
  readonly list: readonly JsonObject[];
}

export interface Served {
  readonly url: string;
  readonly store: Store;
  readonly rings: () => number;
  readonly delivery: HubDelivery;
  call(method: string, path: string, body?: Json, headers?: Record<string, string>): Promise<Answer>;
  stop(): Promise<void>;
}

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export interface Wanted
  extends Partial<Pick<TmfParts, 'kinds' | 'recordKinds' | 'sample' | 'publicUrl' | 'partialContent' | 'hubAllow'>> {
  readonly server?: Partial<ServerSettings>;
  readonly clock?: Clock;
  readonly path?: string;
  readonly keepChanges?: number;
  readonly hub?: Partial<Pick<DeliveryParts, 'ca' | 'resolve' | 'patience'>>;
}

export async function served(wanted: Wanted = {}): Promise<Served> {
  const { server, clock = realClock, path = ':memory:', keepChanges, recordKinds, hub } = wanted;
  const { kinds = new Map(), sample = async () => undefined, publicUrl = '', hubAllow = ['127.0.0.1'] } = wanted;
  const store = openStore({
    path,
    clock,
    keyed: tmfKeyedArrays,
    index: documentIndex,
    newId: randomUUID,
    ...(keepChanges === undefined ? {} : { keep: { rows: keepChanges } }),
  });
  let rings = 0;
  const app = createServer({ loopback: true, hosts: [], log: silentLog, limits: defaultLimits, ...server });
  const delivery = startHubDelivery({
    store,
    kinds,
    clock,
    log: silentLog,
    publicUrl,
    hubAllow,
    random: () => 1,
    ...hub,
  });
  const ring = (): void => {
    rings++;
  };
  const parts = {
    store,
    kinds,
    clock,
    newId: randomUUID,
    chance: Math.random,
    keyed: tmfKeyedArrays,
    // No loop, so nobody judges.
    twins: {
      isExpected: () => false,
      applies: () => 'yes' as const,
      explain: () => [],
      actual: ({ document }: Instance) => document,
    },
    ...(recordKinds === undefined ? {} : { recordKinds }),
  };
  tmfRoutes(app, {
    ...(wanted.partialContent === undefined ? {} : { partialContent: wanted.partialContent }),
    ...parts,
    ring,
    sample,
    publicUrl,
    limits: defaultLimits,
    hubAllow,
    delivery,
  });
  instanceRoutes(app, { ...parts, loop: { ring } });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    url,
    store,
    rings: () => rings,
    delivery,
    async call(method, at, body, headers = {}) {
      const response = await fetch(url + at, {
        method,
        headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : {};
      return { status: response.status, headers: response.headers, text, json, list: Array.isArray(json) ? json : [] };
    },
    async stop() {
      delivery.stop();
      await app.close();
      store.close();
    },
  };
}
