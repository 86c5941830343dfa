/** The `ip` of iproute2 as one long-lived helper: a spawn costs 5 ms, a line to a running one 0.1 ms. */
import { type ChildProcess, spawn } from 'node:child_process';
import { AgentError, sentence } from '../../../core/errors.ts';
import type { Json } from '../../../core/json.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/log.ts';

/** Longer than the kernel holds its network lock on a busy machine; after that the helper is taken to hang. */
const COMMAND_DEADLINE_MS = 5_000;
/** A dump that was overtaken by a change is asked for again; a world that never rests gets the last one. */
const DUMP_TRIES = 3;
/** `Object "mark1" is unknown, try "ip help".` and `Command failed -:2`. */
const END_AT_MOST = 200;
/** Enough of a dead helper's words to know why it died. */
const SAID_AT_MOST = 200;

export interface Ip {
  /** Asks with a command that prints JSON. */
  ask(words: readonly string[]): Promise<Answer>;
  /** Changes something, once. Rejects with `refused` in the kernel's words. */
  tell(words: readonly string[]): Promise<void>;
  /** The process id of the helper, which lives in the network namespace. */
  pid(): Promise<number>;
  /** Goes on with a new helper, once what is under way has ended. */
  renew(): Promise<void>;
  stop(): Promise<void>;
}

/** JSON as text, because `ip` writes some keys twice and the reader has to mend that. */
export type Answer = string;

export function answered(answer: Answer): readonly Json[] {
  try {
    const value: unknown = JSON.parse(answer);
    if (Array.isArray(value)) return value;
  } catch (error) {
    throw new AgentError('unreachable', `ip answered with something that is not JSON: ${answer.slice(0, 200)}`, {
      cause: error,
    });
  }
  throw new AgentError('unreachable', 'ip answered with something that is not a list');
}

/** The command that runs `words` in a network namespace, or in the agent's own. */
export function inNamespace(netns: string | undefined, words: readonly string[]): readonly [string, string[]] {
  return netns === undefined ? ['sh', [...words]] : ['ip', ['netns', 'exec', netns, 'sh', ...words]];
}

interface Waiting {
  readonly line: string;
  /** Begins with a new helper. */
  readonly anew: boolean;
  readonly end: (words: string) => void;
  readonly fail: (error: AgentError) => void;
}

interface Helper {
  readonly process: ChildProcess;
  said: string[];
  /** The last of what was said: the end of an answer is looked for here, not in a long answer again and again. */
  tail: string;
}

