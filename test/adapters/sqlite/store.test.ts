/** The SQLite store keeps the contract, in memory and in a file, and tells the whole story in its changes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openStore } from '../../../src/adapters/sqlite/store.ts';
import type { Change } from '../../../src/core/change.ts';
import { expectationId, instanceId } from '../../../src/core/ids.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../../../src/core/json.ts';
import { differences, keyName, type PathChange, segments } from '../../../src/core/path.ts';
import type { Store, Writer } from '../../../src/ports/store.ts';
import { modelStoreContract } from '../../contracts/model-store.ts';
import { cause, expectation, keyed, newId, service, storeContract, verdict } from '../../contracts/store.ts';
import { handClock } from '../../kit/clock.ts';

const directory = mkdtempSync(join(tmpdir(), 'diffo-store-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

storeContract('the store in memory', parts => openStore({ path: ':memory:', ...parts }));
modelStoreContract('the store in memory', parts => openStore({ path: ':memory:', ...parts }));
storeContract('the store in a file', parts => openStore({ path: join(directory, `${++files}.db`), ...parts }));

const clock = handClock();

test('a store keeps its epoch, its agent and its seq over a restart', () => {
  const path = join(directory, 'restart.db');
  const first = openStore({ path, clock, keyed, newId, keep: { rows: 5 } });
  for (let i = 0; i < 30; i++) first.transact(cause, writer => writer.putInstance(service('a', { state: String(i) })));
  const { epoch, agent } = first;
  first.close();
  const second = openStore({ path, clock, keyed, newId, keep: { rows: 5 } });
  expect(second).toMatchObject({ epoch, agent });
  expect(epoch).not.toBe(agent);
  expect(second.seq()).toBe(30);
  expect(() => second.changesAfter(3, 1)).toThrow(expect.objectContaining({ code: 'gone' }));
  expect(second.transact(cause, writer => writer.putInstance(service('b'))).seq).toBe(31);
  second.close();
});

test('what stood before versions were kept has one, with its cause where that is known', () => {
  const path = join(directory, 'before-versions.db');
  const first = openStore({ path, clock, keyed, newId, keep: { rows: 4 } });
  first.transact(cause, writer => writer.putExpectation(expectation('old')));
  for (let i = 0; i < 30; i++) first.transact(cause, writer => writer.putInstance(service('a', { state: String(i) })));
  first.transact(cause, writer => writer.putExpectation(expectation('young')));
  first.close();
  const file = new Database(path);
  file.exec('DROP TABLE expectation_version; PRAGMA user_version = 5');
  file.close();
  const second = openStore({ path, clock, keyed, newId });
  const versions = (id: string) => second.versions(expectationId(id));
  expect(versions('old')).toEqual([
    { at: 1, cause: { principal: 'operator', kind: 'request' }, expectation: { ...expectation('old'), seq: 1 } },
  ]);
  expect(versions('young')).toEqual([{ at: clock.now(), cause, expectation: { ...expectation('young'), seq: 32 } }]);
  second.transact(cause, writer => writer.putExpectation({ ...expectation('old'), priority: 60 }));
  expect(versions('old')).toHaveLength(2);
  second.close();
});

test('what memory answers to those who follow is what the tables answer after a restart', () => {
  const subjects = ['instance', 'expectation', 'verdict'] as const;
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 400 }), moves => {
      const path = join(directory, `followed-${++files}.db`);
      const first = openStore({ path, clock, keyed, newId });
      first.expectations();
      for (const [i, move] of moves.entries()) {
        const id = String(move % 7);
        const write = (writer: Writer): void => {
          if (move < 100) writer.putInstance(service(id, { state: String(i) }));
          else if (move < 150) writer.removeInstance(instanceId(id));
          else if (move < 250) writer.putExpectation({ ...expectation(id), why: String(i) });
          else if (move < 300) writer.removeExpectation(expectationId(id));
          else if (writer.expectation(expectationId(id))) writer.putVerdict({ ...verdict(id, 'a'), since: i });
          if (move % 5 === 0) throw new Error('taken back');
        };
        if (move % 5 === 0) expect(() => first.transact(cause, write)).toThrow('taken back');
        else first.transact(cause, write);
      }
      const cursors = Array.from({ length: first.seq() + 1 }, (_, cursor) => cursor);
      const told = (store: Store) => ({
        expectations: store.expectations(),
        each: store.expectations().map(({ id }) => store.expectation(id)),
        rows: cursors.map(cursor => store.rowsAfter(subjects, cursor, 5)),
      });
      const before = told(first);
      first.close();
      const second = openStore({ path, clock, keyed, newId });
      expect(before).toEqual(told(second));
      second.close();
    }),
    { numRuns: 20 },
  );
});

/** Replays one change of a document, as a follower would. */
function changed(document: Json | undefined, path: string, value: Json | undefined): Json | undefined {
  const [first, ...rest] = segments(path);
  if (first === undefined) return value;
  const inner = (here: Json | undefined): Json | undefined =>
    changed(here, rest.map(part => `/${part}`).join(''), value);
  if (isArray(document)) {
    const at = document.findIndex(element => isObject(element) && keyName(element, ['name']) === first);
    const element = inner(document[at]);
    const others = document.filter((_, i) => i !== at);
    return element === undefined ? others : [...others, element];
  }
  const { [first]: old, ...others } = (document ?? {}) as JsonObject;
  const element = inner(old);
  return element === undefined ? others : { ...others, [first]: element };
}

