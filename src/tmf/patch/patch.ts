/**
 * PATCH bodies in the four media types of TMF: JSON merge patch, JSON patch (RFC 6902), and JSON patch whose paths ask
 * for the elements of arrays. The result is a new document, or nothing of the patch is done.
 */
import { AgentError } from '../../core/errors.ts';
import { isArray, isObject, type Json, type JsonObject, sameJson } from '../../core/json.ts';
import { mergePatch } from '../merge-patch.ts';
import { type Asked, attributeAt } from '../query/attribute.ts';
import { type Operation, readOperations } from './operation.ts';
import { added, type Location, removed, replaced, valueAt } from './place.ts';
import { byPointer, byQuery, type Locate, type Target } from './target.ts';

export const patchMedia = [
  'application/json',
  'application/merge-patch+json',
  'application/json-patch+json',
  'application/json-patch-query+json',
] as const;
export type PatchMedia = (typeof patchMedia)[number];

/** The media type a `Content-Type` header says, its parameters left out; undefined for others. */
export function patchMediaOf(header: string | undefined): PatchMedia | undefined {
  const said = header?.split(';')[0]?.trim().toLowerCase();
  return patchMedia.find(each => each === said);
}

/** What the operations of one patch may write together, in characters: copies of copies would grow without end. */
const MAX_WRITTEN = 4 * 1024 * 1024;

/** As deep as a body may be. */
const MAX_DEPTH = 64;

/**
 * The entity as it is shown, patched. With `asked`, texts that are no dates are refused where dates are, and the first
 * element of an array may be added as an object. Throws `invalid`, `conflict` when a test fails, `tooLarge`.
 */
export function applyPatch(shown: JsonObject, body: Json, media: PatchMedia, asked?: Asked): JsonObject {
  switch (media) {
    case 'application/json':
    case 'application/merge-patch+json':
      if (isObject(body)) return asEntity(mergePatch(shown, body));
      throw new AgentError(
        'invalid',
        'A merge patch must be one JSON object; a list of operations is sent as application/json-patch+json',
        { pointer: '' },
      );
    case 'application/json-patch+json':
      return carriedOut(shown, readOperations(body), byPointer, asked);
    case 'application/json-patch-query+json':
      return carriedOut(shown, readOperations(body), byQuery(asked), asked);
  }
}

function carriedOut(
  shown: JsonObject,
  operations: readonly Operation[],
  locate: Locate,
  asked: Asked | undefined,
): JsonObject {
  const run = new Run(shown, locate, asked);
  for (const operation of operations) run.carryOut(operation);
  if (isTooLarge(run.document)) {
    throw new AgentError('invalid', `The patched entity would be nested deeper than ${MAX_DEPTH} levels or too large`);
  }
  return asEntity(run.document);
}

function asEntity(value: Json): JsonObject {
  if (isObject(value)) return value;
  throw new AgentError('invalid', 'The patched entity must be one JSON object', { pointer: '' });
}

class Run {
  document: Json;
  readonly #locate: Locate;
  readonly #asked: Asked | undefined;
  #written = 0;

  constructor(document: Json, locate: Locate, asked: Asked | undefined) {
    this.document = document;
    this.#locate = locate;
    this.#asked = asked;
  }

