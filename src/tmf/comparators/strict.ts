/** Whether an expectation names only what a TMF type has: a name that nothing goes by would be outstanding for ever. */
import { didYouMean } from '../../core/did-you-mean.ts';
import { AgentError } from '../../core/errors.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../../core/json.ts';
import { segment } from '../../core/path.ts';
import type { Comparator, Property } from './comparator.ts';

/** What may stand in a place of a document. */
interface Spot {
  /** The name of the property, for sentences. */
  readonly name: string;
  readonly reads: Property['reads'];
  readonly many: boolean;
  /** A word that may be kept as a list of one. */
  readonly eitherWay: boolean;
  readonly of: readonly Comparator[];
}

/**
 * Throws `invalid` with the pointer of the first property that a document of these types cannot have. What is given is
 * expectation JSON that has been read before.
 */
export function checkProperties(expected: Json, of: readonly Comparator[], profile: string): void {
  new Strict(profile).check(expected, { name: '', reads: 'object', many: false, eitherWay: false, of }, '');
}

class Strict {
  readonly #profile: string;

  constructor(profile: string) {
    this.#profile = profile;
  }

  check(source: Json, spot: Spot, pointer: string, verbatim = false): void {
    if (spot.reads === 'data') return;
    if (isArray(source)) {
      this.#elements(source, spot, pointer, verbatim);
      return;
    }
    if (!isObject(source)) return;
    const [name = '', ...more] = Object.keys(source);
    if (!verbatim && more.length === 0 && name.startsWith('$')) {
      this.#operator(name, source[name] ?? null, spot, `${pointer}/${segment(name)}`);
    } else this.#map(source, spot, pointer, verbatim);
  }

  #elements(items: readonly Json[], spot: Spot, pointer: string, verbatim: boolean): void {
    if (!spot.many && !spot.eitherWay) throw this.#wrong(`${called(spot)} is one, not an array`, pointer);
    for (const [i, item] of items.entries()) this.check(item, { ...spot, many: false }, `${pointer}/${i}`, verbatim);
  }

  /** Whatever an operator says of the same value, or of elements of it; the others speak of no property. */
  #operator(name: string, argument: Json, spot: Spot, pointer: string): void {
    switch (name) {
      case '$allOf':
      case '$anyOf':
      case '$oneOf':
      case '$noneOf':
        for (const [i, each] of listed(argument)) this.check(each, spot, `${pointer}/${i}`);
        return;
      case '$contains':
        if (isArray(argument)) this.#elements(argument, spot, pointer, false);
        return;
      case '$set':
        if (isArray(argument)) this.#elements(argument, spot, pointer, true);
        return;
      case '$keyed':
        this.#keyed(argument, spot, pointer);
        return;
      case '$map':
        if (isObject(argument)) this.#map(argument, spot, pointer, false);
        return;
      case '$eq':
      case '$literal':
        this.check(argument, spot, pointer, true);
    }
  }

  #keyed(argument: Json, spot: Spot, pointer: string): void {
    const [by, items] = [property(argument, 'by'), property(argument, 'items')];
    if (!spot.many) throw this.#wrong(`${called(spot)} is one, not an array`, pointer);
    for (const [i, name] of listed(by)) {
      let here = spot.of;
      for (const part of String(name).split('/')) {
        here = this.#propertyOf(here, part, `${pointer}/by/${i}`).flatMap(each => each.of);
      }
    }
    if (isArray(items)) this.#elements(items, spot, `${pointer}/items`, false);
  }

  #map(source: JsonObject, spot: Spot, pointer: string, verbatim: boolean): void {
    const [first] = Object.keys(source);
    if (spot.many) {
      throw this.#wrong(`${called(spot)} is an array: what is expected of it stands in [ ]`, pointer);
    }
    if (spot.reads === 'literal') {
      if (first === undefined) return;
      throw this.#wrong(`${called(spot)} is a plain value and has no ${first}`, `${pointer}/${segment(first)}`);
    }
    const of = narrowed(spot.of, source);
    for (const [key, value] of Object.entries(source)) {
      const at = `${pointer}/${segment(key)}`;
      const properties = this.#propertyOf(of, key, at);
      // Something that another API has, or that is read in several ways: then it is the author's.
      const reads = properties.every(each => each.reads === properties[0]?.reads) ? properties[0]?.reads : 'data';
      this.check(
        value,
        {
          name: key,
          reads: reads ?? 'data',
          many: properties.some(each => each.many),
          eitherWay: properties.some(({ attribute }) => attribute.oneWord === true),
          of: [...new Set(properties.flatMap(each => each.of))],
        },
        at,
        verbatim,
      );
    }
  }

  /** What goes by the name in any of the types; none where one of them may have what no table names. */
  #propertyOf(of: readonly Comparator[], name: string, pointer: string): readonly Property[] {
    const found = of.flatMap(each => each.properties.get(name) ?? []);
    if (found.length > 0 || of.some(each => each.open)) return found;
    const known = [...new Set(of.flatMap(each => [...each.properties.keys()]))];
    const types = [...new Set(of.flatMap(each => each.type ?? []))].slice(0, TYPES_SAID);
    const whose = types.length === 0 ? 'what stands here' : types.join(' or ');
    throw this.#wrong(`${whose} has no ${name}`, pointer, didYouMean(name, known));
  }

  #wrong(sentence: string, pointer: string, near = ''): AgentError {
    return new AgentError('invalid', `${sentence}, says the profile ${this.#profile}${near}`, { pointer });
  }
}

/** More are no help to whoever reads it. */
const TYPES_SAID = 3;

/** By the `@type` that is expected, where it names one of them; otherwise any may be meant. */
function narrowed(of: readonly Comparator[], source: JsonObject): readonly Comparator[] {
  for (const name of ['@type', '@baseType']) {
    const type = property(source, name);
    const named = of.filter(each => typeof type === 'string' && each.type === type);
    if (named.length > 0) return named;
  }
  return of;
}

function listed(argument: Json | undefined): Iterable<readonly [number, Json]> {
  return isArray(argument) ? argument.entries() : [];
}

function called({ name }: Spot): string {
  return name === '' ? 'the document' : name;
}
