/** HTTP as bytes on a real connection: what no client library would send. */
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** In lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface RawConnection {
  readonly socket: Socket;
  send(bytes: string | Buffer): void;
  /** The next whole answer; rejects when the connection ends before it. `bodyless`: to a HEAD. */
  answer(bodyless?: 'bodyless'): Promise<RawAnswer>;
  /** Resolves when the other side has ended it. */
  readonly closed: Promise<void>;
  end(): void;
}

export async function rawConnection(url: string): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  let heard: Buffer = Buffer.alloc(0);
  let wake = (): void => undefined;
  let isOver = false;
  socket.on('data', bytes => {
    heard = Buffer.concat([heard, bytes]);
    wake();
  });
  // A reset is an end too.
  socket.on('error', () => undefined);
  const closed = new Promise<void>(resolve => {
    socket.once('close', () => {
      isOver = true;
      wake();
      resolve();
    });
  });
  return {
    socket,
    send: bytes => void socket.write(bytes),
    async answer(bodyless) {
      for (;;) {
        const found = take(heard, bodyless !== undefined);
        if (found) {
          heard = found.rest;
          if (found.answer.status !== 100) return found.answer;
          continue;
        }
        if (isOver) throw new Error(`the connection ended after ${JSON.stringify(heard.toString('utf8'))}`);
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    },
    closed,
    end: () => void socket.destroy(),
  };
}

/** Says something on a connection of its own and gives back the first answer. */
export async function rawAnswer(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const connection = await rawConnection(url);
  try {
    connection.send(bytes);
    return await connection.answer();
  } finally {
    connection.end();
  }
}

function take(heard: Buffer, bodyless: boolean): { readonly answer: RawAnswer; readonly rest: Buffer } | undefined {
  const end = heard.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [line = '', ...lines] = heard.subarray(0, end).toString('latin1').split('\r\n');
  const headers: Record<string, string> = {};
  for (const each of lines) {
    const colon = each.indexOf(':');
    headers[each.slice(0, colon).toLowerCase()] = each.slice(colon + 1).trim();
  }
  const status = Number(line.split(' ')[1]);
  const length = bodyless ? 0 : Number(headers['content-length'] ?? 0);
  const start = end + 4;
  if (heard.length < start + length) return undefined;
  const text = heard.subarray(start, start + length).toString('utf8');
  return { answer: { status, headers, text }, rest: heard.subarray(start + length) };
}
