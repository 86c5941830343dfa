/** Things that are not whole yet: nothing is done to them, but what makes them whole. */
import type { Instance } from '../instance.ts';
import { property } from '../json.ts';
import type { Path } from '../path.ts';
import { lies } from './rule-book.ts';

/** Where a thing says how far it is, and which words say that it is still being made. */
const places: readonly { readonly path: Path; readonly name: string; readonly half: readonly string[] }[] = [
  { path: '/state', name: 'state', half: ['initial', 'feasibilityChecked', 'designed'] },
  { path: '/lifecycleState', name: 'lifecycleState', half: ['planned'] },
];

/** Why nothing may be done at a path of it yet, as a sentence; undefined when something may. */
export function whyHalfMade(instance: Pick<Instance, 'document'> | undefined, path: Path): string | undefined {
  for (const { path: at, name, half } of places) {
    const word = property(instance?.document, name);
    if (typeof word !== 'string' || !half.includes(word) || lies(path, at)) continue;
    return `it is half made: its ${name} is ${word}`;
  }
  return undefined;
}
