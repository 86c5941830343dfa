/**
 * The one way in which an instance comes to be or to change: whoever wants it otherwise says how its document is to be,
 * and the rules of its kind are held against what differs. So no door has rules of its own, and none has fewer.
 */
import { AgentError } from '../errors.ts';
import type { Instant } from '../ids.ts';
import { type Json, type JsonObject, property, sameJson } from '../json.ts';
import { type Kind, type Kinds, ownerOf, type RecordKinds } from '../kind.ts';
import { splitWrite } from '../ownership.ts';
import { noKeyedArrays } from '../path.ts';
import { checkAnnotations, withStatusesInOrder } from './annotate.ts';
import { withSupport } from './assigned-from.ts';
import { settleAssignments } from './assignments.ts';
import { checkCharacteristics, withPools } from './characteristics.ts';
import { complete, described } from './complete.ts';
import type { Draft, Drafts } from './drafts.ts';
import { Findings } from './findings.ts';
import { bindsOthers, kindOf, withSpecification } from './kind-of.ts';
import { inOrder } from './order.ts';
import { checkRelationships, relationshipsIn } from './relationships.ts';
import { settleAxes } from './resource-axes.ts';
import { checkMayBecome, withoutFormerPools, withoutFormerSupports } from './respecify.ts';
import { checkRoles } from './roles.ts';
import { firstServiceState, serviceStates, transition } from './service-states.ts';
import { ensureSpecification, type Specification, specificationAttribute, specificationOf } from './specification.ts';
import { anyOne, called, eitherOf, shown } from './words.ts';

/** What a change takes from outside. */
export interface Given {
  readonly now: Instant;
  readonly newId: () => string;
  /** From 0 up to 1. */
  readonly chance: () => number;
  /** Kinds of parties and places; none when absent. */
  readonly recordKinds?: RecordKinds;
}

/**
 * Drafts an instance as it is wanted. Throws `invalid` or `conflict` with all that stands against it, and the pointer of
 * the first; the commit is to end then.
 */
export function change(
  drafts: Drafts,
  kinds: Kinds,
  before: Draft,
  wanted: JsonObject,
  given: Given,
  step?: ServiceStep,
): Draft {
  if (!step && sameJson(before.document, wanted)) return before;
  const from = kinds.get(before.kind);
  refuseObserved(before, step ? stepped(from, wanted, step, given.now) : wanted, from);
  const to = becomes(drafts, kinds, before, wanted, from);
  // Of a kind that is not loaded now it stays as long as it names that.
  const kind = to?.name ?? (namesTheSame(before, wanted) ? before.kind : before.type);
  return settle(drafts, kinds, { draft: { ...before, kind, document: wanted }, before, from, to, step }, given);
}

/** A step that a service is to take, of whose kind there may be several to the same state. */
export interface ServiceStep {
  readonly name: string;
  readonly operatingStatus?: Json;
}

function stepped(kind: Kind | undefined, document: JsonObject, { name, operatingStatus }: ServiceStep, now: Instant) {
  return transition(kind, document, { name }, now, operatingStatus);
}

interface Settling {
  readonly draft: Draft;
  /** Absent for a new instance. */
  readonly before?: Draft | undefined;
  readonly from?: Kind | undefined;
  readonly to: Kind | undefined;
  /** The specification of `to`, where it was read already. */
  readonly specification?: Specification | undefined;
  readonly step?: ServiceStep | undefined;
}

/** Drafts a new instance, or one that has changed, with all that follows from its kind. */
export function settle(drafts: Drafts, kinds: Kinds, settling: Settling, given: Given): Draft {
  const { draft, before, from, to } = settling;
  const attribute = specificationAttribute[draft.type];
  if (!to && !sameJson(property(before?.document, attribute), property(draft.document, attribute))) {
    ensureSpecification(drafts.writer, draft.document, draft.type, given.now);
  }
  const isBound = to !== undefined || bindsOthers(kinds);
  if (!isBound) {
    drafts.put(draft);
    return draft;
  }
  const { id } = draft;
  const findings = new Findings();
  // In a new kind everything is new.
  const known = from === to ? before?.document : undefined;
  const document = to ? ofKind(findings, drafts, kinds, { ...settling, to }, known, given) : draft.document;
  checkRelationships(findings, drafts, kinds, { id, kind: to, document }, known);
  findings.refuse();
  drafts.put({ ...draft, document });
  const newness = { isNew: known === undefined, isMade: before === undefined };
  settleAssignments(drafts, id, { kinds, kind: to, chance: given.chance, ...newness });
  if (to) {
    let supported = withSupports(drafts.need(id).document, before?.document);
    if (before && newness.isNew) supported = withoutFormerSupports(supported, before.document);
    // A driver has an order of its own.
    drafts.putDocument(id, draft.observedBy === undefined ? inOrder(supported) : supported);
  }
  return drafts.need(id);
}

