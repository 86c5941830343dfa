/**
 * Peers over WebSocket, with no broker: one connection for each pair, opened by whoever knows the other's address. Both
 * ends prove their keys before anything else is heard: hello, welcome and proof each answer the random id before.
 */
import type { Server } from 'node:http';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import { AgentError, sentence } from '../../core/errors.ts';
import type { Instant } from '../../core/ids.ts';
import { MESSAGE_BYTES, type Message } from '../../core/peer-message.ts';
import { reconnectMs } from '../../core/reconnect.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { LinkEar, LinkState, PeerLink, Seal } from '../../ports/peer-link.ts';
import { whyNoFit } from './certificate.ts';
import { Door } from './websocket-door.ts';
import { type HandshakeParts, readProof, tellError } from './websocket-handshake.ts';
import { bytesOf, codes, dial, goodbye, keepAwake, makeServer, PROVE_WITHIN_MS, refuse } from './websocket-socket.ts';

/** A connection that is so far behind is not fed further. */
const BUFFERED_BYTES = 2 * MESSAGE_BYTES;
/** A connection that lasted so long was no failure. */
const STABLE_MS = 30_000;

export interface WebSocketParts {
  readonly node: string;
  /** Peers, and where to call those whose address is known. */
  readonly peers: readonly { readonly name: string; readonly url?: string }[];
  /** PEM of the authorities of their certificates. */
  readonly ca?: string;
  readonly seal: Seal;
  readonly clock: Clock;
  readonly log: Log;
  readonly chance: () => number;
}

export interface WebSocketLink extends PeerLink {
  /** Answers the upgrade of `/peer`. */
  serve(server: Pick<Server, 'on' | 'off'>): void;
}

export async function openWebSockets(parts: WebSocketParts): Promise<WebSocketLink> {
  const { WebSocket, WebSocketServer } = await import('ws');
  return new WebSockets(parts, url => dial(WebSocket, url, parts.ca), makeServer(WebSocketServer));
}

/** A connection whose other end has proved who it is. */
interface Connection {
  readonly socket: WebSocket;
  readonly dialledBy: string;
  readonly incarnation: number;
  readonly since: Instant;
}

interface Place {
  readonly name: string;
  readonly url: string | undefined;
  connection: Connection | undefined;
  /** While it is being called. */
  calling: WebSocket | undefined;
  failures: number;
  since: Instant;
  lastError: string | undefined;
  callOff: (() => void) | undefined;
}

class WebSockets implements WebSocketLink {
  readonly carrier = 'websocket';
  private readonly parts: WebSocketParts;
  private readonly call: (url: string) => WebSocket;
  private readonly server: WebSocketServer;
  private readonly places: ReadonlyMap<string, Place>;
  private readonly handshake: HandshakeParts;
  private readonly door: Door;
  private ear: LinkEar | undefined;
  private stopped = false;

  constructor(parts: WebSocketParts, call: (url: string) => WebSocket, server: WebSocketServer) {
    this.parts = parts;
    this.call = call;
    this.server = server;
    const { seal, clock } = parts;
    this.handshake = { seal, refused: (refusal, because) => this.ear?.refused(refusal, because) };
    this.door = new Door({
      ...this.handshake,
      clock,
      server,
      connected: () => [...this.places.values()].filter(place => place.connection).length,
      connect: (socket, proof) => this.connect(socket, proof, proof.from),
    });
    const since = clock.now();
    this.places = new Map(
      parts.peers.map(({ name, url }) => [
        name,
        {
          name,
          url,
          connection: undefined,
          calling: undefined,
          failures: 0,
          since,
          lastError: undefined,
          callOff: undefined,
        },
      ]),
    );
  }

  serve(server: Pick<Server, 'on' | 'off'>): void {
    this.door.serve(server);
  }

  async start(ear: LinkEar): Promise<void> {
    this.ear = ear;
    for (const place of this.places.values()) this.ring(place);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const open = [...this.door.shut()];
    for (const place of this.places.values()) {
      place.callOff?.();
      place.calling?.terminate();
      if (!place.connection) continue;
      const { socket } = place.connection;
      socket.send(this.parts.seal.seal({ to: undefined, type: 'presence', data: { state: 'dead' } }).text);
      open.push(socket);
    }
    await Promise.all(open.map(goodbye));
    this.server.close();
  }

  state(node: string): LinkState | undefined {
    const place = this.places.get(node);
    if (!place) return undefined;
    const { connection, url, since, lastError } = place;
    // We do not call, and nobody has called.
    if (!connection && url === undefined && lastError === undefined) return undefined;
    return {
      up: connection !== undefined,
      since,
      ...(url === undefined ? {} : { at: url }),
      ...(lastError === undefined ? {} : { lastError }),
    };
  }

