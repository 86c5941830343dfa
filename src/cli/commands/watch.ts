/** `diffo watch`: shows how what is outstanding comes to be so, as it happens. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentError, retryable } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { durationFlag } from '../arguments.ts';
import type { Client } from '../client.ts';
import type { Command, CommandParts, Said } from '../command.ts';
import { part, textAt } from '../read.ts';
import { Names, oneInstance } from '../resolve.ts';
import { countsLine, eventJson, eventLine, eventOf, frame, type WatchEvent, type Watched } from '../show-watch.ts';
import { outstandingTable } from '../show-why.ts';
import { harmless, harmlessJson, jsonText } from '../words.ts';

const COME_BACK_AFTER_MS = 1_000;
/** Changes come in bunches; what is outstanding after them is asked for once. */
const ASK_AFTER_MS = 150;
const EVENTS_KEPT = 50;
const TASKS_ASKED = 100;

/** Something is unmet when the time is over, or all that is left is not known. */
const exits = { unmet: 3, unknown: 4 } as const;

export const watch: Command = {
  name: 'watch',
  words: '[NAME|ID]',
  takes: [0, 1],
  about: 'shows what is outstanding as it is put right: verdicts that turn, plans and tasks as they run',
  more: [
    'At a terminal the screen is drawn anew as things change; elsewhere, or with --plain, each thing is a line; with',
    '--json a line of JSON. It goes on until it is interrupted, or with --until-met until nothing is outstanding: then',
    `it ends with 0. When --timeout is over it ends with ${exits.unmet} if anything is unmet, with ${exits.unknown} if something is not known, else with 0.`,
  ].join('\n'),
  flags: {
    'until-met': { about: 'ends when nothing is outstanding any more' },
    timeout: { takes: 'TIME', about: 'ends then at the latest, such as 30s or 5min' },
    plain: { about: 'lines at a terminal, too' },
  },
  examples: ['diffo watch', 'diffo watch lo', 'diffo watch lo --until-met --timeout 2min'],
  run: async (given, parts) => {
    const [word] = given.words;
    const timeoutMs = durationFlag(given, 'timeout');
    const instance = word === undefined ? undefined : await oneInstance(parts.client, word);
    const watching = new Watching(parts, {
      ...(instance === undefined ? {} : { instance: instance.id }),
      of: instance === undefined ? '' : ` of ${harmless(instance.name ?? instance.id)}`,
      redraws: parts.io.isTerminal && !parts.json && !given.flags.has('plain'),
      untilMet: given.flags.has('until-met'),
    });
    const over = new AbortController();
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => over.abort(), timeoutMs);
    const interrupted = (): void => over.abort();
    parts.io.signal?.addEventListener('abort', interrupted, { once: true });
    if (parts.io.signal?.aborted) over.abort();
    try {
      await watching.run(over);
    } finally {
      clearTimeout(timer);
      parts.io.signal?.removeEventListener('abort', interrupted);
    }
    return watching.ended(timeoutMs !== undefined);
  },
};

interface How {
  /** Of this one alone. */
  readonly instance?: string;
  readonly of: string;
  readonly redraws: boolean;
  readonly untilMet: boolean;
}

class Watching {
  readonly #parts: CommandParts;
  readonly #how: How;
  readonly #names: Names;
  readonly #called = new Map<string, string>();
  readonly #ours = new Set<string>();
  #watched: Watched;
  /** How many lines of the screen are ours. */
  #drawn = 0;
  #counts = '';

  constructor(parts: CommandParts, how: How) {
    this.#parts = parts;
    this.#how = how;
    this.#names = new Names(parts.client);
    this.#watched = { of: how.of, open: [], tasks: [], events: [] };
  }

