/** A leaf as it is told: wanted by whom, had since when and from where, why, what is next and when, and what came last. */
import type { Change } from '../../core/change.ts';
import type { Expectation } from '../../core/expectation.ts';
import { expectedWords, valueWords } from '../../core/expected/words.ts';
import { becauseOf, explainSentence, placeWords } from '../../core/explain-sentence.ts';
import { expectationId, type Instant } from '../../core/ids.ts';
import type { Instance } from '../../core/instance.ts';
import { type JsonObject, property } from '../../core/json.ts';
import { lasting } from '../../core/lasting.ts';
import { type Next, nextOf } from '../../core/next-step.ts';
import type { Leaf } from '../../core/outstanding.ts';
import { at, type Path } from '../../core/path.ts';
import type { Draft } from '../../core/planner.ts';
import type { StandingVerdict, Strayed } from '../../core/verdict.ts';
import { type DiffoParts, iso } from './parts.ts';
import { showAction, showRecord, type Telling, touches, within } from './telling.ts';

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
  readonly telling: Telling;
  readonly expectation: Expectation;
  /** Undefined for one that does not exist. */
  readonly instance: Instance | undefined;
  readonly verdict: StandingVerdict | undefined;
  /** The instance's changes, newest first. */
  readonly changes: readonly Change[];
  /** What is to be done, or waits. */
  readonly draft: Draft;
  /** Why it does not apply, where it does not. */
  readonly aside?: { readonly because: string; readonly at?: Instant };
}

export function around(
  parts: DiffoParts,
  telling: Telling,
  expectation: Expectation,
  instance: Instance | undefined,
): LeafAround {
  const verdict = parts.store.verdict(expectation.id, instance?.id);
  return {
    telling,
    expectation,
    instance,
    verdict,
    changes: instance === undefined ? [] : parts.store.changesOf(instance.id, CHANGES_LOOKED_AT),
    draft: verdict?.verdict === 'unmet' ? parts.loop.around(expectation.id, instance?.id) : nothing,
    ...(verdict?.verdict === 'inapplicable' ? { aside: asideOf(parts, expectation, instance) } : {}),
  };
}

const nothing: Draft = { tasks: [], waiting: [] };

/** Every leaf, met or not; of what does not apply what it would come to. */
export function leavesOf(parts: DiffoParts, { verdict, expectation, instance }: LeafAround): readonly Leaf[] {
  if (verdict?.verdict === 'inapplicable') return parts.loop.aside(expectation, instance).leaves;
  return parts.loop.explain(expectation, instance);
}

function asideOf({ loop, clock }: DiffoParts, expectation: Expectation, instance: Instance | undefined) {
  const { valid, against, turnsAt } = loop.aside(expectation, instance);
  const at = turnsAt === undefined ? {} : { at: turnsAt };
  if (!valid) {
    const { startDateTime, endDateTime } = expectation.validFor ?? {};
    const isAhead = startDateTime !== undefined && Date.parse(startDateTime) > clock.now();
    return { because: isAhead ? `it counts from ${startDateTime} on` : `its time ended at ${endDateTime}`, ...at };
  }
  const of = nameOf(expectation, instance);
  const said = against.map(each => `${placeWords(each.path, of)} is not ${expectedWords(each.expected)}`);
  return {
    because: `it counts only when its condition holds${said.length === 0 ? '' : `, and ${said.join(', ')}`}`,
    ...at,
  };
}

/** What is wanted, what there is since when, why, what is next and when: as facts, and all of it as one sentence. */
export function showLeaf(parts: DiffoParts, around: LeafAround, leaf: Leaf): JsonObject {
  const { expectation, instance, changes, verdict, telling } = around;
  const { now } = telling;
  const place = { expectation: expectation.id, instance: instance?.id, path: leaf.path };
  const strayed = verdict?.strayed?.find(each => each.path === leaf.path);
  const seen = instance === undefined ? undefined : parts.loop.seen(instance, leaf.path);
  const [became] = isKept(parts, instance, leaf) ? changesAt(changes, leaf.path) : [];
  const of = nameOf(expectation, instance);
  const observed = { ...seen, sampled: seen?.from === 'sample' };
  const next = nextStep(parts, around, leaf, strayed);
  const because = becauseOf(leaf, { now, observed, ...(around.aside ? { aside: around.aside.because } : {}) });
  const sentence = explainSentence(leaf, {
    now,
    ...(of === undefined ? {} : { of }),
    wantedBy: expectation,
    ...(became ? { became: { ...became.cause, at: became.at } } : {}),
    observed,
    ...(around.aside ? { aside: around.aside.because } : {}),
    next,
  });
  const last = telling.lastOf(place);
  const { when } = next;
  return {
    path: leaf.path,
    verdict: leaf.verdict,
    expected: leaf.expected,
    actual: leaf.actual ?? null,
    ...(leaf.reason === undefined ? {} : { reason: leaf.reason }),
    since: iso(became?.at ?? verdict?.since ?? expectation.createdAt),
    sinceOf: became ? 'value' : 'verdict',
    ...(became ? { sinceBy: became.cause.principal } : {}),
    ...(seen === undefined ? {} : { source: seen.from }),
    ...(seen?.by === undefined ? {} : { observedBy: seen.by }),
    ...(seen?.at === undefined ? {} : { observedAt: iso(seen.at), ageMs: Math.max(0, now - seen.at) }),
    because: [because, ...(next.because === undefined ? [] : [next.because])].join('; '),
    ...(next.on === undefined ? {} : { on: next.on }),
    next: next.next,
    when: { ...when, ...(when.at === undefined ? {} : { at: iso(when.at) }) },
    ...(strayed ? { outOfBand: showStrayed(strayed) } : {}),
    ...(last ? { lastAction: showAction(last) } : {}),
    ...showRecord(telling.recordOf(place), now),
    ...(leaf.verdict === 'unmet' ? { budget: budgetOf(parts, around, leaf) } : {}),
    sentence,
  };
}

