/** `/diffo/v1/outstanding` and `/explain`: what is unmet or unknown, since when, because of what, and what is next. */
import { AgentError } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { type ExpectationId, type InstanceId, instanceId } from '../../core/ids.ts';
import type { Instance } from '../../core/instance.ts';
import { type JsonObject, property } from '../../core/json.ts';
import type { Leaf } from '../../core/outstanding.ts';
import type { Path } from '../../core/path.ts';
import { leafName } from '../../core/planner.ts';
import type { StandingVerdict } from '../../core/verdict.ts';
import type { Handler } from '../paths.ts';
import { type App, resourceAt } from '../server.ts';
import { parameter, sendPage } from './lists.ts';
import { type DiffoParts, iso } from './parts.ts';

export function outstandingRoutes(app: App, parts: DiffoParts): void {
  const { store } = parts;

  const outstanding: Handler = (request, reply) => {
    const asked = parameter(request, 'instance');
    const of = asked === undefined ? undefined : { instance: find(parts, asked).id };
    const open = store.verdicts(of).filter(each => each.verdict === 'unmet' || each.verdict === 'unknown');
    return sendPage(request, reply, open, verdict => entry(parts, verdict));
  };

  const explain: Handler = (request, reply) => {
    const asked = parameter(request, 'instance');
    if (asked === undefined) throw new AgentError('invalid', 'say which instance: /diffo/v1/explain?instance=ID');
    const path = parameter(request, 'path') ?? '';
    const instance = find(parts, asked);
    const leaves = store.verdicts({ instance: instance.id }).flatMap(({ expectation: id, verdict }) => {
      const expectation = store.expectation(id);
      if (!expectation || verdict === 'inapplicable') return [];
      return parts.loop
        .explain(expectation, instance)
        .filter(leaf => within(leaf.path, path) || within(path, leaf.path))
        .map(leaf => ({
          ...showLeaf(parts, expectation, instance, leaf),
          wantedBy: wantedBy(parts, expectation),
          changes: changesAt(parts, instance.id, leaf.path),
        }));
    });
    return reply.send({ instance: named(instance), leaves });
  };

  resourceAt(app, '/diffo/v1/outstanding', { GET: outstanding });
  resourceAt(app, '/diffo/v1/explain', { GET: explain });
}

function find(parts: DiffoParts, id: string): Instance {
  const instance = parts.store.instance(instanceId(id));
  if (!instance) throw new AgentError('notFound', `there is no instance ${id}`);
  return instance;
}

function entry(parts: DiffoParts, verdict: StandingVerdict): JsonObject {
  const expectation = parts.store.expectation(verdict.expectation);
  if (verdict.peer !== undefined) return peerEntry(parts, verdict, verdict.peer, expectation);
  const instance = verdict.instance === undefined ? undefined : parts.store.instance(verdict.instance);
  const leaves = expectation
    ? parts.loop.judge(expectation, instance).leaves.map(leaf => showLeaf(parts, expectation, instance, leaf))
    : [];
  return {
    expectation: verdict.expectation,
    ...(instance ? { instance: named(instance) } : {}),
    ...(expectation ? { for: { ...expectation.for }, mode: parts.loop.mode(expectation) } : {}),
    verdict: verdict.verdict,
    outstanding: verdict.residual ?? null,
    since: iso(verdict.since),
    leaves,
  };
}

/** What a peer says of its own; how it sees each leaf is its to tell. */
function peerEntry(
  parts: DiffoParts,
  { expectation, instance, instanceName, verdict, residual, since, told }: StandingVerdict,
  peer: string,
  laid: Expectation | undefined,
): JsonObject {
  const state = parts.peers.states().find(({ name }) => name === peer);
  const isThere = state?.presence === 'alive';
  return {
    expectation,
    peer,
    ...(instance === undefined
      ? {}
      : { instance: { id: instance, ...(instanceName === undefined ? {} : { name: instanceName }) } }),
    ...(laid ? { for: { ...laid.for }, ...(laid.mode === undefined ? {} : { mode: laid.mode }) } : {}),
    verdict,
    outstanding: residual ?? null,
    since: iso(since),
    ...(told ? { told: { ...told, unknown: [...(told.unknown ?? [])], since: iso(told.since) } } : {}),
    leaves: [],
    next: !state
      ? `${peer} is no peer of this agent any more`
      : !isThere
        ? `${peer} is ${state.presence}: its word is waited for`
        : verdict === 'unknown'
          ? `${peer} has yet to judge it, or does not know itself`
          : `${peer} acts as its operator allows`,
  };
}

