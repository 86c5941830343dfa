/** `diffo changes`: what has changed, and what changes from now on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentError, retryable } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { wholeFlag } from '../arguments.ts';
import type { Client } from '../client.ts';
import type { Command, CommandParts } from '../command.ts';
import { listAt, numberAt, textAt } from '../read.ts';
import { Names } from '../resolve.ts';
import { changeLine, instanceOf } from '../show-changes.ts';
import { harmless, harmlessJson, jsonText } from '../words.ts';

/** As many as a screen holds. */
const LATEST = 50;
const ROWS_PER_PAGE = 1_000;
const COME_BACK_AFTER_MS = 1_000;

export const changes: Command = {
  name: 'changes',
  words: '',
  takes: [0, 0],
  about: 'what changed, when, and through whom: the latest, all after a cursor, or as it happens',
  flags: {
    after: { takes: 'CURSOR', about: 'all after this cursor (SEQ or EPOCH.SEQ; 0 for all there are)' },
    last: { takes: 'N', about: `the last N (${LATEST} if nothing is said)` },
    follow: { about: 'go on as changes happen, until interrupted; alone: from now on' },
  },
  examples: ['diffo changes', 'diffo changes --follow', 'diffo changes --after 0 --json'],
  run: async (given, parts) => {
    const { client, io } = parts;
    const last = wholeFlag(given, 'last', 0, 100_000);
    const after = given.flags.get('after');
    if (after !== undefined && last !== undefined) throw new AgentError('invalid', 'say one of --after and --last');
    const follows = given.flags.has('follow');
    const say = teller(parts);
    const latest = last ?? (follows ? 0 : LATEST);
    let cursor = after ?? (await latestCursor(client, latest));
    let isQuiet = true;
    for await (const change of pages(client, cursor)) {
      await say(change);
      isQuiet = false;
      cursor = textAt(change, 'cursor') ?? cursor;
    }
    if (follows) await follow(client, cursor, say, io);
    else if (isQuiet && !parts.json) io.out('nothing has changed since then\n');
    return undefined;
  },
};

/** The cursor after which the latest so many follow, as far as they are kept. */
async function latestCursor(client: Client, wanted: number): Promise<string> {
  const status = await client.get('/diffo/v1/status');
  const [, epoch = '', seq = '0'] = /^(.+)\.(\d+)$/.exec(textAt(status, 'cursor') ?? '') ?? [];
  const oldest = numberAt(status, 'store', 'oldestChange') ?? 1;
  const from = Math.max(Number(seq) - wanted, oldest - 1, 0);
  return epoch === '' ? String(from) : `${epoch}.${from}`;
}

async function* pages(client: Client, from: string): AsyncGenerator<Json> {
  for (let after = from; ; ) {
    const rows = listAt({ rows: await client.get('/diffo/v1/changes', { after, limit: ROWS_PER_PAGE }) }, 'rows');
    yield* rows;
    const next = textAt(rows.at(-1), 'cursor');
    if (rows.length < ROWS_PER_PAGE || next === undefined) return;
    after = next;
  }
}

/** Says one change: a line for people, with names instead of ids; a line of JSON for scripts. */
function teller({ client, io, json, screen }: CommandParts): (change: Json) => Promise<void> {
  const names = new Names(client);
  return async change => {
    if (json) {
      io.out(`${jsonText(change)}\n`);
      return;
    }
    const id = instanceOf(change);
    if (id !== undefined) names.learn(id, textAt(change, 'document', 'name'));
    const name = id === undefined ? undefined : harmless(await names.of(id));
    io.out(changeLine(harmlessJson(change), name, screen()));
  };
}

/** Comes back with its cursor whenever the stream breaks, so that nothing is missed. */
async function follow(
  client: Client,
  from: string,
  say: (change: Json) => Promise<void>,
  io: CommandParts['io'],
): Promise<void> {
  let cursor = from;
  let isLost = false;
  while (!io.signal?.aborted) {
    try {
      for await (const change of client.changes(cursor, io.signal)) {
        isLost = false;
        await say(change);
        cursor = textAt(change, 'cursor') ?? cursor;
      }
    } catch (error) {
      if (io.signal?.aborted) return;
      if (!(error instanceof AgentError) || !retryable[error.code]) throw error;
    }
    if (io.signal?.aborted) return;
    if (!isLost) io.err('diffo: the agent ended the stream; waiting for it to come back (stop with Ctrl-C)\n');
    isLost = true;
    await sleep(COME_BACK_AFTER_MS, undefined, io.signal ? { signal: io.signal } : {}).catch(() => undefined);
  }
}
