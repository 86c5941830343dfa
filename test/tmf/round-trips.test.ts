/** Both versions over one store, by the thousand: what one of them cannot say is there when the other asks again. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import type { InstanceType } from '../../src/core/instance.ts';
import { canonical, isArray, isObject, type Json, type JsonObject, property, sameJson } from '../../src/core/json.ts';
import { acceptCreate, acceptPatch, type Rendering, render } from '../../src/tmf/codec.ts';
import type { PatchMedia } from '../../src/tmf/patch/patch.ts';
import { added, type Location, removed, replaced, valueAt } from '../../src/tmf/patch/place.ts';
import { locationIn4 } from '../../src/tmf/place-in-4.ts';
import { shapeOf } from '../../src/tmf/shape.ts';
import { noLinks, type Version, versions } from '../../src/tmf/version.ts';
import { anyEntity, anyText } from '../kit/tmf-documents.ts';

const types = ['service', 'resource'] as const;
const both = types.flatMap(type => versions.map(version => [type, version] as const));
const as = (type: InstanceType, version: Version): Rendering => ({ type, version, publicUrl: '', links: noLinks });

const RUNS = 1_500;

/** What is kept of a document that a client of v5 has sent. */
const anyKept = (type: InstanceType): fc.Arbitrary<JsonObject> =>
  anyEntity(type).map(document => ({ ...acceptCreate(document, type, 'v5'), id: 'a' }));

const withoutHref = ({ href: _, ...rest }: JsonObject): JsonObject => rest;

/** A patch is a merge of its attributes; so it says what is gone, too. */
function mergeOf(before: JsonObject, after: JsonObject): JsonObject {
  const patch: { [name: string]: Json } = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [property(before, name), property(after, name)];
    if (sameJson(was, is)) continue;
    // An object is merged: what is gone of it is said, and where that cannot be said it is sent as a list of operations.
    patch[name] = is === undefined ? null : isObject(is) && isObject(was) ? mergeOf(was, is) : is;
  }
  return patch;
}

/** Every place in a value with something in it. */
function placesIn(value: Json, location: Location = []): readonly Location[] {
  const inner = isArray(value)
    ? value.map((each, i) => [String(i), each] as const)
    : isObject(value)
      ? Object.entries(value)
      : [];
  return [
    ...(location.length > 0 ? [location] : []),
    ...inner.flatMap(([token, each]) => placesIn(each, [...location, token])),
  ];
}

