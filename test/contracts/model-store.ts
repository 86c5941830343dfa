/** What every store promises of what the model keeps beside instances: links, assignments, shared records. */
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Assignment } from '../../src/core/model/link.ts';
import type { SharedRecord } from '../../src/core/model/shared-record.ts';
import type { Store, Unwritten, Writer } from '../../src/ports/store.ts';
import { handClock } from '../kit/clock.ts';
import { cause, keyed, newId, type StoreParts, service } from './store.ts';

const shelf = instanceId('shelf');

function handedOut(value: number, alias = `port${value}`): Assignment {
  return { owner: shelf, pool: 'ports', thing: 'port', value, assignee: instanceId('line'), alias };
}

function place(id: string, document: JsonObject = {}): Unwritten<SharedRecord> {
  return {
    class: 'place',
    id,
    kind: 'GeographicSite',
    document: { id, name: `name of ${id}`, ...document },
    createdAt: 1,
  };
}

function point(longitude: number, latitude: number): JsonObject {
  return { geoJson: { geometry: { type: 'Point', coordinates: [longitude, latitude] } } };
}

export function modelStoreContract(name: string, open: (parts: StoreParts) => Store): void {
  const opened = (): Store => {
    const store = open({ clock: handClock(), keyed, newId });
    onTestFinished(() => store.close());
    return store;
  };
  const write = <T>(store: Store, call: (writer: Writer) => T): T => store.transact(cause, call);

  describe(`${name}: links`, () => {
    const related = service('a', {
      serviceRelationship: [
        { relationshipType: 'bestows', alias: 'primary', service: { id: 'b' } },
        { relationshipType: 'assignedFrom', alias: 'port', service: { id: 'c' } },
      ],
      relatedParty: [
        { role: 'owner', partyOrPartyRole: { id: 'p' } },
        { role: 'flat', id: 'q' },
      ],
      place: [
        { role: 'site', place: { id: 'x' } },
        { role: 'nowhere', place: { name: 'n' } },
      ],
    });

    test('what a document refers to is found from both ends, but for assignments and what names no id', () => {
      const store = opened();
      write(store, writer => writer.putInstance(related));
      const bestows = { class: 'relationship', source: 'a', target: 'b', type: 'bestows', alias: 'primary' };
      expect(store.linksFrom('a')).toEqual([
        bestows,
        { class: 'party', source: 'a', target: 'p', type: 'owner' },
        { class: 'party', source: 'a', target: 'q', type: 'flat' },
        { class: 'place', source: 'a', target: 'x', type: 'site' },
      ]);
      expect(store.linksTo('b')).toEqual([bestows]);
      expect(store.linksFrom('a', 'place')).toHaveLength(1);
      expect(store.linksTo('c')).toEqual([]);
      expect(store.linksTo('b', 'party')).toEqual([]);
    });

    test('links follow the document and go with it', () => {
      const store = opened();
      const { id } = write(store, writer => writer.putInstance(related));
      write(store, writer => writer.putInstance(service('a', { place: [{ role: 'site', place: { id: 'y' } }] })));
      expect(store.linksFrom('a')).toEqual([{ class: 'place', source: 'a', target: 'y', type: 'site' }]);
      expect(store.linksTo('x')).toEqual([]);
      write(store, writer => writer.removeInstance(id));
      expect(store.linksTo('y')).toEqual([]);
    });
  });

  describe(`${name}: assignments`, () => {
    test('a number is found by its owner and by its assignee, and is handed out once', () => {
      const store = opened();
      write(store, writer => writer.putAssignment(handedOut(3)));
      write(store, writer => writer.putAssignment(handedOut(1)));
      expect(store.assignment(shelf, 'port', 3)).toEqual(handedOut(3));
      expect(store.assignmentsFrom(shelf).map(({ value }) => value)).toEqual([1, 3]);
      expect(store.assignmentsFrom(shelf, 'vlan')).toEqual([]);
      expect(store.assignmentsTo(instanceId('line')).map(({ value }) => value)).toEqual([3, 1]);
      expect(store.assignmentsTo(instanceId('line'), 'port1')).toEqual([handedOut(1)]);
      expect(() => write(store, writer => writer.putAssignment(handedOut(3, 'other')))).toThrow(/handed out already/);
      expect(() => write(store, writer => writer.putAssignment(handedOut(7, 'port1')))).toThrow(/port1/);
      expect(store.assignmentsFrom(shelf)).toHaveLength(2);
    });

    test('whoever was given numbers is told to followers with what they stand for', () => {
      const store = opened();
      write(store, writer => {
        writer.putInstance(service('line'));
        writer.putInstance(service('other'));
        writer.putAssignment(handedOut(3));
      });
      const things = (): unknown[] => store.rowsAfter(['instance'], 0, 10).map(({ record }) => record?.things);
      expect(things()).toEqual([{ port3: 'port' }, undefined]);
    });

    test('runs say which numbers are handed out without a gap, whatever comes and goes', () => {
      const bounds = { first: 0, last: 30 };
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 30 })), { maxLength: 80 }), steps => {
          const store = open({ clock: handClock(), keyed, newId });
          const held = new Set<number>();
          write(store, writer => {
            for (const [give, value] of steps) {
              if (give && !held.has(value)) writer.putAssignment(handedOut(value));
              if (!give) writer.removeAssignment(shelf, 'port', value);
              if (give) held.add(value);
              else held.delete(value);
            }
          });
          const runs = [...store.runs(shelf, 'port', bounds)];
          const said = runs.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
          expect(said).toEqual([...held].sort((a, b) => a - b));
          runs.forEach((run, i) => void (i > 0 && expect(run.first).toBeGreaterThan((runs[i - 1]?.last ?? 0) + 1)));
          const from12 = [...store.runs(shelf, 'port', { first: 12, last: 20 })];
          expect(from12).toEqual(runs.filter(({ first, last }) => last >= 12 && first <= 20));
          store.close();
        }),
        { numRuns: 60 },
      );
    });
  });

  describe(`${name}: shared records`, () => {
    test('a record is kept once under its id, tells of its changes, and is listed by name', () => {
      const store = opened();
      const first = write(store, writer => writer.putShared(place('b', { name: 'zoo' })));
      write(store, writer => writer.putShared(place('a', { name: 'ark' })));
      expect(write(store, writer => writer.putShared(place('b', { name: 'zoo' })))).toEqual(first);
      expect(store.shared('place', 'b')).toEqual(first);
      expect(store.sharedSeq('place', 'b')).toBe(first.seq);
      expect(store.shared('party', 'b')).toBeUndefined();
      expect([...store.sharedRecords('place')].map(({ id }) => id)).toEqual(['a', 'b']);
      expect([...store.sharedRecords('place', { name: 'zoo' })]).toHaveLength(1);
      expect(store.countShared('place', { kind: 'GeographicSite' })).toBe(2);
      write(store, writer => writer.putShared({ ...place('b', { name: 'zebra' }), createdAt: 9 }));
      expect(store.shared('place', 'b')).toMatchObject({ createdAt: 1, document: { name: 'zebra' } });
      write(store, writer => writer.removeShared('place', 'b'));
      expect(store.shared('place', 'b')).toBeUndefined();
      expect(store.changesOf('b', 9).map(({ subject, type }) => `${subject} ${type}`)).toEqual([
        'place delete',
        'place attributeValueChange',
        'place create',
      ]);
    });

    test('places are found by bounds, and their own references by both ends', () => {
      const store = opened();
      write(store, writer => {
        writer.putShared(place('sydney', point(151.2, -33.8)));
        writer.putShared(place('perth', { ...point(115.8, -31.9), relatedParty: [{ role: 'owner', id: 'p' }] }));
        writer.putShared(place('nowhere'));
      });
      const within = (bounds: readonly [number, number, number, number]): string[] =>
        [...store.sharedRecords('place', { bounds })].map(({ id }) => id);
      expect(within([150, -34, 152, -33])).toEqual(['sydney']);
      expect(within([110, -40, 160, -30])).toEqual(['perth', 'sydney']);
      expect(store.linksTo('p')).toEqual([{ class: 'party', source: 'perth', target: 'p', type: 'owner' }]);
    });
  });
}
