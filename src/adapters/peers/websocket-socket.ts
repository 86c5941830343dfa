/** One WebSocket to a peer's agent: how it is opened, kept awake, read and ended, whoever is at its other end. */
import type { RawData, WebSocket, WebSocketServer } from 'ws';
import { MESSAGE_BYTES } from '../../core/peer-message.ts';
import type { Clock } from '../../ports/clock.ts';

export const SUBPROTOCOL = 'cloudevents.json';

/** Whoever has not proved its key by then is sent away. */
export const PROVE_WITHIN_MS = 5_000;
const PING_EVERY_MS = 15_000;

export const codes = { goodbye: 1001, tooLarge: 1009, replaced: 4001, refused: 4003, late: 4008 } as const;

/** `ca`: PEM of the authorities to trust instead of those that Node knows. */
export function dial(make: typeof WebSocket, url: string, ca?: string): WebSocket {
  return new make(url, [SUBPROTOCOL], {
    maxPayload: MESSAGE_BYTES,
    handshakeTimeout: PROVE_WITHIN_MS,
    perMessageDeflate: false,
    followRedirects: false,
    ...(ca === undefined ? {} : { ca }),
  });
}

export function makeServer(make: typeof WebSocketServer): WebSocketServer {
  return new make({
    noServer: true,
    maxPayload: MESSAGE_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: offered => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
  });
}

/** Asks now and then whether anybody is there, and ends what stays silent; returns how to stop. */
export function keepAwake(socket: WebSocket, clock: Clock): () => void {
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

export function refuse(socket: WebSocket, because: string): void {
  // A close frame holds 123 bytes of reason.
  socket.close(
    codes.refused,
    Buffer.from(because)
      .subarray(0, 120)
      .toString('utf8')
      .replace(/\uFFFD+$/, ''),
  );
}

export function goodbye(socket: WebSocket): Promise<void> {
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

export function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
