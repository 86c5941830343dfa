/** What people do to an instance, each under its own name. Every one of them is a change as any other: the rules bind. */
import { AgentError } from '../errors.ts';
import type { InstanceId } from '../ids.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Kinds } from '../kind.ts';
import { type Annotations, annotated } from './annotate.ts';
import { type AssignWish, assign, type UnassignWish, unassign } from './assign.ts';
import { settleAssignments } from './assignments.ts';
import { change, type Given, type ServiceStep } from './changes.ts';
import { checkMayBeTaken } from './declared-assignments.ts';
import { defined, type FeatureChange, type Values, withFeature } from './define.ts';
import type { Draft, Drafts } from './drafts.ts';
import type { Assignment } from './link.ts';
import { type RelationshipQuery, type RelationshipWords, related, unrelated } from './relate.ts';
import { transition } from './service-states.ts';
import { specificationAttribute, specificationById } from './specification.ts';
import { called } from './words.ts';

/** What all of them work on. */
export interface Domain {
  readonly drafts: Drafts;
  readonly kinds: Kinds;
  readonly given: Given;
}

function changed({ drafts, kinds, given }: Domain, id: InstanceId, edit: (before: Draft) => JsonObject): Draft {
  const before = drafts.need(id);
  return change(drafts, kinds, before, edit(before), given);
}

/** Values of characteristics, bounds of pools. */
export function define(domain: Domain, id: InstanceId, values: Values): Draft {
  return changed(domain, id, ({ document, type, kind }) => defined(document, type, domain.kinds.get(kind), values));
}

/** A feature on or off, and values of its characteristics. */
export function setFeature(domain: Domain, id: InstanceId, feature: FeatureChange): Draft {
  return changed(domain, id, ({ document, type, kind }) =>
    withFeature(document, type, domain.kinds.get(kind), feature),
  );
}

/** From a source to a target, both of which are here. */
export function relate(domain: Domain, source: InstanceId, target: InstanceId, words: RelationshipWords): Draft {
  const { id, type } = domain.drafts.need(target);
  return changed(domain, source, ({ document }) => related(document, { id, type }, words));
}

export function unrelate(domain: Domain, source: InstanceId, meant: RelationshipQuery): Draft {
  return changed(domain, source, before => unrelated(before, meant));
}

/** A number of an owner's pool, for an assignee. */
export function give({ drafts, kinds, given: { chance } }: Domain, wish: AssignWish): Assignment {
  const assignment = assign(drafts, kinds, wish, chance);
  const kind = kinds.get(drafts.need(wish.assignee).kind);
  settleAssignments(drafts, wish.assignee, { kinds, kind, chance, isNew: false });
  return assignment;
}

/** The same back. */
export function takeBack({ drafts, kinds }: Domain, wish: UnassignWish): Assignment {
  const assignee = drafts.get(wish.assignee);
  const assignment = unassign(drafts, kinds, wish);
  checkMayBeTaken(assignee && kinds.get(assignee.kind), assignment);
  return assignment;
}

/** To another version of its specification. */
export function respecify(domain: Domain, id: InstanceId, specification: string): Draft {
  const { drafts, kinds } = domain;
  const found = specificationById(drafts.writer, kinds, specification);
  if (!found) {
    throw new AgentError('notFound', `there is no specification with the id "${specification}"`, {
      pointer: '/specification',
    });
  }
  const { name, version } = found;
  return changed(domain, id, ({ document, type }) => {
    const reference = `${type === 'service' ? 'Service' : 'Resource'}SpecificationRef`;
    return { ...document, [specificationAttribute[type]]: { id: specification, name, version, '@type': reference } };
  });
}

/** A note, a process status, an identifier that others know it by. */
export function annotate(domain: Domain, id: InstanceId, annotations: Annotations): Draft {
  return changed(domain, id, ({ document }) => annotated(document, annotations, domain.given));
}

/** A step of a service, by its name; `status` says the operating status alone. */
export function step(domain: Domain, id: InstanceId, asked: ServiceStep): Draft {
  const { drafts, kinds, given } = domain;
  const before = drafts.need(id);
  if (before.type !== 'service') {
    throw new AgentError('invalid', `${called(before)} is a resource: it has axes, not the steps of a service`);
  }
  const { document, kind } = before;
  if (kinds.has(kind)) return change(drafts, kinds, before, document, given, asked);
  const after = transition(undefined, document, { name: asked.name }, given.now, asked.operatingStatus);
  return change(drafts, kinds, before, after, given);
}

/** Where a resource stands on its axes; null leaves one without a word. */
export type Axes = Readonly<Record<string, Json>>;

export function setAxes(domain: Domain, id: InstanceId, axes: Axes): Draft {
  return changed(domain, id, before => {
    if (before.type !== 'resource') {
      throw new AgentError('invalid', `${called(before)} is a service: it has a state, not the axes of a resource`);
    }
    return withMembers(before.document, axes);
  });
}

export function rename(domain: Domain, id: InstanceId, name: string | null): Draft {
  return changed(domain, id, ({ document }) => withMembers(document, { name }));
}

function withMembers(document: JsonObject, members: Readonly<Record<string, Json>>): JsonObject {
  const result = new Map(Object.entries(document));
  for (const [name, value] of Object.entries(members)) {
    if (value === null) result.delete(name);
    else result.set(name, value);
  }
  return Object.fromEntries(result);
}
