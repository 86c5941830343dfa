/** What stands in the way of taking changes back: what was done to the same since, and what others want too. */
import type { ExpectationId, InstanceId, PlanId, TaskId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject } from '../core/json.ts';
import { areAboutTheSame, type Move, reaches, standsAsBefore, standsAsLeft, takenBack } from '../core/moves.ts';
import { at, type KeyedArrays, type Path } from '../core/path.ts';
import { holds } from '../core/planning/needs.ts';
import { nameOf, type Scene } from '../core/prediction.ts';
import type { Task } from '../core/task.ts';
import type { Clock } from '../ports/clock.ts';
import type { Reader } from '../ports/store.ts';
import { put } from '../tmf/rewind.ts';
import type { Judge } from './judge.ts';
import { plannedOf } from './rows.ts';
import { named } from './verify.ts';

/** More places than these are counted. */
const PLACES_TOLD = 5;

export interface OverlapParts {
  readonly store: Reader;
  readonly keyed: KeyedArrays;
  readonly clock: Clock;
  /** Whether somebody can set what stands at a path of a kind; what only follows from other things is no overlap. */
  readonly settable: (kind: string, path: Path) => boolean;
}

export interface Overlap {
  readonly instance: InstanceId;
  readonly path: Path;
  /** The later task that changed it; absent where it was somebody else. */
  readonly by?: Task;
  /** A whole sentence but for its full stop. */
  readonly because: string;
}

/** What was done since to the same as these tasks did, which would all be taken back, the last of them first. */
export function overlapsOf(parts: OverlapParts, tasks: readonly Task[]): readonly Overlap[] {
  const { store, keyed, settable } = parts;
  const mine = new Set(tasks.map(task => task.id));
  const later = laterThan(store, tasks, mine);
  const documents = new Map<InstanceId, Json | undefined>();
  const found = new Map<string, Overlap>();
  for (const task of [...tasks].reverse()) {
    for (const move of [...movesOfTask(store, task)].reverse()) {
      const { instance: id, path } = move;
      const instance = store.instance(id);
      const document = documents.has(id) ? documents.get(id) : instance?.document;
      const now = at(document, path, keyed);
      const name = instance ? nameOf(instance).name : nameOfGone(move, task);
      const where = `${path === '' ? 'all' : path} of ${name}`;
      const other = later.find(
        each => when(each) > when(task) && movesOfTask(store, each).some(one => areAboutTheSame(one, move)),
      );
      const note = (overlap: Omit<Overlap, 'instance' | 'path'>): void => {
        found.set(`${id}\0${path}`, { instance: id, path, ...overlap });
      };
      if (other) {
        const plan = store.plan(other.plan);
        const by = plan?.approvedBy ?? plan?.madeBy ?? 'nobody who is known';
        const because = `the later plan ${other.plan} (${by}) changed ${where}: "${other.step.summary}"; undo that first`;
        note({ by: other, because });
      } else if (settable(instance?.kind ?? '', path) && !stands(task, move, now)) {
        note({ because: `${where} ${wasAndIs(move, now)}, so somebody else changed it` });
      }
      documents.set(id, putBack(document, move, keyed));
    }
  }
  for (const overlap of reliantOn(parts, later, documents)) found.set(`${overlap.instance}\0${overlap.path}`, overlap);
  return [...found.values()];
}

/** As it was left; of one that is on its way back, half of it may be back already. */
function stands({ undoing }: Task, move: Move, now: Json | undefined): boolean {
  return standsAsLeft(move, now) || (undoing === true && standsAsBefore(move, now));
}

/** What an undo of a plan takes back. */
export function standingTasks(store: Reader, plan: PlanId): readonly Task[] {
  return store
    .tasks({ plan, states: ['done', 'terminatedWithError'] })
    .filter(each => !each.already && each.before !== undefined)
    .filter(each => each.state === 'done' || (each.moves?.length ?? 0) > 0);
}

/** Why these cannot be taken back as they were: all that stands in the way, and what stays because of it. */
export function overlapWords(parts: OverlapParts, tasks: readonly Task[], overlaps: readonly Overlap[]): string {
  const { store, settable } = parts;
  const places = new Set<string>();
  for (const task of tasks) {
    for (const { instance: id, path } of movesOfTask(store, task)) {
      const instance = store.instance(id);
      if (!instance || !settable(instance.kind, path)) continue;
      if (overlaps.some(each => each.instance === id && reaches(each.path, path))) continue;
      places.add(`${path === '' ? 'all' : path} of ${nameOf(instance).name}`);
    }
  }
  const told = [...places].slice(0, PLACES_TOLD);
  const more = places.size - told.length;
  const rest = [...told, ...(more > 0 ? [`${more} more`] : [])].join(', ');
  const reasons = overlaps.map(each => each.because).join('; ');
  return rest === '' ? reasons : `${reasons}; with that stays ${rest}`;
}

