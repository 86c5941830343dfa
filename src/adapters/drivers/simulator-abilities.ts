/** What can be done to a simulated element, what each step needs and costs, and all that follows from it. Pure. */
import type { Ability, Steps } from '../../core/ability.ts';
import { instanceId } from '../../core/ids.ts';
import type { Instance, InstanceType } from '../../core/instance.ts';
import { isObject, type Json, type JsonObject, property, sameJson } from '../../core/json.ts';
import { at, differences, type Path } from '../../core/path.ts';
import { type Effect, foresee, type Scene } from '../../core/prediction.ts';
import { putAt } from '../../core/put-at.ts';
import type { Cost, Lasting, Named, Need, TaskStep } from '../../core/task.ts';
import { tmfKeyedArrays as keyed } from '../../tmf/keyed-arrays.ts';

/** What else is so when something is so: a locked port is disabled; `on` another thing, where one is said. */
export interface Consequence {
  readonly when: { readonly path: Path; readonly is: Json };
  readonly on?: Named;
  readonly also: { readonly [path: Path]: Json };
}

/** Something that a step relies on; of its own thing where no other is said. */
export type SimulatedNeed = Omit<Need, 'of'> & { readonly of?: Named };

/** A path that can be set, to any value unless there is a list of allowed ones. */
export interface Settable {
  readonly path: Path;
  readonly oneOf?: readonly Json[];
  /** Where the same can be come to in several ways. */
  readonly way?: string;
  /** With `to`: only of a step to that value. */
  readonly needs?: readonly (SimulatedNeed & { readonly to?: Json })[];
  readonly cost?: Cost;
  readonly lasting?: Lasting;
}

/** How things of a kind are that can be made under any name, and taken away again. */
export interface SimulatedTemplate {
  readonly kind: string;
  readonly type: InstanceType;
  /** Without a name. */
  readonly facts: JsonObject;
  readonly settable: readonly Settable[];
  readonly consequences: readonly Consequence[];
  readonly needs: readonly SimulatedNeed[];
  readonly needsToGo: readonly SimulatedNeed[];
  readonly cost?: Cost;
}

/** What of an element says what can be done to it. */
export interface Behaving extends Named {
  readonly settable: readonly Settable[];
  readonly consequences: readonly Consequence[];
}

export interface AbilityParts {
  /** An element as it is now; one that was made has what its template gave it. */
  readonly now: (of: Named) => Behaving | undefined;
  /** All kinds and paths there may ever be. */
  readonly from: readonly (Pick<Behaving, 'kind' | 'settable'> | SimulatedTemplate)[];
  readonly templates: readonly SimulatedTemplate[];
}

const order = { make: 5, unlock: 10, set: 50, lock: 90, remove: 95 };

/** One ability for each path, and way to it, that some element of a kind lets be set, and one for each template. */
export function abilitiesOf(parts: AbilityParts): Ability[] {
  const found = new Map<string, Ability>();
  const predict: Ability['predict'] = (step, scene) => follows(step, scene, parts);
  for (const { kind, settable } of parts.from) {
    for (const { path, way } of settable) {
      const steps: Ability['steps'] = (actual, wanted) => setSteps({ kind, path, way }, actual, wanted, parts.now);
      found.set(`${kind} ${path} ${way}`, { kind, path, ...(way === undefined ? {} : { way }), steps, predict });
    }
  }
  for (const template of parts.templates) {
    const { kind } = template;
    found.set(kind, {
      kind,
      path: '',
      steps: actual => removeSteps(template, actual),
      make: (name, wanted) => makeSteps(template, name, wanted),
      predict,
    });
  }
  return [...found.values()];
}

function setSteps(
  { kind, path, way }: { readonly kind: string; readonly path: Path; readonly way: string | undefined },
  actual: JsonObject,
  wanted: Json | undefined,
  now: AbilityParts['now'],
): Steps {
  const name = property(actual, 'name');
  if (typeof name !== 'string') return `the ${kind} is not there now`;
  if (sameJson(at(actual, path, keyed), wanted)) return [];
  const settable = now({ kind, name })?.settable.find(one => one.path === path && one.way === way);
  if (!settable) return `${path} of ${name} cannot be set`;
  const to = wanted === undefined ? '' : ` to ${JSON.stringify(wanted)}`;
  const what = path === '/administrativeState' ? (wanted === 'unlocked' ? 'unlock' : 'lock') : 'set';
  const needs = (settable.needs ?? [])
    .filter(each => !('to' in each) || sameJson(each.to, wanted))
    .map(({ to: _, ...need }) => ownNeed(need, { kind, name }));
  return [
    {
      op: 'set',
      args: {
        kind,
        name,
        path,
        ...(wanted === undefined ? {} : { value: wanted }),
        ...(way === undefined ? {} : { way }),
      },
      summary: `${wanted === undefined ? 'clear' : 'set'} ${path} of ${name}${to}${way === undefined ? '' : ` by ${way}`}`,
      order: order[what],
      ...(needs.length === 0 ? {} : { needs }),
      ...(settable.cost === undefined ? {} : { cost: settable.cost }),
      ...(wanted === undefined ? { removes: true } : {}),
      ...(settable.lasting === undefined ? {} : { lasting: settable.lasting }),
    },
  ];
}

