/** A recording as a file: lines are added at its end at once, so that whatever ends the process leaves all but the last. */
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { AgentError, sentence } from '../../core/errors.ts';
import { type Line, readLine } from '../../core/recording/lines.ts';
import type { Log } from '../../ports/log.ts';

/** Where lines go; `false` once none is taken any more. */
export interface LineSink {
  put(line: Line): boolean;
  close(): void;
}

/** Room for the line that says that there is no more. */
const ROOM_FOR_END = 200;
const NEWLINE = 0x0a;

/** Throws `invalid` when it cannot be written to; a file that holds runs already goes on with another one. */
export function openRecordingFile(path: string, mostBytes: number, log: Log): LineSink {
  let file: number;
  let size: number;
  try {
    file = openSync(path, 'a+', 0o600);
    size = fstatSync(file).size;
    if (size > 0 && !endsWhole(file, size)) size += writeSync(file, '\n');
  } catch (error) {
    throw new AgentError('invalid', `nothing can be recorded to ${path}: ${sentence(error)}`, { cause: error });
  }
  let takes = true;
  const end = (why: string, values: Record<string, unknown>): false => {
    takes = false;
    log.warn(why, { file: path, ...values });
    return false;
  };
  return {
    put: line => {
      if (!takes) return false;
      const text = `${JSON.stringify(line)}\n`;
      const bytes = Buffer.byteLength(text);
      try {
        if (size + bytes + ROOM_FOR_END > mostBytes && !('end' in line)) {
          const last = `${JSON.stringify({ end: `it was full: record.bytes allows ${mostBytes} bytes` })}\n`;
          if (size + last.length <= mostBytes) writeSync(file, last);
          return end('the recording is full, nothing more is recorded', { bytes: size, most: mostBytes });
        }
        size += writeSync(file, text);
        return true;
      } catch (error) {
        return end('nothing more can be recorded', { error: sentence(error) });
      }
    },
    close: () => {
      takes = false;
      closeSync(file);
    },
  };
}

function endsWhole(file: number, size: number): boolean {
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] === NEWLINE;
}

/** What a line of a file is, and which one; without a line for what is none. */
export interface ReadLine {
  readonly number: number;
  readonly line: Line | undefined;
}

/** The lines of a recording, plain or packed by gzip. Throws `invalid` when there is nothing to read. */
export function* readRecordingFile(path: string): Generator<ReadLine> {
  if (!existsSync(path)) throw new AgentError('invalid', `there is no recording ${path}`);
  let text: Buffer;
  try {
    const bytes = readFileSync(path);
    text = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { finishFlush: 2 }) : bytes;
  } catch (error) {
    throw new AgentError('invalid', `the recording ${path} cannot be read: ${sentence(error)}`, { cause: error });
  }
  let from = 0;
  for (let number = 1; from < text.length; number++) {
    const newline = text.indexOf(NEWLINE, from);
    const to = newline < 0 ? text.length : newline;
    if (to > from) yield { number, line: readLine(text.toString('utf8', from, to)) };
    from = to + 1;
  }
}
