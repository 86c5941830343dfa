/**
 * What a step must not take away without a person's word: what the agent, and whoever works on the element, is reached
 * by, and what the operator protects beside.
 */

import { durationMs } from '../duration.ts';
import type { Expectation } from '../expectation.ts';
import type { Instant } from '../ids.ts';
import { isArray, type Json, sameJson } from '../json.ts';
import { at, type KeyedArrays, type Path } from '../path.ts';
import { type Effect, foresee, type Scene, sameAt } from '../prediction.ts';
import type { Named } from '../task.ts';
import { lies, type RuleBook } from './rule-book.ts';

/** A fact on the element without which nobody reaches it: a link, an address, a route, the power of a port. */
export interface Lifeline {
  readonly of: Named;
  readonly path: Path;
  /** The item of a list that is meant, where it is not all of what stands at the path. */
  readonly item?: Json;
  /** In words: `192.0.2.7 is connected to the agent by it`. */
  readonly because: string;
}

/** With what stood there when it was last in use: whoever puts that back takes nothing away. */
export interface LastingLifeline extends Lifeline {
  /** Absent where nothing was known of it. */
  readonly stood?: Json;
}

/** Why a task needs a person's word, and a second one after it was done. */
export interface Protected {
  readonly because: string;
  /** How soon it has to be confirmed, where the operator says so for this. */
  readonly withinMs?: number;
}

/** What is protected at one moment. */
export interface ProtectedSet {
  readonly lifelines: Iterable<LastingLifeline>;
  readonly book: RuleBook;
  readonly keyed: KeyedArrays;
  readonly now: Instant;
}

/** More reasons than these are counted. */
const REASONS_TOLD = 3;

/**
 * Why what a step moves is protected; undefined when it is not. What nobody can foresee counts as moving it, and what
 * leaves it as it is, or as it was when it was last in use, does not.
 */
export function whyProtected(
  effects: readonly Effect[],
  before: Scene,
  { lifelines, book, keyed, now }: ProtectedSet,
  expectation?: Pick<Expectation, 'id' | 'set'>,
): Protected | undefined {
  if (effects.length === 0) return undefined;
  const after = foresee(before, effects, keyed);
  const reasons = new Set<string>();
  for (const lifeline of lifelines) {
    for (const effect of effects) {
      if (!isSame(effect.of, lifeline.of) || !touches(effect.path, lifeline.path)) continue;
      const isUnsure = effect.unsure !== undefined && !(effect.onlyMore && lifeline.item !== undefined);
      if (isUnsure || cuts(lifeline, before, after, keyed)) reasons.add(toldOf(lifeline, isUnsure));
    }
  }
  const limits: number[] = [];
  for (const effect of effects) {
    const { of, path } = effect;
    if ((effect.unsure === undefined || effect.onlyMore) && !moves(effect, before, after, keyed)) continue;
    const instance = { id: before.named(of)?.id, ...of };
    const rule = book.firstOf('protect', { expectation, instance, path }, now, () => true);
    if (!rule) continue;
    reasons.add(
      `${where(of, path)} is protected${rule.why === undefined ? ` by the rule ${rule.id}` : `: ${rule.why}`}`,
    );
    const limit = rule.within === undefined ? undefined : durationMs(rule.within);
    if (limit !== undefined) limits.push(limit);
  }
  if (reasons.size === 0) return undefined;
  const told = [...reasons].slice(0, REASONS_TOLD);
  const more = reasons.size - told.length;
  return {
    because: [...told, ...(more > 0 ? [`${more} more such reasons`] : [])].join('; '),
    ...(limits.length === 0 ? {} : { withinMs: Math.min(...limits) }),
  };
}

/** What stands now where a lifeline is, to be kept with it; of an item, whether it is there. */
export function standing({ of, path, item }: Lifeline, scene: Scene, keyed: KeyedArrays): Json | undefined {
  const value = valueAt(scene, of, path, keyed);
  return item === undefined ? value : value === undefined ? undefined : has(value, item);
}

function cuts({ of, path, item, stood }: LastingLifeline, before: Scene, after: Scene, keyed: KeyedArrays): boolean {
  const [was, will] = [valueAt(before, of, path, keyed), valueAt(after, of, path, keyed)];
  if (sameAt(path, was, will, keyed)) return false;
  if (item === undefined) return stood === undefined || !sameAt(path, will, stood, keyed);
  if (has(will, item)) return false;
  // One that was never found in the list may be written otherwise there.
  return has(was, item) || stood !== true;
}

function moves({ of, path }: Effect, before: Scene, after: Scene, keyed: KeyedArrays): boolean {
  const [was, will] = [before.named(of), after.named(of)];
  if (path === '' || !was || !will)
    return (was === undefined) !== (will === undefined) || !sameJson(was?.document ?? null, will?.document ?? null);
  return !sameAt(path, at(was.document, path, keyed), at(will.document, path, keyed), keyed);
}

function valueAt(scene: Scene, of: Named, path: Path, keyed: KeyedArrays): Json | undefined {
  const thing = scene.named(of);
  return thing && at(thing.document, path, keyed);
}

function has(value: Json | undefined, item: Json): boolean {
  return isArray(value) && value.some(each => sameJson(each, item));
}

function isSame(a: Named, b: Named): boolean {
  return a.kind === b.kind && a.name === b.name;
}

function touches(one: Path, other: Path): boolean {
  return lies(one, other) || lies(other, one);
}

function toldOf({ of, path, item, because }: Lifeline, isUnsure: boolean): string {
  const what = typeof item === 'string' ? `${item} of ${of.kind} ${of.name}` : where(of, path);
  return `it ${isUnsure ? 'may change' : 'changes'} ${what}, and ${because}`;
}

/** `/resourceCharacteristic/route/value` is told as `route`. */
function where({ kind, name }: Named, path: Path): string {
  if (path === '') return `${kind} ${name}`;
  const [, characteristic] = /^\/(?:resource|service)Characteristic\/([^/]+)/.exec(path) ?? [];
  return `${characteristic ?? path.slice(1)} of ${kind} ${name}`;
}
