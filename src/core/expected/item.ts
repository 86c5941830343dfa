/** An item of a keyed array as it is read: many stand for long, so it keeps what judging asks for and no more. */
import type { Item, KeyValue, OpenMap } from './node.ts';

export class ReadItem implements Item {
  readonly node: OpenMap;
  readonly by: readonly string[];
  readonly parts: Item['parts'];
  readonly name: string;

  constructor(node: OpenMap, by: readonly string[], values: readonly KeyValue[]) {
    const [only] = values;
    const paths = pathsOf(by);
    this.node = node;
    this.by = by;
    this.parts = values.map((value, i) => ({ path: paths[i] ?? [], value }));
    this.name = values.length === 1 && typeof only === 'string' ? only : values.join(',');
  }

  get beyond(): OpenMap {
    const { entries } = this.node;
    return { ...this.node, entries: entries.filter(({ key }) => !this.by.includes(key)) };
  }
}

/** The properties that lead to each part of a key. */
function pathsOf(by: readonly string[]): readonly (readonly string[])[] {
  const known = pathsByKey.get(by);
  if (known) return known;
  const paths = by.map(part => part.split('/'));
  pathsByKey.set(by, paths);
  return paths;
}

const pathsByKey = new WeakMap<readonly string[], readonly (readonly string[])[]>();