function makeSteps(template: SimulatedTemplate, name: string, wanted: Json): Steps {
  const { kind, settable, needs, cost } = template;
  let facts: JsonObject = { ...template.facts, name };
  for (const { path, oneOf } of settable) {
    const value = isObject(wanted) ? at(wanted, path, keyed) : undefined;
    if (value === undefined) continue;
    if (oneOf && !oneOf.some(each => sameJson(each, value))) {
      return `no ${kind} can be made with ${JSON.stringify(value)} at ${path}`;
    }
    facts = putAt(facts, path, value, keyed);
  }
  return [
    {
      op: 'make',
      args: { kind, name, facts },
      summary: `make the ${kind} ${name}`,
      order: order.make,
      ...(needs.length === 0 ? {} : { needs: needs.map(each => ownNeed(each, { kind, name })) }),
      ...(cost === undefined ? {} : { cost }),
    },
  ];
}

function removeSteps(template: SimulatedTemplate, actual: JsonObject): Steps {
  const { kind, needsToGo, cost } = template;
  const name = property(actual, 'name');
  if (typeof name !== 'string') return [];
  return [
    {
      op: 'remove',
      args: { kind, name },
      summary: `remove the ${kind} ${name}`,
      order: order.remove,
      removes: true,
      ...(needsToGo.length === 0 ? {} : { needs: needsToGo.map(each => ownNeed(each, { kind, name })) }),
      ...(cost === undefined ? {} : { cost }),
    },
  ];
}

function ownNeed(need: SimulatedNeed, own: Named): Need {
  return { ...need, of: need.of ?? own };
}

/** All that a step will do, its consequences on other things included. */
function follows(step: TaskStep, scene: Scene, { now, templates }: AbilityParts): readonly Effect[] {
  const { kind, name, path, value, facts } = step.args;
  if (typeof kind !== 'string' || typeof name !== 'string') return [];
  const of: Named = { kind, name };
  if (step.op === 'remove') return [{ of, path: '' }];
  const first: Effect =
    step.op === 'make' && isObject(facts)
      ? { of, path: '', value: facts }
      : { of, path: typeof path === 'string' ? path : '', ...(value === undefined ? {} : { value }) };
  return settled(of, [first], scene, thing => {
    const template = templates.find(each => each.kind === thing.kind);
    return (now(thing) ?? template)?.consequences ?? [];
  });
}

/** What comes of some first effects on a thing: each thing that is moved has its own consequences, once. */
function settled(
  of: Named,
  first: readonly Effect[],
  before: Scene,
  consequencesOf: (thing: Named) => readonly Consequence[],
): readonly Effect[] {
  let scene = foresee(before, first, keyed);
  const touched = new Map<string, Named>();
  const follow = (thing: Named): void => {
    touched.set(textOf(thing), thing);
    const consequences = consequencesOf(thing);
    const isSo = ({ when }: Consequence): boolean =>
      sameJson(at(scene.named(thing)?.document, when.path, keyed), when.is);
    for (const each of consequences) {
      if (!each.on && isSo(each)) scene = foresee(scene, effectsOn(thing, each), keyed);
    }
    for (const each of consequences) {
      if (!each.on || touched.has(textOf(each.on)) || !isSo(each)) continue;
      scene = foresee(scene, effectsOn(each.on, each), keyed);
      if (scene.named(each.on)) follow(each.on);
    }
  };
  follow(of);
  return [...touched.values()].flatMap(each => moved(each, before, scene));
}

function effectsOn(of: Named, { also }: Consequence): readonly Effect[] {
  return Object.entries(also).map(([path, value]) => ({ of, path, value }));
}

function textOf({ kind, name }: Named): string {
  return `${kind}\0${name}`;
}

function moved(of: Named, before: Scene, after: Scene): readonly Effect[] {
  return differences(before.named(of)?.document, after.named(of)?.document, keyed).map(({ path, new: value }) => ({
    of,
    path,
    ...(value === undefined ? {} : { value }),
  }));
}

/** Elements by their facts, as a scene has them. */
export function instancesOf(
  all: Iterable<{ readonly type: InstanceType; readonly kind: string; readonly facts: JsonObject }>,
): readonly Instance[] {
  return [...all].map(({ type, kind, facts }) => ({
    id: instanceId(`${kind}/${String(facts.name)}`),
    type,
    kind,
    document: facts,
    seq: 0,
    createdAt: 0,
  }));
}
