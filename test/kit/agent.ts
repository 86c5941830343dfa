/** A real agent in this process, with its own data directory, on a port of its own; stopped with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Agent, type Overrides, startAgent } from '../../src/agent.ts';
import { gather } from '../../src/config.ts';
import { silentLog } from '../../src/ports/log.ts';

export interface TestAgent extends Agent {
  readonly data: string;
  /** Calls the agent; the body goes and comes as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  get<T = Json>(path: string): Promise<T>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // A test says what it expects to find in an answer.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
}

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects to find in an answer
type Json = any;

export function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'diffo-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export async function runAgent(
  flags: Readonly<Record<string, string>> = {},
  overrides: Overrides = {},
  data = makeDirectory(),
): Promise<TestAgent> {
  const given = gather({ flags: { profile: 'inventory', http: '127.0.0.1:0', data, ...flags }, env: {} });
  const agent = await startAgent(given, { log: silentLog, ...overrides });
  let stopped = false;
  const stop = async (): Promise<void> => {
    if (stopped) return;
    stopped = true;
    await agent.stop();
  };
  onTestFinished(stop);
  const call: TestAgent['call'] = (method, path, body, headers) => callAgent(agent.url, method, path, body, headers);
  return { ...agent, data, stop, call, get: async path => (await call('GET', path)).body };
}

export async function callAgent(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') === true && text !== '';
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}

/** Waits until something holds; says what it was waiting for when it never does. */
export async function until<T>(what: string, look: () => T | Promise<T>, withinMs = 30_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
