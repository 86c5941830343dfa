/** The functions that `$fn` knows from the start: Diffo's own checks of identifiers and states. */
import type { ExpectedFunction, FunctionRegistry } from './node.ts';

const containing =
  (pattern: RegExp): ExpectedFunction =>
  (_args, actual) =>
    (typeof actual === 'string' || typeof actual === 'number' || typeof actual === 'boolean') &&
    pattern.test(String(actual));

export const diffoFunctions: FunctionRegistry = new Map<string, ExpectedFunction>([
  ['generic_note@1', containing(/TST\d{12}/)],
  ['generic_external_identifier@1', containing(/ORD\d{12}/)],
  ['generic_process_status_code@1', containing(/NBNACC-\d{4}/)],
  ['generic_cost_id@1', containing(/COR\d{12}/)],
  ['service_event_type@1', containing(/service/)],
  ['non_terminal_state@1', (_args, actual) => actual === 'active' || actual === 'inactive' || actual === 'suspended'],
]);

/** The function of a name; a name without version means version 1. */
export function functionOf(registry: FunctionRegistry | undefined, name: string): ExpectedFunction | undefined {
  return registry?.get(name) ?? (name.includes('@') ? undefined : registry?.get(`${name}@1`));
}
