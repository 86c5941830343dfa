/** What can go wrong, as codes that others decide on; only `api` knows the HTTP status of each. */

export type ErrorCode =
  /** The caller's words cannot be read or are not allowed; `pointer` says where. */
  | 'invalid'
  | 'notFound'
  /** The thing is there but its state does not allow what was asked. */
  | 'conflict'
  /** What was read has moved since; look again and decide anew. */
  | 'moved'
  /** The reader asks for changes that are no longer kept. */
  | 'gone'
  | 'unsupported'
  | 'forbidden'
  | 'unauthorized'
  | 'tooLarge'
  /** The element or another party did not answer. */
  | 'unreachable'
  /** The element answered, and refused. */
  | 'refused'
  /** The disk is full or cannot be written. */
  | 'storage'
  | 'internal';

/** Whether trying the same again later can help. */
export const retryable: Record<ErrorCode, boolean> = {
  invalid: false,
  notFound: false,
  conflict: false,
  moved: true,
  gone: false,
  unsupported: false,
  forbidden: false,
  unauthorized: false,
  tooLarge: false,
  unreachable: true,
  refused: true,
  storage: true,
  internal: true,
};

export interface ErrorPlace {
  /** JSON pointer into what was given. */
  readonly pointer?: string;
  /** The query parameter that it is about. */
  readonly parameter?: string;
  readonly cause?: unknown;
}

/** The one error of this house. `message` is a sentence: what is wrong, where, and what to do. */
export class AgentError extends Error {
  readonly code: ErrorCode;
  readonly pointer: string | undefined;
  readonly parameter: string | undefined;

  constructor(code: ErrorCode, message: string, place: ErrorPlace = {}) {
    super(message, place.cause === undefined ? undefined : { cause: place.cause });
    this.name = 'AgentError';
    this.code = code;
    this.pointer = place.pointer;
    this.parameter = place.parameter;
  }
}

/** The sentence of anything that was thrown. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
