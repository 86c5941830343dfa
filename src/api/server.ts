/** The HTTP server: one way to fail, one way to be guarded; what it serves is added by functions of their own files. */

import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  fastify,
  type HTTPMethods,
} from 'fastify';
import type { Log } from '../ports/log.ts';
import { errorBody } from '../tmf/error-body.ts';
import { statusOf } from '../tmf/failure-codes.ts';
import { parseBody } from './body.ts';
import { answerFailure, failureOf, HttpRefusal, jsonType } from './errors.ts';
import { type GuardSettings, guard } from './guard.ts';

export type App = FastifyInstance;

export interface ServerSettings extends GuardSettings {
  readonly log: Log;
  /** PEM; absent: plain HTTP. */
  readonly https?: { readonly key: string; readonly cert: string };
}

/** A TMF entity with a long list of characteristics is some ten kilobytes. */
const BODY_LIMIT_BYTES = 1024 * 1024;
const MAX_ID_LENGTH = 512;
/** A client that trickles its request is not waited for longer. */
const REQUEST_TIMEOUT_MS = 30_000;

/** A server that fails as TMF630 says on every path; routes are added by `(app, parts) => void`. */
export function createServer({ log, https, ...guarded }: ServerSettings): App {
  const options: FastifyServerOptions = {
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: {
      ignoreTrailingSlash: true,
      maxParamLength: MAX_ID_LENGTH,
    },
    clientErrorHandler: answerUnreadable,
    frameworkErrors: (error, request, reply) => {
      answerFailure(reply as FastifyReply, request.url, failureOf(error, log));
    },
    forceCloseConnections: 'idle',
  };
  // The types of a server with and without TLS differ in nothing that is used here.
  const app = https ? (fastify({ ...options, https } as FastifyServerOptions) as App) : fastify(options);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(['application/json', 'application/merge-patch+json'], { parseAs: 'string' }, readJson);
  app.addContentTypeParser([...operationMedia], { parseAs: 'string' }, (request, body, done) => {
    if (isOperable(app, request)) readJson(request, body, done);
    else
      done(new HttpRefusal('unsupportedMediaType', 'The body must be application/json', { parameter: 'Content-Type' }));
  });
  const check = guard(guarded);
  app.addHook('onRequest', (request, _reply, done) => {
    try {
      check(request);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  app.setErrorHandler((error, request, reply) => {
    answerFailure(reply, request.url, failureOf(error, log), error instanceof HttpRefusal ? error.headers : undefined);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.url);
    const allow = allowedAt(app, path);
    if (allow !== undefined) {
      throw new HttpRefusal('methodNotAllowed', `${request.method} is not served here; ${allow} are`, {
        headers: { allow },
      });
    }
    answerFailure(reply, request.url, { code: 'notFound', reason: `There is nothing at ${path}` });
  });
  return app;
}

type Parsed = (error: Error | null, body?: unknown) => void;

function readJson(_request: FastifyRequest, body: string | Buffer, done: Parsed): void {
  try {
    done(null, parseBody(String(body)));
  } catch (error) {
    done(error as Error);
  }
}

/** Bodies that are lists of operations; only a path that says so takes them, others would read them as documents. */
const operationMedia = ['application/json-patch+json', 'application/json-patch-query+json'] as const;

const operable = new WeakMap<App, Set<string>>();

/** The path's PATCH takes lists of operations too. */
export function takesOperations(app: App, path: string): void {
  operable.set(app, (operable.get(app) ?? new Set()).add(path));
}

function isOperable(app: App, { method, routeOptions }: FastifyRequest): boolean {
  return method === 'PATCH' && (operable.get(app)?.has(routeOptions.url ?? '') ?? false);
}

export type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;
export type Methods = Partial<Record<'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', Handler>>;

/** What each path of a server answers to. Refusals as routes of their own would be most of all routes, and 4 MiB. */
const allowed = new WeakMap<App, Map<string, string>>();

/** One path with all it answers to; every other method is told which ones there are. */
export function resourceAt(app: App, path: string, methods: Methods): void {
  for (const [method, handler] of Object.entries(methods)) {
    app.route({ method: method as HTTPMethods, url: path, handler });
  }
  const paths = allowed.get(app) ?? new Map<string, string>();
  allowed.set(app, paths.set(path, Object.keys(methods).join(', ')));
}

function allowedAt(app: App, path: string): string | undefined {
  const asked = path.replace(/\/$/, '').split('/');
  for (const [pattern, allow] of allowed.get(app) ?? []) {
    const parts = pattern.split('/');
    if (parts.length !== asked.length) continue;
    if (parts.every((part, i) => (part.startsWith(':') ? asked[i] !== '' : part === asked[i]))) return allow;
  }
  return undefined;
}

/** Refuses an `Accept` that leaves no room for JSON. */
export function wantsJson({ headers: { accept } }: FastifyRequest): void {
  if (
    accept === undefined ||
    accept === '*/*' ||
    accept.includes('json') ||
    /(^|[,\s])(application|\*)\/\*/.test(accept)
  ) {
    return;
  }
  throw new HttpRefusal('notAcceptable', 'Only application/json is served here', { parameter: 'Accept' });
}

/** The text after the `?`. */
export function queryOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

export function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}

/** What is not even HTTP is answered on the bare connection. */
function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const code =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headersTooLarge'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'timeout'
        : 'malformed';
  const status = statusOf(code);
  const body = JSON.stringify(errorBody({ code, reason: 'The request could not be read' }));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: ${jsonType}\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