/** What later tasks rely on and will not be so any more when all this has gone back. */
function reliantOn(
  { store, keyed, clock }: OverlapParts,
  later: readonly Task[],
  documents: ReadonlyMap<InstanceId, Json | undefined>,
): readonly Overlap[] {
  const context = { now: clock.now(), keyed };
  const now: Scene = { of: kind => store.instances({ kind }), named: thing => named(store, thing) };
  const then: Scene = {
    of: now.of,
    named: thing => {
      const instance = named(store, thing);
      const document = instance && documents.get(instance.id);
      return instance && isObject(document) ? { ...instance, document } : instance;
    },
  };
  return later.flatMap(task =>
    (task.state === 'done' ? (task.step.needs ?? []) : []).flatMap((need): Overlap[] => {
      const instance = named(store, need.of);
      if (!instance || !holds(need, now, context) || holds(need, then, context)) return [];
      const because = `"${task.step.summary}" of the later plan ${task.plan} relies on it that ${need.because}; undo that first`;
      return [{ instance: instance.id, path: need.path, by: task, because }];
    }),
  );
}

/** The expectation that wants what a task did to stay, though others want it no more; undefined when nobody does. */
export function whoWantsToo(
  parts: {
    readonly store: Reader;
    readonly keyed: KeyedArrays;
    readonly clock: Clock;
    readonly judge: Pick<Judge, 'judge'>;
  },
  task: Task,
  own: ReadonlySet<ExpectationId>,
): ExpectationId | undefined {
  const { store, keyed, judge, clock } = parts;
  const now = clock.now();
  const moves = movesOfTask(store, task);
  for (const id of new Set(moves.map(move => move.instance))) {
    const instance = store.instance(id);
    if (!instance) continue;
    let document: Json | undefined = instance.document;
    for (const move of moves.toReversed()) if (move.instance === id) document = putBack(document, move, keyed);
    if (!isObject(document)) continue;
    const before: Instance = { ...instance, document };
    for (const { expectation: of, verdict } of store.verdicts({ instance: id })) {
      if (verdict === 'inapplicable' || own.has(of)) continue;
      const expectation = store.expectation(of);
      if (!expectation || expectation.for.peer !== undefined || expectation.withdrawing) continue;
      const unmet = (one: Instance): readonly Path[] =>
        judge.judge(expectation, one, now).leaves.flatMap(leaf => (leaf.verdict === 'unmet' ? leaf.path : []));
      const already = unmet(instance);
      const lost = unmet(before).filter(path => !already.includes(path));
      if (lost.some(path => moves.some(move => reaches(move.path, path)))) return of;
    }
  }
  return undefined;
}

/** What a task moved; of one that was written down by an earlier version, as far as its plan says. */
export function movesOfTask(store: Reader, task: Task): readonly Move[] {
  if (task.moves) return task.moves;
  const plan = store.plan(task.plan);
  const wanted = plan && plannedOf(plan, task)?.wanted;
  if (task.instance === undefined || wanted === undefined || isArray(wanted)) return [];
  return [{ instance: task.instance, path: task.path, new: wanted }];
}

/** Tasks of others that stand and began after the first of these. */
function laterThan(store: Reader, tasks: readonly Task[], mine: ReadonlySet<TaskId>): readonly Task[] {
  const first = Math.min(...tasks.map(when));
  return store
    .tasks({ states: ['done', 'terminatedWithError'] })
    .filter(each => !mine.has(each.id) && !each.already && when(each) > first);
}

/** When it was begun, in the order of all that happened. */
function when(task: Task): number {
  return task.lookedUpTo ?? task.seq;
}

function putBack(document: Json | undefined, move: Move, keyed: KeyedArrays): Json | undefined {
  if (move.path === '' || document === undefined) return document;
  const back = takenBack(move, at(document, move.path, keyed));
  return put(document as JsonObject, move.path, back, keyed);
}

/** What a thing that is there no more was called. */
function nameOfGone(move: Move, { of }: Task): string {
  const told = 'added' in move || move.path !== '' ? undefined : (move.new ?? move.old);
  return typeof told === 'string' ? told : (of?.name ?? move.instance);
}

function wasAndIs(move: Move, now: Json | undefined): string {
  if (!('added' in move)) return `was ${text(move.new)} after it and is ${text(now)}`;
  const items = isArray(now) ? now.map(text) : [];
  const gone = move.added.map(text).filter(item => !items.includes(item));
  const back = move.removed.map(text).filter(item => items.includes(item));
  return [
    ...(gone.length > 0 ? [`had ${gone.join(', ')} after it and has it no more`] : []),
    ...(back.length > 0 ? [`had ${back.join(', ')} no more after it and has it again`] : []),
  ].join(' and ');
}

function text(value: Json | undefined): string {
  return value === undefined ? 'not there' : JSON.stringify(value);
}
