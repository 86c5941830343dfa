/** What somebody changed at the element after it had been met: found, told, and where asked taken over. */
import type { Change } from '../change.ts';
import type { Expectation } from '../expectation.ts';
import { valueWords } from '../expected/words.ts';
import type { Instance } from '../instance.ts';
import type { Json } from '../json.ts';
import { expectedAt } from '../outstanding.ts';
import { at, type KeyedArrays, type Path } from '../path.ts';
import type { OutOfBandPolicy, RuleId } from '../rule.ts';
import type { StandingVerdict, Strayed } from '../verdict.ts';
import { lies } from './rule-book.ts';

/** One path lies within the other. */
export function touches(a: Path, b: Path): boolean {
  return lies(a, b) || lies(b, a);
}

/** Whether a verdict says that a path was met, or that it was when it was last known. */
export function wasMet(verdict: StandingVerdict, path: Path, keyed: KeyedArrays): boolean {
  if (verdict.verdict === 'inapplicable') return false;
  if (verdict.unknown?.some(each => touches(each, path))) {
    return verdict.lastMet?.some(each => touches(each, path)) ?? false;
  }
  return verdict.residual === undefined || expectedAt(verdict.residual, path, keyed) === undefined;
}

/** Something is no longer there, or there again. */
const PRESENCE = '/availabilityStatus';

/** The latest changes of a path, newest first, of which the first made it what it is. */
export function changesAt(changes: readonly Change[], path: Path): readonly Change[] {
  return changes.filter(
    change => change.type === 'create' || change.paths.some(each => each.path === PRESENCE || touches(each.path, path)),
  );
}

/** A path where something is unmet since a change, as one that strayed. */
export function strayedBy(path: Path, change: Change, isGone: boolean, keyed: KeyedArrays): Strayed {
  const moved = change.paths.find(each => touches(each.path, path));
  const from = moved && partOf(moved.path, moved.old, path, keyed);
  return {
    path,
    ...(from === undefined ? {} : { from }),
    at: change.at,
    by: change.cause.principal,
    ...(isGone ? { gone: true } : {}),
  };
}

/** What stood at a path when this stood at another one around it. */
function partOf(path: Path, value: Json | undefined, wanted: Path, keyed: KeyedArrays): Json | undefined {
  if (path === wanted) return value;
  return lies(wanted, path) ? at(value, wanted.slice(path.length), keyed) : undefined;
}

/** Why a strayed leaf waits: who changed it, when, from what, and what to say. */
export function whyStrayed(
  { path, from, at: when, by, gone }: Strayed,
  policy: Exclude<OutOfBandPolicy, 'restore'>,
  rule: RuleId | undefined,
  { expectation, instance }: { readonly expectation: Pick<Expectation, 'id'>; readonly instance: Instance | undefined },
): string {
  const was = from === undefined ? '' : `, was ${valueWords(from)}`;
  const what = gone ? 'taken away' : 'changed';
  const seen = `${what} at the element by somebody else, as ${by} saw at ${new Date(when).toISOString()}${was}`;
  const says = rule === undefined ? '' : ` (rule ${rule})`;
  const say = `diffo decide ${expectation.id} ${instance?.id ?? ''} ${path || '/'} restore|adopt|manage`;
  return `held: out of band: ${seen}; ${policy}${says}: ${say}`;
}
