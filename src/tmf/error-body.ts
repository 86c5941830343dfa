/** The body of a failing answer, as TMF630 has it. */
import type { JsonObject } from '../core/json.ts';

export interface Failure {
  readonly status: number;
  /** What others decide on. */
  readonly code: string;
  /** A sentence: what is wrong and what to do. */
  readonly reason: string;
  /** JSON pointer into what was given. */
  readonly pointer?: string | undefined;
}

export function errorBody({ status, code, reason, pointer }: Failure, version?: 'v4' | 'v5'): JsonObject {
  return {
    code,
    reason,
    ...(pointer === undefined || pointer === '' ? {} : { message: `See ${pointer} of the body` }),
    status: String(status),
    ...(version === 'v5' ? { '@type': 'Error' } : {}),
  };
}
