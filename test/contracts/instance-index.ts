/** What every store promises to those who look for instances by what stands in their documents. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { instanceId } from '../../src/core/ids.ts';
import type { DocumentIndex, IndexQuery, IndexWindow } from '../../src/ports/instance-index.ts';
import type { Store, Writer } from '../../src/ports/store.ts';
import { chanceOf } from '../kit/chance.ts';
import { handClock } from '../kit/clock.ts';
import { cause, keyed, newId, type StoreParts, service } from './store.ts';

/** Of states and tags. */
export const index: DocumentIndex = {
  version: '1',
  names: { service: ['state', 'tag'], resource: ['tag'] },
  ignores: (_type, attribute) => attribute !== 'state' && attribute !== 'tag',
  entries: (type, document) => {
    const tags = Array.isArray(document.tag) ? document.tag : [];
    const state = type === 'service' && typeof document.state === 'string' ? [document.state] : [];
    return [
      ...state.map(value => ({ attribute: 'state', value })),
      ...[...new Set(tags.map(String))].map(value => ({ attribute: 'tag', value })),
    ];
  },
};

const names = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id);
const write = <T>(store: Store, call: (writer: Writer) => T): T => store.transact(cause, call);
export const asked = (...conditions: (readonly [string, ...string[]])[]): IndexQuery => ({
  type: 'service',
  conditions: conditions.map(([attribute, ...anyOf]) => ({ attribute, anyOf })),
});
export const found = (store: Store, query: IndexQuery, window?: IndexWindow): string[] => {
  const all = names(store.find(query, window));
  if (window === undefined) expect(store.countFound(query)).toBe(all.length);
  return all;
};
export const tagged = (id: string, state: string, ...tag: string[]) => service(id, { state, tag });

