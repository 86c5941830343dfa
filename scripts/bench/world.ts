/** What figures about the loop begin with: a store on the disk with many instances in it, and a loop over it. */
import { join } from 'node:path';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId, instanceId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Store, Writer } from '../../src/ports/store.ts';
import { Loop } from '../../src/reconcile/loop.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { documentIndex } from '../../src/tmf/query/indexed.ts';
import { makeDirectory } from './processes.ts';

export const INSTANCES = 100_000;

/** Beyond this the loop proves that it has missed nothing. */
const SWEEP_AFTER_MS = 3_600_001;

export interface World {
  readonly store: Store;
  readonly loop: Loop;
  /** Lets the time come at which all is judged again in the next pass. */
  sweep(): void;
  stop(): Promise<void>;
}

/** A store on the disk and a loop over it, without an element. */
export async function world(): Promise<World> {
  let ids = 0;
  let ahead = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  const newId = (): string => `id${++ids}`;
  const path = join(makeDirectory(), 'diffo.db');
  const store = openStore({ path, clock: systemClock, keyed, index: documentIndex, newId });
  const loop = new Loop({
    store,
    drivers: [],
    kinds: new Map(),
    keyed,
    clock,
    log: silentLog,
    newId,
    chance: Math.random,
    profileMode: 'warn',
    lookEveryMs: 60_000,
    freshnessMs: 180_000,
  });
  await loop.start();
  const stop = async (): Promise<void> => {
    await loop.stop();
    store.close();
  };
  const sweep = (): void => {
    ahead += SWEEP_AFTER_MS;
    loop.ring();
  };
  return { store, loop, sweep, stop };
}

/** Milliseconds of the processor, of which neither the disk nor what else runs on the machine takes any. */
export function spent(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

export function heldUp(): { longest: () => number } {
  let longest = 0;
  let last = spent();
  let isOver = false;
  const turn = (): void => {
    const now = spent();
    longest = Math.max(longest, now - last);
    last = now;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    longest: () => {
      isOver = true;
      return Math.max(longest, spent() - last);
    },
  };
}

export function write(store: Store, call: (writer: Writer) => unknown): void {
  store.transact({ principal: 'operator', kind: 'request' }, call);
}

export const idOf = (nth: number) => instanceId(`port-${nth}`);

export function put(writer: Writer, nth: number, more: JsonObject): void {
  const id = idOf(nth);
  const known = { id, '@type': 'PhysicalResource', name: `ge-0/0/${nth}` };
  writer.putInstance({ id, type: 'resource', kind: 'port', document: { ...known, ...more }, createdAt: 0 });
}

export function lay(writer: Writer, id: string, laid: Pick<Expectation, 'for' | 'expect'>): void {
  const by = { priority: 50, principal: 'operator', createdAt: 0 };
  writer.putExpectation({ id: expectationId(id), ...by, ...laid });
}

export const mtu = (value: Json): JsonObject => ({ resourceCharacteristic: [{ name: 'mtu', value }] });

export function document(nth: number, value: number): JsonObject {
  return {
    usageState: 'active',
    administrativeState: 'unlocked',
    resourceCharacteristic: [
      { name: 'mtu', value },
      { name: 'speed', value: 1000 },
      { name: 'vlan', value: nth % 4096 },
    ],
  };
}

/** All of them, one in twenty with another MTU, and expectations of all and of some. */
export function fill(store: Store): void {
  for (let nth = 0; nth < INSTANCES; ) {
    write(store, writer => {
      for (const end = nth + 5_000; nth < end; nth++) put(writer, nth, document(nth, nth % 20 === 0 ? 1400 : 1500));
    });
  }
  write(store, writer => {
    lay(writer, 'all', { for: { kind: 'port', where: { usageState: 'active' } }, expect: mtu(1500) });
    for (let nth = 0; nth < 1_000; nth++) {
      lay(writer, `named${nth}`, { for: { id: idOf(nth * 7) }, expect: { administrativeState: 'unlocked' } });
    }
  });
}