function named(instance: Instance): JsonObject {
  const name = property(instance.document, 'name');
  return { id: instance.id, type: instance.type, kind: instance.kind, ...(name === undefined ? {} : { name }) };
}

function wantedBy(parts: DiffoParts, expectation: Expectation): JsonObject {
  const { id, principal, owner, why, priority, createdAt } = expectation;
  return {
    expectation: id,
    principal,
    ...(owner === undefined ? {} : { owner }),
    ...(why === undefined ? {} : { why }),
    priority,
    mode: parts.loop.mode(expectation),
    since: iso(createdAt),
  };
}

function showLeaf(parts: DiffoParts, expectation: Expectation, instance: Instance | undefined, leaf: Leaf): JsonObject {
  const seen = instance === undefined ? undefined : parts.loop.observedAt(instance);
  return {
    path: leaf.path,
    verdict: leaf.verdict,
    expected: leaf.expected,
    actual: leaf.actual ?? null,
    ...(leaf.reason === undefined ? {} : { reason: leaf.reason }),
    ...(instance?.observedBy === undefined ? {} : { observedBy: instance.observedBy }),
    ...(typeof seen === 'number' ? { observedAt: iso(seen), ageMs: Math.max(0, parts.clock.now() - seen) } : {}),
    ...nextStep(parts, expectation.id, instance?.id, leaf),
  };
}

/** What the loop will do about a leaf, or why it waits. */
function nextStep(
  parts: DiffoParts,
  expectation: ExpectationId,
  instance: InstanceId | undefined,
  leaf: Leaf,
): JsonObject {
  if (leaf.verdict === 'unknown') return { next: 'look again; nothing is repaired on what is not known' };
  if (leaf.verdict !== 'unmet') return {};
  const draft = parts.loop.draft();
  const mine = (each: { readonly expectation: string; readonly instance?: string; readonly path: Path }): boolean =>
    each.expectation === expectation &&
    leafName(expectation, each.instance, '') === leafName(expectation, instance, '') &&
    (within(leaf.path, each.path) || within(each.path, leaf.path));
  const tasks = draft.tasks.filter(mine);
  if (tasks.length > 0) {
    return { next: `${tasks.map(task => task.step.summary).join('; ')} (${permission[tasks[0]?.mode ?? 'observe']})` };
  }
  const waiting = draft.waiting.find(mine);
  if (!waiting) return { next: 'it will be judged again in the next pass' };
  return { next: `waits: ${waiting.because}`, ...(waiting.until === undefined ? {} : { nextAt: iso(waiting.until) }) };
}

const permission = {
  observe: 'mode observe: judged only',
  warn: 'mode warn: told, not touched',
  approve: 'mode approve: a plan waits for approval',
  enforce: 'mode enforce: put right without asking',
};

/** The latest changes at or around a path: since when the actual is what it is, and from where. */
function changesAt(parts: DiffoParts, instance: InstanceId, path: Path): JsonObject[] {
  return parts.store
    .changesOf(instance, CHANGES_LOOKED_AT)
    .flatMap(change => {
      const moved = change.paths.find(each => within(each.path, path) || within(path, each.path));
      if (!moved && change.type !== 'create') return [];
      return [
        {
          seq: change.seq,
          at: iso(change.at),
          type: change.type,
          ...(moved?.old === undefined ? {} : { old: moved.old }),
          ...(moved?.new === undefined ? {} : { new: moved.new }),
          cause: { ...change.cause },
        },
      ];
    })
    .slice(0, CHANGES_SHOWN);
}

/** Far enough back for a person's question, short enough for a device. */
const CHANGES_LOOKED_AT = 200;
const CHANGES_SHOWN = 5;

function within(inner: Path, outer: Path): boolean {
  return `${inner}/`.startsWith(`${outer}/`);
}
