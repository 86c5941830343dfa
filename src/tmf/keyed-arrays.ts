/** Which arrays of TMF documents (v5 shape) are sets with a natural key: `tmf@1` of expectation JSON. */
import type { KeyedArrays } from '../core/path.ts';
import { allComparators } from './comparators/all.ts';

/** By the tables of the shapes; of arrays of one name in several types, each by the keys of any. */
function keysByName(): KeyedArrays {
  const found = new Map<string, Map<string, readonly string[]>>();
  for (const { properties } of allComparators().keys()) {
    for (const [name, { many, of }] of properties) {
      if (!many) continue;
      for (const by of of.flatMap(({ keys }) => keys ?? [])) {
        const keys = found.get(name) ?? new Map<string, readonly string[]>();
        keys.set(by.join('+'), by);
        found.set(name, keys);
      }
    }
  }
  return Object.fromEntries([...found].map(([name, keys]) => [name, [...keys.values()]]));
}

export const tmfKeyedArrays: KeyedArrays = {
  ...keysByName(),
  // The routes of a host: a characteristic value that is itself a set.
  'route/value': [
    ['table', 'destination', 'gateway', 'metric'],
    ['table', 'destination', 'gateway'],
    ['table', 'destination', 'interface', 'metric'],
    ['table', 'destination', 'interface'],
  ],
  // The lists of a BGP router and of static routes.
  'neighbor/value': [['address']],
  'session/value': [['address']],
  'sessionTelemetry/value': [['address']],
  'network/value': [['prefix']],
  'announced/value': [['prefix']],
  'staticRoute/value': [
    ['prefix', 'nexthop', 'interface', 'distance'],
    ['prefix', 'nexthop', 'distance'],
    ['prefix', 'nexthop', 'interface'],
    ['prefix', 'nexthop'],
  ],
  'routeState/value': [['prefix']],
  // What a value holds is its author's to name.
  'value/*': [],
};
