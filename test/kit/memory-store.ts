/** A real store in memory, as TMF documents are kept, that closes with the test. */
import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import type { Store } from '../../src/ports/store.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { documentIndex } from '../../src/tmf/query/indexed.ts';
import { handClock } from './clock.ts';

export function memoryStore(): Store {
  const store = openStore({
    path: ':memory:',
    clock: handClock(),
    keyed: tmfKeyedArrays,
    index: documentIndex,
    newId: randomUUID,
  });
  onTestFinished(() => store.close());
  return store;
}
