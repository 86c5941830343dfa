/** Between an agent and its Neo4j: cuts the line at the worst moments of a transaction. */
import { connect, createServer, type Socket } from 'node:net';

export interface CuttingProxy {
  readonly url: string;
  /** The next so many commits do not reach the server, or their answers do not come back. */
  cutNext: { commits: number; answers: number };
  /** How often the line was cut. */
  readonly cuts: number;
  close(): Promise<void>;
}

/** A message of Bolt that says nothing but COMMIT, with the length before it. */
const COMMIT = Buffer.from('0002b012', 'hex');

export async function startProxy(port: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  const state = { cutNext: { commits: 0, answers: 0 }, cuts: 0 };
  const server = createServer(client => {
    const upstream = connect(port, '127.0.0.1');
    let losesAnswer = false;
    const cut = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.on('data', data => {
      if (data.includes(COMMIT)) {
        if (state.cutNext.commits > 0) {
          state.cutNext.commits--;
          state.cuts++;
          cut();
          return;
        }
        if (state.cutNext.answers > 0) {
          state.cutNext.answers--;
          losesAnswer = true;
        }
      }
      upstream.write(data);
    });
    upstream.on('data', data => {
      if (losesAnswer) {
        state.cuts++;
        cut();
      } else client.write(data);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `bolt://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    get cutNext() {
      return state.cutNext;
    },
    set cutNext(next) {
      state.cutNext = next;
    },
    get cuts() {
      return state.cuts;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