/** What of it the loop may still do by itself. */
function budgetOf({ loop }: DiffoParts, { expectation, instance }: LeafAround, { path }: Leaf): JsonObject {
  const { for: target } = expectation;
  const of = 'name' in target ? { kind: target.kind, name: target.name } : undefined;
  return {
    ...loop.budget({
      expectation: expectation.id,
      ...(instance ? { instance: instance.id } : of ? { of } : {}),
      path,
      step: { op: '', args: {}, summary: '', order: 0 },
    }),
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
function nextStep(parts: DiffoParts, around: LeafAround, leaf: Leaf, strayed: Strayed | undefined): Next {
  const { expectation, instance, draft, telling, aside } = around;
  const { now } = telling;
  const place = { expectation: expectation.id, instance: instance?.id, path: leaf.path };
  const isMine = (each: Draft['tasks'][number] | Draft['waiting'][number]): boolean =>
    (each.expectation === expectation.id || ('also' in each && (each.also?.includes(expectation.id) ?? false))) &&
    each.instance === instance?.id &&
    touches(leaf.path, each.path);
  const tasks = leaf.verdict === 'unmet' ? draft.tasks.filter(isMine) : [];
  const waiting = leaf.verdict === 'unmet' ? draft.waiting.find(isMine) : undefined;
  const plan = leaf.verdict === 'unmet' || leaf.verdict === 'met' ? telling.planFor(place) : undefined;
  const held = plan?.state === 'approved' ? parts.loop.holds(plan) : undefined;
  const record = telling.recordOf(place);
  const guarded = tasks.find(task => task.protected)?.protected?.because;
  const thing = property(instance?.document, 'name');
  const scope = waiting?.on === 'pause' ? scopeOf(parts, around) : undefined;
  const planned = plan && plan.state !== 'proposed' ? plan.tasks.filter(task => touches(leaf.path, task.path)) : [];
  const steps = (tasks.length > 0 ? tasks : planned.filter(task => task.instance === instance?.id)).map(
    task => task.step.summary,
  );
  return nextOf({
    now,
    verdict: leaf.verdict,
    mode: tasks[0]?.mode ?? parts.loop.mode(expectation, instance, leaf.path),
    steps: [...new Set(steps)],
    ...(guarded === undefined ? {} : { protected: guarded }),
    ...(tasks.some(task => task.step.cost?.reversible === false) ? { isFinal: true } : {}),
    ...(waiting ? { waiting: inWords(parts, around, waiting, strayed) } : {}),
    ...(record ? { record } : {}),
    ...(plan
      ? {
          plan: {
            id: plan.id,
            state: plan.state,
            ...(plan.confirm?.until === undefined ? {} : { until: plan.confirm.until }),
            ...(held ? { held } : {}),
          },
        }
      : {}),
    ...lookOf(parts, now),
    ...(aside ? { aside } : {}),
    say: {
      ...(typeof thing === 'string' ? { thing } : {}),
      expectation: expectation.id,
      ...(instance ? { instance: instance.id } : {}),
      path: leaf.path,
      ...(scope === undefined ? {} : { scope }),
    },
  });
}

/** With the words of whoever knows the facts and not only the sentence. */
function inWords(
  parts: DiffoParts,
  { instance, telling }: LeafAround,
  waiting: Draft['waiting'][number],
  strayed: Strayed | undefined,
): Draft['waiting'][number] {
  if (strayed && waiting.on === 'outOfBand') return { ...waiting, because: strayedWords(strayed, telling.now) };
  if (waiting.on !== 'overruled') return waiting;
  const [, id = ''] = /^overruled by ([^\s,]+)/.exec(waiting.because) ?? [];
  const above = parts.store.expectation(expectationId(id));
  const theirs = above && parts.loop.explain(above, instance).find(each => touches(each.path, waiting.path));
  if (!above || !theirs) return waiting;
  const { principal, owner, priority } = above;
  const who = owner === undefined ? principal : `${owner} (${principal})`;
  const wants = `wants ${expectedWords(theirs.expected)} (expectation ${id})`;
  return { ...waiting, because: `overruled: ${who}, whose word counts more (priority ${priority}), ${wants}` };
}

function lookOf({ loop }: DiffoParts, now: Instant): { readonly lookAt?: Instant } {
  const lookAt = loop.nextLook();
  return Number.isFinite(lookAt) ? { lookAt: Math.max(lookAt, now) } : {};
}

function strayedWords({ from, at: when, by, gone }: Strayed, now: Instant): string {
  const was = from === undefined ? '' : `; it was ${valueWords(from)}`;
  const what = gone ? 'took it away' : 'changed it';
  return `somebody ${what} at the element ${lasting(now - when)} ago, as ${by} saw${was}`;
}

/** The stop sign that holds a leaf, as a person takes it away. */
function scopeOf({ store }: DiffoParts, { expectation, instance }: LeafAround): string | undefined {
  const name = property(instance?.document, 'name');
  const scopes: Readonly<Record<string, string>> = {
    all: 'all',
    [`kind:${instance?.kind}`]: `kind:${instance?.kind}`,
    [`instance:${instance?.id}`]: typeof name === 'string' ? name : `${instance?.id}`,
    // Whoever resumes an instance means its expectations too.
    [`leaf:${expectation.id}:${instance?.id ?? ''}`]:
      typeof name === 'string' ? name : `leaf:${expectation.id}:${instance?.id ?? ''}`,
  };
  const sign = store.pauses().find(each => Object.hasOwn(scopes, each.scope));
  return sign && scopes[sign.scope];
}

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
