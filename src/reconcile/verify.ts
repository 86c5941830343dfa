/** Looks at what came of a task: what moved by it, and whether that is what was foreseen. */
import { AgentError } from '../core/errors.ts';
import type { InstanceId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { type Json, property } from '../core/json.ts';
import { composed, type Move, movesOf, reaches } from '../core/moves.ts';
import { at, type KeyedArrays, type PathChange } from '../core/path.ts';
import { holds, needWords } from '../core/planning/needs.ts';
import { type Effect, isAsForeseen } from '../core/prediction.ts';
import { isGone } from '../core/target.ts';
import type { Difference, Foreseen, Named, TaskStep } from '../core/task.ts';
import type { Reader } from '../ports/store.ts';
import type { CarryOutParts } from './rows.ts';

/** More than one step moves on any element. */
const MOST_CHANGES = 10_000;

/** What a driver has seen move since; undefined when that is no longer known. */
export function movesSince(store: Reader, driver: string, seq: number): readonly Move[] | undefined {
  const byInstance = new Map<InstanceId, PathChange[]>();
  try {
    for (const change of store.changesAfter(seq, MOST_CHANGES)) {
      if (change.subject !== 'instance' || change.cause.principal !== `driver:${driver}`) continue;
      const id = change.id as InstanceId;
      const all = byInstance.get(id) ?? [];
      byInstance.set(id, all);
      const name = property(change.document, 'name') ?? change.id;
      if (change.type === 'create') all.push({ path: '', new: name });
      else if (change.type === 'delete') all.push({ path: '', old: name });
      else all.push(...change.paths);
    }
  } catch (error) {
    if (error instanceof AgentError && error.code === 'gone') return undefined;
    throw error;
  }
  return [...byInstance].flatMap(([id, changes]) => movesOf(id, composed(changes)));
}

/** Undefined where nothing had been foreseen. */
export function compareWith(
  { store, keyed }: { readonly store: Reader; readonly keyed: KeyedArrays },
  effects: readonly Effect[] | undefined,
  moves: readonly Move[],
): Foreseen | undefined {
  if (effects === undefined) return undefined;
  const differs: Difference[] = [];
  const concerned = new Map<InstanceId, Named>();
  for (const effect of effects) {
    const instance = named(store, effect.of);
    if (instance) concerned.set(instance.id, effect.of);
    if (isAsForeseen(effect, instance, keyed)) continue;
    differs.push({
      of: effect.of,
      path: effect.path,
      ...told('foreseen', effect.value),
      ...told('found', instance && at(instance.document, effect.path, keyed)),
    });
  }
  // Of the things that it was to move, nothing else was to move.
  for (const move of moves) {
    const of = concerned.get(move.instance);
    if (!of || effects.some(effect => isSame(effect.of, of) && reaches(effect.path, move.path))) continue;
    const now = store.instance(move.instance);
    differs.push({
      of,
      path: move.path,
      ...('added' in move ? {} : told('foreseen', move.old)),
      ...told('found', now && at(now.document, move.path, keyed)),
    });
  }
  return differs.length === 0 ? { asForeseen: true } : { asForeseen: false, differs };
}

/** Why a step cannot be done now, as a sentence: what it relies on is not so. */
export function whyNotReady({ store, judge, clock }: CarryOutParts, step: TaskStep): string | undefined {
  const scene = { of: (kind: string) => store.instances({ kind }), named: (thing: Named) => named(store, thing) };
  const context = judge.context(clock.now());
  const missing = step.needs?.find(each => !holds(each, scene, context));
  return missing && `it cannot be done unless ${needWords(missing)}`;
}

/** The thing of this name, as it was last seen. */
export function named(store: Reader, { kind, name }: Named): Instance | undefined {
  for (const instance of store.instances({ kind, name })) if (!isGone(instance)) return instance;
  return undefined;
}

function isSame(a: Named, b: Named): boolean {
  return a.kind === b.kind && a.name === b.name;
}

function told(side: 'foreseen' | 'found', value: Json | undefined): { foreseen?: Json; found?: Json } {
  return value === undefined ? {} : { [side]: value };
}
