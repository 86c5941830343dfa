/**
 * What is heard before a peer has proved who it is: hello, welcome and proof, each of which answers the random id
 * before; and frames that are no message at all.
 */
import type { RawData, WebSocket } from 'ws';
import { sentence } from '../../core/errors.ts';
import type { Message, MessageType } from '../../core/peer-message.ts';
import type { LinkEar, Seal } from '../../ports/peer-link.ts';
import { bytesOf, refuse } from './websocket-socket.ts';

/** A handshake is small; nobody makes us read more before we know who it is. */
const STRANGER_BYTES = 4 * 1024;

export interface HandshakeParts {
  readonly seal: Seal;
  readonly refused: LinkEar['refused'];
}

/** A message of the handshake; the connection is ended when it does not hold. */
export function readProof(
  { seal, refused }: HandshakeParts,
  socket: WebSocket,
  data: RawData,
  type: MessageType,
  answers: string | undefined,
): Message | undefined {
  const bytes = bytesOf(data);
  if (bytes.byteLength > STRANGER_BYTES) {
    refused('tooLarge', `a ${type} of ${bytes.byteLength} bytes`);
    refuse(socket, 'a handshake is small');
    return undefined;
  }
  const opened = seal.open(bytes, type);
  if (opened.ok && opened.message.answers === answers) return opened.message;
  refuse(socket, opened.ok ? 'that answers nothing' : `${opened.refusal}: ${opened.because}`);
  return undefined;
}

/** Tells of what came and was no message; that a connection breaks is told where it stood. */
export function tellError({ refused }: Pick<HandshakeParts, 'refused'>, error: Error): void {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') refused('tooLarge', sentence(error));
  else if (typeof code === 'string' && code.startsWith('WS_ERR')) refused('malformed', sentence(error));
}