  most(): number {
    return MESSAGE_BYTES;
  }

  send(node: string, text: string): void {
    const socket = this.places.get(node)?.connection?.socket;
    if (!socket) throw new AgentError('unreachable', `no WebSocket leads to ${node} now`);
    if (Buffer.byteLength(text) > MESSAGE_BYTES) throw new AgentError('tooLarge', 'the message is too large');
    if (socket.bufferedAmount > BUFFERED_BYTES) throw new AgentError('unreachable', `${node} reads too slowly`);
    socket.send(text);
  }

  // Calling

  private ring(place: Place): void {
    if (this.stopped || place.url === undefined || place.connection || place.calling) return;
    const { seal, clock } = this.parts;
    let socket: WebSocket;
    try {
      socket = this.call(place.url);
    } catch (error) {
      this.callAgain(place, sentence(error));
      return;
    }
    place.calling = socket;
    const hello = seal.seal({ to: place.name, type: 'hello', data: {} });
    const late = clock.after(2 * PROVE_WITHIN_MS, () => socket.terminate());
    let why = `${place.url} hung up before it had proved to be ${place.name}`;
    socket.on('open', () => socket.send(hello.text));
    socket.on('error', error => {
      why = cannotCall(place, error);
    });
    socket.on('close', (code, reason) => {
      late();
      if (place.calling !== socket) return;
      place.calling = undefined;
      // The other one of two connections stands.
      if (code === codes.replaced && place.connection) return;
      this.callAgain(place, reason.length === 0 ? why : `${place.name} hung up: ${reason.toString()}`);
    });
    socket.once('message', data => {
      const welcome = readProof(this.handshake, socket, data, 'welcome', hello.id);
      if (!welcome) return;
      if (welcome.from !== place.name) {
        refuse(socket, `this is not ${place.name}`);
        return;
      }
      late();
      socket.send(seal.seal({ to: place.name, type: 'proof', data: {}, answers: welcome.id }).text);
      place.calling = undefined;
      this.connect(socket, welcome, this.parts.node);
    });
  }

  private callAgain(place: Place, because: string): void {
    if (this.stopped || place.url === undefined) return;
    const { clock, chance } = this.parts;
    this.note(place, because);
    place.callOff?.();
    place.callOff = clock.after(reconnectMs(place.failures++, chance()), () => this.ring(place));
  }

  // Connected

  private connect(socket: WebSocket, { from, incarnation }: Message, dialledBy: string): void {
    const place = this.places.get(from);
    if (this.stopped || !place) {
      refuse(socket, 'it is no peer here');
      return;
    }
    const { clock } = this.parts;
    const standing = place.connection;
    if (standing && !this.replaces(standing, dialledBy, incarnation)) {
      socket.close(codes.replaced, 'there is a connection already');
      return;
    }
    const connection: Connection = { socket, dialledBy, incarnation, since: clock.now() };
    if (standing) {
      // What was under way on it may be lost.
      place.connection = undefined;
      this.ear?.moved(from);
      standing.socket.close(codes.replaced, 'replaced by another connection');
    } else place.since = connection.since;
    place.connection = connection;
    place.callOff?.();
    const stopPinging = keepAwake(socket, clock);
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) this.ear?.refused('malformed', `a binary frame of ${from}`);
      else this.ear?.heard(bytesOf(data));
    });
    socket.on('error', error => tellError(this.handshake, error));
    socket.on('close', (_code, reason) => {
      stopPinging();
      if (place.connection !== connection) return;
      place.connection = undefined;
      place.since = clock.now();
      if (place.since - connection.since >= STABLE_MS) place.failures = 0;
      const because = `the connection to ${from} ended${reason.length === 0 ? '' : `: ${reason.toString()}`}`;
      if (place.url === undefined) this.note(place, because);
      else this.callAgain(place, because);
      this.ear?.moved(from);
    });
    this.ear?.moved(from);
  }

  /** Of two connections of a pair both ends keep the same one; but one of an earlier life is dead. */
  private replaces(standing: Connection, dialledBy: string, incarnation: number): boolean {
    if (incarnation !== standing.incarnation) return incarnation > standing.incarnation;
    return dialledBy <= standing.dialledBy;
  }

  private note(place: Place, because: string): void {
    if (place.lastError !== because) this.parts.log.info('no WebSocket to a peer', { peer: place.name, because });
    place.lastError = because;
  }
}

function cannotCall({ name, url }: Place, error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED')
    return `nobody answers at ${url}; start the agent ${name} there, or mend its address in peers`;
  return whyNoFit(`the certificate of ${url}`, 'peers.caFile', code) ?? `${url} cannot be called: ${sentence(error)}`;
}
