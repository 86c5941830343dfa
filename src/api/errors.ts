/** From what went wrong to the answer of HTTP; the statuses stand in the table of codes. */
import type { FastifyError, FastifyReply } from 'fastify';
import { AgentError } from '../core/errors.ts';
import type { Log } from '../ports/log.ts';
import { errorBody, type Failure } from '../tmf/error-body.ts';
import { type FailureCode, statusOf } from '../tmf/failure-codes.ts';

export interface RefusalPlace {
  readonly headers?: Readonly<Record<string, string>>;
  /** The query parameter or header that it is about. */
  readonly parameter?: string;
}

/** What only HTTP has words for: a path or method that is not there, media types, preconditions. */
export class HttpRefusal extends Error {
  readonly code: FailureCode;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly parameter: string | undefined;

  constructor(code: FailureCode, message: string, { headers, parameter }: RefusalPlace = {}) {
    super(message);
    this.name = 'HttpRefusal';
    this.code = code;
    this.headers = headers;
    this.parameter = parameter;
  }
}

/** The answer to what was thrown. What is not for the caller is logged and not told. */
export function failureOf(error: unknown, log: Log): Failure {
  if (error instanceof AgentError) {
    const { code, pointer, parameter } = error;
    if (statusOf(code) >= 500 && code !== 'unsupported') log.warn('a request failed', { code, error });
    return { code, reason: code === 'internal' ? internalReason : error.message, pointer, parameter };
  }
  if (error instanceof HttpRefusal) return { code: error.code, reason: error.message, parameter: error.parameter };
  const { statusCode, code } = (error ?? {}) as Partial<FastifyError>;
  if (code === 'FST_ERR_MAX_PARAM_LENGTH') {
    return { code: 'notFound', reason: 'There is nothing with an id that is so long' };
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return { code: 'malformed', reason: (error as Error).message };
  }
  log.error('a request failed for a reason nobody foresaw', { error });
  return { code: 'internal', reason: internalReason };
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
  // Of what was about to be shown.
  reply.removeHeader('etag');
  if (headers) reply.headers(headers);
  if (failure.code === 'unauthorized') reply.header('www-authenticate', 'Bearer');
  reply
    .code(statusOf(failure.code))
    .type(jsonType)
    .send(JSON.stringify(errorBody(failure, version)));
}

export const jsonType = 'application/json; charset=utf-8';
