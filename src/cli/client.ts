/** Speaks HTTP with one agent: asks, pages, follows; what goes wrong becomes one sentence. */
import { AgentError, type ErrorCode, retryable, sentence } from '../core/errors.ts';
import type { Instant } from '../core/ids.ts';
import { isArray, type Json } from '../core/json.ts';
import { chunks, events } from './event-stream.ts';
import { textAt } from './read.ts';

const ANSWER_WITHIN_MS = 15_000;
/** Orders are answered when they have been carried out on the element. */
const ORDER_WITHIN_MS = 10 * 60_000;
const ROWS_PER_PAGE = 500;

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Client {
  readonly url: string;
  get(path: string, query?: Query): Promise<Json>;
  /** Undefined where there is nothing. */
  find(path: string, query?: Query): Promise<Json | undefined>;
  /** All pages of a list. */
  list(path: string, query?: Query): Promise<readonly Json[]>;
  post(path: string, body: Json, query?: Query): Promise<Json>;
  /** A post that is answered when the work is done. */
  order(path: string, body: Json): Promise<Json>;
  /** A merge patch. */
  patch(path: string, body: Json): Promise<Json>;
  remove(path: string): Promise<void>;
  /** The changes after a cursor as they come; ends when the agent ends the stream. */
  changes(after: string, signal?: AbortSignal): AsyncGenerator<Json>;
  /** The agent's time as of its last answer. */
  now(): Instant;
}

interface Ask {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly query?: Query;
  readonly body?: Json;
  readonly accept?: string;
  readonly withinMs?: number;
  readonly signal?: AbortSignal;
}

export function connect(url: string, token: string | undefined): Client {
  let aheadMs = 0;

  const send = async (path: string, ask: Ask): Promise<Response> => {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(ask.query ?? {})) if (value !== undefined) query.set(name, `${value}`);
    const address = `${url}${path}${query.size === 0 ? '' : `?${query}`}`;
    const deadline = ask.withinMs === undefined ? [] : [AbortSignal.timeout(ask.withinMs)];
    try {
      const response = await fetch(address, {
        method: ask.method ?? 'GET',
        headers: {
          accept: ask.accept ?? 'application/json',
          ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        redirect: 'error',
        ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
        signal: AbortSignal.any([...deadline, ...(ask.signal ? [ask.signal] : [])]),
      });
      const told = Date.parse(response.headers.get('date') ?? '');
      if (!Number.isNaN(told)) aheadMs = told - Date.now();
      if (!response.ok) throw refusal(url, response.status, await response.text());
      return response;
    } catch (error) {
      throw error instanceof AgentError ? error : unreachable(url, error, ask.withinMs);
    }
  };

  const answer = async (path: string, ask: Ask): Promise<{ body: Json; headers: Headers }> => {
    const response = await send(path, { withinMs: ANSWER_WITHIN_MS, ...ask });
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      throw unreachable(url, error, ask.withinMs ?? ANSWER_WITHIN_MS);
    }
    return { body: text === '' ? null : readAnswer(url, text), headers: response.headers };
  };

  const get = async (path: string, query: Query = {}): Promise<Json> => (await answer(path, { query })).body;

  return {
    url,
    get,
    find: async (path, query) => {
      try {
        return await get(path, query);
      } catch (error) {
        if (error instanceof AgentError && error.code === 'notFound') return undefined;
        throw error;
      }
    },
    list: async (path, query = {}) => {
      const all: Json[] = [];
      for (;;) {
        const page = { ...query, offset: all.length, limit: ROWS_PER_PAGE };
        const { body, headers } = await answer(path, { query: page });
        if (!isArray(body)) throw strange(url);
        all.push(...body);
        const total = headers.get('x-total-count');
        const isLast = total === null ? body.length < ROWS_PER_PAGE : all.length >= Number(total);
        if (isLast || body.length === 0) return all;
      }
    },
    post: async (path, body, query = {}) => (await answer(path, { method: 'POST', body, query })).body,
    order: async (path, body) => (await answer(path, { method: 'POST', body, withinMs: ORDER_WITHIN_MS })).body,
    patch: async (path, body) => (await answer(path, { method: 'PATCH', body })).body,
    remove: async path => {
      await answer(path, { method: 'DELETE' });
    },
    changes: async function* (after, signal) {
      const stream = await send('/diffo/v1/changes', {
        query: { after },
        accept: 'text/event-stream',
        ...(signal ? { signal } : {}),
      });
      try {
        const bytes = stream.body === null ? [] : chunks(stream.body, signal);
        for await (const data of events(bytes)) yield readAnswer(url, data);
      } catch (error) {
        if (signal?.aborted) return;
        throw error instanceof AgentError ? error : unreachable(url, error, undefined);
      }
    },
    now: () => Date.now() + aheadMs,
  };
}

function readAnswer(url: string, text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    throw strange(url);
  }
}

function strange(url: string): AgentError {
  return new AgentError('internal', `what answers at ${url} is no Diffo Edge agent; say where it is with --at URL`);
}

const codeOfStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  409: 'conflict',
  410: 'gone',
  413: 'tooLarge',
  422: 'invalid',
  501: 'unsupported',
  502: 'refused',
  503: 'unreachable',
};

/** An error body in TMF's form, as an error with its sentence. */
function refusal(url: string, status: number, text: string): AgentError {
  let body: Json = null;
  try {
    body = JSON.parse(text);
  } catch {
    // Not an agent's answer; the status alone has to do.
  }
  const said = textAt(body, 'code') ?? '';
  const code = Object.hasOwn(retryable, said) ? (said as ErrorCode) : (codeOfStatus[status] ?? 'internal');
  const reason = textAt(body, 'reason') ?? textAt(body, 'message');
  if (reason === undefined) return status === 404 ? strange(url) : new AgentError(code, `${url} answers ${status}`);
  if (code === 'unauthorized') {
    return new AgentError(code, `the agent at ${url} asks for its token; say --token-file FILE`);
  }
  const [, pointer] = /^See (\S+) of the body$/.exec(textAt(body, 'message') ?? '') ?? [];
  if (pointer === undefined) return new AgentError(code, reason);
  return new AgentError(code, reason.includes(pointer) ? reason : `${reason} (at ${pointer})`, { pointer });
}

function unreachable(url: string, error: unknown, withinMs: number | undefined): AgentError {
  const cause = error instanceof Error ? error.cause : undefined;
  const why = codeOf(cause) ?? codeOf(error) ?? '';
  const message = ((): string => {
    if (error instanceof Error && error.name === 'TimeoutError') {
      return `the agent at ${url} did not answer within ${(withinMs ?? 0) / 1000} s; look at its log`;
    }
    if (/CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(why)) {
      return `the certificate of ${url} is not trusted (${why}); name its authority in NODE_EXTRA_CA_CERTS`;
    }
    if (/^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(why)) {
      return `the agent at ${url} hung up in the middle; look at its log, then try again`;
    }
    if (cause instanceof Error && cause.message === 'bad port') {
      return `no HTTP client may call port ${new URL(url).port}; let the agent serve on another`;
    }
    const but = why === 'ECONNREFUSED' || why === '' ? '' : ` (${why})`;
    return `no agent answers at ${url}${but}; start one with ./scripts/start or say --at URL`;
  })();
  return new AgentError('unreachable', message, { cause: new Error(sentence(error), { cause: error }) });
}

/** The code of a network error, which may stand on the first of several. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
