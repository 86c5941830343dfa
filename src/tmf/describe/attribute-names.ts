/** The names that filters and `fields` may say: the attributes of an entity, those of its subtypes too. */
import type { InstanceType } from '../../core/instance.ts';
import { resourceTypes, service } from '../shape.ts';
import type { Version } from '../version.ts';
import { attributesOf } from './attributes.ts';

export function attributeNames(type: InstanceType, version: Version): readonly string[] {
  const shapes = type === 'service' ? [service] : [...resourceTypes.values()];
  const names = shapes.flatMap(shape => Object.keys(attributesOf(shape, version, 'shown')));
  return [...new Set([...names, ...(type === 'resource' && version === 'v4' ? ['resourceStatus'] : [])])];
}
