/**
 * Keeps room for those who come: at the limit of connections, the one that has been of no use for longest goes. So nobody
 * shuts others out by holding connections open, be it idle, within its headers or within a body that never ends.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { bareAnswer } from './bare-answer.ts';
import { type Limits, limitText } from './limits.ts';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Connection {
  socket: Socket;
  latest: Exchange | undefined;
  /** Of a client that does not wait for one answer before it asks again. */
  earlier: readonly Exchange[];
  /** Belongs to a WebSocket now, which has rules of its own. */
  upgraded: boolean;
  /** When it was last of use, counted in requests and connections. */
  turn: number;
}

export class Connections {
  /** By address and port of the other side, for a connection of TLS takes the place of one of TCP. */
  readonly #open = new Map<string, Connection>();
  readonly #bySocket = new WeakMap<Duplex, Connection>();
  readonly #limits: Limits;
  readonly #isSecure: boolean;
  #turn = 0;
  #looking: NodeJS.Timeout | undefined;
  /** Connections with more than one request in hand. */
  #pipelined = 0;

  constructor(server: Server, limits: Limits, isSecure: boolean) {
    this.#limits = limits;
    this.#isSecure = isSecure;
    server.on('connection', (socket: Socket) => this.#come(socket));
    server.on('secureConnection', (socket: Socket) => this.#secured(socket));
    // Before it is answered, which may be at once.
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) =>
      this.#asked(request, response),
    );
    const upgraded = (_: IncomingMessage, socket: Duplex): void => {
      const connection = this.#bySocket.get(socket);
      if (connection) connection.upgraded = true;
    };
    // Only where somebody else listens: this one alone would swallow what asks for an upgrade.
    server.on('newListener', (event, listener) => {
      if (event !== 'upgrade' || listener === upgraded || server.listeners('upgrade').includes(upgraded)) return;
      server.on('upgrade', upgraded);
    });
    // Called when nothing has moved on a connection for as long as it was given.
    server.on('timeout', (socket: Socket) => {
      const connection = this.#bySocket.get(socket);
      if (!connection || !isOfUse(connection) || socket.writableLength > 0) socket.destroy();
    });
  }

  /** Whether as many requests are being answered as may be at one time; one that is still being read is none of them. */
  isBusy(): boolean {
    const most = this.#limits.concurrent;
    // More than one at a time on a connection is rare, and looked for only where it could matter.
    if (this.#open.size <= most && this.#pipelined === 0) return false;
    let busy = 0;
    for (const { latest, earlier } of this.#open.values()) {
      if (latest && isAnswered(latest)) busy++;
      for (const each of earlier) if (isAnswered(each)) busy++;
    }
    return busy >= most;
  }

  /** Calls once what was asked whole on this connection has its answer; at once when there is nothing. */
  whenAnswered(socket: Socket, call: () => void): void {
    const latest = this.#bySocket.get(socket)?.latest;
    if (latest && isAnswered(latest)) latest.response.once('close', call);
    else call();
  }

  /**
   * Gives those with unsent bytes `stalledMs` to take some more. A time for each answer would cost every request a timer;
   * so it takes up to twice as long, and nobody is woken where nobody is connected.
   */
  readonly #lookOver = (): void => {
    for (const { socket } of this.#open.values())
      if (socket.writableLength > 0) socket.setTimeout(this.#limits.stalledMs);
    this.#looking = this.#open.size > 0 ? setTimeout(this.#lookOver, this.#limits.stalledMs).unref() : undefined;
  };

  #come(socket: Socket): void {
    this.#looking ??= setTimeout(this.#lookOver, this.#limits.stalledMs).unref();
    const connection: Connection = { socket, latest: undefined, earlier: [], upgraded: false, turn: ++this.#turn };
    this.#open.set(nameOf(socket), connection);
    this.#bySocket.set(socket, connection);
    this.#forgetAtEnd(socket, connection);
    if (this.#open.size > this.#limits.connections) this.#makeRoom(connection);
  }

  #secured(socket: Socket): void {
    const connection = this.#open.get(nameOf(socket));
    if (!connection) return;
    connection.socket = socket;
    this.#bySocket.set(socket, connection);
    this.#forgetAtEnd(socket, connection);
  }

  #forgetAtEnd(socket: Socket, connection: Connection): void {
    const name = nameOf(socket);
    socket.once('close', () => {
      if (this.#open.get(name) !== connection) return;
      this.#open.delete(name);
      if (connection.earlier.length > 0) this.#pipelined--;
    });
  }

  #asked(request: IncomingMessage, response: ServerResponse): void {
    const connection = this.#bySocket.get(request.socket);
    if (!connection) return;
    const { latest, earlier } = connection;
    const still = latest && isAnswered(latest) ? [...earlier.filter(isAnswered), latest] : noExchanges;
    if (still !== earlier) {
      this.#pipelined += Math.sign(still.length) - Math.sign(earlier.length);
      connection.earlier = still;
    }
    connection.latest = { request, response };
    connection.turn = ++this.#turn;
  }

  #makeRoom(newcomer: Connection): void {
    let idlest: Connection | undefined;
    for (const each of this.#open.values()) {
      if (each !== newcomer && !isOfUse(each) && each.turn < (idlest?.turn ?? this.#turn)) idlest = each;
    }
    if (idlest) idlest.socket.destroy();
    else if (this.#isSecure) newcomer.socket.destroy();
    else {
      const most = limitText(this.#limits, 'connections', 'connections');
      const reason = `${most} are in use already; come back in a moment`;
      newcomer.socket.end(bareAnswer({ code: 'tooManyRequests', reason }, { 'Retry-After': '1' }));
    }
  }
}

const noExchanges: readonly Exchange[] = [];

/** So it is known on both floors of a connection with TLS. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** It is there whole, and its answer is not out. */
function isAnswered({ request, response }: Exchange): boolean {
  return request.complete && !response.writableFinished && !response.destroyed;
}

function isOfUse({ latest, upgraded }: Connection): boolean {
  return upgraded || (latest !== undefined && isAnswered(latest));
}
