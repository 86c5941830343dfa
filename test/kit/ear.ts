/** A listener of a TMF hub: it keeps what is posted to it, and answers as it is told to. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';

export interface Ear {
  readonly port: number;
  readonly callback: string;
  readonly heard: readonly JsonObject[];
  /** The paths that were posted to, in order. */
  readonly paths: readonly string[];
  /** The most connections that were open at once. */
  readonly connections: () => number;
  /** Resolves when so many deliveries have arrived. */
  until(count: number): Promise<readonly JsonObject[]>;
  /** Hangs up on everybody, and hears no more. */
  close(): void;
}

export interface EarSettings {
  /** Answers one status after the other, then the last; 0 never answers. */
  readonly statuses?: readonly number[];
  /** Answers in its own way, after the delivery has been kept. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => void;
  readonly port?: number;
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Listens on loopback until the test ends. */
export async function listen({ statuses = [204], answer, port = 0, tls }: EarSettings = {}): Promise<Ear> {
  const heard: JsonObject[] = [];
  const paths: string[] = [];
  const waiting = new Set<() => void>();
  let open = 0;
  let most = 0;
  const hear: RequestListener = (request, response) => {
    let text = '';
    request.on('data', chunk => {
      text += chunk;
    });
    request.on('end', () => {
      const status = statuses[Math.min(heard.length, statuses.length - 1)] ?? 204;
      heard.push(JSON.parse(text));
      paths.push(request.url ?? '');
      for (const look of waiting) look();
      if (answer) answer(request, response);
      else if (status !== 0) response.writeHead(status).end();
    });
  };
  const server: Server = tls ? createSecureServer(tls, hear) : createServer(hear);
  server.on('connection', socket => {
    open++;
    most = Math.max(most, open);
    socket.on('close', () => open--);
  });
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return {
    port: bound,
    callback: `${tls ? 'https' : 'http'}://127.0.0.1:${bound}/listener/here`,
    heard,
    paths,
    connections: () => most,
    until: count =>
      new Promise(resolve => {
        const look = (): void => {
          if (heard.length < count) return;
          waiting.delete(look);
          resolve(heard);
        };
        waiting.add(look);
        look();
      }),
    close,
  };
}
