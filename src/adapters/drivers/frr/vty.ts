/**
 * Asks a daemon of FRR by its own socket, as `vtysh` does: a command and a zero byte out; words, three zero bytes and a
 * code back. To start a `vtysh` costs 30 ms of processor each time, a question here 0.2 ms.
 */
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { AgentError } from '../../../core/errors.ts';
import type { Clock } from '../../../ports/clock.ts';

/** Longer than a daemon is busy with a full table; after that it is taken to hang. */
const DEADLINE_MS = 5_000;
/** A daemon that never ends its answer must not fill the memory. */
const ANSWER_AT_MOST = 64 * 1024 * 1024;

/** What FRR calls CMD_WARNING. */
const WARNING = 1;

export interface Vty {
  /** Only ever to look: nothing that is asked here changes the configuration. */
  ask(question: string): Promise<string>;
  stop(): void;
}

interface Question {
  readonly words: string;
  readonly end: (answer: string) => void;
  readonly fail: (error: AgentError) => void;
}

/** One connection, made when it is needed and again when it is lost; one question at a time. */
export function openVty(daemon: string, { vtyDir, clock }: { readonly vtyDir: string; readonly clock: Clock }): Vty {
  const path = join(vtyDir, `${daemon}.vty`);
  const queue: Question[] = [];
  let socket: Socket | undefined;
  let current: { readonly question: Question; readonly noDeadline: () => void } | undefined;
  let said: Buffer[] = [];
  let length = 0;
  let stopped = false;

  function open(): Socket {
    const made = connect(path);
    made.unref();
    made.on('data', part => {
      if (made === socket) hear(part);
    });
    made.on('error', (error: NodeJS.ErrnoException) => lost(made, whyLost(error)));
    made.on('close', () => lost(made, 'it closed the connection'));
    return made;
  }

  function whyLost({ code, message }: NodeJS.ErrnoException): string {
    if (code === 'EACCES') return `${path} may not be opened: put the user of the agent into the group frrvty`;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return `nobody answers at ${path}; is it running?`;
    return message;
  }

  function hear(part: Buffer): void {
    said.push(part);
    length += part.length;
    if (length > ANSWER_AT_MOST) {
      lost(socket, `its answer is longer than ${ANSWER_AT_MOST} bytes`);
      return;
    }
    const tail = part.length >= 4 ? part.subarray(-4) : Buffer.concat(said.slice(-4)).subarray(-4);
    // The last byte is the code.
    if (tail.length < 4 || tail[0] !== 0 || tail[1] !== 0 || tail[2] !== 0) return;
    const code = tail[3];
    const answer = Buffer.concat(said).subarray(0, -4).toString('utf8');
    const done = take();
    if (!done) return;
    // An empty answer in JSON comes with a warning: a VRF that the kernel does not have.
    if (code === 0 || (code === WARNING && answer.trimStart().startsWith('{'))) done.end(answer);
    else
      done.fail(
        new AgentError('refused', `${daemon} on "${done.words}": ${answer.replace(/^% */, '').trim() || code}`),
      );
    next();
  }

  function take(): Question | undefined {
    const question = current?.question;
    current?.noDeadline();
    current = undefined;
    said = [];
    length = 0;
    return question;
  }

  function lost(which: Socket | undefined, why: string): void {
    if (which === undefined || which !== socket) return;
    socket = undefined;
    which.destroy();
    take()?.fail(new AgentError('unreachable', `${daemon} does not answer: ${why}`));
    next();
  }

  function next(): void {
    if (current) return;
    const question = queue.shift();
    if (!question) return;
    if (stopped) {
      question.fail(new AgentError('unreachable', 'the driver has been stopped'));
      next();
      return;
    }
    if (!socket) {
      socket = open();
      // What is configured is shown to those alone who may change it.
      queue.unshift(question);
      send({ words: 'enable', end: () => {}, fail: error => queue.shift()?.fail(error) });
      return;
    }
    send(question);
  }

  function send(question: Question): void {
    const asked = socket;
    const noDeadline = clock.after(DEADLINE_MS, () => lost(asked, `no answer in ${DEADLINE_MS} ms`));
    current = { question, noDeadline };
    asked?.ref();
    asked?.write(`${question.words}\0`);
  }

  return {
    ask: words =>
      new Promise<string>((end, fail) => {
        queue.push({ words, end, fail });
        next();
      }).finally(() => {
        // An idle connection keeps no process alive.
        if (!current) socket?.unref();
      }),
    stop() {
      stopped = true;
      const ending = socket;
      socket = undefined;
      ending?.destroy();
      take()?.fail(new AgentError('unreachable', 'the driver has been stopped'));
      next();
    },
  };
}
