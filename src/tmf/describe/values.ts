/** JSON Schemas of single values, as the tables name them. */
import { isArray, type JsonObject } from '../../core/json.ts';
import { type Attribute, own } from '../shape.ts';
import type { Version } from '../version.ts';
import type { Use } from './shape-schemas.ts';

/** Of a value that is no object of a shape. */
export function ofAttribute(attribute: Attribute, version: Version, use: Use): JsonObject {
  switch (attribute.is) {
    case 'any':
      return {};
    case 'text':
      return { type: 'string' };
    case 'flag':
      return { type: 'boolean' };
    case 'integer':
      return { type: 'integer', ...bounds(attribute) };
    case 'number':
      return { type: 'number', ...bounds(attribute) };
    case 'date':
      return { type: 'string', format: 'date-time' };
    case 'word':
      return wordsOf(attribute, version, use);
    case 'object':
      return { type: 'object' };
  }
}

function bounds({ from, to }: Attribute): JsonObject {
  return { ...(from === undefined ? {} : { minimum: from }), ...(to === undefined ? {} : { maximum: to }) };
}

function wordsOf(
  { words = [], words4 = {}, own: ours = {}, free4 }: Attribute,
  version: Version,
  use: Use,
): JsonObject {
  // What a client of v4 wrote is shown in v5 as well.
  if (free4 && (version === 'v4' || use === 'shown')) return { type: 'string', examples: [...words] };
  const spelt = version === 'v4' ? [...new Set(words.map(word => own(words4, word) ?? word))] : [...words];
  const more = Object.keys(ours).filter(word => !spelt.includes(word));
  if (use === 'shown' || more.length === 0) return { type: 'string', enum: spelt };
  return {
    type: 'string',
    enum: [...spelt, ...more],
    'x-tmf-extension': true,
    description: `Words of this agent beside those of the standard, shown as the standard has them: ${more.join(', ')}`,
  };
}

/** The same, and null: in what is made it says the same as leaving out, in a patch it takes away. */
export function nullable(schema: JsonObject): JsonObject {
  const { type, enum: words, ...rest } = schema;
  if (typeof type !== 'string') {
    const { description, 'x-tmf-extension': ours, ...bare } = schema;
    if (Object.keys(bare).length === 0) return schema;
    return {
      anyOf: [bare, { type: 'null' }],
      ...(description === undefined ? {} : { description }),
      ...(ours === undefined ? {} : { 'x-tmf-extension': ours }),
    };
  }
  return { type: [type, 'null'], ...(isArray(words) ? { enum: [...words, null] } : {}), ...rest };
}
