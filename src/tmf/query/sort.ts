/** `sort`: the order of a list, and the page of it that is kept while all of it is walked over. */
import { AgentError } from '../../core/errors.ts';
import { isArray, type Json, type JsonObject, property } from '../../core/json.ts';
import { instantOf } from '../date.ts';

export interface SortKey {
  readonly path: readonly string[];
  readonly descending: boolean;
}

/** More keys than anybody sorts by. */
const MAX_KEYS = 8;

/** Reads the value of `sort`: `-a` is descending, `a` and `+a` ascending, several by comma. Throws `invalid`. */
export function parseSort(text: string): readonly SortKey[] {
  const keys = text.split(',').map(part => {
    // A plus sign that was not encoded arrives as a space.
    const [, sign, name = ''] = /^([-+]?)(.*)$/s.exec(part.trim()) ?? [];
    const path = name.trim().split('.');
    if (path.some(each => each === '') || /[[\]()$,]/.test(name)) {
      throw new AgentError('invalid', `sort takes names of attributes, such as -state,name; "${part}" is none`);
    }
    return { path, descending: sign === '-' };
  });
  if (keys.length > MAX_KEYS) throw new AgentError('invalid', `sort takes up to ${MAX_KEYS} attributes`);
  return keys;
}

/** Names an order, so that a cursor made for it is not read in another. */
export function orderOf(keys: readonly SortKey[]): string {
  return keys.map(({ path, descending }) => `${descending ? '-' : ''}${path.join('.')}`).join(',');
}

/** What an entity is sorted by: kinds of values among themselves (flags, numbers, dates, texts), what is missing last. */
export type SortValue = readonly [rank: 0 | 1 | 2 | 3 | 4, value: number | string];

const missing: SortValue = [4, 0];

/** So much of a text counts: a page that is kept stays small, and a cursor short enough for an address line. */
const MAX_TEXT = 100;

/** Of arrays the first value counts. */
export function sortValue(entity: JsonObject, { path }: SortKey): SortValue {
  const leaf = firstLeaf(entity, path, 0);
  if (typeof leaf === 'boolean') return [0, leaf ? 1 : 0];
  if (typeof leaf === 'number') return [1, leaf];
  if (typeof leaf !== 'string') return missing;
  const at = instantOf(leaf);
  return at === undefined ? [3, leaf.slice(0, MAX_TEXT)] : [2, at];
}

function firstLeaf(value: Json | undefined, path: readonly string[], depth: number): Json | undefined {
  if (isArray(value)) {
    for (const each of value) {
      const leaf = firstLeaf(each, path, depth);
      if (leaf !== undefined) return leaf;
    }
    return undefined;
  }
  const name = path[depth];
  if (name !== undefined) return firstLeaf(property(value, name), path, depth + 1);
  return typeof value === 'object' ? undefined : value;
}

/** The place of an entity in a list: what it is sorted by, then its row, which tells of creation. */
export interface Position {
  readonly values: readonly SortValue[];
  readonly row: number;
}

/** Beyond everything, in any order. */
export const theEnd: Position = { values: [], row: Number.POSITIVE_INFINITY };

/** Below zero when `a` stands before `b`; zero only for the same row. */
export function comparePositions(a: Position, b: Position, keys: readonly SortKey[]): number {
  for (const [i, { descending }] of keys.entries()) {
    const [rank, value] = a.values[i] ?? missing;
    const [otherRank, other] = b.values[i] ?? missing;
    // Missing is last in both directions.
    if ((rank === 4) !== (otherRank === 4)) return rank - otherRank;
    const difference = rank - otherRank || (value < other ? -1 : value > other ? 1 : 0);
    if (difference !== 0) return descending ? -difference : difference;
  }
  return a.row - b.row;
}

/** Which part of the ordered list is wanted; with `before` alone it is the last of what stands before it. */
export interface Window {
  readonly offset: number;
  readonly limit: number;
  readonly after?: Position | undefined;
  readonly before?: Position | undefined;
}

export interface Placed<Item> extends Position {
  readonly item: Item;
}

export interface SortedPage<Item> {
  readonly items: readonly Placed<Item>[];
  /** All that were handed in. */
  readonly total: number;
  /** Whether anything stands before or after this page. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** Takes a whole list in any order and keeps what its page may need: twice offset and limit together at most. */
export class Sorter<Item> {
  readonly #keys: readonly SortKey[];
  readonly #window: Window;
  readonly #keep: number;
  /** Whether the page is counted from the end. */
  readonly #backward: boolean;
  #kept: Placed<Item>[] = [];
  #inside = 0;
  #beyondAfter = 0;
  #beyondBefore = 0;
  #total = 0;
  /** What stands behind this one cannot be on the page. */
  #last: Position | undefined;

  constructor(keys: readonly SortKey[], window: Window) {
    this.#keys = keys;
    this.#window = window;
    this.#keep = window.offset + window.limit;
    this.#backward = window.before !== undefined && window.after === undefined;
  }

  add(entity: JsonObject, row: number, item: Item): void {
    this.#total++;
    const placed = { values: this.#keys.map(key => sortValue(entity, key)), row, item };
    const { after, before } = this.#window;
    if (after && comparePositions(placed, after, this.#keys) <= 0) this.#beyondAfter++;
    else if (before && comparePositions(placed, before, this.#keys) >= 0) this.#beyondBefore++;
    else this.#keepIfNear(placed);
  }

  page(): SortedPage<Item> {
    const { offset } = this.#window;
    this.#prune();
    const items = this.#kept.slice(offset);
    const more = this.#inside > offset + items.length;
    const skipped = offset > 0 && this.#inside > 0;
    return {
      items: this.#backward ? items.reverse() : items,
      total: this.#total,
      isFirst: this.#backward ? !more : this.#beyondAfter === 0 && !skipped,
      isLast: this.#beyondBefore === 0 && (this.#backward ? !skipped : !more),
    };
  }

  #keepIfNear(placed: Placed<Item>): void {
    this.#inside++;
    if (this.#last && this.#order(placed, this.#last) > 0) return;
    this.#kept.push(placed);
    if (this.#kept.length >= 2 * this.#keep + 1) this.#prune();
  }

  #prune(): void {
    this.#kept.sort((a, b) => this.#order(a, b));
    if (this.#kept.length < this.#keep) return;
    this.#kept.length = this.#keep;
    this.#last = this.#kept.at(-1) ?? this.#last;
  }

  #order(a: Position, b: Position): number {
    const order = comparePositions(a, b, this.#keys);
    return this.#backward ? -order : order;
  }
}
