/** What of a TMF type is compared and how, read from the table of its shape: there is no second one. */

import type { Keys } from '../shape/attribute.ts';
import { type Attribute, resourceTypes, type Shape } from '../shape.ts';

export interface Comparator {
  /** As v5 names it; undefined for an object without a `@type`. */
  readonly type: string | undefined;
  readonly properties: ReadonlyMap<string, Property>;
  /** By what one of several is told from the others, best first. */
  readonly keys: Keys | undefined;
  /** Whether it may have properties that no table here names. */
  readonly open: boolean;
}

export interface Property {
  /**
   * How what stands there is read: as it is; as an object with properties of its own; or as data, where every name is
   * the author's.
   */
  readonly reads: 'literal' | 'object' | 'data';
  readonly attribute: Attribute;
  /** Whether an array of it stands there. */
  readonly many: boolean;
  /** What the object, or each object of the array, may be. */
  readonly of: readonly Comparator[];
}

/** One for each table, since tables lead to each other. */
const made = new WeakMap<Shape['attributes'], Comparator>();

export function comparatorOf(shape: Shape): Comparator {
  const known = made.get(shape.attributes);
  if (known) return known;
  const comparator = {
    type: shape.type?.({}),
    keys: shape.keys,
    open: shape.open === true,
    get properties(): ReadonlyMap<string, Property> {
      const properties = new Map(Object.entries(shape.attributes).map(([name, each]) => [name, propertyOf(each)]));
      Object.defineProperty(comparator, 'properties', { value: properties });
      return properties;
    },
  };
  made.set(shape.attributes, comparator);
  return comparator;
}

function propertyOf(attribute: Attribute): Property {
  return {
    reads: attribute.is === 'any' ? 'data' : attribute.shape ? 'object' : 'literal',
    attribute,
    many: attribute.many === true,
    of: [...new Set(shapesOf(attribute).map(comparatorOf))],
  };
}

/** Every shape that a value there may have; a resource may be of each kind of them. */
function shapesOf({ shape, cases }: Attribute): readonly Shape[] {
  const shapes = cases?.('v5').map(each => each.shape) ?? (shape ? [shape({}, 'v5')] : []);
  return shapes.flatMap(each => (each.entity === 'resource' ? [each, ...resourceTypes.values()] : [each]));
}
