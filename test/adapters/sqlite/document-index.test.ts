/** The index of the SQLite store keeps its contract, and is made anew when what is entered has changed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openStore } from '../../../src/adapters/sqlite/store.ts';
import type { DocumentIndex } from '../../../src/ports/instance-index.ts';
import type { Store } from '../../../src/ports/store.ts';
import { asked, found, index, instanceIndexContract, tagged } from '../../contracts/instance-index.ts';
import { cause, keyed, newId } from '../../contracts/store.ts';
import { handClock } from '../../kit/clock.ts';

const directory = mkdtempSync(join(tmpdir(), 'diffo-index-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

instanceIndexContract('the store in memory', parts => openStore({ path: ':memory:', ...parts }));
instanceIndexContract('the store in a file', parts => openStore({ path: join(directory, `${++files}.db`), ...parts }));

/** Opens, acts, and closes. */
function opened<T>(path: string, by: DocumentIndex | undefined, act: (store: Store) => T): T {
  const store = openStore({ path, clock: handClock(), keyed, newId, ...(by === undefined ? {} : { index: by }) });
  try {
    return act(store);
  } finally {
    store.close();
  }
}

test('a store that was written without this index, or with another one, is entered when it is opened', () => {
  const path = join(directory, 'renewed.db');
  const fill = (store: Store, prefix: string): void =>
    store.transact(cause, writer => {
      for (let i = 0; i < 500; i++)
        writer.putInstance(tagged(`${prefix}${i}`, i % 2 === 0 ? 'on' : 'off', `t${i % 7}`));
    });
  const sizes = (store: Store): number[] => [
    found(store, asked(['state', 'on'])).length,
    found(store, asked(['tag', 't3'])).length,
  ];
  opened(path, undefined, store => fill(store, 'a'));
  opened(path, index, store => {
    expect(sizes(store)).toEqual([250, 71]);
    fill(store, 'b');
    expect(sizes(store)).toEqual([500, 142]);
  });
  const fewer: DocumentIndex = {
    ...index,
    version: '2',
    names: { service: ['tag'], resource: ['tag'] },
    entries: (type, document) => index.entries(type, document).filter(({ attribute }) => attribute === 'tag'),
  };
  opened(path, fewer, store => {
    expect(found(store, asked(['tag', 't3'])).length).toBe(142);
    expect(() => found(store, asked(['state', 'on']))).toThrow();
  });
  opened(path, undefined, store => fill(store, 'c'));
  opened(path, index, store => expect(sizes(store)).toEqual([750, 213]));
});