/** Places in which two documents differ, as deep as both have something there. */
function differing(a: Json | undefined, b: Json | undefined, location: Location = []): readonly Location[] {
  if (sameJson(a, b)) return [];
  if (isObject(a) && isObject(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap(name =>
      differing(property(a, name), property(b, name), [...location, name]),
    );
  }
  if (isArray(a) && isArray(b) && a.length === b.length) {
    return a.flatMap((each, i) => differing(each, b[i], [...location, String(i)]));
  }
  return [location];
}

/** The place in v4 of a place in v5: without the level that v4 does not have. */
function in4(location: Location, document: JsonObject, type: InstanceType): string {
  return locationIn4(location, document, shapeOf(type, document)).join('/');
}

/** The array in v5 that v4 shows at a place. */
function in5(location: Location, document: JsonObject, type: InstanceType): Location {
  const wanted = location.join('/');
  const found = placesIn(document).filter(
    place => in4(place, document, type) === wanted && isArray(valueAt(document, place)),
  );
  return found.toSorted((a, b) => b.length - a.length)[0] ?? [];
}

/** Members whose value follows from that of others. */
const following = new Set(['@type', 'valueType', '@referredType']);

const anyLeaf: fc.Arbitrary<Json> = fc.oneof(
  anyText,
  fc.boolean(),
  fc.integer(),
  fc.constantFrom(
    '2026-05-05T05:05:05Z',
    'active',
    'enable',
    'shutdown',
    'suspended',
    'standby',
    'alarm',
    'busy',
    'add',
  ),
);

interface Try {
  readonly kept: JsonObject;
  readonly shown: JsonObject;
  readonly rendering: Rendering;
}

const tried = (type: InstanceType, version: Version): fc.Arbitrary<Try> =>
  anyKept(type).map(kept => {
    const rendering = as(type, version);
    return { kept, shown: render(kept, rendering), rendering };
  });

/** The document after a patch of what was shown; undefined where the version refuses it. */
function patched(
  { kept, rendering }: Try,
  body: Json,
  media: PatchMedia = 'application/merge-patch+json',
): JsonObject | undefined {
  try {
    return acceptPatch(kept, body, rendering, media);
  } catch (error) {
    if (error instanceof AgentError && error.code === 'invalid') return undefined;
    throw error;
  }
}

describe.each(both)('a %s in %s', (type, version) => {
  test('sent back as it was shown is as it was', () => {
    fc.assert(
      fc.property(tried(type, version), each => {
        expect(patched(each, each.shown)).toBe(each.kept);
        expect(patched(each, withoutHref(each.shown))).toBe(each.kept);
      }),
      { numRuns: RUNS },
    );
  });

  test('with one value changed is changed in that one, in both versions', () => {
    let taken = 0;
    fc.assert(
      fc.property(tried(type, version), anyLeaf, fc.nat(), (each, leaf, chance) => {
        const places = placesIn(each.shown).filter(place => {
          const value = valueAt(each.shown, place);
          const name = place.at(-1) ?? '';
          return (
            !['id', 'href', '@type', '@baseType'].includes(place.join('/')) &&
            !following.has(name) &&
            typeof value !== 'object'
          );
        });
        const place = places[chance % places.length];
        if (!place) return;
        const wanted = replaced(each.shown, place, leaf);
        const after = isObject(wanted) ? patched(each, mergeOf(each.shown, wanted)) : undefined;
        if (!after) return;
        taken++;
        const now = render(after, each.rendering);
        expect(valueAt(now, place)).toEqual(leaf);
        const where = version === 'v4' ? place.join('/') : in4(place, each.kept, type);
        for (const seenBy of versions) {
          const before = render(each.kept, as(type, seenBy));
          for (const other of differing(before, render(after, as(type, seenBy)))) {
            const at = seenBy === 'v4' ? other.join('/') : in4(other, each.kept, type);
            const isFollowing = following.has(other.at(-1) ?? '');
            if (isFollowing || isOfStatus(place, other)) continue;
            // With another id it is another thing, of which nothing is known that v4 does not say.
            if (where.endsWith('/id')) expect(at).toContain(where.slice(0, -'/id'.length));
            else expect(at).toBe(where);
          }
        }
      }),
      { numRuns: RUNS },
    );
    expect(taken).toBeGreaterThan(RUNS / 5);
  });

  test('with an array sent anew keeps of each element what it does not show', () => {
    let taken = 0;
    fc.assert(
      fc.property(tried(type, version), fc.nat(), anEdit, (each, chance, edit) => {
        const places = placesIn(each.shown).filter(place => {
          const value = valueAt(each.shown, place);
          return isArray(value) && value.length > 0;
        });
        const place = places[chance % places.length];
        if (!place) return;
        const array = valueAt(each.shown, place);
        if (!isArray(array)) return;
        const { elements, origins } = edit(array);
        const wanted = replaced(each.shown, place, elements);
        const after = isObject(wanted) ? patched(each, mergeOf(each.shown, wanted)) : undefined;
        if (!after) return;
        taken++;
        expect(valueAt(render(after, each.rendering), place)).toEqual(elements);
        // Every element that is still there is in v5 as it was, those that look alike in any order.
        const location = version === 'v5' ? place : in5(place, render(each.kept, as(type, 'v5')), type);
        const before = valueAt(render(each.kept, as(type, 'v5')), location);
        const now = valueAt(render(after, as(type, 'v5')), location);
        if (!isArray(before) || !isArray(now)) throw new Error(`no array at ${location.join('/')}`);
        expect(now.length).toBe(elements.length);
        const left = before.map((element, i) => ({ text: canonical(element), alike: canonical(array[i] ?? null) }));
        origins.forEach((origin, i) => {
          if (origin === undefined) return;
          const [text, alike] = [canonical(now[i] ?? null), canonical(array[origin] ?? null)];
          const found = left.findIndex(one => one.text === text && one.alike === alike);
          if (found < 0) expect(now[i]).toEqual(before[origin]);
          left.splice(found, 1);
        });
        // And everything else.
        const blank = (value: JsonObject): Json | undefined => replaced(render(value, as(type, 'v5')), location, []);
        const others = differing(blank(each.kept), blank(after)).filter(other => !following.has(other.at(-1) ?? ''));
        expect(others).toEqual([]);
      }),
      { numRuns: RUNS },
    );
    expect(taken).toBeGreaterThan(RUNS / 3);
  });

  test('patched by operations is as patched by a merge to the same end', () => {
    let taken = 0;
    fc.assert(
      fc.property(
        tried(type, version),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 5 }), anyLeaf), { minLength: 1, maxLength: 4 }),
        (each, steps) => {
          const operations: Json[] = [];
          let wanted: Json = each.shown;
          for (const [chance, what, leaf] of steps) {
            const places = placesIn(wanted).filter(place => !['id', 'href', '@type'].includes(place.join('/')));
            const place = places[chance % places.length];
            const from = places[(chance * 7 + 3) % places.length];
            if (!place || !from) continue;
            const done = carriedOut(wanted, place, from, what, leaf);
            if (!done) continue;
            operations.push(done.operation);
            wanted = done.after;
          }
          if (!isObject(wanted) || operations.length === 0) return;
          const byOperations = patched(each, operations, 'application/json-patch+json');
          if (hasNullInObject(wanted)) return;
          const byMerge = patched(each, mergeOf(each.shown, wanted));
          expect(byOperations).toEqual(byMerge);
          // With other characters in it, a path asks for something in the grammars of json-patch-query.
          const paths = operations.flatMap(each => [property(each, 'path'), property(each, 'from') ?? '']).join('');
          if (/^[\w/@-]*$/.test(paths)) {
            expect(patched(each, operations, 'application/json-patch-query+json')).toEqual(byMerge);
          }
          if (byMerge) taken++;
        },
      ),
      { numRuns: RUNS },
    );
    expect(taken).toBeGreaterThan(RUNS / 10);
  });
});

