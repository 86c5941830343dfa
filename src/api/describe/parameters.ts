/** The parameters of lists and entities, as TMF630 has them. */
import type { InstanceType } from '../../core/instance.ts';
import type { JsonObject } from '../../core/json.ts';
import { attributeNames } from '../../tmf/describe/attribute-names.ts';
import { reserved } from '../../tmf/query/conditions.ts';
import type { Version } from '../../tmf/version.ts';

const text = { type: 'string' };
const whole = { type: 'integer', minimum: 0 };

const inQuery = (name: string, description: string, schema: JsonObject, more: JsonObject = {}): JsonObject => ({
  name,
  in: 'query',
  description,
  schema,
  ...more,
});
const inHeader = (name: string, description: string): JsonObject => ({
  name,
  in: 'header',
  description,
  schema: text,
  'x-tmf-extension': true,
});
const ours = { 'x-tmf-extension': true };

const fields = inQuery(
  'fields',
  'Attributes to show, by comma; dotted names select inside; none shows only what identifies it',
  text,
  { example: 'name,category' },
);
const sort = 'Attributes to order by, by comma, - for descending';
const filter = 'JSONPath that an entity must meet (RFC 9535 and the dialect of TMF630)';
const cursor = 'Cursor from a Link; an empty `after` is the beginning';

/** As `components.parameters` has them; those of ours stand beside those of the standard. */
export const parameters: JsonObject = {
  Id: { name: 'id', in: 'path', required: true, description: 'Its id', schema: text },
  Fields: fields,
  FieldsOfWrites: { ...fields, ...ours },
  Offset: inQuery('offset', 'How many to skip', whole),
  Limit: inQuery('limit', 'How many to show at most', whole),
  Sort: inQuery('sort', sort, text, { example: '-name' }),
  SortOfOurs: inQuery('sort', sort, text, { example: '-name', ...ours }),
  Filter: inQuery('filter', filter, text, { example: "$[?(@.name=='wan')]" }),
  FilterOfOurs: inQuery('filter', filter, text, { example: "$[?(@.name=='wan')]", ...ours }),
  Before: inQuery('before', cursor, text),
  BeforeOfOurs: inQuery('before', cursor, text, ours),
  After: inQuery('after', cursor, text),
  AfterOfOurs: inQuery('after', cursor, text, ours),
  Which: inQuery(
    'which',
    'As it is, as it is expected, or what of that is outstanding; the exact expectation stands in `expectation`',
    { type: 'string', enum: ['actual', 'expected', 'outstanding'], default: 'actual' },
    ours,
  ),
  IfMatch: inHeader('If-Match', 'Writes only if its entity tag is one of these'),
  IfNoneMatch: inHeader('If-None-Match', 'A read answers 304, a write 412, if its entity tag is one of these'),
  Range: {
    ...inHeader('Range', 'Which part of the list, such as items=0-19, instead of offset and limit'),
    schema: { type: 'string', pattern: '^items=[0-9]{1,15}-([0-9]{1,15})?$' },
  },
};

const at = (name: string): JsonObject => ({ $ref: `#/components/parameters/${name}` });

export const idParameter = at('Id');
export const rangeParameter = at('Range');
export const whichParameter = at('Which');
export const preconditions = { ifMatch: at('IfMatch'), ifNoneMatch: at('IfNoneMatch') };

/** TMF639 v5 has order, JSONPath and cursors; the other files do not. */
export function listParameters(type: InstanceType, version: Version): JsonObject[] {
  const more = type === 'resource' && version === 'v5' ? '' : 'OfOurs';
  return [
    ...['Fields', 'Offset', 'Limit'].map(at),
    ...['Sort', 'Filter', 'Before', 'After'].map(name => at(`${name}${more}`)),
  ];
}

/** Any attribute is a parameter, and so is a dotted way into one. */
export function attributeFilters(type: InstanceType, version: Version): JsonObject {
  const names = attributeNames(type, version).filter(name => !reserved.has(name));
  return {
    name: 'attributes',
    in: 'query',
    description:
      'Any attribute by its name: what it must be, alternatives by comma. A dotted name leads into it, an ending ' +
      '.eq, .gt, .gte, .lt, .lte or .regex says how it compares.',
    style: 'form',
    explode: true,
    schema: {
      type: 'object',
      properties: Object.fromEntries(names.map(name => [name, text])),
      additionalProperties: text,
    },
    'x-tmf-extension': true,
  };
}
