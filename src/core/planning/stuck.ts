/** Why some tasks cannot be done, whatever is done before: they need what nothing brings, or each other in a circle. */
import { foresee } from '../prediction.ts';
import type { Need } from '../task.ts';
import { holds, needWords } from './needs.ts';
import { spotOf } from './noted-scene.ts';
import type { Candidate } from './situation.ts';
import { effectsIn, type Walked, type World } from './walk.ts';

/** Those of them that are first to blame, each with a sentence; the rest may find their way without them. */
export function whyStuck(
  { left, scene }: Pick<Walked, 'left' | 'scene'>,
  world: World,
  waiting: readonly Candidate[],
): ReadonlyMap<Candidate, string> {
  const effects = new Map([...left, ...waiting].map(each => [each, effectsIn(world, each.task, scene)]));
  const afterEach = new Map([...effects].map(([each, all]) => [each, foresee(scene, all, world.context.keyed)]));
  const moves = (candidate: Candidate, need: Need): boolean =>
    effects.get(candidate)?.some(each => spotOf(each.of) === spotOf(need.of)) ?? false;
  const isSo = (need: Need, after: Candidate): boolean => holds(need, afterEach.get(after) ?? scene, world.context);
  const unmetOf = (each: Candidate): readonly Need[] =>
    (each.task.step.needs ?? []).filter(need => !holds(need, scene, world.context));
  const bringersOf = (need: Need, among: readonly Candidate[]): readonly Candidate[] =>
    among.filter(other => moves(other, need) && isSo(need, other));

  /** Who has to come before one, and what for. */
  const before = new Map<Candidate, ReadonlyMap<Candidate, string>>();
  for (const each of left) {
    const found = new Map<Candidate, string>();
    for (const need of unmetOf(each)) for (const other of bringersOf(need, left)) found.set(other, need.because);
    for (const other of left) {
      const lost = (other.task.step.needs ?? []).find(
        need => other !== each && moves(each, need) && holds(need, scene, world.context) && !isSo(need, each),
      );
      if (lost) found.set(other, `${lost.because}, which the one before it takes away`);
    }
    before.set(each, found);
  }

  const circle = circleIn(left, before);
  if (circle) {
    const because = circleText(circle, before);
    return new Map(circle.map(each => [each, because]));
  }
  const first = left.filter(each => before.get(each)?.size === 0);
  return new Map(
    first.map(each => {
      const sentences = unmetOf(each).map(need => {
        const [bringer] = bringersOf(need, waiting);
        const what = `it needs that ${needWords(need)}`;
        if (!bringer) return `${what}, and nothing in the plan brings that`;
        return `${what}; that would come of "${bringer.task.step.summary}", which waits too`;
      });
      return [each, sentences.join('; ')];
    }),
  );
}

type Before = ReadonlyMap<Candidate, ReadonlyMap<Candidate, string>>;

/** The first circle, each followed by one that has to come before it. */
function circleIn(all: readonly Candidate[], before: Before): readonly Candidate[] | undefined {
  const cleared = new Set<Candidate>();
  const follow = (each: Candidate, way: readonly Candidate[]): readonly Candidate[] | undefined => {
    const at = way.indexOf(each);
    if (at >= 0) return way.slice(at);
    if (cleared.has(each)) return undefined;
    for (const other of before.get(each)?.keys() ?? []) {
      const found = follow(other, [...way, each]);
      if (found) return found;
    }
    cleared.add(each);
    return undefined;
  };
  for (const each of all) {
    const found = follow(each, []);
    if (found) return found;
  }
  return undefined;
}

function circleText(circle: readonly Candidate[], before: Before): string {
  const told = circle.map((each, i) => {
    const next = circle[(i + 1) % circle.length] ?? each;
    return `"${each.task.step.summary}" has to come after "${next.task.step.summary}" (${before.get(each)?.get(next)})`;
  });
  return `they wait for each other in a circle: ${told.join(', ')}`;
}
