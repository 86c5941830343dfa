/** Items of one key in a keyed array: two wishes for what is mostly one element. */
import type { Json } from '../json.ts';
import type { Item, Keyed } from './node.ts';

export function twins(items: readonly Item[]): { readonly twins?: true } {
  if (new Set(items.map(({ name }) => name)).size === items.length) return {};
  return new Set(items.map(nameOf)).size < items.length ? { twins: true } : {};
}

/**
 * What is left of each item, where all twins stay whole as soon as one is unmet: whoever sets the element has to see
 * every wish for it, or meets them in turn for ever.
 */
export function withTwins(node: Keyed, parts: readonly (Json | undefined)[]): readonly (Json | undefined)[] {
  if (!node.twins) return parts;
  const groups = Map.groupBy(node.items.keys(), i => nameOf(node.items[i]));
  return node.items.map((item, i) => {
    const group = groups.get(nameOf(item)) ?? [];
    if (group.length < 2) return parts[i];
    return group.some(each => parts[each] !== undefined) ? item.node.source : undefined;
  });
}

function nameOf(item: Item | undefined): string {
  return JSON.stringify([item?.by, item?.parts.map(({ value }) => value)]);
}
