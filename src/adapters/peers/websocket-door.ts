/** The door for peers that call us: who may come in, and those who have not proved yet who they are. */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import type { Message } from '../../core/peer-message.ts';
import type { Clock } from '../../ports/clock.ts';
import { type HandshakeParts, readProof, tellError } from './websocket-handshake.ts';
import { codes, PROVE_WITHIN_MS, SUBPROTOCOL } from './websocket-socket.ts';

const PEER_PATH = '/peer';
/** Those who have not proved anything yet, and all. */
const STRANGERS = 16;
const CONNECTIONS = 32;

export interface DoorParts extends HandshakeParts {
  readonly clock: Clock;
  readonly server: WebSocketServer;
  /** How many peers are connected. */
  readonly connected: () => number;
  /** Takes over a socket whose other end has proved who it is. */
  readonly connect: (socket: WebSocket, proof: Message) => void;
}

export class Door {
  private readonly parts: DoorParts;
  private readonly strangers = new Set<WebSocket>();
  private leave: (() => void) | undefined;
  private isShut = false;

  constructor(parts: DoorParts) {
    this.parts = parts;
  }

  /** Answers the upgrade of `/peer`. */
  serve(server: Pick<Server, 'on' | 'off'>): void {
    const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void =>
      this.answer(request, stream, head);
    server.on('upgrade', upgrade);
    this.leave = () => server.off('upgrade', upgrade);
  }

  /** Lets nobody in any more; returns those who still stand in it. */
  shut(): readonly WebSocket[] {
    this.isShut = true;
    this.leave?.();
    return [...this.strangers];
  }

  private answer(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', () => stream.destroy());
    const status = this.whyNot(request);
    if (status === undefined) this.parts.server.handleUpgrade(request, stream, head, socket => this.meet(socket));
    else stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }

  private whyNot({ url = '', headers }: IncomingMessage): string | undefined {
    if (url.split('?', 1)[0] !== PEER_PATH) return '404 Not Found';
    // Agents send none; pages of a browser always do.
    if (headers.origin !== undefined) return '403 Forbidden';
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map(each => each.trim());
    if (!offered.includes(SUBPROTOCOL)) return '400 Bad Request';
    const isFull = this.strangers.size >= STRANGERS || this.parts.connected() + this.strangers.size >= CONNECTIONS;
    return this.isShut || isFull ? '503 Service Unavailable' : undefined;
  }

  private meet(socket: WebSocket): void {
    const { seal, clock } = this.parts;
    this.strangers.add(socket);
    const late = clock.after(PROVE_WITHIN_MS, () => socket.close(codes.late, 'too late'));
    const known = (): void => {
      late();
      this.strangers.delete(socket);
    };
    socket.on('close', known);
    socket.on('error', error => tellError(this.parts, error));
    socket.once('message', first => {
      const hello = readProof(this.parts, socket, first, 'hello', undefined);
      if (!hello) return;
      const welcome = seal.seal({ to: hello.from, type: 'welcome', data: {}, answers: hello.id });
      socket.send(welcome.text);
      socket.once('message', second => {
        const proof = readProof(this.parts, socket, second, 'proof', welcome.id);
        if (!proof) return;
        known();
        this.parts.connect(socket, proof);
      });
    });
  }
}
