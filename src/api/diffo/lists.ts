/** Lists of the agent's own records page like TMF lists: `offset`, `limit`, and counts in the headers. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AgentError } from '../../core/errors.ts';
import { queryOf } from '../server.ts';

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
  if (!/^\d{1,15}$/.test(text)) {
    throw new AgentError('invalid', `${name} must be a whole number from 0, not "${text}"`, { parameter: name });
  }
  return Number(text);
}

/** A query parameter that may stand once. */
export function parameter(request: FastifyRequest, name: string): string | undefined {
  const [value, ...more] = new URLSearchParams(queryOf(request.url)).getAll(name);
  if (more.length > 0) throw new AgentError('invalid', `${name} may be given once`, { parameter: name });
  return value;
}

/** What stands in the path for `:id` or another name. */
export function inPath(request: FastifyRequest, name: string): string {
  // Fastify fills in every name of the route's path.
  return (request.params as Readonly<Record<string, string>>)[name] ?? '';
}

/** A query parameter that is true or false, and false when it is absent; throws `invalid` for anything else. */
export function flag(request: FastifyRequest, name: string): boolean {
  const text = parameter(request, name);
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw new AgentError('invalid', `${name} is true or false, not "${text}"`, { parameter: name });
}