/** The document as the kind has it, with what is wrong with it among the findings. */
function ofKind(
  findings: Findings,
  drafts: Drafts,
  kinds: Kinds,
  { draft, before, from, to, specification, step }: Settling & { readonly to: Kind },
  known: JsonObject | undefined,
  given: Given,
): JsonObject {
  const { writer: reader } = drafts;
  const isObserved = draft.observedBy !== undefined;
  const attribute = specificationAttribute[to.type];
  let { document } = draft;
  if (!known) {
    const now = specification ?? specificationOf(reader, kinds, to.name);
    document = withSpecification(withoutFormerPools(document, from, to), to, now);
    document = complete(described(document, to), to);
  } else if (!sameJson(property(known, attribute), property(document, attribute))) {
    document = withSpecification(document, to, specificationOf(reader, kinds, to.name));
  }
  findings.catch('', () => {
    document = step
      ? stepped(to, document, step, given.now)
      : withStates(before, { ...draft, document }, to, given.now);
  });
  document = withPools(findings, reader, { ...draft, document }, known, to);
  document = withStatusesInOrder(document, before?.document, given.now);
  checkCharacteristics(findings, document, known, to, isObserved);
  const recordKinds = given.recordKinds ?? noRecordKinds;
  checkRoles(findings, document, known, { kind: to, reader, recordKinds, mayLack: isObserved });
  checkAnnotations(findings, document, before?.document);
  checkName(findings, drafts, { ...draft, document }, known, to);
  return document;
}

const noRecordKinds: RecordKinds = new Map();

/** What a driver sees cannot be made otherwise by writing. */
function refuseObserved(before: Draft, wanted: JsonObject, kind: Kind | undefined): void {
  if (before.observedBy === undefined) return;
  const { expect } = splitWrite({ ...before, seq: 0 }, wanted, kind, noKeyedArrays);
  const [first] = Object.keys(expect ?? {});
  if (first === undefined) return;
  throw new AgentError(
    'conflict',
    `${first} of ${called(before)} is as the driver ${before.observedBy} sees it; lay an expectation to have it otherwise`,
    { pointer: `/${first}` },
  );
}

/** The kind that an instance is of once it is as wanted. */
function becomes(
  drafts: Drafts,
  kinds: Kinds,
  before: Draft,
  wanted: JsonObject,
  from: Kind | undefined,
): Kind | undefined {
  if (namesTheSame(before, wanted)) return from;
  const { type, observedBy } = before;
  const to = kindOf(wanted, type, kinds, drafts.writer);
  if (from === to) return from;
  if (observedBy !== undefined) {
    const pointer = `/${specificationAttribute[type]}`;
    throw new AgentError('conflict', `${called(before)} is of the kind that the driver ${observedBy} sees`, {
      pointer,
    });
  }
  checkMayBecome(drafts.writer, kinds, before, from, to);
  return to;
}

/** Whether the specification is named as before. */
function namesTheSame({ type, document }: Draft, wanted: JsonObject): boolean {
  const attribute = specificationAttribute[type];
  const [was, is] = [property(document, attribute), property(wanted, attribute)];
  return ['id', 'name', 'version'].every(name => sameJson(property(was, name), property(is, name)));
}

/** The states after the steps that lead from those before to those wanted. What a driver owns goes its own way. */
function withStates(before: Draft | undefined, draft: Draft, kind: Kind, now: Instant): JsonObject {
  const { document, observedBy } = draft;
  if (kind.type === 'resource')
    return observedBy === undefined ? settleAxes(before?.document, document, now) : document;
  if (ownerOf(kind, draft, '/state') === 'driver') return document;
  const state = property(document, 'state') ?? null;
  if (!before) return observedBy === undefined ? withFirstState(document, kind) : document;
  const [was, wanted] = [before.document, document].map(each => property(each, 'operatingStatus'));
  const status = sameJson(was, wanted) ? undefined : wanted;
  const former = property(before.document, 'state') ?? firstServiceState;
  if (typeof state !== 'string') {
    throw new AgentError('invalid', `${anyOne(kind.name)} has a state; it cannot be taken away`, { pointer: '/state' });
  }
  if (state === former) {
    return status === undefined ? document : transition(kind, document, { name: 'status' }, now, status);
  }
  const after = transition(kind, { ...document, state: former }, { to: state }, now, status);
  const said = new Map<string, Json>();
  for (const name of ['startDate', 'endDate']) {
    const date = property(document, name);
    // A date that is said in the same breath stands.
    if (date !== undefined && !sameJson(property(before.document, name), date)) said.set(name, date);
  }
  return { ...after, ...Object.fromEntries(said) };
}

/** Whoever makes an instance says how it is. */
function withFirstState(document: JsonObject, kind: Kind): JsonObject {
  const state = property(document, 'state');
  if (state === undefined) return { ...document, state: firstServiceState };
  const words = [...new Set([...serviceStates, ...(kind.transition ?? []).map(each => each.to)])];
  if (words.some(each => each === state)) return document;
  throw new AgentError('invalid', `the state is ${eitherOf(words)}, not ${shown(state)}`, { pointer: '/state' });
}

/** Within a kind a name means one instance, as expectations do that name them so. */
function checkName(findings: Findings, drafts: Drafts, draft: Draft, known: JsonObject | undefined, kind: Kind): void {
  const name = property(draft.document, 'name');
  if (typeof name !== 'string' || name === '' || name === property(known, 'name')) return;
  if (ownerOf(kind, draft, '/name') === 'driver') return;
  for (const { id } of drafts.writer.instances({ kind: kind.name, name })) {
    if (id === draft.id) continue;
    findings.add(
      '/name',
      `there is ${anyOne(kind.name)} ${name} already (${id}); a name means one instance`,
      'conflict',
    );
    return;
  }
}

/** With an entry for whatever an aliased relationship leads to, and without those of relationships that are gone. */
export function withSupports(document: JsonObject, before: JsonObject | undefined): JsonObject {
  const all = [...(before ? relationshipsIn(before) : []), ...relationshipsIn(document)];
  return all
    .filter(each => each.alias !== undefined)
    .reduce(
      (result, { side, target }) => (target === undefined ? result : withSupport(result, side, target)),
      document,
    );
}
