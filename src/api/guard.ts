/** Who may ask: names this agent goes by, pages that may call it, and the token, where one is configured. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { AgentError } from '../core/errors.ts';

export interface GuardSettings {
  /** Bound to loopback: only loopback names and those in `hosts` are answered, so that no page can rebind DNS to it. */
  readonly loopback: boolean;
  /** Further names, `host` or `host:port`, by which it is called. */
  readonly hosts: readonly string[];
  /** Bearer token; absent: nobody is asked for one. */
  readonly token?: string;
}

const loopbackName = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** Paths that say nothing but that the agent is alive. */
const open: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** A check of every request; throws `forbidden` or `unauthorized`. */
export function guard({ loopback, hosts, token }: GuardSettings): (request: FastifyRequest) => void {
  const known = new Set(hosts.map(host => host.toLowerCase()));
  // Most requests name the same few hosts; a stranger's names are not kept.
  const accepted = new Set<string>();
  const isKnown = (host: string): boolean => {
    if (accepted.has(host)) return true;
    const name = host.toLowerCase().replace(/:\d+$/, '');
    if (!loopbackName.test(name) && !known.has(name) && !known.has(host.toLowerCase())) return false;
    if (accepted.size < 64) accepted.add(host);
    return true;
  };
  const digest = token === undefined ? undefined : sha256(`Bearer ${token}`);
  return request => {
    const { host, origin, authorization } = request.headers;
    if (loopback && (host === undefined || !isKnown(host))) {
      throw new AgentError(
        'forbidden',
        'This agent does not go by that name; call it by its address, or configure the name',
      );
    }
    if (origin !== undefined && !sameSite(origin, host, known)) {
      throw new AgentError('forbidden', 'Pages of other sites may not call this agent');
    }
    if (digest !== undefined && !open.has(request.url)) {
      if (authorization === undefined || !timingSafeEqual(sha256(authorization), digest)) {
        throw new AgentError('unauthorized', 'Send the token of this agent: Authorization: Bearer TOKEN');
      }
    }
  };
}

function sameSite(origin: string, host: string | undefined, known: ReadonlySet<string>): boolean {
  if (!URL.canParse(origin)) return false;
  const { host: from } = new URL(origin);
  return from !== '' && (from === host?.toLowerCase() || known.has(from));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
