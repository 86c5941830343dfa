/** What the commands of a profile can change: the steps to what is wanted, and all that each step will move. Pure. */
import type { Ability, Steps } from '../../../core/ability.ts';
import type { ExecAbility, ExecCommand, ExecVerb } from '../../../core/exec/form.ts';
import { fill, fillWord, type Known, placeholdersOf } from '../../../core/exec/placeholders.ts';
import { isObject, type Json, type JsonObject, property, sameJson } from '../../../core/json.ts';
import { misfitsOf } from '../../../core/json-schema/misfits.ts';
import { at, type Path } from '../../../core/path.ts';
import type { Effect, Scene } from '../../../core/prediction.ts';
import { putAt } from '../../../core/put-at.ts';
import type { Cost, Named, Need, TaskStep } from '../../../core/task.ts';
import { tmfKeyedArrays as keyed } from '../../../tmf/keyed-arrays.ts';
import { withTyped } from './reading.ts';

const order = { make: 5, unlock: 10, set: 50, clear: 60, lock: 90, remove: 95 };

/** What a step says to its driver; `clear` takes away what stands at a path, `remove` the whole thing. */
export type ExecOp = 'set' | 'clear' | 'make' | 'remove';
export const execOps: readonly ExecOp[] = ['set', 'clear', 'make', 'remove'];

export function execAbilities(all: readonly ExecAbility[]): readonly Ability[] {
  return all.map((one): Ability => {
    const { kind, path, way, make } = one;
    return {
      kind,
      path,
      ...(way === undefined ? {} : { way }),
      steps: (actual, wanted) => (path === '' ? removeSteps(one, actual, wanted) : pathSteps(one, actual, wanted)),
      ...(make ? { make: (name: string, wanted: Json) => makeSteps(one, all, name, wanted) } : {}),
      predict: (step, scene) => predicted(one, step, scene),
    };
  });
}

/** The command that a step of an ability runs. */
export function commandOf(ability: ExecAbility, op: ExecOp): ExecCommand | undefined {
  switch (op) {
    case 'set':
      return ability.set;
    case 'make':
      return ability.make;
    case 'clear':
    case 'remove':
      return ability.remove;
  }
}

/** A value as the commands of an ability call it. */
export function asCalled({ called }: Pick<ExecAbility, 'called'>, value: Json | undefined): Json | undefined {
  if (!called || value === undefined) return value;
  return property(called, typeof value === 'string' ? value : JSON.stringify(value)) ?? value;
}

/** What the placeholders of a command of an ability stand for. */
export function knownOf(
  ability: Pick<ExecAbility, 'called'>,
  of: Named,
  facts: JsonObject,
  values: { readonly value?: Json | undefined; readonly old?: Json | undefined } = {},
): Known {
  const [value, old] = [asCalled(ability, values.value), asCalled(ability, values.old)];
  return {
    kind: of.kind,
    name: of.name,
    facts,
    ...(value === undefined ? {} : { value }),
    ...(old === undefined ? {} : { old }),
  };
}

function pathSteps(one: ExecAbility, actual: JsonObject, wanted: Json | undefined): Steps {
  const { kind, path, way, accepts } = one;
  const name = property(actual, 'name');
  if (typeof name !== 'string') return `the ${kind} is not there now`;
  const old = at(actual, path, keyed);
  if (sameJson(old, wanted)) return [];
  const op: ExecOp = wanted === undefined ? 'clear' : 'set';
  const command = commandOf(one, op);
  if (!command) return `no command of the profile can ${op === 'set' ? 'set' : 'take away'} ${path} of a ${kind}`;
  if (accepts && wanted !== undefined) {
    const [misfit] = misfitsOf(accepts, wanted);
    if (misfit)
      return `${path} of a ${kind} cannot be ${short(wanted)}: expected ${misfit.expected}${misfit.pointer && ` at ${misfit.pointer}`}`;
  }
  const to = wanted === undefined ? '' : ` to ${short(wanted)}`;
  const what = path !== '/administrativeState' ? op : wanted === 'unlocked' ? 'unlock' : 'lock';
  return stepOf(
    one,
    { op, name, command, actual, old, ...(wanted === undefined ? {} : { value: wanted }) },
    {
      summary: `${op} ${path} of ${name}${to}${way === undefined ? '' : ` by ${way}`}`,
      order: order[what],
    },
  );
}

function removeSteps(one: ExecAbility, actual: JsonObject, wanted: Json | undefined): Steps {
  const { kind, remove } = one;
  if (wanted !== undefined) return [];
  const name = property(actual, 'name');
  if (typeof name !== 'string') return [];
  if (!remove) return `no command of the profile can remove a ${kind}`;
  const said = { summary: `remove the ${kind} ${name}`, order: order.remove };
  return stepOf(one, { op: 'remove', name, command: remove, actual }, said);
}

function makeSteps(one: ExecAbility, all: readonly ExecAbility[], name: string, wanted: Json): Steps {
  const { kind, type, facts = {}, make, accepts } = one;
  if (!make) return `no command of the profile can make a ${kind}`;
  const [misfit] = accepts ? misfitsOf(accepts, wanted) : [];
  if (misfit) return `no ${kind} can be made like that: expected ${misfit.expected} at ${misfit.pointer || '/'}`;
  let document: JsonObject = { '@type': type === 'service' ? 'Service' : 'Resource', name };
  const put = (path: Path, value: Json): void => {
    document = withTyped(putAt(document, path, value, keyed), path, value);
  };
  for (const [path, value] of Object.entries(facts)) put(path, value);
  // What is said of it, it is made with; of what its command does not say, there are steps of their own later.
  const said = new Set(placeholdersOf(make.run).flatMap(each => (each.of === 'facts' ? [each.path] : [])));
  const readsAll = make.stdin === 'json' || placeholdersOf(make.run).some(each => each.of === 'value');
  for (const { path, accepts: fits } of all.filter(each => each.kind === kind && each.path !== '')) {
    const value = isObject(wanted) && (readsAll || said.has(path)) ? at(wanted, path, keyed) : undefined;
    if (value === undefined) continue;
    if (fits && misfitsOf(fits, value).length > 0) return `no ${kind} can be made with ${short(value)} at ${path}`;
    put(path, value);
  }
  const about: About = { op: 'make', name, command: make, actual: document, value: wanted };
  return stepOf(one, about, { summary: `make the ${kind} ${name}`, order: order.make }, { document });
}

