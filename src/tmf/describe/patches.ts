/** JSON Schema of lists of operations (RFC 6902) as patches. */
import type { JsonObject } from '../../core/json.ts';
import { toTheList } from '../patch/batch.ts';
import { MAX_OPERATIONS, MAX_PATH_LENGTH } from '../patch/operation.ts';

const path = { type: 'string', maxLength: MAX_PATH_LENGTH };

/** The patch of a collection: each entity is added to the list. */
export function batchSchema(entity: JsonObject): JsonObject {
  return {
    type: 'array',
    minItems: 1,
    items: {
      type: 'object',
      properties: { op: { const: 'add' }, path: { type: 'string', enum: [...toTheList] }, value: entity },
      required: ['op', 'path', 'value'],
    },
  };
}

/** Each operation with what it needs. */
export function operationsSchema(): JsonObject {
  const operation = (ops: readonly string[], needs: JsonObject): JsonObject => ({
    type: 'object',
    properties: { op: { type: 'string', enum: [...ops] }, path, ...needs },
    required: ['op', 'path', ...Object.keys(needs)],
  });
  return {
    type: 'array',
    maxItems: MAX_OPERATIONS,
    items: {
      anyOf: [
        operation(['add', 'replace', 'test'], { value: {} }),
        operation(['remove'], {}),
        operation(['move', 'copy'], { from: path }),
      ],
    },
  };
}
