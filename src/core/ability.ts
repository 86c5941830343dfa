/** What can be changed on an element, as declarations the planner reads. */
import type { Json, JsonObject } from './json.ts';
import type { Path } from './path.ts';
import type { Effect, Scene } from './prediction.ts';
import type { TaskStep } from './task.ts';

/** The steps, or as a sentence why there are none. */
export type Steps = readonly TaskStep[] | string;

/** How it is to be done. */
export interface How {
  /** It has to be so still after the element has started anew. */
  readonly lasting?: boolean;
}

/**
 * What a driver can change: which path of which kind, the steps that lead from the actual to a wanted value, and what
 * the element will be like after each. All of it is pure.
 */
export interface Ability {
  readonly kind: string;
  /** As in `core/path.ts`, e.g. `/resourceCharacteristic/mtu/value`; empty: the whole thing can be made and taken away. */
  readonly path: Path;
  /** Tells it from others of the same path, which come to the same in another way; the cheapest is taken first. */
  readonly way?: string;
  /** What makes `wanted` (undefined: nothing) stand at the path of this document. */
  steps(actual: JsonObject, wanted: Json | undefined, how?: How): Steps;
  /** What makes a thing of this name that is not there; of an ability with an empty path only. */
  make?(name: string, wanted: Json): Steps;
  /**
   * All that a step of this ability will move, side effects on other things included, given how everything is right
   * before it.
   */
  predict(step: TaskStep, scene: Scene): readonly Effect[];
}

/** The steps of an ability; where what they do has to last and would not, the sentence that says so. */
export function stepsTo(ability: Ability, actual: JsonObject, wanted: Json | undefined, how: How): Steps {
  const steps = ability.steps(actual, wanted, how);
  if (how.lasting !== true || typeof steps === 'string') return steps;
  const passing = steps.find(each => each.lasting !== 'lasts');
  return passing === undefined ? steps : wouldNotLast(passing.summary);
}

/** Why nothing is done for an expectation that says `lasting`. */
export function wouldNotLast(what: string): string {
  return `"${what}" would be gone after a restart: set it in the configuration that the element starts with, or leave out lasting`;
}
