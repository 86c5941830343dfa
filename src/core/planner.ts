/** From what is outstanding to the tasks that would meet it, and for everything else the reason why it waits. */
import type { Ability } from './ability.ts';
import type { InstanceId } from './ids.ts';
import type { Instance } from './instance.ts';
import type { Json } from './json.ts';
import { at, type KeyedArrays } from './path.ts';
import type { PlannedTask, ReadFact } from './plan.ts';
import { type Arranged, arrange } from './planning/arrange.ts';
import type { Offer } from './planning/choice.ts';
import type { Draft, Situation, Sketch, Unmet, Waits } from './planning/situation.ts';
import { sketch } from './planning/sketch.ts';
import { Ties } from './planning/ties.ts';
import type { World } from './planning/walk.ts';
import { type Scene, sameAt } from './prediction.ts';
import { byStanding } from './ranking.ts';
import type { Named } from './task.ts';

export type { Offer } from './planning/choice.ts';
export { planHash } from './planning/hash.ts';
export { leafName, ownerOfLeaf } from './planning/leaf-name.ts';
export type { Draft, DraftTask, Held, Situation, Sketch, Unmet } from './planning/situation.ts';
export { sketch } from './planning/sketch.ts';

/** The most tasks of one plan: more than a person reads before saying yes is none that was read. */
export const MOST_TASKS = 20;

/**
 * What can be done about what is unmet. What is done for one thing does not depend on another that nothing connects with
 * it, so that the plans of several are what the plan for all of them is.
 */
export function plan(situation: Situation): Draft {
  const byPlace = new Map<string, Unmet[]>();
  for (const unmet of situation.unmet) {
    const place = placeOf(unmet);
    const others = byPlace.get(place);
    if (others) others.push(unmet);
    else byPlace.set(place, [unmet]);
  }
  const sketches = new Map<string, Sketch>();
  const ties = new Ties();
  for (const [place, unmet] of byPlace) {
    const drawn = sketch({ ...situation, unmet });
    sketches.set(place, drawn);
    ties.put(place, drawn);
  }
  const together: Sketch[][] = [];
  const met = new Set<string>();
  for (const place of sketches.keys()) {
    if (met.has(place)) continue;
    const tied = [...ties.tiedTo(place)];
    for (const each of tied) met.add(each);
    together.push(tied.flatMap(each => sketches.get(each) ?? []));
  }
  const world: World = { ...situation, abilityOf: abilityFinder(situation.offers) };
  return joined(together.map(each => arrangeTogether(each, world)));
}

/** What is planned together: all that is unmet of one instance, or of one name that nothing has. */
export function placeOf({
  instance,
  expectation: { id, for: target },
}: Pick<Unmet, 'instance' | 'expectation'>): string {
  if (instance) return `instance/${instance.id}`;
  return 'name' in target ? `missing/${target.kind}/${target.name}` : `expectation/${id}`;
}

/** Things that are tied to each other, as one. */
export function arrangeTogether(
  sketches: readonly Sketch[],
  world: World,
  limits: Parameters<typeof arrange>[2] = {},
): Arranged {
  const all = [...sketches].sort((a, b) => (a.place < b.place ? -1 : 1));
  const candidates = all.flatMap(each => each.candidates);
  const { tasks, waits, later } = arrange(candidates, world, limits);
  return { place: all[0]?.place ?? '', tasks, waits: [...all.flatMap(each => each.waits), ...waits], later };
}

/** Several that nothing ties to each other, as one draft: each in its own order, and those that people do first first. */
export function joined(all: readonly Arranged[]): Draft {
  const sorted = [...all].sort((a, b) => (a.place < b.place ? -1 : 1));
  const tasks = sorted.flatMap((each, place) => {
    let order = Number.NEGATIVE_INFINITY;
    return each.tasks.map(task => {
      order = Math.max(order, task.step.order);
      return { task, order, place };
    });
  });
  tasks.sort((a, b) => a.order - b.order || a.place - b.place);
  const waits: Waits[] = sorted.flatMap(each => each.waits).sort((a, b) => byStanding(a.by, b.by));
  const later = all.reduce((sum, each) => sum + each.later, 0);
  return {
    tasks: tasks.map(each => each.task),
    waiting: waits.map(each => each.waiting),
    ...(later === 0 ? {} : { later }),
  };
}

/** The ability that a task was planned by; undefined when nothing has it any more. */
export function abilityFinder(
  offers: readonly Offer[],
): (task: Pick<PlannedTask, 'driver' | 'of' | 'path' | 'way'>) => Ability | undefined {
  const byName = new Map(
    offers.map(({ driver, ability }) => [[driver, ability.kind, ability.path, ability.way ?? ''].join('\0'), ability]),
  );
  return ({ driver, of, path, way }) => byName.get([driver, of?.kind, path, way ?? ''].join('\0'));
}

/** All that the tasks rely on, as it is before the first of them: what they need, what they set, and what they move. */
export function readSetOf(tasks: readonly PlannedTask[], scene: Scene, keyed: KeyedArrays): readonly ReadFact[] {
  const facts = new Map<string, ReadFact>();
  const read = (of: Named, path: string): void => {
    const name = `${of.kind}\0${of.name}\0${path}`;
    const instance = scene.named(of);
    if (!instance) facts.set(`${of.kind}\0${of.name}\0`, { of, path: '' });
    else if (!facts.has(name)) {
      // That it is there at all is told by its name.
      const where = path === '' ? '/name' : path;
      const value = at(instance.document, where, keyed);
      facts.set(name, { instance: instance.id, path: where, ...(value === undefined ? {} : { value }) });
    }
  };
  for (const { of, path, step, effects = [] } of tasks) {
    if (of) for (const each of ['', path]) read(of, each);
    for (const need of step.needs ?? []) read(need.of, need.path);
    for (const effect of effects) read(effect.of, effect.path);
  }
  return [...facts.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, fact]) => fact);
}

/** What has moved since a plan was made, as a sentence; undefined when all it read still holds. */
export function movedSince(
  readSet: readonly ReadFact[],
  { instance, named }: { readonly instance: (id: InstanceId) => Instance | undefined; readonly named: Scene['named'] },
  keyed: KeyedArrays,
): string | undefined {
  for (const fact of readSet) {
    if (fact.of) {
      if (named(fact.of)) return `there was no ${fact.of.kind} ${fact.of.name}, and now there is one`;
      continue;
    }
    const now = fact.instance === undefined ? undefined : instance(fact.instance);
    if (!now) return `instance ${fact.instance} is gone`;
    const value = at(now.document, fact.path, keyed);
    if (!sameAt(fact.path, value, fact.value, keyed)) {
      return `${fact.path} of ${fact.instance} was ${text(fact.value)} and is ${text(value)}`;
    }
  }
  return undefined;
}

function text(value: Json | undefined): string {
  return value === undefined ? 'not there' : JSON.stringify(value);
}
