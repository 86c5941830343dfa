/** Things that are still being made: nothing is done to them on somebody's word before they are whole. */
import type { Instance } from '../instance.ts';
import { property } from '../json.ts';
import type { PlannedTask } from '../plan.ts';
import { nameOf } from '../prediction.ts';
import { spotOf } from './noted-scene.ts';

/** The words by which a thing says that it is not whole yet, by the attribute that says them. */
const halfMade: Readonly<Record<string, readonly string[]>> = {
  '/state': ['feasibilityChecked', 'designed'],
  '/lifecycleState': ['planned'],
  '/proceduralStatus': ['initializationRequired', 'notInitialized', 'initializing'],
};

/** Why a thing is not whole yet, as a sentence; undefined when it is, or when these tasks make it so. */
export function whyHalfMade(instance: Instance, tasks: readonly PlannedTask[]): string | undefined {
  const own = spotOf(nameOf(instance));
  for (const [path, words] of Object.entries(halfMade)) {
    const word = property(instance.document, path.slice(1));
    if (typeof word !== 'string' || !words.includes(word)) continue;
    const ends = tasks
      .flatMap(task => task.effects ?? [])
      .filter(each => spotOf(each.of) === own && each.path === path);
    const last = ends.at(-1)?.value;
    if (ends.length > 0 && !(typeof last === 'string' && words.includes(last))) continue;
    const { kind, name } = nameOf(instance);
    return `the ${kind} ${name} is only half made: its ${path.slice(1)} is ${word}`;
  }
  return undefined;
}
