/** From what went wrong to the answer: the one place that knows HTTP statuses. */
import type { FastifyError, FastifyReply } from 'fastify';
import { AgentError, type ErrorCode } from '../core/errors.ts';
import type { Log } from '../ports/log.ts';
import { errorBody, type Failure } from '../tmf/error-body.ts';

export const statusOf: Record<ErrorCode, number> = {
  invalid: 400,
  notFound: 404,
  conflict: 409,
  moved: 409,
  gone: 410,
  unsupported: 501,
  forbidden: 403,
  unauthorized: 401,
  tooLarge: 413,
  unreachable: 503,
  refused: 502,
  storage: 503,
  internal: 500,
};

/** What only HTTP has words for: a path or method that is not there, media types, preconditions. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'HttpRefusal';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The answer to what was thrown. What is not for the caller is logged and not told. */
export function failureOf(error: unknown, log: Log): Failure {
  if (error instanceof AgentError) {
    const status = statusOf[error.code];
    if (status >= 500 && error.code !== 'unsupported') log.warn('a request failed', { code: error.code, error });
    const told = error.code !== 'internal';
    return { status, code: error.code, reason: told ? error.message : internalReason, pointer: error.pointer };
  }
  if (error instanceof HttpRefusal) return { status: error.status, code: error.code, reason: error.message };
  const { statusCode, code } = (error ?? {}) as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return { status: 413, code: 'tooLarge', reason: 'The body is larger than this agent accepts' };
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const reason = 'Bodies of this media type are not read here; send application/json';
    return { status: 415, code: 'unsupportedMediaType', reason };
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, code: 'invalid', reason: (error as Error).message };
  }
  log.error('a request failed for a reason nobody foresaw', { error });
  return { status: 500, code: 'internal', reason: internalReason };
}

const internalReason = 'Something went wrong inside the agent; its log says what';

/** Answers with the body of TMF630; the shape follows the version in the path. */
export function answerFailure(
  reply: FastifyReply,
  url: string,
  failure: Failure,
  headers?: Readonly<Record<string, string>>,
): void {
  const version = url.includes('/v5') && !url.startsWith('/diffo/') ? 'v5' : undefined;
  if (headers) reply.headers(headers);
  if (failure.status === 401) reply.header('www-authenticate', 'Bearer');
  reply
    .code(failure.status)
    .type(jsonType)
    .send(JSON.stringify(errorBody(failure, version)));
}

export const jsonType = 'application/json; charset=utf-8';
