/**
 * Hears every answer that a test gets from an agent and every event that its listeners get, and fails the test where one
 * is not as the descriptions say. Vitest loads it before each file of tests.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach } from 'vitest';
import { hearAnswer, hearEvent, settled } from './found.ts';

const served = /^\/(tmf-api|diffo|resource(Inventory|Catalog)|resourceInventoryManagement|serviceCatalogManagement)\//;

const { fetch: plainFetch } = globalThis;

globalThis.fetch = async (input, init) => {
  const response = await plainFetch(input, init);
  const { pathname, search, origin } = new URL(response.url);
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  if (served.test(pathname) && !isStream(response)) {
    const body = method === 'HEAD' ? '' : await response.clone().text();
    const { status, headers } = response;
    hearAnswer(origin, { method, url: `${pathname}${search}`, status, headers, body });
  }
  return response;
};

/** What does not end is not waited for. */
function isStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true;
}

subscribe('http.server.request.start', message => {
  const { request } = message as { readonly request: IncomingMessage };
  if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json') return;
  const parts: Buffer[] = [];
  const push = request.push.bind(request);
  // What comes in goes through here before anybody reads it, and whether or not somebody does.
  request.push = (chunk: Buffer | null, encoding) => {
    if (chunk) parts.push(chunk);
    else hearEvent(Buffer.concat(parts).toString('utf8'));
    return push(chunk, encoding);
  };
});

async function none(): Promise<void> {
  const faults = await settled();
  if (faults.length > 0) throw new Error(`not as described:\n${faults.join('\n')}`);
}

afterEach(none);
afterAll(none);