  async run(over: AbortController): Promise<void> {
    const { client, io } = this.#parts;
    let cursor = await latestCursor(client);
    await this.#ask();
    this.#show();
    let isLost = false;
    while (!over.signal.aborted && !this.#isMet()) {
      let due: NodeJS.Timeout | undefined;
      let asking = Promise.resolve();
      try {
        for await (const change of client.changes(cursor, over.signal)) {
          cursor = textAt(change, 'cursor') ?? cursor;
          isLost = false;
          if (!(await this.#take(change))) continue;
          due ??= setTimeout(() => {
            due = undefined;
            asking = this.#ask().then(
              () => {
                this.#show();
                if (this.#isMet()) over.abort();
              },
              // The stream ends, too, and then it is asked again.
              () => undefined,
            );
          }, ASK_AFTER_MS);
        }
      } catch (error) {
        if (over.signal.aborted) break;
        if (!(error instanceof AgentError) || !retryable[error.code]) throw error;
      } finally {
        clearTimeout(due);
        await asking;
      }
      if (over.signal.aborted) break;
      if (!isLost) io.err('diffo: the agent ended the stream; waiting for it to come back (stop with Ctrl-C)\n');
      isLost = true;
      await sleep(COME_BACK_AFTER_MS, undefined, { signal: over.signal }).catch(() => undefined);
      await this.#ask().catch(() => undefined);
    }
  }

  ended(hasTime: boolean): Said | undefined {
    const { open } = this.#watched;
    const verdicts = open.map(each => textAt(each, 'verdict'));
    const exit = verdicts.includes('unmet') ? exits.unmet : verdicts.includes('unknown') ? exits.unknown : 0;
    if (!hasTime && !this.#how.untilMet) return undefined;
    const counts = countsLine(this.#watched, this.#parts.screen());
    // A screen says it already, and so does a line.
    const isSaid = this.#how.redraws || this.#counts === counts;
    const answer = { event: 'ended', outstanding: open.length, exit };
    if (this.#parts.json) {
      this.#parts.io.out(`${jsonText(answer)}\n`);
      return { answer, show: () => '', exit, isTold: true };
    }
    return { answer, show: () => (isSaid ? '' : counts), exit };
  }

  /** True when it may have changed what is outstanding. */
  async #take(change: Json): Promise<boolean> {
    const subject = textAt(change, 'subject');
    if (subject === 'task' && textAt(change, 'type') === 'create') this.#learn(part(change, 'document') ?? null);
    const instance = subject === 'verdict' ? /^[^:]+:(.+)$/s.exec(textAt(change, 'id') ?? '')?.[1] : undefined;
    const isOther = this.#how.instance !== undefined && instance !== undefined && instance !== this.#how.instance;
    if (isOther) return false;
    if (instance !== undefined) this.#call(instance, await this.#names.of(instance));
    const event = eventOf(harmlessJson(change), this.#called);
    if (event && this.#isOurs(change)) this.#happened(event);
    return (
      subject === 'verdict' ||
      subject === 'task' ||
      subject === 'plan' ||
      subject === 'expectation' ||
      subject === 'rule'
    );
  }

  /** Of one thing, only what is done to it, or to its plans. */
  #isOurs(change: Json): boolean {
    if (this.#how.instance === undefined || textAt(change, 'subject') !== 'task') return true;
    return this.#ours.has(textAt(change, 'id') ?? '');
  }

  #learn(task: Json): void {
    const id = textAt(task, 'id');
    this.#call(id, textAt(task, 'step', 'summary'));
    if (id !== undefined && textAt(task, 'instance') === this.#how.instance) this.#ours.add(id);
  }

  #call(id: string | undefined, name: string | undefined): void {
    if (id !== undefined && name !== undefined) this.#called.set(harmless(id), harmless(name));
  }

  #happened(event: WatchEvent): void {
    const events = [...this.#watched.events, event].slice(-EVENTS_KEPT);
    this.#watched = { ...this.#watched, events };
    const { io, json } = this.#parts;
    if (this.#how.redraws) this.#show();
    else if (json) io.out(`${jsonText(eventJson(event))}\n`);
    else io.out(eventLine(event, this.#parts.screen()));
  }

  async #ask(): Promise<void> {
    const { client } = this.#parts;
    const { instance } = this.#how;
    const [open, tasks] = await Promise.all([
      client.list('/diffo/v1/outstanding', { instance }),
      client.get('/diffo/v1/tasks', { limit: TASKS_ASKED }),
    ]);
    const all = Array.isArray(tasks) ? tasks : [];
    for (const task of all) this.#learn(task);
    const mine = instance === undefined ? all : all.filter(task => textAt(task, 'instance') === instance);
    this.#watched = { ...this.#watched, open: open.map(harmlessJson), tasks: mine.map(harmlessJson) };
  }

  #show(): void {
    const { io, json } = this.#parts;
    const screen = this.#parts.screen();
    if (this.#how.redraws) {
      const text = frame(this.#watched, io.rows ?? 24, screen);
      const back = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\r\u001b[J`;
      io.out(`${back}${text}`);
      this.#drawn = text.split('\n').length - 1;
      return;
    }
    const counts = countsLine(this.#watched, screen);
    if (counts === this.#counts) return;
    const isFirst = this.#counts === '';
    this.#counts = counts;
    if (json) {
      io.out(`${jsonText({ event: 'outstanding', outstanding: [...this.#watched.open] })}\n`);
      return;
    }
    io.out(`${isFirst && this.#watched.open.length > 0 ? outstandingTable(this.#watched.open, screen) : ''}${counts}`);
  }

  #isMet(): boolean {
    return this.#how.untilMet && this.#watched.open.length === 0;
  }
}

async function latestCursor(client: Client): Promise<string> {
  return textAt(await client.get('/diffo/v1/status'), 'cursor') ?? '0';
}
