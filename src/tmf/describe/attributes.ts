/** Which attributes a version has of a shape, and which of them must be there. */
import type { JsonObject } from '../../core/json.ts';
import { any } from '../shape/attribute.ts';
import { type Attribute, own, type Shape } from '../shape.ts';
import type { Version } from '../version.ts';
import type { Use } from './shape-schemas.ts';

/** In v4 what a flat attribute holds stands beside its role. */
export function attributesOf(shape: Shape, version: Version, use: Use): Readonly<Record<string, Attribute>> {
  if (version === 'v5') return shape.attributes;
  if (shape.flat !== undefined) {
    const shapes = heldBy(shape, version).map(each => each.shape.attributes);
    const all: Readonly<Record<string, Attribute>> = Object.assign({}, ...shapes);
    const isInEach = (name: string): boolean => shapes.every(each => own(each, name) !== undefined);
    const shared = Object.entries(all).map(([name, each]) => [name, isInEach(name) ? each : any]);
    return { ...Object.fromEntries(shared), role: { is: 'text' } };
  }
  return Object.fromEntries(
    Object.entries(shape.attributes)
      .filter(([, attribute]) => use !== 'shown' || !attribute.since5)
      .map(([name, attribute]) => [attribute.name4 ?? name, attribute]),
  );
}

interface FlatCase {
  readonly when: JsonObject;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** What stands beside the role only where it is one thing and not another. */
export function flatCases(shape: Shape, version: Version): readonly FlatCase[] {
  if (version === 'v5') return [];
  const cases = heldBy(shape, version);
  return cases.flatMap(({ when, shape: { attributes } }) => {
    const own = Object.entries(attributes).filter(([name]) => cases.some(each => !(name in each.shape.attributes)));
    return own.length === 0 ? [] : [{ when, attributes: Object.fromEntries(own) }];
  });
}

function heldBy(shape: Shape, version: Version): readonly { readonly when: JsonObject; readonly shape: Shape }[] {
  const held = shape.flat === undefined ? undefined : own(shape.attributes, shape.flat);
  return held?.cases?.(version) ?? (held?.shape ? [{ when: {}, shape: held.shape({}) }] : []);
}

/** `fields` may leave out all but what an object is; a merge patch says what it changes. */
export function mandatoryOf(shape: Shape, version: Version, use: Use): readonly string[] {
  switch (use) {
    case 'shown':
      return shape.type && shape.entity === undefined && version === 'v5' ? ['@type'] : [];
    case 'made':
      return version === 'v4' ? shape.mandatory4 : shape.mandatory;
    case 'patched':
      return [];
  }
}
