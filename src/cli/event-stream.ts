/** Server-sent events: the text of each event's data, out of a stream of bytes. */
import { AgentError } from '../core/errors.ts';

/** The agent says at least a comment twice in this time; a longer silence means that the line is dead. */
const SILENT_AT_MOST_MS = 70_000;

export async function* events(bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  let data: string[] = [];
  for await (const chunk of heard(bytes)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
      if (line !== '' || data.length === 0) continue;
      yield data.join('\n');
      data = [];
    }
  }
}

/**
 * What a stream brings until it ends or the signal stops it. The signal that was given to `fetch` alone may be forgotten
 * while the answer is read: what hands it on is collected as garbage.
 */
export async function* chunks(body: ReadableStream<Uint8Array>, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  const stop = (): void => void reader.cancel().catch(() => undefined);
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted) stop();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

/** The same, as long as it is not silent for too long. */
async function* heard(
  bytes: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const source = Symbol.asyncIterator in bytes ? bytes[Symbol.asyncIterator]() : bytes[Symbol.iterator]();
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new AgentError('unreachable', 'the stream of changes has gone silent')),
          SILENT_AT_MOST_MS,
        );
      });
      try {
        const next = await Promise.race([source.next(), silence]);
        if (next.done) return;
        yield next.value;
      } finally {
        clearTimeout(timer);
      }
    }
  } finally {
    void Promise.resolve(source.return?.()).catch(() => undefined);
  }
}
