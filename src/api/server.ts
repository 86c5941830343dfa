/** The HTTP server: one way to fail, one way to be guarded; what it serves is added by functions of their own files. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  fastify,
} from 'fastify';
import type { Log } from '../ports/log.ts';
import { errorBody } from '../tmf/error-body.ts';
import { statusOf } from '../tmf/failure-codes.ts';
import { type PatchMedia, patchMediaOf } from '../tmf/patch/patch.ts';
import { admission } from './admission.ts';
import { answerUnreadable } from './bare-answer.ts';
import { readBody } from './body.ts';
import { Connections } from './connections.ts';
import { answerFailure, failureOf, HttpRefusal, jsonType } from './errors.ts';
import type { GuardSettings } from './guard.ts';
import { type Limits, limitText } from './limits.ts';
import { unreadType } from './media.ts';
import { type Methods, methods, Paths } from './paths.ts';

export type App = FastifyInstance;

export interface ServerSettings extends GuardSettings {
  readonly log: Log;
  readonly limits: Limits;
  /** PEM; absent: plain HTTP. */
  readonly https?: { readonly key: string; readonly cert: string };
  /** Addresses or networks of proxies that are believed when they say for whom they ask (`X-Forwarded-For`). */
  readonly proxies?: readonly string[];
}

/** How often connections are looked over for requests that take too long; each time is a wake-up. */
const LOOK_OVER_MS = 30_000;

/** A server that fails as TMF630 says on every path; routes are added by `(app, parts) => void`. */
export function createServer({ log, limits, https, proxies = [], ...guarded }: ServerSettings): App {
  const http = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    connectionsCheckingInterval: Math.min(LOOK_OVER_MS, limits.requestMs),
  };
  const options: FastifyServerOptions = {
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    // What was asked before on the same connection is answered first.
    clientErrorHandler: answerUnreadable(limits, (socket, call) => connections.whenAnswered(socket, call)),
    frameworkErrors: (error, request, reply) => {
      answerFailure(reply as FastifyReply, request.url, failureOf(error, log));
    },
    forceCloseConnections: 'idle',
    ...(proxies.length === 0 ? {} : { trustProxy: [...proxies] }),
  };
  // The types of a server with and without TLS differ in nothing that is used here.
  const app = https
    ? (fastify({
        ...options,
        https: { ...http, ...https, handshakeTimeout: limits.headersMs },
      } as FastifyServerOptions) as App)
    : fastify({ ...options, http });
  const connections = new Connections(app.server, limits, https !== undefined);
  app.server.on('checkExpectation', answerExpectation);

  app.removeAllContentTypeParsers();
  const readJson = (_request: FastifyRequest, body: Buffer, done: Parsed): void => {
    try {
      done(null, readBody(body, limits));
    } catch (error) {
      done(error as Error);
    }
  };
  app.addContentTypeParser(['application/json', 'application/merge-patch+json'], { parseAs: 'buffer' }, readJson);
  app.addContentTypeParser<Buffer>([...operationMedia], { parseAs: 'buffer' }, (request, body, done) => {
    const taken = patchesAt(app, request);
    const media = patchMediaOf(request.headers['content-type']);
    if (media !== undefined && taken?.includes(media)) readJson(request, body, done);
    else done(unreadType(taken));
  });
  const refusalOf = (error: unknown, request: FastifyRequest): HttpRefusal | undefined => {
    if (error instanceof HttpRefusal) return error;
    const { code } = (error ?? {}) as { code?: unknown };
    if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return unreadType(patchesAt(app, request));
    if (code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return undefined;
    const most = limitText(limits, 'bodyBytes', 'bytes');
    return new HttpRefusal('tooLarge', `The body is larger than ${most}; send it in parts`);
  };
  const paths = new Paths();
  pathsOf.set(app, paths);
  const answerNothing = (request: FastifyRequest, reply: FastifyReply): unknown => {
    const path = pathOf(request.url);
    const allowed = paths.methodsAt(path);
    const { method } = request;
    if (allowed === undefined || allowed.includes(method)) {
      return answerFailure(reply, request.url, { code: 'notFound', reason: `There is nothing at ${path}` });
    }
    const allow = allowed.join(', ');
    if (method === 'OPTIONS') return reply.code(204).header('allow', allow).send();
    throw new HttpRefusal('methodNotAllowed', `${method} is not served here; ${allow} are`, { headers: { allow } });
  };
  for (const method of methods) {
    app.route({
      method,
      url: '*',
      handler: (request, reply) => {
        const found = paths.find(method, pathOf(request.url));
        if (!found) return answerNothing(request, reply);
        request.params = found.parameters;
        return found.handler(request, reply);
      },
    });
  }
  const admit = admission({ ...guarded, limits, connections, hasProxies: proxies.length > 0 });
  app.addHook('onRequest', (request, _reply, done) => {
    try {
      admit(request);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  app.setErrorHandler((error, request, reply) => {
    const known = refusalOf(error, request);
    answerFailure(reply, request.url, failureOf(known ?? error, log), known?.headers);
  });
  app.setNotFoundHandler(answerNothing);
  return app;
}

/** Of what a client may expect, only `100-continue` is known, and is answered before this is called. */
function answerExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const failure = {
    code: 'expectationFailed',
    reason: 'Only 100-continue may be expected',
    parameter: 'Expect',
  } as const;
  const body = JSON.stringify(errorBody(failure));
  const length = Buffer.byteLength(body);
  response.writeHead(statusOf(failure.code), {
    'content-type': jsonType,
    'content-length': length,
    connection: 'close',
  });
  response.end(body);
}

type Parsed = (error: Error | null, body?: unknown) => void;

/** Bodies that are lists of operations; only a path that says so takes them, others would read them as documents. */
const operationMedia = ['application/json-patch+json', 'application/json-patch-query+json'] as const;

const patchable = new WeakMap<App, Map<string, readonly PatchMedia[]>>();

/** The media types that the PATCH of a path takes, where they are not those of a document alone. */
export function takesPatches(app: App, path: string, media: readonly PatchMedia[]): void {
  patchable.set(app, (patchable.get(app) ?? new Map()).set(path, media));
}

function patchesAt(app: App, { method, url }: FastifyRequest): readonly PatchMedia[] | undefined {
  if (method !== 'PATCH') return undefined;
  const pattern = pathsOf.get(app)?.find(method, pathOf(url))?.pattern;
  return pattern === undefined ? undefined : patchable.get(app)?.get(pattern);
}

const pathsOf = new WeakMap<App, Paths>();

/** One path with all it answers to; every other method is told which ones there are. */
export function resourceAt(app: App, path: string, methods: Methods): void {
  pathsOf.get(app)?.add(path, methods);
}

/** Every path of a server, with the methods that are answered there. */
export function pathsAt(app: App): ReadonlyMap<string, readonly string[]> {
  return pathsOf.get(app)?.all() ?? new Map();
}

/** The text after the `?`. */
export function queryOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

/** The path alone; a whole address, as a request to a proxy has it, means the path in it. */
export function pathOf(url: string): string {
  const local = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  return mark < 0 ? local : local.slice(0, mark);
}
