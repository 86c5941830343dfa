/** JSON Schema of lists of operations (RFC 6902) as patches. */
import type { JsonObject } from '../../core/json.ts';
import { MAX_OPERATIONS, MAX_PATH_LENGTH } from '../patch/operation.ts';

const path = { type: 'string', maxLength: MAX_PATH_LENGTH };

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
