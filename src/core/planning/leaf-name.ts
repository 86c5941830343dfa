/** Names a leaf of an expectation on an instance; what backs off, pauses and is explained. */
import type { Path } from '../path.ts';

export function leafName(expectation: string, instance: string | undefined, path: Path): string {
  return `${expectation}:${instance ?? ''}:${path}`;
}

/** Whose leaf it is; the other way round. */
export function ownerOfLeaf(leaf: string): { readonly expectation: string; readonly instance: string | undefined } {
  const [, expectation = leaf, instance = ''] = /^([^:]*):(.*?):(?:\/.*)?$/s.exec(leaf) ?? [];
  return { expectation, instance: instance === '' ? undefined : instance };
}