/** The statuses of v5 go along with the one of v4. */
const statuses = new Set([
  'resourceStatus',
  'unknownStatus',
  'controlStatus',
  'alarmStatus',
  'standbyStatus',
  'allocationStatus',
]);
function isOfStatus(place: Location, other: Location): boolean {
  return (
    (statuses.has(place.at(-1) ?? '') && other.some(token => statuses.has(token))) ||
    (statuses.has(place.at(-2) ?? '') && other.some(token => statuses.has(token)))
  );
}

interface Edited {
  readonly elements: readonly Json[];
  /** Which of the elements before each is; undefined for one that is new or changed. */
  readonly origins: readonly (number | undefined)[];
}

/** Reordered, without one, with one more, with one twice, or with one changed in a member. */
const anEdit: fc.Arbitrary<(array: readonly Json[]) => Edited> = fc
  .tuple(fc.constantFrom('turn', 'drop', 'more', 'twice', 'change', 'swap'), fc.nat(), anyText)
  .map(([how, chance, said]) => array => {
    const order = [...array.keys()];
    const at = chance % array.length;
    const element = array[at] ?? null;
    const pick = (origins: readonly number[]): Edited => ({ elements: origins.map(i => array[i] ?? null), origins });
    switch (how) {
      case 'turn':
        return pick(order.toReversed());
      case 'swap':
        return pick([...order.slice(at), ...order.slice(0, at)]);
      case 'drop':
        return pick(order.filter(i => i !== at));
      case 'twice':
        return { elements: [...array, element], origins: [...order, undefined] };
      case 'more': {
        const fresh = isObject(element)
          ? Object.fromEntries(Object.entries(element).map(([name, value]) => [name, renewed(name, value, said)]))
          : element;
        if (sameJson(fresh, element)) return pick(order);
        return {
          elements: array.toSpliced(at, 0, fresh),
          origins: (order as (number | undefined)[]).toSpliced(at, 0, undefined),
        };
      }
      default: {
        const names = isObject(element)
          ? Object.keys(element).filter(name => typeof property(element, name) === 'string' && !following.has(name))
          : [];
        const name = names[chance % names.length];
        if (!isObject(element) || name === undefined) return pick(order);
        return {
          elements: array.with(at, { ...element, [name]: said }),
          origins: (order as (number | undefined)[]).with(at, undefined),
        };
      }
    }
  });

function renewed(name: string, value: Json, said: string): Json {
  return (name === 'id' || name === 'name') && typeof value === 'string' ? `${said}new` : value;
}

/** One operation as RFC 6902 has it, said in another way than the code that is tried. */
function carriedOut(
  document: Json,
  place: Location,
  from: Location,
  what: number,
  leaf: Json,
): { readonly operation: JsonObject; readonly after: Json } | undefined {
  const path = pointer(place);
  const done = (operation: JsonObject, after: Json | undefined) =>
    after === undefined ? undefined : { operation, after };
  switch (what) {
    case 0:
      return done({ op: 'replace', path, value: leaf }, replaced(document, place, leaf));
    case 1:
      return done({ op: 'remove', path }, removed(document, place));
    case 2: {
      const value = valueAt(document, place) ?? null;
      return done({ op: 'test', path, value }, document);
    }
    case 3: {
      const isElement = isArray(valueAt(document, place.slice(0, -1)));
      const after = isElement ? added(document, place, leaf) : replaced(document, place, leaf);
      return done({ op: 'add', path, value: leaf }, after);
    }
    case 4: {
      const value = valueAt(document, from) ?? null;
      const isElement = isArray(valueAt(document, place.slice(0, -1)));
      const after = isElement ? added(document, place, value) : replaced(document, place, value);
      return done({ op: 'copy', from: pointer(from), path }, after);
    }
    default: {
      const array = valueAt(document, place);
      if (!isArray(array)) return undefined;
      const element = array[0] ?? leaf;
      return done({ op: 'add', path: `${path}/-`, value: element }, added(document, [...place, '-'], element));
    }
  }
}

function pointer(location: Location): string {
  return location.map(token => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function hasNullInObject(value: Json): boolean {
  if (isArray(value)) return value.some(hasNullInObject);
  return isObject(value) && Object.values(value).some(each => each === null || hasNullInObject(each));
}
