/** Answers on the bare connection: to what is not even a request, or came when there was no room for one. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorBody, type Failure } from '../tmf/error-body.ts';
import { statusOf } from '../tmf/failure-codes.ts';
import { jsonType } from './errors.ts';
import { type Limits, limitText } from './limits.ts';

/** A whole answer of HTTP, as text. */
export function bareAnswer(failure: Failure, headers: Readonly<Record<string, string>> = {}): string {
  const status = statusOf(failure.code);
  const body = JSON.stringify(errorBody(failure));
  const lines = Object.entries({
    'Content-Type': jsonType,
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}

interface ParseError extends Error {
  readonly code?: string;
  /** What came last, as far as it was read. */
  readonly rawPacket?: unknown;
}

/** What the server does with a connection on which something came that is no request; `whenAnswered` is told to wait. */
export function answerUnreadable(
  limits: Limits,
  whenAnswered: (socket: Socket, call: () => void) => void,
): (error: ParseError, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET') return;
    whenAnswered(socket, () => {
      if (socket.writable) socket.end(bareAnswer(failureOf(error, limits)));
    });
  };
}

function failureOf({ code, rawPacket, message }: ParseError, limits: Limits): Failure {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW': {
      const line = Buffer.isBuffer(rawPacket) ? (rawPacket.toString('latin1').split('\r\n', 1)[0] ?? '') : '';
      if (/^[A-Z]+ /.test(line) && line.length > limits.uriBytes) {
        const most = limitText(limits, 'uriBytes', 'bytes');
        return { code: 'uriTooLong', reason: `The path and query are longer than ${most}; ask for less at a time` };
      }
      const most = limitText(limits, 'headerBytes', 'bytes');
      return { code: 'headersTooLarge', reason: `The headers are longer than ${most}` };
    }
    case 'ERR_HTTP_REQUEST_TIMEOUT': {
      const most = `${limitText(limits, 'headersMs', 'ms')} for the headers, ${limitText(limits, 'requestMs', 'ms')} for all`;
      return { code: 'timeout', reason: `The request did not arrive in time: ${most}` };
    }
    default:
      return { code: 'malformed', reason: `The request is not HTTP: ${message}` };
  }
}
