/** What figures about an element are measured with: programs inside its namespace, and the agent's stream of events. */
import { type ChildProcess, spawn } from 'node:child_process';
import { get as httpGet } from 'node:http';
import type { Netns } from '../../test/kit/netns.ts';
import { nowMs } from './measure.ts';

const LOST_AFTER_MS = 10_000;

export function inside({ name }: Netns, command: string): ChildProcess {
  return spawn('ip', ['netns', 'exec', name, ...command.split(' ')], { stdio: ['pipe', 'pipe', 'inherit'] });
}

export interface Stream {
  /** When an event with these words arrives. */
  next(words: string): Promise<number>;
  /** Calls with each part that arrives, as text. */
  each(call: (part: string) => void): void;
  end(): void;
}

export function follow(url: string): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const asking = httpGet(url, { headers: { accept: 'text/event-stream' } }, answer => {
      answer.setEncoding('utf8');
      resolve({
        next: words => arrival(answer, words),
        each: call => answer.on('data', (part: string) => call(part)),
        end: () => asking.destroy(),
      });
    });
    asking.on('error', reject);
  });
}

/** When a program says these words. */
export function next(child: ChildProcess, words: string): Promise<number> {
  if (!child.stdout) throw new Error('it has no output');
  return arrival(child.stdout, words);
}

function arrival(from: NodeJS.ReadableStream, words: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const lost = setTimeout(() => reject(new Error(`nothing with "${words}" came`)), LOST_AFTER_MS);
    const hear = (part: Buffer | string): void => {
      if (!part.toString().includes(words)) return;
      const at = nowMs();
      clearTimeout(lost);
      from.off('data', hear);
      resolve(at);
    };
    from.on('data', hear);
  });
}

/** Lays an expectation, and throws what the agent says against it. */
export async function lay(url: string, expectation: unknown): Promise<void> {
  const answer = await fetch(`${url}/diffo/v1/expectations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(expectation),
  });
  if (!answer.ok) throw new Error(`the expectation was refused: ${await answer.text()}`);
}
