/** Which attributes a version has of a shape, and which of them must be there. */
import { type Attribute, own, type Shape } from '../shape.ts';
import type { Version } from '../version.ts';
import type { Use } from './shape-schemas.ts';

/** In v4 what a flat attribute holds stands beside its role. */
export function attributesOf(shape: Shape, version: Version, use: Use): Readonly<Record<string, Attribute>> {
  if (version === 'v5') return shape.attributes;
  if (shape.flat !== undefined) {
    const held = own(shape.attributes, shape.flat);
    const shapes = held?.cases?.(version).map(each => each.shape) ?? (held?.shape ? [held.shape({})] : []);
    return Object.assign({}, ...shapes.map(each => each.attributes), { role: { is: 'text' } });
  }
  return Object.fromEntries(
    Object.entries(shape.attributes)
      .filter(([, attribute]) => use !== 'shown' || !attribute.since5)
      .map(([name, attribute]) => [attribute.name4 ?? name, attribute]),
  );
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