export function openIp(options: { netns?: string; clock: Clock; log: Log }): Ip {
  const { netns, clock, log } = options;
  let helper: Helper | undefined;
  let stopped = false;
  let count = 0;
  const queue: Waiting[] = [];
  let current: { readonly waiting: Waiting; readonly mark: string; readonly noDeadline: () => void } | undefined;

  function start(): Helper {
    const [command, args] = inNamespace(netns, ['-c', 'exec ip -d -j -force -batch - 2>&1']);
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } });
    const started: Helper = { process: child, said: [], tail: '' };
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      if (started === helper) hear(started, text);
    });
    // Only what starts the helper speaks here; its own errors are merged into its answers.
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => {
      started.said.push(text);
    });
    // A pipe that breaks is told by `close`, which knows why.
    child.stdin.on('error', () => {});
    child.on('error', error => lost(started, sentence(error)));
    child.on('close', (code, signal) => {
      lost(started, `it ended (${signal ?? code}) ${started.said.join('').slice(0, SAID_AT_MOST)}`.trim());
    });
    return started;
  }

  function hear(from: Helper, text: string): void {
    from.said.push(text);
    from.tail = (from.tail + text).slice(-END_AT_MOST);
    if (!current) return;
    const [end] =
      new RegExp(`Object "${current.mark}" is unknown, .*\\nCommand failed -:\\d+\\n$`).exec(from.tail) ?? [];
    if (end === undefined) return;
    const words = from.said.join('').slice(0, -end.length);
    from.said = [];
    from.tail = '';
    const { waiting, noDeadline } = current;
    noDeadline();
    current = undefined;
    waiting.end(words);
    next();
  }

  function lost(which: Helper, why: string): void {
    if (which !== helper) return;
    helper = undefined;
    which.process.kill('SIGKILL');
    if (!stopped) log.warn('the ip helper is gone', { why });
    const failed = current;
    current = undefined;
    failed?.noDeadline();
    failed?.waiting.fail(new AgentError('unreachable', `ip did not finish "${failed.waiting.line}": ${why}`));
    next();
  }

  function next(): void {
    if (current) return;
    const waiting = queue.shift();
    if (!waiting) return;
    if (stopped) {
      waiting.fail(new AgentError('unreachable', 'the driver has been stopped'));
      next();
      return;
    }
    if (waiting.anew && helper) {
      const former = helper;
      helper = undefined;
      former.process.kill('SIGKILL');
    }
    helper ??= start();
    const asked = helper;
    // `ip` complains about this word, which is no object of its; by then all before it has been said.
    const mark = `mark${++count}`;
    const noDeadline = clock.after(COMMAND_DEADLINE_MS, () => lost(asked, `no answer in ${COMMAND_DEADLINE_MS} ms`));
    current = { waiting, mark, noDeadline };
    asked.said = [];
    asked.tail = '';
    asked.process.stdin?.write(`${waiting.line}\n${mark}\n`);
  }

  function run(words: readonly string[], anew = false): Promise<Spoken> {
    const bad = words.find(word => !isWord(word));
    if (bad !== undefined) {
      return Promise.reject(new AgentError('refused', `${JSON.stringify(bad)} is not a word that may be given to ip`));
    }
    const line = words.join(' ');
    return new Promise((resolve, reject) => {
      queue.push({ line, anew, end: text => resolve(spoken(text)), fail: reject });
      next();
    });
  }

  return {
    async ask(words) {
      for (let tries = 1; ; tries++) {
        const { json, complaints, failed } = await run(words);
        const interrupted = complaints.some(text => /dump .*(interrupted|terminated)/i.test(text));
        if (interrupted && tries < DUMP_TRIES) continue;
        if (failed && !interrupted) throw new AgentError('refused', kernelSentence(words, complaints));
        if (json === undefined) throw new AgentError('unreachable', `ip did not answer "${words.join(' ')}"`);
        return json;
      }
    },
    async tell(words) {
      const { complaints, failed } = await run(words);
      if (failed) throw new AgentError('refused', kernelSentence(words, complaints));
      if (complaints.length > 0) log.debug('ip remarked', { words: words.join(' '), complaints });
    },
    async pid() {
      if (helper === undefined) await run(['link', 'show', 'dev', 'lo']);
      const id = helper?.process.pid;
      if (id === undefined) throw new AgentError('unreachable', 'the ip helper does not run');
      return id;
    },
    async renew() {
      // Whatever is asked while this waits its turn comes after it.
      await run(['link', 'show', 'dev', 'lo'], true);
    },
    async stop() {
      stopped = true;
      const ending = helper;
      if (ending) {
        const closed = new Promise<void>(resolve => ending.process.once('close', () => resolve()));
        lost(ending, 'the driver has been stopped');
        await closed;
      }
      next();
    },
  };
}

interface Spoken {
  readonly json: string | undefined;
  readonly complaints: readonly string[];
  readonly failed: boolean;
}

/** Sorts the lines that `ip` said into its JSON and its complaints. */
function spoken(text: string): Spoken {
  let json: string | undefined;
  const complaints: string[] = [];
  let failed = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('[') && line.endsWith(']')) json = line;
    else if (/^Command failed -:\d+$/.test(line)) failed = true;
    else if (line !== '') complaints.push(line);
  }
  return { json, complaints, failed };
}

/** One word of a batch line: nothing that ends the line, splits it, quotes, continues, or begins a comment or an option. */
function isWord(word: string): boolean {
  return /^[A-Za-z0-9_.:/@+~%][A-Za-z0-9_.:/@+~%,-]*$/.test(word);
}

function kernelSentence(words: readonly string[], complaints: readonly string[]): string {
  const said = complaints.map(text => text.replace(/^(Error: |RTNETLINK answers: )/, '').replace(/\.$/, '')).join('; ');
  return `ip ${words.join(' ')}: ${said || 'it failed and did not say why'}`;
}
