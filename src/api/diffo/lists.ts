/** Lists of the agent's own records page like TMF lists: `offset`, `limit`, and counts in the headers. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AgentError } from '../../core/errors.ts';

/** Keeps one answer small enough to hold in memory on a device. */
const LONGEST_PAGE = 1_000;

export interface Page {
  readonly offset: number;
  readonly limit: number;
}

export function readPage(request: FastifyRequest): Page {
  return {
    offset: wholeNumber(request, 'offset') ?? 0,
    limit: Math.min(wholeNumber(request, 'limit') ?? LONGEST_PAGE, LONGEST_PAGE),
  };
}

/** Sends one page of a list that is whole already. */
export function sendPage<T>(
  request: FastifyRequest,
  reply: FastifyReply,
  all: readonly T[],
  show: (one: T) => unknown,
) {
  const { offset, limit } = readPage(request);
  const page = all.slice(offset, offset + limit).map(show);
  return reply.header('X-Total-Count', all.length).header('X-Result-Count', page.length).send(page);
}

/** A query parameter that is a whole number from 0; undefined when it is absent; throws `invalid` for anything else. */
export function wholeNumber(request: FastifyRequest, name: string): number | undefined {
  const text = parameter(request, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new AgentError('invalid', `${name} must be a whole number from 0, not "${text}"`);
  return Number(text);
}

/** A query parameter that may stand once. */
export function parameter(request: FastifyRequest, name: string): string | undefined {
  const query = request.query as Readonly<Record<string, string | readonly string[] | undefined>>;
  const value = Object.hasOwn(query, name) ? query[name] : undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw new AgentError('invalid', `${name} may be given once`);
}
