/** Relationships between instances as they stand in the document of their source, and which of them may be. */
import { didYouMean } from '../did-you-mean.ts';
import type { InstanceId } from '../ids.ts';
import type { InstanceType } from '../instance.ts';
import { isObject, type Json, type JsonObject, property } from '../json.ts';
import type { Kind, Kinds, Permitted } from '../kind.ts';
import type { Path } from '../path.ts';
import { elementsOf } from './complete.ts';
import type { Draft, Drafts } from './drafts.ts';
import type { Findings } from './findings.ts';
import { assignedFrom, assignedTo } from './links.ts';
import { anyOne } from './words.ts';

export const sides = ['service', 'resource'] as const;

/** One relationship in a document. */
export interface Relationship {
  /** The type of its target, which says in which array it stands. */
  readonly side: InstanceType;
  readonly pointer: Path;
  readonly element: JsonObject;
  readonly type: string | undefined;
  readonly alias: string | undefined;
  readonly target: InstanceId | undefined;
}

export function relationshipsIn(document: JsonObject): readonly Relationship[] {
  return sides.flatMap(side =>
    elementsOf(document, `${side}Relationship`).flatMap((element, i) => {
      if (!isObject(element)) return [];
      const below = property(element, side);
      return [
        {
          side,
          pointer: `/${side}Relationship/${i}`,
          element,
          type: text(property(element, 'relationshipType')),
          alias: text(property(element, 'alias')),
          target: text(property(isObject(below) ? below : element, 'id')) as InstanceId | undefined,
        },
      ];
    }),
  );
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whether it stands for a number that was handed out, on either side. */
export function isOfAssignment({ type }: Relationship): boolean {
  return type === assignedFrom || type === assignedTo;
}

export function sameRelationship(a: Relationship, b: Relationship): boolean {
  return a.side === b.side && a.type === b.type && a.alias === b.alias && a.target === b.target;
}

/** What instances of a kind may be in relationships. */
export function permitted(kind: Kind | undefined, end: 'source' | 'target'): Permitted {
  return kind?.relationship?.[end] ?? 'all';
}

/**
 * Checks the relationships that were not there before against what the kinds of both ends permit. A target that is not
 * here may be a thing of another system, unless the reference says that it is of a kind of ours.
 */
export function checkRelationships(
  findings: Findings,
  drafts: Drafts,
  kinds: Kinds,
  source: Pick<Draft, 'id'> & { readonly kind: Kind | undefined; readonly document: JsonObject },
  before: JsonObject | undefined,
): void {
  const known = before ? relationshipsIn(before) : [];
  const aliases = new Set<string>();
  for (const each of relationshipsIn(source.document)) {
    if (isOfAssignment(each)) continue;
    if (source.kind && each.alias !== undefined) {
      if (aliases.has(each.alias)) {
        findings.add(
          `${each.pointer}/alias`,
          `there are two relationships with the alias ${each.alias}; name one otherwise`,
        );
      }
      aliases.add(each.alias);
    }
    if (source.kind) checkNames(findings, each);
    if (known.some(one => sameRelationship(one, each))) continue;
    checkPermitted(findings, each, 'source', source.kind);
    checkTarget(findings, drafts, kinds, source, each);
  }
}

function checkNames(findings: Findings, { element, side, pointer }: Relationship): void {
  const array = `${side}RelationshipCharacteristic`;
  const names = elementsOf(element, array).map(each => property(each, 'name'));
  names.forEach((name, i) => {
    if (name !== undefined && names.indexOf(name) < i) {
      findings.add(`${pointer}/${array}/${i}/name`, `the relationship has two characteristics ${name}; leave one out`);
    }
  });
}

function checkTarget(
  findings: Findings,
  drafts: Drafts,
  kinds: Kinds,
  source: Pick<Draft, 'id'> & { readonly kind: Kind | undefined },
  relationship: Relationship,
): void {
  const { target, side, pointer, element } = relationship;
  if (target === undefined) return;
  // A new instance is not there yet, and may be related to itself.
  if (target === source.id) {
    checkPermitted(findings, relationship, 'target', source.kind);
    return;
  }
  const found = drafts.kind(target);
  if (!found) {
    const said = property(property(element, side), '@referredType');
    const kind = typeof said === 'string' ? kinds.get(said) : undefined;
    if (!kind) return;
    findings.add(`${pointer}/${side}/id`, `there is no ${kind.name} with the id "${target}"; make it first`);
    return;
  }
  const kind = kinds.get(found.kind);
  if (found.type !== side && (kind || source.kind)) {
    const array = `${found.type}Relationship`;
    findings.add(
      pointer,
      `"${target}" is ${anyOne(found.type)}, not a ${side}: a relationship to it stands in ${array}`,
    );
    return;
  }
  checkPermitted(findings, relationship, 'target', kind);
}

/** Told apart by alias, as the role that the target has for its source. */
export function checkPermitted(
  findings: Findings,
  { alias, pointer }: Relationship,
  end: 'source' | 'target',
  kind: Kind | undefined,
): void {
  const may = permitted(kind, end);
  if (!kind || may === 'all') return;
  const article = anyOne(kind.name);
  if (may === 'none') {
    findings.add(pointer, `${article} is never the ${end} of a relationship`);
  } else if (alias === undefined || !may.includes(alias)) {
    const has = alias === undefined ? 'this one has none' : `not ${alias}${didYouMean(alias, may)}`;
    findings.add(pointer, `${article} is the ${end} of relationships with the alias ${may.join(', ')}; ${has}`);
  }
}
