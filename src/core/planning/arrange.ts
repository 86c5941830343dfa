/** Tasks in the order in which they can be done, in groups, each with all that it moves; and why the others wait. */
import { modes } from '../expectation.ts';
import { byStanding } from '../ranking.ts';
import { leafName } from './leaf-name.ts';
import type { Candidate, DraftTask, Held, Waits } from './situation.ts';
import { whyStuck } from './stuck.ts';
import { type Walked, type World, walk } from './walk.ts';

export interface Arranged {
  /** Names the first of the things it is about, for a stable order among several. */
  readonly place: string;
  readonly tasks: readonly DraftTask[];
  readonly waits: readonly Waits[];
  /** How many could be done that are not among the tasks, because of the limit. */
  readonly later: number;
}

export interface Limits {
  /** The most tasks. */
  readonly most: number;
  /** Nothing else is in the plan: then even a group that is too large for any plan is begun. */
  readonly isFirst: boolean;
  /** Why a task must not be done now, though it could be. */
  readonly stop: (task: DraftTask) => Held | undefined;
}

export function arrange(
  candidates: readonly Candidate[],
  world: World,
  { most = Number.POSITIVE_INFINITY, isFirst = true, stop }: Partial<Limits> = {},
): Omit<Arranged, 'place'> {
  const waits: Waits[] = [];
  const waiting = new Map<Candidate, Held>();
  const wait = (candidate: Candidate, held: Held): void => {
    // All steps for one leaf wait together.
    for (const each of candidates) if (leafOf(each) === leafOf(candidate)) waiting.set(each, held);
    const { expectation, instance, path, mode } = candidate.task;
    if (
      waits.some(
        ({ waiting: one }) => one.expectation === expectation && one.instance === instance && one.path === path,
      )
    )
      return;
    waits.push({
      by: candidate.by,
      waiting: {
        expectation,
        ...(instance === undefined ? {} : { instance }),
        path,
        ...held,
        what: candidate.task.step.summary,
        mode,
      },
    });
  };

  const sorted = [...candidates].sort(asPeopleWould);
  for (const each of sorted) {
    const held = waiting.has(each) ? undefined : stop?.(each.task);
    if (held) wait(each, held);
  }
  for (;;) {
    const ready = sorted.filter(each => !waiting.has(each));
    const walked = walk(ready, world);
    if (walked.left.length === 0) {
      return { ...within(ready, walked, world, { most, isFirst }), waits };
    }
    for (const [candidate, because] of whyStuck(walked, world, [...waiting.keys()]))
      wait(candidate, { on: 'need', because });
  }
}

/**
 * The order of those that do not need each other: as people would do them, for the one that stands first. Whoever allows
 * less asks for what the others ask for and more, so it comes after them.
 */
function asPeopleWould(a: Candidate, b: Candidate): number {
  return (
    a.task.step.order - b.task.step.order ||
    modes.indexOf(b.task.mode) - modes.indexOf(a.task.mode) ||
    byStanding(a.by, b.by)
  );
}

/** As many as there may be, no group in part unless it is too large for any plan. */
function within(
  all: readonly Candidate[],
  whole: Walked,
  world: World,
  { most, isFirst }: Pick<Limits, 'most' | 'isFirst'>,
): Pick<Arranged, 'tasks' | 'later'> {
  const groups = groupsOf(whole);
  const named = (walked: Walked, amount: number): Pick<Arranged, 'tasks' | 'later'> => ({
    tasks: walked.taken.slice(0, amount).map(({ candidate, effects }) => {
      const group = groups.get(candidate);
      return { ...candidate.task, ...(group === undefined ? {} : { group }), effects };
    }),
    later: all.length - Math.min(amount, walked.taken.length),
  });
  if (whole.taken.length <= most) return named(whole, most);

  const sizes = new Map<string | undefined, number>();
  for (const group of groups.values()) sizes.set(group, (sizes.get(group) ?? 0) + 1);
  const chosen = new Set<string | undefined>();
  let amount = 0;
  for (const { candidate } of whole.taken) {
    const group = groups.get(candidate);
    if (chosen.has(group)) continue;
    amount += sizes.get(group) ?? 1;
    if (amount > most) break;
    chosen.add(group);
  }
  while (chosen.size > 0) {
    const isChosen = (each: Candidate): boolean => chosen.has(groups.get(each));
    // Those that are left for later still have what they need taken away from them only after them.
    const walked = walk(all, world, isChosen);
    const lost = walked.left.filter(isChosen);
    if (lost.length === 0) return named(walked, most);
    for (const each of lost) chosen.delete(groups.get(each));
  }
  return named(whole, isFirst ? most : 0);
}

/** The tasks of one leaf belong together, and those of one expectation on one thing of which one brings what another needs. */
function groupsOf({ taken, links }: Walked): ReadonlyMap<Candidate, string> {
  const above = new Map<Candidate, Candidate>();
  const headOf = (each: Candidate): Candidate => {
    const parent = above.get(each);
    return parent ? headOf(parent) : each;
  };
  const join = (a: Candidate, b: Candidate): void => {
    const [one, other] = [headOf(a), headOf(b)];
    if (one !== other) above.set(other, one);
  };
  const ofLeaf = new Map<string, Candidate>();
  for (const { candidate } of taken) {
    const first = ofLeaf.get(leafOf(candidate));
    if (first) join(first, candidate);
    else ofLeaf.set(leafOf(candidate), candidate);
  }
  for (const [a, b] of links) {
    const same = a.task.expectation === b.task.expectation && thingOf(a) === thingOf(b);
    if (same) join(a, b);
  }
  const names = new Map<Candidate, string>();
  for (const { candidate } of taken) {
    const head = headOf(candidate);
    if (!names.has(head)) names.set(head, leafOf(candidate));
  }
  return new Map(taken.map(({ candidate }) => [candidate, names.get(headOf(candidate)) ?? leafOf(candidate)]));
}

function leafOf(candidate: Candidate): string {
  return leafName(candidate.task.expectation, thingOf(candidate), candidate.task.path);
}

function thingOf({ task: { instance, of } }: Candidate): string {
  return instance ?? `${of?.kind}/${of?.name}`;
}