  carryOut(operation: Operation): void {
    const { fail } = operation;
    switch (operation.op) {
      case 'add':
      case 'replace':
        for (const target of this.#targets(operation)) this.#write(operation, target, operation.value);
        return;
      case 'remove':
        // From the end, so that the places that are still to come stay where they are.
        for (const { location } of this.#targets(operation).toReversed()) this.#remove(operation, location, 'path');
        return;
      case 'test':
        for (const { location } of this.#targets(operation)) {
          const found = valueAt(this.document, location);
          if (found === undefined || !sameJson(found, operation.value))
            fail('value', 'the value is not so', 'conflict');
        }
        return;
      case 'copy': {
        const { value } = this.#source(operation);
        this.#write(operation, this.#only(operation), value);
        return;
      }
      case 'move': {
        const { location, value } = this.#source(operation);
        const to = this.#only(operation).location;
        if (sameJson(location, to)) return;
        if (location.every((token, i) => to[i] === token)) fail('path', 'nothing can be moved into itself');
        this.#remove(operation, location, 'from');
        this.#write(operation, this.#only(operation), value);
        return;
      }
    }
  }

  #targets({ path, fail }: Operation): readonly Target[] {
    return this.#locate(this.document, path, why => fail('path', why));
  }

  #only(operation: Operation): Target {
    const [target, ...more] = this.#targets(operation);
    if (!target || more.length > 0) return operation.fail('path', 'it must name one place, and names several');
    return target;
  }

  #source({ from, fail }: Extract<Operation, { from: string }>): { readonly location: Location; readonly value: Json } {
    const [target, ...more] = this.#locate(this.document, from, why => fail('from', why));
    const value = target && valueAt(this.document, target.location);
    if (more.length > 0) return fail('from', 'it must name one place, and names several');
    return target && value !== undefined
      ? { location: target.location, value }
      : fail('from', `there is nothing at ${from}`);
  }

  #write({ op, path, fail }: Operation, { location, chosen }: Target, value: Json): void {
    this.#written += sizeOf(value, MAX_WRITTEN - this.#written);
    if (this.#written > MAX_WRITTEN) fail('value', 'the patch writes too much; send it in parts', 'tooLarge');
    const before = valueAt(this.document, location);
    const put = (what: Json): Json | undefined => replaced(this.document, location, what);
    let after: Json | undefined;
    if (chosen && before !== undefined) after = put(isObject(before) ? mergePatch(before, value) : value);
    else if (op === 'replace') after = put(value);
    else if (location.length === 0) after = value;
    // As the official examples have it: an object added for an array attribute is one more element.
    else if (op === 'add' && isArray(before) && isObject(value) && this.#isAttribute(location)) {
      after = put([...before, value]);
    } else if (op === 'add' && before === undefined && isObject(value) && this.#isArrayByStandard(location)) {
      after = added(this.document, location, [value]);
    } else after = added(this.document, location, value);
    if (after === undefined) {
      const what = op === 'replace' ? `there is nothing at ${path}; add it` : `there is no such place as ${path}`;
      fail('path', what);
    } else this.document = after;
  }

  #remove({ path, fail }: Operation, location: Location, member: 'path' | 'from'): void {
    const after = removed(this.document, location);
    if (after === undefined) fail(member, `there is nothing at ${path}`);
    else this.document = after;
  }

  /** Whether the place is a member of an object, not an element of an array. */
  #isAttribute(location: Location): boolean {
    return isObject(valueAt(this.document, location.slice(0, -1)));
  }

  #isArrayByStandard(location: Location): boolean {
    const attribute = this.#asked && location.length === 1 ? attributeAt(this.#asked, location) : undefined;
    return attribute?.many === true && !(attribute.one4 && this.#asked?.version === 'v4');
  }
}

/** About how many characters a value takes; counts no further than the limit. */
function sizeOf(value: Json, limit: number): number {
  let size = 0;
  const open: Json[] = [value];
  for (let each = open.pop(); each !== undefined && size <= limit; each = open.pop()) {
    size += typeof each === 'string' ? each.length + 2 : 4;
    if (isArray(each)) for (const element of each) open.push(element);
    else if (isObject(each)) {
      for (const [name, member] of Object.entries(each)) {
        size += name.length + 4;
        open.push(member);
      }
    }
  }
  return size;
}

/** Whether a value is too deep for those who walk over it. */
function isTooLarge(document: Json): boolean {
  let level: readonly Json[] = [document];
  let parts = 0;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH || parts > MAX_WRITTEN) return true;
    parts += level.length;
    level = level.flatMap(each => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return false;
}
