/** How specifications hang together: versions side by side, kinds composed of others, numbers got from others' pools. */
import type { Kind, Kinds } from '../kind.ts';
import type { ModelReader } from './model-store.ts';
import { majorOf, type Specification, specificationOf } from './specification.ts';

export interface SpecificationRelation {
  readonly type: 'supersedes' | 'supersededBy' | 'composedOf' | 'assignedFrom';
  readonly to: Specification;
  /** The alias of an assignment, under which the assignee knows the owner. */
  readonly role?: string;
  readonly min?: number;
  readonly max?: number;
}

/** `named` are those of its type and name, the highest major version first, as `specifications` gives them. */
export function specificationRelations(
  reader: ModelReader,
  kinds: Kinds,
  specification: Specification,
  named: readonly Specification[],
): readonly SpecificationRelation[] {
  const kind = specification.kind === undefined ? undefined : kinds.get(specification.kind);
  return [...versionsBeside(specification, named), ...(kind ? ofKind(reader, kinds, kind) : [])];
}

/** The next older and the next newer major version. */
function versionsBeside(
  { id, version }: Specification,
  named: readonly Specification[],
): readonly SpecificationRelation[] {
  const versions = named.filter(each => each.id === id || majorOf(each.version) !== majorOf(version));
  const at = versions.findIndex(each => each.id === id);
  const newer = versions[at - 1];
  const older = versions[at + 1];
  return [
    ...(older ? [{ type: 'supersedes', to: older } as const] : []),
    ...(newer ? [{ type: 'supersededBy', to: newer } as const] : []),
  ];
}

function ofKind(reader: ModelReader, kinds: Kinds, kind: Kind): readonly SpecificationRelation[] {
  const relations: SpecificationRelation[] = [];
  for (const name of kind.lineage ?? []) {
    const to = specificationOf(reader, kinds, name);
    if (to) relations.push({ type: 'composedOf', to });
  }
  for (const { alias, from, optional } of kind.assignment ?? []) {
    const to = specificationOf(reader, kinds, from);
    if (to) relations.push({ type: 'assignedFrom', to, role: alias, min: optional ? 0 : 1, max: 1 });
  }
  return relations;
}
