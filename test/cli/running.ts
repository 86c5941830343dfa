/** Runs the command line in this process and keeps what it says. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type CliIo, runCli } from '../../src/cli/cli.ts';
import { plainPaints, type Screen } from '../../src/cli/screen.ts';
import { standIn } from '../kit/openapi/found.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export async function diffo(
  args: readonly string[],
  io: Partial<CliIo> & { readonly input?: string } = {},
): Promise<Ran> {
  const { input = '', ...given } = io;
  let out = '';
  let err = '';
  const code = await runCli(args, {
    out: text => {
      out += text;
    },
    err: text => {
      err += text;
    },
    readInput: async () => input,
    env: {},
    isTerminal: false,
    ...given,
  });
  return { code, out, err };
}

/** A screen without colours, at noon. */
export const screen: Screen = {
  columns: undefined,
  paint: plainPaints,
  now: Date.parse('2026-03-12T12:00:00Z'),
  command: words => `diffo ${words}`,
};

export interface Answer {
  readonly status?: number;
  readonly body: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An address where nobody listens any more. */
export async function nobody(): Promise<string> {
  const server = createServer();
  const url = await listen(server);
  await new Promise(resolve => server.close(resolve));
  return url;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Stands in for an agent that says something a healthy one does not; returns its address. */
export async function answering(answer: (request: IncomingMessage) => Answer): Promise<string> {
  const server = createServer((request, response) => {
    const { status = 200, body, headers = {} } = answer(request);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = await listen(server);
  standIn(origin);
  return origin;
}
