/** An instance as it is expected, or as what is outstanding of it, beside the actual: `?which=` of the reading routes. */
import { createHash } from 'node:crypto';
import { AgentError } from '../core/errors.ts';
import type { Expectation } from '../core/expectation.ts';
import { readExpected } from '../core/expected.ts';
import type { Instance } from '../core/instance.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import type { Kinds } from '../core/kind.ts';
import { judge, type Leaf } from '../core/outstanding.ts';
import type { KeyedArrays, Path } from '../core/path.ts';
import { meansIt, read } from '../core/standing/conflicts.ts';
import { type Laid, merge, STEPS_AT_ONCE } from '../core/standing/merge.ts';
import { isGone } from '../core/target.ts';
import { twin } from '../core/twin.ts';
import { unitsOf } from '../core/units-of-kinds.ts';
import type { Clock } from '../ports/clock.ts';
import type { Reader } from '../ports/store.ts';
import type { Rendering } from '../tmf/codec.ts';
import { renderTwin } from '../tmf/twin.ts';

/** Of one instance: as it is, as it is to be, and the part of that which it is not. */
export const whiches = ['actual', 'expected', 'outstanding'] as const;
export type Which = (typeof whiches)[number];

/** What is asked of the loop for it. */
export interface TwinDoor {
  /** Whether anything applies to it of what is expected; nothing is read for those of whom nobody speaks. */
  isExpected(instance: Pick<Instance, 'id' | 'kind'> & { readonly name: string | undefined }): boolean;
  /** Whether the condition of an expectation holds. */
  applies(expectation: Expectation, instance: Instance): 'yes' | 'no' | 'unknown';
  /** The leaves of an expectation; of its condition where that is not known; none where it does not apply. */
  explain(expectation: Expectation, instance: Instance): readonly Leaf[];
  /** The document that such an expectation is compared with, telemetry included. */
  actual(instance: Instance, expected: Json): Json;
}

export interface TwinParts {
  readonly store: Reader;
  readonly kinds: Kinds;
  readonly keyed: KeyedArrays;
  readonly clock: Clock;
  readonly twins: TwinDoor;
}

/** Throws `invalid` for another word. */
export function readWhich(text: string | undefined): Which {
  if (text === undefined) return 'actual';
  const which = whiches.find(each => each === text);
  if (which) return which;
  throw new AgentError('invalid', `which is one of ${whiches.join(', ')}, not "${text}"`, { parameter: 'which' });
}

export interface Twin {
  readonly entity: JsonObject;
  /** Another one when anything in it is. */
  readonly etag: string;
}

/** What a `Link` says beside the actual. */
export function twinLinks(href: string): string {
  return `<${href}?which=expected>; rel="expected", <${href}?which=outstanding>; rel="outstanding"`;
}

export function showTwin(
  parts: TwinParts,
  instance: Instance,
  which: Exclude<Which, 'actual'>,
  rendering: Rendering,
): Twin {
  const entity = twinOf(parts, instance, which, rendering);
  const hash = createHash('sha256').update(which).update(JSON.stringify(entity)).digest('base64url');
  return { entity, etag: `"${hash}"` };
}

/** With the exact expectation in `expectation`, null for none, and in `unknown` the places that nobody has seen lately. */
function twinOf(
  { store, kinds, keyed, clock, twins }: TwinParts,
  instance: Instance,
  which: Exclude<Which, 'actual'>,
  rendering: Rendering,
): JsonObject {
  const units = unitsOf(kinds);
  const unitOf = (path: Path) => units(path, instance.kind);
  const world = { keyed, unitOf, instance: () => instance };
  const laid: Laid[] = [];
  const unknown = new Set<Path>();
  for (const expectation of store.expectations()) {
    if (expectation.for.peer !== undefined || !meansIt(expectation.for, instance.id, world)) continue;
    const leaves = twins.explain(expectation, instance);
    if (leaves.length === 0) continue;
    // What may not apply is not laid beside what does; that nobody knows is told.
    if (twins.applies(expectation, instance) === 'yes') laid.push({ expectation, expected: read(expectation, world) });
    for (const { path, verdict } of leaves) if (verdict === 'unknown') unknown.add(path);
  }
  const { expect } = merge(laid, STEPS_AT_ONCE);
  const actual = isGone(instance) ? undefined : twins.actual(instance, expect);
  const context = { now: clock.now(), keyed, unitOf };
  const known = (path: Path) => ([...unknown].some(each => overlap(each, path)) ? 'stale' : 'known');
  const expectation =
    which === 'expected'
      ? expect
      : (judge(readExpected(expect, { keyed, unitOf, lenient: true }), actual, { ...context, known }).residual ?? null);
  const values = twin(expectation, actual, context);
  return {
    ...renderTwin(isObject(values) ? values : {}, instance.document, rendering),
    expectation,
    ...(unknown.size === 0 ? {} : { unknown: [...unknown] }),
  };
}

function overlap(a: Path, b: Path): boolean {
  return `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`);
}
