/** Commands that have things done: plan, approve, apply, confirm, undo, discard, tasks. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AgentError } from '../../core/errors.ts';
import { isArray, type Json } from '../../core/json.ts';
import type { Client } from '../client.ts';
import type { Command, CommandParts, Given, Said } from '../command.ts';
import { listAt, part, textAt } from '../read.ts';
import { Names, oneInstance, wholeId } from '../resolve.ts';
import type { Screen } from '../screen.ts';
import { plansText, planText, tasksText } from '../show-plans.ts';
import { harmlessNames } from '../words.ts';
import { applySets } from './sets.ts';

const path = '/diffo/v1/plans';
const pathOf = (id: string, order = ''): string => `${path}/${encodeURIComponent(id)}${order}`;

/** An approved plan is carried out in the next pass; a person sees no difference below this. */
const LOOK_AGAIN_MS = 300;
/** Longer than any plan of a single element should take. */
const WAIT_AT_MOST_MS = 10 * 60_000;

const whose = { takes: 'NAME', about: 'in whose name' };

function byWhom(flags: ReadonlyMap<string, string>): { readonly by?: string } {
  const by = flags.get('by');
  return by === undefined ? {} : { by };
}

export const plan: Command = {
  name: 'plan',
  words: '[ID]',
  takes: [0, 1],
  about: 'makes a plan for what is outstanding, touching nothing; or shows one, or --list',
  flags: {
    instance: { takes: 'NAME|ID', about: 'only for this one' },
    'dry-run': { about: 'only shows what the plan would be, and keeps none' },
    by: whose,
    list: { about: 'list all plans, newest first' },
  },
  examples: ['diffo plan', 'diffo plan --instance lo', 'diffo plan --list', 'diffo plan ID'],
  run: async ({ words: [id], flags }, { client }) => {
    const word = flags.get('instance');
    if ([id, word, flags.get('list')].filter(each => each !== undefined).length > 1) {
      throw new AgentError('invalid', 'say one of ID, --instance and --list');
    }
    if (flags.has('list')) {
      return {
        answer: [...(await client.list(path))],
        show: (answer, screen) => plansText(isArray(answer) ? answer : [], screen),
      };
    }
    if (id !== undefined) return planSaid(client, await client.get(pathOf(await wholeId(client, path, id))));
    const scope = word === undefined ? {} : { instance: (await oneInstance(client, word)).id };
    const asked = { ...scope, ...byWhom(flags) };
    return planSaid(client, await client.order(flags.has('dry-run') ? `${path}?dryRun=true` : path, asked));
  },
};

async function planSaid(client: Client, answer: Json, exit = 0): Promise<Said> {
  const ids = listAt(answer, 'waiting').flatMap(each => textAt(each, 'instance') ?? []);
  const names = harmlessNames(await new Names(client).all(ids));
  return { answer, exit, show: (each, screen) => planText(each, names, screen) };
}

const hash = { takes: 'HASH', about: 'only if the plan still has this hash' };

const duringFreeze = { about: 'now, in spite of freezes and outside of maintenance windows' };

const within = { takes: 'TIME', about: 'how long it waits to be confirmed, such as 90s; of one that has to be' };

export const approve: Command = {
  name: 'approve',
  words: 'ID',
  takes: [1, 1],
  about: 'lets the agent carry out a plan, exactly as it was made',
  flags: {
    hash,
    by: whose,
    within,
    'during-freeze': duringFreeze,
    wait: { about: 'until it has ended, or waits to be confirmed; exit 1 unless it is done' },
  },
  examples: ['diffo approve ID', 'diffo approve ID --hash HASH --wait'],
  run: async (given, parts) => {
    const { id, answer } = await orderPlan('approve', given, parts, hashOf(given));
    if (!given.flags.has('wait')) return planSaid(parts.client, answer);
    return endedSaid(parts.client, await ended(parts.client, id, answer), 'done');
  },
};

export const apply: Command = {
  name: 'apply',
  words: 'ID | -f FILE|DIR',
  takes: [0, 1],
  about: 'carries out a plan and waits until it has ended; or lays sets of expectations from files',
  more: [
    'A plan is approved first where that is still to be done.',
    '\nA file holds sets in YAML or JSON, one a document; of a directory all its files are taken in order of their names:',
    '  set: site',
    '  expectations:',
    '    - name: wan-up',
    '      for: { kind: interface, name: wan }',
    '      expect: { operationalState: enabled }',
    'What differs from what stands is shown first, and all of it is laid or none. The same sets again change nothing.',
  ].join('\n'),
  flags: {
    hash,
    by: whose,
    within,
    'during-freeze': duringFreeze,
    file: { takes: 'FILE|DIR', short: 'f', about: 'lay the sets in it; - for standard input' },
    prune: { about: 'with -f: withdraw what stands of these sets and is not said any more' },
    'dry-run': { about: 'with -f: only show what differs' },
    yes: { about: 'with -f: without asking' },
  },
  examples: ['diffo apply ID', 'diffo apply -f site.yaml', 'diffo apply -f sets/ --prune --yes'],
  run: async (given, parts) => {
    checkApply(given);
    if (given.flags.has('file')) return applySets(given, parts);
    const { id, answer } = await orderPlan('apply', given, parts, hashOf(given));
    return endedSaid(parts.client, await ended(parts.client, id, answer), 'done');
  },
};