export function instanceIndexContract(
  name: string,
  open: (parts: StoreParts & { index: DocumentIndex }) => Store,
): void {
  const searched = (): Store => {
    const store = open({ clock: handClock(), keyed, newId, index });
    onTestFinished(() => store.close());
    return store;
  };

  describe(`${name}: the index of what stands in documents`, () => {
    test('finds by one value, by any of several, and by all conditions, in order of creation', () => {
      const store = searched();
      write(store, writer => {
        writer.putInstance(tagged('d', 'on', 'x', 'y'));
        writer.putInstance(tagged('b', 'off', 'y'));
        writer.putInstance({ ...tagged('r', 'on', 'x'), type: 'resource' });
        writer.putInstance(tagged('a', 'on', 'y', 'z'));
        writer.putInstance(service('c'));
      });
      expect(found(store, asked())).toEqual(['d', 'b', 'a', 'c']);
      expect(found(store, asked(['state', 'on']))).toEqual(['d', 'a']);
      expect(found(store, asked(['tag', 'y', 'x']))).toEqual(['d', 'b', 'a']);
      expect(found(store, asked(['tag', 'z', 'x', 'y', 'q', 'r', 's']))).toEqual(['d', 'b', 'a']);
      expect(found(store, asked(['tag', 'y'], ['state', 'on']))).toEqual(['d', 'a']);
      expect(found(store, asked(['tag', 'y'], ['tag', 'x'], ['state', 'on', 'off']))).toEqual(['d']);
      expect(found(store, asked(['name', 'name of b', 'name of a'], ['tag', 'y']))).toEqual(['b', 'a']);
      expect(found(store, asked(['id', 'c', 'a', 'r'], ['name', 'name of a']))).toEqual(['a']);
      expect(found(store, asked(['tag']))).toEqual([]);
      expect(found(store, { type: 'resource', conditions: [{ attribute: 'tag', anyOf: ['x'] }] })).toEqual(['r']);
      expect(() => found(store, asked(['nothing', 'x']))).toThrow(expect.objectContaining({ code: 'internal' }));
    });

    test('a window is counted from the beginning or the end, or lies between rows', () => {
      const store = searched();
      write(store, writer => {
        for (const id of 'abcdefgh') writer.putInstance(tagged(id, 'on', 'x'));
      });
      for (const query of [asked(), asked(['tag', 'x']), asked(['tag', 'x', 'y'], ['state', 'on'])]) {
        const all = store.find(query);
        const [, b, , d] = all;
        expect(names(all)).toEqual([...'abcdefgh']);
        expect(found(store, query, { offset: 2, limit: 3 })).toEqual(['c', 'd', 'e']);
        expect(found(store, query, { fromEnd: true, limit: 2 })).toEqual(['g', 'h']);
        expect(found(store, query, { fromEnd: true, offset: 1, limit: 2 })).toEqual(['f', 'g']);
        expect(found(store, query, { after: d?.row ?? 0, limit: 2 })).toEqual(['e', 'f']);
        expect(found(store, query, { after: b?.row ?? 0, before: (d?.row ?? 0) + 1 })).toEqual(['c', 'd']);
        const rows = [d, b].map(mark => mark?.row ?? 0);
        expect(store.instancesAt([...rows, 10_000]).map(each => each?.id)).toEqual(['d', 'b', undefined]);
      }
    });

    test('what is changed, retyped, removed or taken back is found as it is, and counted so', () => {
      const store = searched();
      const all = (): string[][] =>
        [['state', 'on'] as const, ['tag', 'x'] as const].map(each => found(store, asked(each)));
      write(store, writer => {
        for (const id of 'abc') writer.putInstance(tagged(id, 'on', 'x'));
      });
      expect(all()).toEqual([
        ['a', 'b', 'c'],
        ['a', 'b', 'c'],
      ]);
      write(store, writer => writer.putInstance(tagged('b', 'off', 'x', 'y')));
      expect(all()).toEqual([
        ['a', 'c'],
        ['a', 'b', 'c'],
      ]);
      expect(() =>
        write(store, writer => {
          writer.removeInstance(instanceId('a'));
          writer.putInstance(tagged('n', 'on', 'x'));
          expect(all()).toEqual([
            ['c', 'n'],
            ['b', 'c', 'n'],
          ]);
          throw new Error('taken back');
        }),
      ).toThrow('taken back');
      expect(all()).toEqual([
        ['a', 'c'],
        ['a', 'b', 'c'],
      ]);
      write(store, writer => writer.putInstance({ ...tagged('c', 'on', 'x'), type: 'resource' }));
      write(store, writer => writer.removeInstance(instanceId('a')));
      expect(all()).toEqual([[], ['b']]);
      expect(found(store, asked())).toEqual(['b']);
    });

    test('the row of what is gone is never given again', () => {
      const store = searched();
      const rowOf = (id: string): number => {
        write(store, writer => writer.putInstance(tagged(id, 'on')));
        return store.find(asked(['id', id]))[0]?.row ?? 0;
      };
      const first = rowOf('a');
      write(store, writer => writer.removeInstance(instanceId('a')));
      expect(rowOf('b')).toBeGreaterThan(first);
    });

    test('whatever is written, the index holds what the documents say', () => {
      const store = searched();
      const chance = chanceOf(7);
      const ids = [...'abcdefghijkl'];
      for (let i = 0; i < 300; i++) {
        const id = chance.pick(ids) ?? '';
        const tags = ['x', 'y', 'z'].filter(() => chance.happens(0.4));
        write(store, writer => {
          if (chance.happens(0.2)) writer.removeInstance(instanceId(id));
          else writer.putInstance(tagged(id, chance.happens(0.5) ? 'on' : 'off', ...tags));
        });
        if (i % 10 > 0) continue;
        const there = [...store.instances({ type: 'service' })];
        for (const [attribute, value] of [
          ['state', 'on'],
          ['tag', 'x'],
          ['tag', 'z'],
        ] as const) {
          const wanted = there.filter(({ type, document }) =>
            index.entries(type, document).some(each => each.attribute === attribute && each.value === value),
          );
          expect(found(store, asked([attribute, value]))).toEqual(names(wanted));
        }
      }
    });
  });
}
