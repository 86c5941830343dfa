/** Puts load on a server over kept connections; so cheap that the server is what limits it. */
import { connect } from 'node:net';
import { nowMs } from './measure.ts';

export interface Load {
  readonly url: string;
  readonly connections: number;
  /** Whole requests as text; each connection begins at another one and takes them in turn. */
  readonly requests: readonly string[];
  readonly total: number;
}

export interface Answered {
  readonly seconds: number;
  readonly latenciesMs: readonly number[];
}

/** Resolves when all are answered; throws when any answer is not a success. */
export async function load({ url, connections, requests, total }: Load): Promise<Answered> {
  const wanted = requests.map(request => Buffer.from(request));
  const latenciesMs: number[] = [];
  let begun = 0;
  const began = nowMs();
  const run = (nth: number): Promise<void> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(url);
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      let turn = Math.floor((nth * wanted.length) / connections);
      let sentAt = 0;
      let unread = Buffer.alloc(0);
      const next = (): void => {
        if (begun === total) {
          socket.destroy();
          resolve();
          return;
        }
        begun++;
        sentAt = nowMs();
        socket.write(wanted[turn++ % wanted.length] ?? '');
      };
      socket.on('connect', next);
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed a connection')));
      socket.on('data', part => {
        unread = unread.length === 0 ? part : Buffer.concat([unread, part]);
        const end = unread.indexOf('\r\n\r\n');
        if (end < 0) return;
        const head = unread.toString('latin1', 0, end);
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (unread.length < end + 4 + length) return;
        if (!head.startsWith('HTTP/1.1 2')) {
          reject(new Error(`refused: ${unread}`));
          socket.destroy();
          return;
        }
        unread = Buffer.alloc(0);
        latenciesMs.push(nowMs() - sentAt);
        next();
      });
    });
  await Promise.all(Array.from({ length: connections }, (_, nth) => run(nth)));
  return { seconds: (nowMs() - began) / 1_000, latenciesMs };
}

export function getRequest(path: string): string {
  return `GET ${path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\r\n`;
}

export function postRequest(path: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
