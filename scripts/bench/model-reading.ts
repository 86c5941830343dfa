/** A read with what is inherited over four hops, beside one statement that joins over the same. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type InstanceId, instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { present } from '../../src/core/model/present.ts';
import type { Store } from '../../src/ports/store.ts';
import { built, cause, isIn, kinds, made, open, written } from './domain.ts';
import { nowMs, percentile, type Row, row } from './measure.ts';
import { makeDirectory } from './processes.ts';

const INSTANCES = 10_000;
const SITES = 100;
const SHELVES = 1_000;
const READS = 5_000;

/** Reads a line with what it inherits over four hops, beside one statement that joins over the same. */
export function reading(): Row[] {
  const path = join(makeDirectory(), 'deep.sqlite');
  const store = open(path);
  const lines = fill(store);
  const ids = Array.from({ length: READS }, () => lines[Math.floor(Math.random() * lines.length)] ?? instanceId(''));
  const ours = timeEach(ids, id => {
    const instance = store.instance(id);
    const { document } = present(store, kinds, instance ?? missing(id));
    if (!JSON.stringify(document).includes('siteCode')) throw new Error(`${id} inherited nothing`);
  });
  store.close();
  const database = new Database(path, { readonly: true });
  const joined = database.prepare<[string], { line: string; site: string }>(`
    SELECT line.document AS line, site.document AS site FROM instance AS line
    JOIN assignment ON assignment.assignee = line.id AND assignment.alias = 'port'
    JOIN link AS rack ON rack.source = assignment.owner AND rack.type = 'isIn'
    JOIN link AS room ON room.source = rack.target AND room.type = 'isIn'
    JOIN link AS home ON home.source = room.target AND home.type = 'isIn'
    JOIN instance AS site ON site.id = home.target WHERE line.id = ?`);
  const ceiling = timeEach(ids, id => {
    const found = joined.get(id) ?? missing(id);
    JSON.stringify([JSON.parse(found.line), JSON.parse(found.site)]);
  });
  database.close();
  const at = (percent: number, goal?: { of: 'ours'; atMost: number }) =>
    row({
      what: `read over 4 hops among ${INSTANCES} instances, p${percent}`,
      unit: 'ms',
      ours: percentile(ours, percent),
      ceiling: percentile(ceiling, percent),
      ratio: 'ceiling/ours',
      ...(goal ? { goal } : {}),
    });
  return [at(50, { of: 'ours', atMost: 2 }), at(99)];
}

/** Sites with a room and five racks each, shelves in the racks, and lines on their ports; the ids of the lines. */
function fill(store: Store): InstanceId[] {
  return store.transact(cause, writer =>
    written(writer, drafts => {
      const put = (kind: string, nth: number, more?: JsonObject): InstanceId =>
        built(drafts, made(kind, `${kind}-${nth}`, more), `${kind}-${nth}`);
      const code = (nth: number) => ({ resourceCharacteristic: [{ name: 'code', value: `S${nth}` }] });
      for (let nth = 0; nth < SITES; nth++) {
        const room = put('room', nth, isIn(put('site', nth, code(nth))));
        for (let i = 0; i < 5; i++) put('rack', nth * 5 + i, isIn(room));
      }
      for (let nth = 0; nth < SHELVES; nth++) put('shelf', nth, isIn(`rack-${nth % (SITES * 5)}`));
      drafts.flush();
      const count = INSTANCES - SITES * 7 - SHELVES;
      return Array.from({ length: count }, (_, nth) =>
        put('line', nth, { supportingResource: [{ id: `shelf-${nth % SHELVES}` }] }),
      );
    }),
  );
}

function timeEach<T>(all: readonly T[], call: (one: T) => void): number[] {
  // The first ones warm it up.
  for (const one of all.slice(0, all.length / 10)) call(one);
  return all.map(one => {
    const began = nowMs();
    call(one);
    return nowMs() - began;
  });
}

function missing(id: string): never {
  throw new Error(`${id} is not there`);
}
