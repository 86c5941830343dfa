/** Whether what a step relies on is so. */

import { expectedWords } from '../expected/words.ts';
import { readExpected } from '../expected.ts';
import type { Json } from '../json.ts';
import { type Context, isOutstanding } from '../outstanding.ts';
import { at } from '../path.ts';
import type { Scene } from '../prediction.ts';
import type { Named, Need } from '../task.ts';

/** What stands where a need is of; undefined where nothing does. */
export function standsAt({ of, path }: Pick<Need, 'of' | 'path'>, scene: Scene, context: Context): Json | undefined {
  const thing = scene.named(of);
  return thing && at(thing.document, path, context.keyed);
}

/** Whether a need is met in a scene. */
export function holds(need: Need, scene: Scene, context: Context): boolean {
  const expected = readExpected(need.expect, { ...context, lenient: true, at: need.path });
  return !isOutstanding(expected, standsAt(need, scene, context), context);
}

/** A need as it is said to whoever has to wait for it. */
export function needWords({ of, path, expect, because }: Need): string {
  if (path === '') return because;
  return `${because} (${path} of ${named(of)} has to be ${expectedWords(expect)})`;
}

export function named({ kind, name }: Named): string {
  return `${kind} ${name}`;
}
