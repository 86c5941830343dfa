/** A real store in memory, kinds as data and ids in a row, for tests of the model. */
import { onTestFinished } from 'vitest';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import type { Kind } from '../../src/core/kind.ts';
import type { Store, Writer } from '../../src/ports/store.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { type HandClock, handClock } from './clock.ts';

export interface ModelStore {
  readonly store: Store;
  readonly clock: HandClock;
  /** One commit of its own. */
  write<T>(call: (writer: Writer) => T): T;
}

export function modelStore(): ModelStore {
  const clock = handClock();
  let made = 0;
  const newId = (): string => `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`;
  const store = openStore({ path: ':memory:', clock, keyed: tmfKeyedArrays, newId });
  onTestFinished(() => store.close());
  const cause = { principal: 'operator', kind: 'request' } as const;
  return { store, clock, write: call => store.transact(cause, call) };
}

/** A kind that declares no more than it is told to. */
export function kind(name: string, more: Partial<Kind> = {}): Kind {
  return {
    name,
    type: 'service',
    specification: { id: `spec-${name}`, name, version: '1.0.0', tmfVersion: 5 },
    observed: [],
    characteristic: [],
    ...more,
  };
}
