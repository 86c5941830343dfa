/** A leaf as it is told: wanted by whom, had since when and from where, seen when and by what, and what is next. */
import type { Change } from '../../core/change.ts';
import type { Expectation } from '../../core/expectation.ts';
import { explainSentence } from '../../core/explain-sentence.ts';
import type { ExpectationId, InstanceId } from '../../core/ids.ts';
import type { Instance } from '../../core/instance.ts';
import { type JsonObject, property } from '../../core/json.ts';
import type { Leaf } from '../../core/outstanding.ts';
import { at, type Path } from '../../core/path.ts';
import { leafName } from '../../core/planner.ts';
import type { Strayed } from '../../core/verdict.ts';
import { type DiffoParts, iso } from './parts.ts';
import { showStalled } from './told-stalled.ts';

export function named(instance: Instance): JsonObject {
  const name = property(instance.document, 'name');
  return { id: instance.id, type: instance.type, kind: instance.kind, ...(name === undefined ? {} : { name }) };
}

/** Whose word it is, and what may be done about it: as a whole, or at one path of an instance. */
export function wantedBy(parts: DiffoParts, expectation: Expectation, instance?: Instance, path?: Path): JsonObject {
  const { id, principal, owner, why, priority, createdAt } = expectation;
  return {
    expectation: id,
    principal,
    ...(owner === undefined ? {} : { owner }),
    ...(why === undefined ? {} : { why }),
    priority,
    mode: parts.loop.mode(expectation, instance, path),
    since: iso(createdAt),
  };
}

/** What a leaf is told with; read once for all leaves of an expectation and an instance. */
export interface LeafAround {
  readonly expectation: Expectation;
  /** Undefined for one that does not exist. */
  readonly instance: Instance | undefined;
  /** The instance's changes, newest first. */
  readonly changes: readonly Change[];
  /** What of it somebody changed at the element. */
  readonly strayed: readonly Strayed[];
}

export function around(parts: DiffoParts, expectation: Expectation, instance: Instance | undefined): LeafAround {
  const changes = instance === undefined ? [] : parts.store.changesOf(instance.id, CHANGES_LOOKED_AT);
  const { strayed = [] } = parts.store.verdict(expectation.id, instance?.id) ?? {};
  return { expectation, instance, changes, strayed };
}

/** What is wanted, what there is since when, why that is not enough, who saw it how and when, and all of it as a sentence. */
export function showLeaf(parts: DiffoParts, around: LeafAround, leaf: Leaf): JsonObject {
  const { expectation, instance, changes } = around;
  const strayed = around.strayed.find(each => each.path === leaf.path);
  const now = parts.clock.now();
  const seen = instance === undefined ? undefined : parts.loop.seen(instance, leaf.path);
  const [became] = isKept(parts, instance, leaf) ? changesAt(changes, leaf.path) : [];
  const of = nameOf(expectation, instance);
  const sentence = explainSentence(leaf, {
    now,
    ...(of === undefined ? {} : { of }),
    wantedBy: expectation,
    ...(became ? { became: { ...became.cause, at: became.at } } : {}),
    observed: { ...seen, sampled: seen?.from === 'sample' },
  });
  return {
    path: leaf.path,
    verdict: leaf.verdict,
    expected: leaf.expected,
    actual: leaf.actual ?? null,
    ...(leaf.reason === undefined ? {} : { reason: leaf.reason }),
    ...(became ? { since: iso(became.at) } : {}),
    ...(seen === undefined ? {} : { source: seen.from }),
    ...(seen?.by === undefined ? {} : { observedBy: seen.by }),
    ...(seen?.at === undefined ? {} : { observedAt: iso(seen.at), ageMs: Math.max(0, now - seen.at) }),
    ...(leaf.verdict !== 'unknown' || seen?.because === undefined ? {} : { because: seen.because }),
    ...(strayed ? { outOfBand: showStrayed(strayed) } : {}),
    sentence,
    ...nextStep(parts, expectation.id, instance?.id, leaf),
    ...(leaf.verdict === 'met' ? {} : showStalled(parts.store, expectation.id, instance?.id, leaf.path)),
  };
}

/** Somebody changed it at the element after it had been met. */
function showStrayed({ from, at: when, by, gone }: Strayed): JsonObject {
  return { ...(from === undefined ? {} : { from }), at: iso(when), by, ...(gone ? { gone } : {}) };
}

/** The values of telemetry are in no document, and no change tells since when they are what they are. */
function isKept({ keyed }: DiffoParts, instance: Instance | undefined, { path, actual }: Leaf): boolean {
  return actual === undefined || at(instance?.document, path, keyed) !== undefined;
}

function nameOf({ for: target }: Expectation, instance: Instance | undefined): string | undefined {
  const name = property(instance?.document, 'name');
  if (typeof name === 'string') return name;
  return 'name' in target ? target.name : instance?.id;
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
  const draft = parts.loop.around(expectation, instance);
  const mine = (each: {
    readonly expectation: ExpectationId;
    readonly also?: readonly ExpectationId[];
    readonly instance?: string;
    readonly path: Path;
  }): boolean =>
    (each.expectation === expectation || (each.also?.includes(expectation) ?? false)) &&
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
export function showChanges({ changes }: LeafAround, path: Path): JsonObject[] {
  return changesAt(changes, path)
    .slice(0, CHANGES_SHOWN)
    .map(change => {
      const moved = movedAt(change, path);
      return {
        seq: change.seq,
        at: iso(change.at),
        type: change.type,
        ...(moved?.old === undefined ? {} : { old: moved.old }),
        ...(moved?.new === undefined ? {} : { new: moved.new }),
        cause: { ...change.cause },
      };
    });
}

function changesAt(changes: readonly Change[], path: Path): readonly Change[] {
  return changes.filter(change => change.type === 'create' || movedAt(change, path) !== undefined);
}

function movedAt(change: Change, path: Path): Change['paths'][number] | undefined {
  return change.paths.find(each => within(each.path, path) || within(path, each.path));
}

/** Far enough back for a person's question, short enough for a device. */
const CHANGES_LOOKED_AT = 200;
const CHANGES_SHOWN = 5;

export function within(inner: Path, outer: Path): boolean {
  return `${inner}/`.startsWith(`${outer}/`);
}
