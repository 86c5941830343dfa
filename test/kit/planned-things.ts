/**
 * An element of the mind for trying the planner: things with a few values, needs and side effects of every sort, and a
 * way to take steps on it that shares nothing with the way in which they are foreseen.
 */
import type { Ability } from '../../src/core/ability.ts';
import type { Expectation, Mode } from '../../src/core/expectation.ts';
import { readExpected } from '../../src/core/expected.ts';
import { expectationId, instanceId } from '../../src/core/ids.ts';
import type { Instance } from '../../src/core/instance.ts';
import { isObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { judge } from '../../src/core/outstanding.ts';
import { plan, type Situation } from '../../src/core/planner.ts';
import { type Effect, type Scene, sceneOf } from '../../src/core/prediction.ts';
import type { Cost, Need, TaskStep } from '../../src/core/task.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';

export const KIND = 'thing';

/** By name; what is not in it is not there. */
export type State = Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** What a step relies on: that a thing is there or not, or has a value. */
export type Relied = { readonly name: string; readonly path: string; readonly is: Json | 'there' | 'gone' };

export interface Rules {
  /** By `set NAME /path`, `make NAME` or `remove NAME`. */
  readonly needs?: Readonly<Record<string, readonly Relied[]>>;
  /** What else comes of setting a path of a thing. */
  readonly also?: Readonly<
    Record<string, readonly { readonly name: string; readonly path: string; readonly value: Json }[]>
  >;
  readonly cost?: Readonly<Record<string, Cost>>;
}

export const paths = ['/a', '/b'];

export function abilitiesOf(rules: Rules): readonly Ability[] {
  const step = (op: string, name: string, path: string, value: Json | undefined): TaskStep => {
    const call = path === '' ? `${op} ${name}` : `${op} ${name} ${path}`;
    const needs = (rules.needs?.[call] ?? []).map(asNeed);
    const cost = rules.cost?.[call];
    return {
      op,
      args: { name, path, ...(value === undefined ? {} : { value }) },
      summary: value === undefined || path === '' ? call : `${call} to ${JSON.stringify(value)}`,
      order: 1,
      ...(needs.length === 0 ? {} : { needs }),
      ...(cost === undefined ? {} : { cost }),
      ...(op === 'remove' ? { removes: true } : {}),
    };
  };
  const predict = (taken: TaskStep, scene: Scene) => predicted(rules, taken, scene);
  return [
    ...paths.map(
      (path): Ability => ({
        kind: KIND,
        path,
        steps: ({ name }, wanted) => [step('set', String(name), path, wanted)],
        predict,
      }),
    ),
    {
      kind: KIND,
      path: '',
      steps: ({ name }) => [step('remove', String(name), '', undefined)],
      make: (name, wanted) => [step('make', name, '', wanted)],
      predict,
    },
  ];
}

function asNeed({ name, path, is }: Relied): Need {
  const expect = is === 'there' ? { $present: true } : is === 'gone' ? { $absent: true } : { $eq: is };
  return { of: { kind: KIND, name }, path, expect, because: `${name}${path} is ${JSON.stringify(is)}` };
}

function predicted(rules: Rules, { op, args }: TaskStep, scene: Scene): readonly Effect[] {
  const { name, path, value } = args;
  if (typeof name !== 'string' || typeof path !== 'string') return [];
  const of = { kind: KIND, name };
  if (op === 'remove') return [{ of, path: '' }];
  if (op === 'make') return [{ of, path: '', value: { ...(isObject(value) ? value : {}), name } }];
  const others = (rules.also?.[`set ${name} ${path}`] ?? []).filter(each =>
    scene.named({ kind: KIND, name: each.name }),
  );
  return [
    { of, path, ...(value === undefined ? {} : { value }) },
    ...others.map(each => ({ of: { kind: KIND, name: each.name }, path: each.path, value: each.value })),
  ];
}

/** What is relied on that is not so. */
export function unmetNeeds(rules: Rules, state: State, { op, args }: TaskStep): readonly Relied[] {
  const call = args.path === '' ? `${op} ${args.name}` : `${op} ${args.name} ${args.path}`;
  return (rules.needs?.[call] ?? []).filter(({ name, path, is }) => {
    const there = Object.hasOwn(state, name) ? state[name] : undefined;
    const value = path === '' ? there : there?.[path.slice(1)];
    if (is === 'there') return value === undefined;
    if (is === 'gone') return value !== undefined;
    return value !== is;
  });
}

/** Takes a step as the element would. */
export function taken(rules: Rules, state: State, { op, args }: TaskStep): State {
  const name = String(args.name);
  const { [name]: own = {}, ...rest } = state;
  if (op === 'remove') return rest;
  if (op === 'make') return { ...rest, [name]: isObject(args.value) ? without(args.value, 'name') : {} };
  const path = String(args.path);
  const key = path.slice(1);
  const after: Record<string, Readonly<Record<string, Json>>> = { ...state };
  after[name] = args.value === undefined ? without(own, key) : { ...own, [key]: args.value };
  for (const each of rules.also?.[`set ${name} ${path}`] ?? []) {
    const other = after[each.name];
    if (other) after[each.name] = { ...other, [each.path.slice(1)]: each.value };
  }
  return after;
}

function without(from: Readonly<Record<string, Json>>, key: string): Record<string, Json> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name !== key));
}

export function instancesOf(state: State): readonly Instance[] {
  return Object.entries(state).map(([name, values]) => ({
    id: instanceId(`i-${name}`),
    type: 'resource',
    kind: KIND,
    document: { ...values, name },
    seq: 1,
    createdAt: 0,
  }));
}

/** What everybody wants: values of a thing that has to be there, or that it is not there. */
export interface Wish {
  readonly name: string;
  readonly expect: JsonObject;
  readonly mode?: Mode;
  readonly priority?: number;
}

export function expectationOf({ name, expect, mode = 'enforce', priority = 50 }: Wish, nth = 0): Expectation {
  return {
    id: expectationId(`e${nth}-${name}`),
    for: { kind: KIND, name },
    expect,
    mode,
    priority,
    principal: 'operator',
    createdAt: nth,
    seq: 1,
  };
}

export function situationOf(
  rules: Rules,
  state: State,
  wishes: readonly Wish[],
  more: Partial<Situation> = {},
): Situation {
  const context = { now: 0, keyed };
  const instances = instancesOf(state);
  const all = wishes.map(expectationOf);
  const scene = sceneOf(instances);
  const speaking = (name: string) => all.filter(each => 'name' in each.for && each.for.name === name);
  return {
    now: 0,
    context,
    scene,
    offers: abilitiesOf(rules).map(ability => ({ driver: 'mind', ability })),
    standing: id => speaking(id.slice(2)),
    standingOf: ({ name }) => speaking(name),
    held: () => undefined,
    tried: () => [],
    unmet: all.flatMap(expectation => {
      const name = 'name' in expectation.for ? expectation.for.name : '';
      const instance = scene.named({ kind: KIND, name });
      const judged = judge(readExpected(expectation.expect, { keyed }), instance?.document, context);
      if (judged.verdict !== 'unmet' || judged.residual === undefined) return [];
      const { residual, leaves } = judged;
      return [{ expectation, instance, residual, leaves, mode: expectation.mode ?? 'warn' }];
    }),
    ...more,
  };
}

export function planFor(rules: Rules, state: State, wishes: readonly Wish[], more: Partial<Situation> = {}) {
  return plan(situationOf(rules, state, wishes, more));
}