/** Throws `invalid` for words of the one that are said with the other. */
function checkApply({ words, flags }: Given): void {
  const isFile = flags.has('file');
  if (!isFile && words.length === 0) {
    throw new AgentError('invalid', 'say which plan, diffo apply ID; or which sets, diffo apply -f FILE|DIR');
  }
  if (isFile && words.length > 0) {
    throw new AgentError('invalid', `-f takes one file or directory; what is "${words[0]}"?`);
  }
  const stray = (isFile ? ['hash', 'by', 'within', 'during-freeze'] : ['prune', 'dry-run', 'yes']).find(name =>
    flags.has(name),
  );
  if (stray === undefined) return;
  throw new AgentError('invalid', `--${stray} goes with ${isFile ? 'a plan' : '-f'}; see diffo apply --help`);
}

export const confirm: Command = {
  name: 'confirm',
  words: 'ID',
  takes: [1, 1],
  about: 'keeps what a plan did that would else go back by itself',
  more: [
    'A plan that may cut somebody off from the agent goes back unless this is said, after it was done and in time.',
    'Whoever still gets through to say it was not cut off.',
  ].join('\n'),
  flags: { hash, by: whose },
  examples: ['diffo confirm ID'],
  run: async (given, parts) => {
    const { id, answer } = await orderPlan('confirm', given, parts, hashOf(given));
    return endedSaid(parts.client, await ended(parts.client, id, answer), 'done');
  },
};

export const undo: Command = {
  name: 'undo',
  words: 'ID',
  takes: [1, 1],
  about: 'takes back what a plan did, and holds its expectations still until someone resumes them',
  flags: {
    force: { about: 'even if somebody has changed the same things since, or is cut off by it' },
    'during-freeze': duringFreeze,
  },
  examples: ['diffo undo ID', 'diffo undo ID --during-freeze'],
  run: async (given, parts) => {
    const body = {
      ...(given.flags.has('force') ? { force: true } : {}),
      ...(given.flags.has('during-freeze') ? { duringFreeze: true } : {}),
    };
    const { answer } = await orderPlan('undo', given, parts, body);
    const said = await endedSaid(parts.client, answer, 'undone');
    if (said.exit !== 0) return said;
    const ids = listAt(answer, 'tasks').flatMap(each => textAt(each, 'instance') ?? []);
    const names = harmlessNames(await new Names(parts.client).all(ids));
    const heldText = ({ command }: Screen): string =>
      [...names.values()].map(name => `held still until: ${command(`resume ${name}`)}\n`).join('');
    return { ...said, show: (each, screen) => said.show(each, screen) + heldText(screen) };
  },
};

export const discard: Command = {
  name: 'discard',
  words: 'ID',
  takes: [1, 1],
  about: 'puts a plan aside, undone; the same one is not proposed again',
  examples: ['diffo discard ID'],
  run: async (given, parts) => {
    const { answer } = await orderPlan('discard', given, parts, {});
    return planSaid(parts.client, answer);
  },
};

type Word = {
  readonly hash?: string;
  readonly by?: string;
  readonly within?: string;
  readonly duringFreeze?: boolean;
};

function hashOf({ flags }: Given): Word {
  const given = flags.get('hash');
  const time = flags.get('within');
  return {
    ...(given === undefined ? {} : { hash: given }),
    ...(time === undefined ? {} : { within: time }),
    ...byWhom(flags),
    ...(flags.has('during-freeze') ? { duringFreeze: true } : {}),
  };
}

async function orderPlan(
  order: 'approve' | 'apply' | 'confirm' | 'undo' | 'discard',
  { words: [word = ''] }: Given,
  { client }: CommandParts,
  body: Word & { readonly force?: boolean },
): Promise<{ id: string; answer: Json }> {
  const id = await wholeId(client, path, word);
  return { id, answer: await client.order(pathOf(id, `/${order}`), body) };
}

async function ended(client: Client, id: string, latest: Json): Promise<Json> {
  const until = Date.now() + WAIT_AT_MOST_MS;
  let seen = latest;
  // One that may not be begun yet goes on being approved.
  const isUnderWay = (): boolean =>
    ['approved', 'carryingOut'].includes(textAt(seen, 'state') ?? '') && part(seen, 'held') === undefined;
  while (isUnderWay() && Date.now() < until) {
    await sleep(LOOK_AGAIN_MS);
    seen = await client.get(pathOf(id));
  }
  return seen;
}

function endedSaid(client: Client, answer: Json, wanted: string): Promise<Said> {
  const state = textAt(answer, 'state');
  // What has to be confirmed has gone well so far.
  const isWell = state === wanted || (wanted === 'done' && state === 'unconfirmed');
  return planSaid(client, answer, isWell ? 0 : 1);
}

export const tasks: Command = {
  name: 'tasks',
  words: '',
  takes: [0, 0],
  about: 'what is being done and was done to the element, newest first',
  flags: { plan: { takes: 'ID', about: 'only those of this plan, in its order' } },
  examples: ['diffo tasks', 'diffo tasks --plan ID'],
  run: async ({ flags }, { client }) => {
    const word = flags.get('plan');
    const id = word === undefined ? undefined : await wholeId(client, path, word);
    return {
      answer: [...(await client.list('/diffo/v1/tasks', { plan: id }))],
      show: (answer, screen) => tasksText(isArray(answer) ? answer : [], screen),
    };
  },
};
