/** Whether the steps of a plan would still do what they were planned to do. */
import type { Json } from '../json.ts';
import { at, type KeyedArrays, type Path } from '../path.ts';
import type { PlannedTask } from '../plan.ts';
import { foresee, type Scene, sameAt } from '../prediction.ts';
import type { Named } from '../task.ts';
import { named } from './needs.ts';
import { spotOf } from './noted-scene.ts';
import { effectsIn, type World } from './walk.ts';

/**
 * What would come otherwise now, as a sentence with both values; undefined when all is as it was foretold. What it relied
 * on is in the read set of the plan; this finds what a driver looked at beside that.
 */
export function foretoldOtherwise(tasks: readonly PlannedTask[], world: World): string | undefined {
  const { keyed } = world.context;
  let { scene } = world;
  for (const task of tasks) {
    const { step, effects } = task;
    // Without its driver nothing can be said of it; carrying it out will say so.
    if (effects === undefined || !world.abilityOf(task)) continue;
    const now = effectsIn(world, task, scene);
    const after = foresee(scene, now, keyed);
    for (const { of, path } of [...effects, ...now]) {
      const foretold = effects.findLast(each => each.path === path && spotOf(each.of) === spotOf(of));
      if (foretold?.unsure !== undefined || now.some(each => each.unsure !== undefined && each.path === path)) continue;
      const will = valueAt(after, of, path, keyed);
      const would = foretold ? foretold.value : valueAt(scene, of, path, keyed);
      if (sameAt(path, will, would, keyed)) continue;
      return `"${step.summary}" was to leave ${path || 'all'} of ${named(of)} ${text(would)}, and would now leave it ${text(will)}`;
    }
    scene = after;
  }
  return undefined;
}

function valueAt(scene: Scene, of: Named, path: Path, keyed: KeyedArrays): Json | undefined {
  const instance = scene.named(of);
  return instance && at(instance.document, path, keyed);
}

function text(value: Json | undefined): string {
  return value === undefined ? 'without a value' : JSON.stringify(value);
}