interface About {
  readonly op: ExecOp;
  readonly name: string;
  readonly command: ExecCommand;
  readonly actual: JsonObject;
  readonly value?: Json;
  readonly old?: Json | undefined;
}

function stepOf(
  one: ExecAbility,
  { op, name, command, actual, value, old }: About,
  said: { readonly summary: string; readonly order: number },
  more: JsonObject = {},
): Steps {
  const { kind, path, way, lasting, sideEffects } = one;
  const known = knownOf(one, { kind, name }, actual, { value, old });
  const filled = fill(command.run, known, keyed);
  if ('why' in filled) return filled.why;
  const needs = needsOf(one, op, known, value);
  if (typeof needs === 'string') return needs;
  const read = placeholdersOf(command.run);
  const facts = Object.fromEntries(
    read.flatMap(each => (each.of === 'facts' ? [[each.path, at(actual, each.path, keyed) ?? null]] : [])),
  );
  const readsOld = read.some(each => each.of === 'old') || command.stdin === 'json';
  const removes = one.removes === true || op === 'remove' || op === 'clear';
  return [
    {
      op,
      args: {
        kind,
        name,
        path,
        ...(way === undefined ? {} : { way }),
        ...(value === undefined ? {} : { value }),
        ...(readsOld && old !== undefined ? { old } : {}),
        ...(Object.keys(facts).length === 0 ? {} : { facts }),
        ...more,
      },
      ...said,
      ...(needs.length === 0 ? {} : { needs }),
      cost: costOf(one, op),
      lasting,
      ...(removes ? { removes: true } : {}),
      ...(sideEffects ? { sideEffects } : {}),
    },
  ];
}

/** What there is a command for to take it back can be taken back, unless the profile says otherwise. */
function costOf({ cost, undo, unseen, set, remove, make }: ExecAbility, op: ExecOp): Cost {
  const { blastRadius, downtimeMs, reversible } = cost;
  // What cannot be read cannot be put back as it was.
  const opposite = unseen === undefined ? { set, clear: set, make: remove, remove: make }[op] : undefined;
  const back = opposite !== undefined || undo !== undefined;
  return { blastRadius, downtimeMs, reversible: reversible ?? back };
}

function isAbout(
  { on, to }: { readonly on?: ExecVerb; readonly to?: Json },
  op: ExecOp,
  value: Json | undefined,
): boolean {
  if (on !== undefined && on !== (op === 'clear' ? 'remove' : op)) return false;
  return to === undefined || sameJson(to, value);
}

function needsOf(one: ExecAbility, op: ExecOp, known: Known, value: Json | undefined): readonly Need[] | string {
  const needs: Need[] = [];
  for (const { of, to, on, ...rest } of one.needs) {
    if (!isAbout({ ...(on ? { on } : {}), ...(to === undefined ? {} : { to }) }, op, value)) continue;
    const own = { kind: known.kind, name: known.name };
    const thing = of ? namedBy(of, known) : own;
    if (typeof thing === 'string') return thing;
    needs.push({ ...rest, of: thing });
  }
  return needs;
}

function namedBy({ kind, name }: Named, known: Known): Named | string {
  const filled = fillWord({ text: name, mayBeginWithDash: true }, known, keyed);
  return 'why' in filled ? filled.why : { kind, name: filled.text };
}

/** All that a step will move: its own path, and what the profile says goes with it. */
function predicted(one: ExecAbility, step: TaskStep, scene: Scene): readonly Effect[] {
  const { kind, name, value, document, path } = step.args;
  const op = execOps.find(each => each === step.op);
  if (kind !== one.kind || typeof name !== 'string' || path !== one.path || op === undefined) return [];
  const of: Named = { kind, name };
  const there = scene.named(of);
  const known = knownOf(one, of, there?.document ?? {}, { value });
  const others = one.predict
    .filter(each => isAbout(each, op, value))
    .flatMap((each): readonly Effect[] => {
      const thing = each.of ? namedBy(each.of, known) : of;
      if (typeof thing === 'string') return [];
      return [
        {
          of: thing,
          path: each.path,
          ...(each.value === undefined ? {} : { value: each.value }),
          ...(each.unsure === undefined ? {} : { unsure: each.unsure }),
        },
      ];
    });
  const isOwn = (each: Effect): boolean => each.of.kind === kind && each.of.name === name;
  switch (op) {
    case 'make': {
      let made = isObject(document) ? document : {};
      // Of what is new, all is one effect.
      for (const each of others.filter(isOwn)) made = putAt(made, each.path, each.value, keyed);
      return [{ of, path: '', value: made }, ...others.filter(each => !isOwn(each))];
    }
    case 'remove':
      return [{ of, path: '' }, ...others.filter(each => !isOwn(each))];
    case 'set':
    case 'clear':
      return [{ of, path: one.path, ...(value === undefined ? {} : { value }) }, ...others];
  }
}

const SHOWN_AT_MOST = 80;

function short(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > SHOWN_AT_MOST ? `${text.slice(0, SHOWN_AT_MOST)}…` : text;
}