function replay(changes: readonly Change[]): Map<string, JsonObject> {
  const documents = new Map<string, JsonObject>();
  for (const { id, type, paths, document } of changes) {
    if (type === 'delete') documents.delete(id);
    else if (document) documents.set(id, document);
    else {
      const apply = (at: Json | undefined, { path, new: value }: PathChange): Json | undefined =>
        changed(at, path, value);
      documents.set(id, paths.reduce<Json | undefined>(apply, documents.get(id)) as JsonObject);
    }
  }
  return documents;
}

const characteristic = fc.record({
  name: fc.constantFrom('mtu', 'speed', 'duplex'),
  value: fc.oneof(
    fc.integer(),
    fc.string(),
    fc.array(fc.integer(), { maxLength: 3 }),
    fc.record({ deep: fc.boolean() }),
  ),
});
const content = fc.record(
  {
    state: fc.constantFrom('active', 'inactive'),
    description: fc.string(),
    characteristic: fc.uniqueArray(characteristic, { selector: ({ name }) => name }),
    place: fc.array(fc.integer({ max: 3, min: 0 }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);
const id = fc.constantFrom('a', 'b', 'c');
const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: fc.record({ id, content }) }) },
  { weight: 1, arbitrary: fc.record({ remove: id }) },
);
const transaction = fc.record({ acts: fc.array(act, { maxLength: 5 }), fails: fc.boolean() });

test('whatever is written, replaying the change list gives what is there', () => {
  fc.assert(
    fc.property(fc.array(transaction, { maxLength: 20 }), transactions => {
      const store = openStore({ path: ':memory:', clock, keyed, newId });
      for (const { acts, fails } of transactions) {
        const before = store.seq();
        try {
          store.transact(cause, writer => {
            for (const act of acts) {
              if ('put' in act) writer.putInstance(service(act.put.id, act.put.content));
              else writer.removeInstance(instanceId(act.remove));
            }
            if (fails) throw new Error('no');
          });
        } catch {
          expect(store.seq()).toBe(before);
        }
      }
      const changes = store.changesAfter(0, 1000);
      expect(changes.map(({ seq }) => seq)).toEqual(Array.from({ length: store.seq() }, (_, i) => i + 1));
      const replayed = replay(changes);
      const there = [...store.instances({})];
      expect(there.map(({ id }) => id).sort()).toEqual([...replayed.keys()].sort());
      for (const { id, seq, document } of there) {
        expect(differences(replayed.get(id), document, keyed)).toEqual([]);
        const own = changes.filter(change => change.id === id).toReversed();
        expect(seq).toBe(own[0]?.seq);
        expect(store.changesOf(id, 1000)).toEqual(own);
        expect([...store.instances({ name: String(property(document, 'name')) })].map(({ id }) => id)).toEqual([id]);
        store.transact(cause, writer => writer.putInstance({ ...service(id), document }));
      }
      expect(store.seq()).toBe(changes.length);
      store.close();
    }),
    { numRuns: 200 },
  );
});
