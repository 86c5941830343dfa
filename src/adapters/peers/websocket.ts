/**
 * Peers over WebSocket, with no broker: one connection for each pair, opened by whoever knows the other's address. Both
 * ends prove their keys before anything else is heard: hello, welcome and proof each answer the random id before.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import { AgentError, sentence } from '../../core/errors.ts';
import type { Instant } from '../../core/ids.ts';
import { MESSAGE_BYTES, type Message, type MessageType } from '../../core/peer-message.ts';
import { reconnectMs } from '../../core/reconnect.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { LinkEar, LinkState, PeerLink, Seal } from '../../ports/peer-link.ts';

export const SUBPROTOCOL = 'cloudevents.json';
export const PEER_PATH = '/peer';

/** Whoever has not proved its key by then is sent away. */
const PROVE_WITHIN_MS = 5_000;
/** A handshake is small; nobody makes us read more before we know who it is. */
const STRANGER_BYTES = 4 * 1024;
/** Those who have not proved anything yet, and all. */
const STRANGERS = 16;
const CONNECTIONS = 32;
const PING_EVERY_MS = 15_000;
/** A connection that is so far behind is not fed further. */
const BUFFERED_BYTES = 2 * MESSAGE_BYTES;
/** A connection that lasted so long was no failure. */
const STABLE_MS = 30_000;

const codes = { goodbye: 1001, tooLarge: 1009, replaced: 4001, refused: 4003, late: 4008 } as const;

export interface WebSocketParts {
  readonly node: string;
  /** Peers, and where to call those whose address is known. */
  readonly peers: readonly { readonly name: string; readonly url?: string }[];
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
  return new WebSockets(parts, url => dial(WebSocket, url), makeServer(WebSocketServer));
}

function dial(make: typeof WebSocket, url: string): WebSocket {
  const socket = new make(url, [SUBPROTOCOL], {
    maxPayload: MESSAGE_BYTES,
    handshakeTimeout: PROVE_WITHIN_MS,
    perMessageDeflate: false,
    followRedirects: false,
  });
  return socket;
}

function makeServer(make: typeof WebSocketServer): WebSocketServer {
  return new make({
    noServer: true,
    maxPayload: MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: offered => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
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
  private readonly strangers = new Set<WebSocket>();
  private ear: LinkEar | undefined;
  private leave: (() => void) | undefined;
  private stopped = false;

  constructor(parts: WebSocketParts, call: (url: string) => WebSocket, server: WebSocketServer) {
    this.parts = parts;
    this.call = call;
    this.server = server;
    const since = parts.clock.now();
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
    const upgrade = (request: IncomingMessage, stream: Duplex, head: Buffer): void =>
      this.answer(request, stream, head);
    server.on('upgrade', upgrade);
    this.leave = () => server.off('upgrade', upgrade);
  }

  async start(ear: LinkEar): Promise<void> {
    this.ear = ear;
    for (const place of this.places.values()) this.ring(place);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.leave?.();
    const open: WebSocket[] = [...this.strangers];
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
      const welcome = this.proof(socket, data, 'welcome', hello.id);
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

  // Being called

  private answer(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', () => stream.destroy());
    const status = this.whyNot(request);
    if (status === undefined) this.server.handleUpgrade(request, stream, head, socket => this.meet(socket));
    else stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }

  private whyNot({ url = '', headers }: IncomingMessage): string | undefined {
    if (url.split('?', 1)[0] !== PEER_PATH) return '404 Not Found';
    // Agents send none; pages of a browser always do.
    if (headers.origin !== undefined) return '403 Forbidden';
    const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map(each => each.trim());
    if (!offered.includes(SUBPROTOCOL)) return '400 Bad Request';
    const connected = [...this.places.values()].filter(place => place.connection).length;
    const isFull = this.strangers.size >= STRANGERS || connected + this.strangers.size >= CONNECTIONS;
    return this.stopped || isFull ? '503 Service Unavailable' : undefined;
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
    socket.on('error', error => this.tellError(error));
    socket.once('message', first => {
      const hello = this.proof(socket, first, 'hello', undefined);
      if (!hello) return;
      const welcome = seal.seal({ to: hello.from, type: 'welcome', data: {}, answers: hello.id });
      socket.send(welcome.text);
      socket.once('message', second => {
        const proof = this.proof(socket, second, 'proof', welcome.id);
        if (!proof) return;
        known();
        this.connect(socket, proof, proof.from);
      });
    });
  }

  /** A message of the handshake; the connection is ended when it does not hold. */
  private proof(socket: WebSocket, data: RawData, type: MessageType, answers: string | undefined): Message | undefined {
    const bytes = bytesOf(data);
    if (bytes.byteLength > STRANGER_BYTES) {
      this.ear?.refused('tooLarge', `a ${type} of ${bytes.byteLength} bytes`);
      refuse(socket, 'a handshake is small');
      return undefined;
    }
    const opened = this.parts.seal.open(bytes, type);
    if (opened.ok && opened.message.answers === answers) return opened.message;
    refuse(socket, opened.ok ? 'that answers nothing' : `${opened.refusal}: ${opened.because}`);
    return undefined;
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
    const stopPinging = this.ping(socket);
    socket.on('message', (data: RawData, isBinary: boolean) => {
      if (isBinary) this.ear?.refused('malformed', `a binary frame of ${from}`);
      else this.ear?.heard(bytesOf(data));
    });
    socket.on('error', error => this.tellError(error));
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

  private ping(socket: WebSocket): () => void {
    const { clock } = this.parts;
    let missed = 0;
    socket.on('pong', () => {
      missed = 0;
    });
    let callOff = (): void => {};
    const again = (): void => {
      callOff = clock.after(PING_EVERY_MS, () => {
        if (missed++ >= 2) {
          socket.terminate();
          return;
        }
        socket.ping();
        again();
      });
    };
    again();
    return () => callOff();
  }

  private tellError(error: Error): void {
    const code = 'code' in error ? error.code : undefined;
    if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') this.ear?.refused('tooLarge', sentence(error));
    else if (typeof code === 'string' && code.startsWith('WS_ERR')) this.ear?.refused('malformed', sentence(error));
  }

  private note(place: Place, because: string): void {
    if (place.lastError !== because) this.parts.log.info('no WebSocket to a peer', { peer: place.name, because });
    place.lastError = because;
  }
}

function refuse(socket: WebSocket, because: string): void {
  // A close frame holds 123 bytes of reason.
  socket.close(
    codes.refused,
    Buffer.from(because)
      .subarray(0, 120)
      .toString('utf8')
      .replace(/\uFFFD+$/, ''),
  );
}

function goodbye(socket: WebSocket): Promise<void> {
  return new Promise(resolve => {
    const late = setTimeout(() => socket.terminate(), 500);
    socket.once('close', () => {
      clearTimeout(late);
      resolve();
    });
    if (socket.readyState === socket.CLOSED) resolve();
    else socket.close(codes.goodbye, 'the agent stops');
  });
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

function cannotCall({ name, url }: Place, error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED')
    return `nobody answers at ${url}; start the agent ${name} there, or mend its address in peers`;
  if (/CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(code)) {
    return `the certificate of ${url} does not fit (${code}); name its authority in NODE_EXTRA_CA_CERTS`;
  }
  return `${url} cannot be called: ${sentence(error)}`;
}
