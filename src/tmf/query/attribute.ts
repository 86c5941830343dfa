/** What the standard says of the attribute at a path, as a version shows it. */
import type { InstanceType } from '../../core/instance.ts';
import { type Attribute, attributeOf, own } from '../shape.ts';
import type { Version } from '../version.ts';

/** Of which entities a question is asked, and in which version's words. */
export interface Asked {
  readonly type: InstanceType;
  readonly version: Version;
  /** What may stand before an attribute, as it does in an event: `event.service.state`. */
  readonly below?: readonly string[];
}

/** As far as one table tells; undefined for extensions. */
export function attributeAt({ type, version, below = [] }: Asked, path: readonly string[]): Attribute | undefined {
  const isBelow = below.every((name, i) => path[i] === name);
  const [first = '', ...rest] = isBelow ? path.slice(below.length) : path;
  let attribute = attributeOf(type, first);
  for (const name of rest) {
    const shape = attribute?.shape?.({});
    const flat = version === 'v4' && shape?.flat !== undefined ? shape.attributes[shape.flat]?.shape?.({}) : undefined;
    attribute = shape && (own(shape.attributes, name) ?? (flat && own(flat.attributes, name)));
  }
  return attribute;
}
