/** The PATCH of a collection, by which TMF630 makes several entities at once: a JSON patch that adds to the list. */
import { AgentError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { readOperations } from './operation.ts';

/** Where an entity is added: TMF630 writes `/`, RFC 6902 `/-`, some neither. */
export const toTheList: ReadonlySet<string> = new Set(['/', '/-', '-', '']);

/** What each operation adds, in their order. Throws `invalid`. */
export function readBatch(body: Json): readonly Json[] {
  const operations = readOperations(body, Number.POSITIVE_INFINITY);
  if (operations.length === 0) throw new AgentError('invalid', 'The patch adds nothing', { pointer: '' });
  return operations.map(operation => {
    if (operation.op !== 'add')
      return operation.fail('op', 'a list is patched by add alone; patch each by its own path');
    if (!toTheList.has(operation.path)) return operation.fail('path', 'it must be "/" or "/-"');
    return operation.value;
  });
}
