/**
 * Whether a step does what its ability foretells, all of it and nothing else, judged by a full look at the element
 * before and after it.
 *
 *     const { ability, steps } = wayTo(driver, await driver.look(), { kind, name, path, wanted });
 *     for (const step of steps) expect((await foreseen({ driver, ability, step })).surprises).toEqual([]);
 *
 * The effects that the ability predicts are laid over a copy of the look before; the look after the act has to be that
 * copy: what else has moved is a surprise as much as what has not come. Effects that nobody can know (`unsure`) are left
 * out and counted. Where the element takes its time (a link that finds its carrier, an address that proves itself), say
 * `withinMs`: it is looked at until it is as foreseen, and then once more after `stillMs`. `look` is the driver's own,
 * unless a test can see more of the element than its driver; it always has to see everything.
 *
 * `wayTo` also takes `{ kind, name, make }` for a thing that is not there, and `{ kind, name, path: '', wanted: undefined }`
 * to have one taken away. `tried` gathers the step names (`op`) of all trials of a test file, so that its last test can
 * say that no sort of task was forgotten.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ability } from '../../src/core/ability.ts';
import { instanceId } from '../../src/core/ids.ts';
import { type Json, property } from '../../src/core/json.ts';
import { differences, type KeyedArrays, type Path } from '../../src/core/path.ts';
import { type Effect, foresee, type Scene, sceneOf } from '../../src/core/prediction.ts';
import type { Named, TaskStep } from '../../src/core/task.ts';
import type { Driver, Look } from '../../src/ports/driver.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';

/** What stands on the element otherwise than foreseen. */
export interface Surprise {
  readonly of: Named;
  readonly path: Path;
  readonly foreseen?: Json;
  readonly real?: Json;
}

export interface Foreseen {
  readonly surprises: readonly Surprise[];
  readonly effects: readonly Effect[];
  /** How many of them nobody could know. */
  readonly unsure: number;
}

type Seen = Pick<Look, 'sightings'>;

export interface Trial {
  readonly driver: Pick<Driver, 'act' | 'look'>;
  readonly ability: Ability;
  readonly step: TaskStep;
  readonly look?: () => Promise<Seen>;
  readonly withinMs?: number;
  readonly stillMs?: number;
  readonly keyed?: KeyedArrays;
}

const LOOK_EVERY_MS = 25;

/** The names of the steps that have been tried in this file. */
export const tried = new Set<string>();

export async function foreseen(trial: Trial): Promise<Foreseen> {
  const { driver, ability, step, withinMs = 0, stillMs = 0, keyed = tmfKeyedArrays } = trial;
  const look = trial.look ?? (() => driver.look());
  const before = await look();
  const effects = ability.predict(step, sceneOfLook(before));
  const copy = foresee(sceneOfLook(before), effects, keyed);
  tried.add(step.op);
  await driver.act(step);
  const surprises = async (): Promise<readonly Surprise[]> => {
    const after = await look();
    const things = [...namesIn(before), ...namesIn(after), ...effects.map(each => each.of)];
    return surprisesAmong(things, copy, sceneOfLook(after), effects, keyed);
  };
  let found = await surprises();
  for (const until = performance.now() + withinMs; found.length > 0 && performance.now() < until; ) {
    await sleep(LOOK_EVERY_MS);
    found = await surprises();
  }
  if (found.length === 0 && stillMs > 0) {
    await sleep(stillMs);
    found = await surprises();
  }
  return { surprises: found, effects, unsure: effects.filter(each => each.unsure !== undefined).length };
}

/** What is asked of an element: a value at a path of a thing, or a thing that is not there. */
export type Asked = Named & ({ readonly path: Path; readonly wanted: Json | undefined } | { readonly make: Json });

/** The first ability that leads to what is asked, and its steps; throws what the driver says when there are none. */
export function wayTo(
  driver: Pick<Driver, 'abilities'>,
  look: Seen,
  asked: Asked,
): { readonly ability: Ability; readonly steps: readonly TaskStep[] } {
  const path = 'make' in asked ? '' : asked.path;
  let said = `nothing here leads to "${path}" of a ${asked.kind}`;
  for (const ability of driver.abilities.filter(each => each.kind === asked.kind && each.path === path)) {
    const steps =
      'make' in asked
        ? (ability.make?.(asked.name, asked.make) ?? said)
        : ability.steps(factsOf(look, asked), asked.wanted);
    if (typeof steps !== 'string') return { ability, steps };
    said = steps;
  }
  throw new Error(said);
}

/** A look as what is known of an element. */
export function sceneOfLook({ sightings }: Seen): Scene {
  return sceneOf(
    sightings.map(({ kind, key, type, facts }) => ({
      id: instanceId(`${kind}/${key}`),
      type,
      kind,
      document: facts,
      seq: 0,
      createdAt: 0,
    })),
  );
}

function namesIn({ sightings }: Seen): readonly Named[] {
  return sightings.map(({ kind, facts }) => ({ kind, name: String(property(facts, 'name')) }));
}

function factsOf(look: Seen, { kind, name }: Named): Seen['sightings'][number]['facts'] {
  const found = look.sightings.find(each => each.kind === kind && property(each.facts, 'name') === name);
  if (!found) throw new Error(`there is no ${kind} called ${name}`);
  return found.facts;
}

function surprisesAmong(
  things: readonly Named[],
  copy: Scene,
  real: Scene,
  effects: readonly Effect[],
  keyed: KeyedArrays,
): readonly Surprise[] {
  const each = new Map(things.map(of => [`${of.kind}\0${of.name}`, of]));
  return [...each.values()].flatMap(of =>
    differences(copy.named(of)?.document, real.named(of)?.document, keyed)
      .filter(({ path }) => !isTypeWord(path) && !effects.some(effect => leavesOpen(effect, of, path)))
      .map(({ path, old, new: is }) => ({
        of,
        path,
        ...(old === undefined ? {} : { foreseen: old }),
        ...(is === undefined ? {} : { real: is }),
      })),
  );
}

function leavesOpen({ of, path, unsure }: Effect, thing: Named, where: Path): boolean {
  if (unsure === undefined || of.kind !== thing.kind || of.name !== thing.name) return false;
  return `${where}/`.startsWith(`${path}/`) || (where !== '' && path.startsWith(`${where}/`));
}

/** A characteristic tells of which type it is beside its value. */
function isTypeWord(path: Path): boolean {
  return /^\/(resource|service)Characteristic\/[^/]+\/(@type|valueType)$/.test(path);
}
