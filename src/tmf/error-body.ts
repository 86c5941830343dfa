/** The body of a failing answer, as TMF630 has it. */
import type { JsonObject } from '../core/json.ts';
import { type FailureCode, statusOf } from './failure-codes.ts';
import type { Version } from './version.ts';

export interface Failure {
  /** What others decide on; the HTTP status goes with it. */
  readonly code: FailureCode;
  /** A sentence: what is wrong and what to do. */
  readonly reason: string;
  /** JSON pointer into the body that was sent. */
  readonly pointer?: string | undefined;
  /** The query parameter or header that it is about. */
  readonly parameter?: string | undefined;
}

/**
 * The place stands in members of its own, `pointer` or `parameter`, and in words in `message`. `referenceError` is left
 * out: what it would refer to is not on the device.
 */
export function errorBody({ code, reason, pointer, parameter }: Failure, version?: Version): JsonObject {
  return {
    code,
    reason,
    ...placeOf(pointer, parameter),
    status: String(statusOf(code)),
    ...(version === 'v5' ? { '@type': 'Error' } : {}),
  };
}

function placeOf(pointer: string | undefined, parameter: string | undefined): JsonObject {
  if (parameter !== undefined) return { message: `See the parameter ${parameter}`, parameter };
  if (pointer === undefined || pointer === '') return {};
  return { message: `See ${pointer} of the body`, pointer };
}
