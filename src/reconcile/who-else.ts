/** Why what was done for a leaf does not stand any more, and who else has a hand in it. */
import type { Instant } from '../core/ids.ts';
import { isArray, type Json, property } from '../core/json.ts';
import { nearest } from '../core/nearest.ts';
import { expectedAt } from '../core/outstanding.ts';
import { at, type KeyedArrays, type Path } from '../core/path.ts';
import type { Unmet } from '../core/planner.ts';
import { sameAt } from '../core/prediction.ts';
import { refinedExpect } from '../core/refinement.ts';
import type { Deed } from '../core/settle/leaf-record.ts';
import { isGone } from '../core/target.ts';
import type { Reader } from '../ports/store.ts';

export interface WhoParts {
  readonly store: Reader;
  readonly keyed: KeyedArrays;
}

/** `takenBack`: we ourselves did, or a restart did; `moved`: through us, or by time and conditions; `reversed`: by others. */
export type Fallen =
  | { readonly because: 'takenBack' }
  | { readonly because: 'moved'; readonly by?: string }
  | { readonly because: 'reversed' };

const TASKS_LOOKED_AT = 200;

export function whyFallen(
  { store, keyed }: WhoParts,
  did: Deed,
  { instance, strayed = [], expectation }: Unmet,
  path: Path,
  startedAt: Instant,
): Fallen {
  const task = store.task(did.task);
  if (task?.state === 'undone') return { because: 'takenBack' };
  // The element may have started anew while nobody looked.
  if (did.passing && did.at < startedAt) return { because: 'takenBack' };
  if (strayed.some(each => touches(each.path, path))) return { because: 'reversed' };
  const is = instance && !isGone(instance) ? at(instance.document, path, keyed) : undefined;
  const stands = instance !== undefined && sameAt(path, is, did.value, keyed);
  if (stands) return { because: 'moved' };
  const named = task?.of;
  const later = store
    .tasks({ states: ['done', 'undone'], limit: TASKS_LOOKED_AT })
    .find(
      each =>
        each.id !== did.task &&
        each.seq > (task?.seq ?? 0) &&
        !each.already &&
        (each.moves?.some(move => move.instance === instance?.id && touches(move.path, path)) ||
          (each.of !== undefined && each.of.kind === named?.kind && each.of.name === named?.name)),
    );
  if (later) {
    const other = later.expectation;
    const isOther = other !== undefined && other !== expectation.id;
    return { because: 'moved', by: isOther ? `the expectation ${other}` : `"${later.step.summary}"` };
  }
  // What is made and taken away as a whole does not stray; it is there, or it is not.
  return path === '' && did.value !== undefined ? { because: 'reversed' } : { because: 'moved' };
}

/** Who set it back, as far as it can be told; undefined: somebody else. */
export function whoElse({ store, keyed }: WhoParts, { instance, expectation }: Unmet, path: Path): string | undefined {
  if (!instance) return undefined;
  const { document } = instance;
  const is = at(document, path, keyed);
  for (const { expectation: id } of store.verdicts({ instance: instance.id })) {
    const other = id === expectation.id ? undefined : store.expectation(id);
    if (!other || other.for.peer !== undefined) continue;
    const wish = expectedAt(refinedExpect(other, keyed), path, keyed);
    if (wish === undefined) continue;
    const met = nearest(wish, is, { now: 0, keyed }, path);
    if (typeof met === 'string' || !sameAt(path, met.value, is, keyed)) continue;
    return `whoever follows the expectation ${id} of ${other.owner ?? other.principal}`;
  }
  const managedBy = characteristic(document, 'managedBy');
  if (typeof managedBy === 'string') return managedBy;
  const protocol = property(is, 'protocol') ?? characteristic(document, 'protocol');
  return typeof protocol === 'string' ? `the routing protocol ${protocol}` : undefined;
}

function characteristic(document: Json, name: string): Json | undefined {
  for (const array of ['resourceCharacteristic', 'serviceCharacteristic']) {
    const all = property(document, array);
    const found = isArray(all) ? all.find(each => property(each, 'name') === name) : undefined;
    if (found !== undefined) return property(found, 'value');
  }
  return undefined;
}

function touches(a: Path, b: Path): boolean {
  return `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`);
}
