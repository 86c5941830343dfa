/** Puts back what a step did to a list and leaves what others did to it since. */
import { type Json, sameJson } from './json.ts';

/** The list as it is now, with what was taken from `was` to `made` back in it and what was brought out of it. */
export function itemsBack(was: readonly Json[], made: readonly Json[], now: readonly Json[]): readonly Json[] {
  const has = (items: readonly Json[], item: Json): boolean => items.some(each => sameJson(each, item));
  if (sameJson(now, made)) return was;
  const kept = now.filter(item => !has(made, item) || has(was, item));
  return [...kept, ...was.filter(item => !has(made, item) && !has(kept, item))];
}
