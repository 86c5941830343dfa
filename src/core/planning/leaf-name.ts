/** Names a leaf of an expectation on an instance; what backs off, pauses and is explained. */
import type { Path } from '../path.ts';

export function leafName(expectation: string, instance: string | undefined, path: Path): string {
  return `${expectation}:${instance ?? ''}:${path}`;
}

export interface LeafOwner {
  readonly expectation: string;
  readonly instance: string | undefined;
  readonly path: Path;
}

/** Whose leaf it is, and where; the other way round. */
export function ownerOfLeaf(leaf: string): LeafOwner {
  const [, expectation = leaf, instance = '', path = ''] = /^([^:]*):(.*?):(\/.*)?$/s.exec(leaf) ?? [];
  return { expectation, instance: instance === '' ? undefined : instance, path };
}
