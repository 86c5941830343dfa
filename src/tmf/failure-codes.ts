/** Every `code` that a failing answer can have, with its HTTP status and what it means: what clients may decide on. */
import type { ErrorCode } from '../core/errors.ts';

export interface FailureMeaning {
  readonly status: number;
  /** One sentence: what it means and what helps. */
  readonly about: string;
}

/** Those of the agent itself, and those that only HTTP has words for. */
type KnownCode =
  | ErrorCode
  | 'malformed'
  | 'methodNotAllowed'
  | 'notAcceptable'
  | 'timeout'
  | 'preconditionFailed'
  | 'uriTooLong'
  | 'unsupportedMediaType'
  | 'expectationFailed'
  | 'tooManyRequests'
  | 'headersTooLarge'
  | 'notReady';

export const failureCodes = {
  invalid: { status: 400, about: 'What was sent can be read and is not allowed; the place says where.' },
  malformed: { status: 400, about: 'The request cannot be read: it is not HTTP, not UTF-8 or not JSON.' },
  unauthorized: { status: 401, about: 'No token, or not the one that this agent asks for.' },
  forbidden: { status: 403, about: 'Not allowed here: an unknown name of this agent, a foreign page, a callback.' },
  notFound: { status: 404, about: 'There is nothing at this path, or nothing with this id.' },
  methodNotAllowed: { status: 405, about: 'The path does not know this method; `Allow` names those it knows.' },
  notAcceptable: { status: 406, about: 'The client accepts nothing that is served at this path.' },
  timeout: { status: 408, about: 'The request did not arrive whole in time; send it again.' },
  conflict: { status: 409, about: 'What is there does not allow it as it stands: a taken id, a failed test, a state.' },
  moved: { status: 409, about: 'What the request builds on has changed meanwhile; read it again and decide anew.' },
  gone: { status: 410, about: 'The cursor points to changes that are not kept any more; read from the start.' },
  preconditionFailed: { status: 412, about: 'The entity is not the one that `If-Match` names; read it again.' },
  tooLarge: {
    status: 413,
    about: 'The body, or what it asks for, is larger than a limit; the reason names the limit.',
  },
  uriTooLong: { status: 414, about: 'The path and query are longer than a limit; the reason names the limit.' },
  unsupportedMediaType: { status: 415, about: 'The body is of a type or encoding that is not read at this path.' },
  expectationFailed: { status: 417, about: 'The header `Expect` asks for something else than 100-continue.' },
  tooManyRequests: { status: 429, about: 'Too many requests or connections; come back after `Retry-After` seconds.' },
  headersTooLarge: { status: 431, about: 'The headers are longer than a limit; the reason names the limit.' },
  internal: { status: 500, about: 'A defect of the agent; its log says more.' },
  unsupported: { status: 501, about: 'A part of the standard that this agent does not have.' },
  refused: { status: 502, about: 'The element answered, and refused.' },
  unreachable: { status: 503, about: 'The element or another party did not answer; a later try can help.' },
  storage: { status: 503, about: 'The store cannot be written, such as on a full disk; nothing was kept.' },
  notReady: { status: 503, about: 'The agent has not looked at its element yet.' },
} as const satisfies Record<KnownCode, FailureMeaning>;

export type FailureCode = keyof typeof failureCodes;

/** For descriptions and checks. */
export const failureCodeNames = Object.keys(failureCodes) as readonly FailureCode[];

export function statusOf(code: FailureCode): number {
  return failureCodes[code].status;
}
