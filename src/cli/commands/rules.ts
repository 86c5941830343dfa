/** Commands about what may be done: rules, rule, freeze, thaw, and decide. */
import { didYouMean } from '../../core/did-you-mean.ts';
import { durationMs } from '../../core/duration.ts';
import { AgentError } from '../../core/errors.ts';
import { isArray, type Json, type JsonObject } from '../../core/json.ts';
import { type RuleSort, ruleSorts } from '../../core/rule.ts';
import type { Client } from '../client.ts';
import type { Command, CommandParts, Flag, Given, Said } from '../command.ts';
import { textAt } from '../read.ts';
import { oneInstance, wholeId } from '../resolve.ts';
import { rulesText, ruleText, scopeText } from '../show-rules.ts';
import { harmless } from '../words.ts';

const root = '/diffo/v1/rules';
const pathOf = (id: string): string => `${root}/${encodeURIComponent(id)}`;

const scopeFlags: Readonly<Record<string, Flag>> = {
  expectation: { takes: 'ID', about: 'only for this expectation' },
  set: { takes: 'NAME', about: 'only for expectations of this set' },
  kind: { takes: 'NAME', about: 'only for things of this kind' },
  instance: { takes: 'NAME|ID', about: 'only for this one' },
  path: { takes: 'PATH', about: 'only there and below, such as /resourceCharacteristic/mtu' },
};

const untilFlag: Flag = {
  takes: 'TIME',
  about: 'it ends then, and that is told: 2026-01-15T12:00:00Z, or 2h from now',
};

export const rules: Command = {
  name: 'rules',
  words: '',
  takes: [0, 0],
  about: 'what may be done, in order: the first that matches counts, yours before those of the profile',
  flags: { sort: { takes: 'SORT', about: `only these: ${ruleSorts.join(', ')}` } },
  examples: ['diffo rules', 'diffo rules --sort budget', 'diffo rules --json'],
  run: async ({ flags }, { client }) => ({
    answer: [...(await client.list(root, { sort: flags.get('sort') }))],
    show: (answer, screen) => rulesText(isArray(answer) ? answer : [], screen),
  }),
};

/** What is said without its name. */
const bare: Partial<Readonly<Record<RuleSort, string>>> = { mode: 'mode', outOfBand: 'policy' };

export const rule: Command = {
  name: 'rule',
  words: 'add SORT SAYS... | move ID POSITION | rm ID',
  takes: [2, 12],
  about: 'lays a rule, moves one among those of its sort, or takes one away',
  more: [
    'What each sort says:',
    '  mode       observe, warn, approve or enforce; observe with --until ignores a leaf for a while',
    '  outOfBand  restore, adopt, manage or hold: what becomes of what somebody changes at the element',
    '  budget     changes=N deletions=N within=10m per=all|kind|instance|path strict=true',
    '  window     from=22:00 to=06:00 days=mon,tue zone=Europe/Berlin; outside of it nothing is written',
    '  freeze     --until TIME --why TEXT, from=TIME; see also diffo freeze',
    '  settle     holdDown=30s holdUp=1m gain=N hysteresis=N gainWindow=2m flaps=N flapWindow=10m coolOff=10m attempts=N reversals=N',
    '  delegate   peer=NAME after=10m timeout=1h',
    '  protect    within=60s; needs one of the flags that say for what',
  ].join('\n'),
  flags: {
    ...scopeFlags,
    until: untilFlag,
    why: { takes: 'TEXT', about: 'the reason, for whoever finds it' },
    owner: { takes: 'NAME', about: 'whose rule it is' },
    id: { takes: 'NAME', about: 'a name of its own' },
    position: { takes: 'N', about: 'where among those of its sort, from 1; at the end when not said' },
  },
  examples: [
    'diffo rule add mode approve --kind networkInterface',
    "diffo rule add mode observe --path /resourceCharacteristic/mtu --until 7d --why 'ticket 42' --owner alice",
    'diffo rule add budget changes=20 deletions=2 within=10m per=kind',
    'diffo rule add window from=22:00 to=06:00 days=mon,tue,wed,thu,fri zone=Europe/Berlin',
    'diffo rule add outOfBand restore --path /administrativeState',
    'diffo rule move ID 1',
    'diffo rule rm ID',
  ],
  run: async (given, parts) => {
    const [what = '', ...rest] = given.words;
    switch (what) {
      case 'add':
        return add(given, rest, parts);
      case 'move':
        return move(rest, parts);
      case 'rm':
        return take(rest, parts);
      default:
        throw new AgentError('invalid', `a rule is added, moved or taken away, not "${what}": add, move or rm`);
    }
  },
};

async function add({ flags }: Given, [sort = '', ...says]: readonly string[], { client }: CommandParts): Promise<Said> {
  const known = ruleSorts.find(each => each === sort);
  if (known === undefined) {
    const hint = didYouMean(sort, ruleSorts) || `; there are ${ruleSorts.join(', ')}`;
    throw new AgentError('invalid', `there are no rules of sort "${sort}"${hint}`);
  }
  const scope = await scopeOf(flags, client);
  const body: JsonObject = {
    ...membersOf(known, says),
    sort: known,
    ...(Object.keys(scope).length === 0 ? {} : { for: scope }),
    ...textsOf(flags, ['why', 'owner', 'id']),
    ...untilOf(flags, client),
    ...positionOf(flags.get('position')),
  };
  return ruleSaid('laid', await client.post(root, body));
}

async function move([word = '', position, ...more]: readonly string[], { client }: CommandParts): Promise<Said> {
  if (position === undefined || more.length > 0)
    throw new AgentError('invalid', 'say which rule goes where: diffo rule move ID POSITION');
  const id = await wholeId(client, root, word);
  return ruleSaid('moved', await client.patch(pathOf(id), positionOf(position)));
}

async function take([word = '', ...more]: readonly string[], { client }: CommandParts): Promise<Said> {
  if (more.length > 0) throw new AgentError('invalid', `one rule at a time; what is "${more[0]}"?`);
  const id = await wholeId(client, root, word);
  await client.remove(pathOf(id));
  return { answer: { removed: id }, show: () => `taken away: ${harmless(id)}\n` };
}

function ruleSaid(done: string, answer: Json): Said {
  return {
    answer,
    show: (each, screen) =>
      `${done}: ${textAt(each, 'sort') ?? ''} ${ruleText(each, screen)}, for ${scopeText(typeof each === 'object' && each !== null && 'for' in each ? each.for : undefined)}\n` +
      `take away: ${screen.command(`rule rm ${textAt(each, 'id') ?? ''}`)}\n`,
  };
}

export const freeze: Command = {
  name: 'freeze',
  words: '',
  takes: [0, 0],
  about: 'nothing is written until a time, or where the flags say; looking and judging go on',
  more: 'A plan that is approved with --during-freeze is carried out all the same.',
  flags: {
    until: untilFlag,
    why: { takes: 'TEXT', about: 'the reason, for whoever meets it' },
    from: { takes: 'TIME', about: 'it begins then; at once when not said' },
    ...scopeFlags,
  },
  examples: [
    "diffo freeze --until 2h --why 'the big game'",
    "diffo freeze --until 2026-12-27T06:00:00Z --why 'holidays'",
  ],
  run: async ({ flags }, { client }) => {
    const lacks = ['until', 'why'].filter(name => !flags.has(name));
    if (lacks.length > 0) throw new AgentError('invalid', `say --${lacks.join(' and --')}; see diffo freeze --help`);
    const scope = await scopeOf(flags, client);
    const body: JsonObject = {
      sort: 'freeze',
      ...(Object.keys(scope).length === 0 ? {} : { for: scope }),
      ...textsOf(flags, ['why']),
      ...timeOf(flags, 'from', client),
      ...untilOf(flags, client),
    };
    return {
      answer: await client.post(root, body),
      show: (answer, screen) =>
        `frozen: ${scopeText(scope)}, until ${textAt(answer, 'until') ?? ''}\ngo on: ${screen.command('thaw')}\n`,
    };
  },
};

export const thaw: Command = {
  name: 'thaw',
  words: '[ID]',
  takes: [0, 1],
  about: 'ends all freezes, or one',
  examples: ['diffo thaw', 'diffo thaw ID'],
  run: async ({ words: [word] }, { client }) => {
    const all = (await client.list(root, { sort: 'freeze' })).filter(each => textAt(each, 'principal') !== 'profile');
    const ids = all.flatMap(each => textAt(each, 'id') ?? []);
    const those = word === undefined ? ids : ids.filter(id => id === word || (word.length >= 4 && id.startsWith(word)));
    if (those.length === 0) {
      throw new AgentError(
        'notFound',
        word === undefined ? 'nothing is frozen' : `there is no freeze ${word}; diffo rules --sort freeze lists them`,
      );
    }
    for (const id of those) await client.remove(pathOf(id));
    return { answer: { thawed: those }, show: () => `goes on: ${those.map(harmless).join(', ')}\n` };
  },
};

const decisions = ['restore', 'adopt', 'manage'];

export const decide: Command = {
  name: 'decide',
  words: 'EXPECTATION INSTANCE PATH restore|adopt|manage',
  takes: [4, 4],
  about: 'says what becomes of something that somebody changed at the element, and that is held for it',
  more: [
    'restore  it is put right, as the mode allows',
    'adopt    the expectation speaks of it no more',
    'manage   the expectation wants it as it is now',
    '\nINSTANCE is a name or an id; PATH is as diffo outstanding shows it, / for all that is held.',
  ].join('\n'),
  examples: ['diffo decide ID lo /resourceCharacteristic/mtu/value restore'],
  run: async ({ words: [expectation = '', thing = '', path = '', decision = ''] }, { client }) => {
    if (!decisions.includes(decision)) {
      const hint = didYouMean(decision, decisions);
      throw new AgentError('invalid', `a decision is ${decisions.join(', ')}, not "${decision}"${hint}`);
    }
    const body = {
      expectation: await wholeId(client, '/diffo/v1/expectations', expectation),
      instance: (await oneInstance(client, thing)).id,
      path,
      decision,
    };
    const done: Readonly<Record<string, string>> = {
      restore: 'it is put right as its mode allows',
      adopt: 'it is expected no more',
      manage: 'it is expected as it is now',
    };
    return {
      answer: await client.post('/diffo/v1/decisions', body),
      show: () => `${harmless(path)} of ${harmless(thing)}: ${done[decision] ?? ''}\n`,
    };
  },
};

async function scopeOf(flags: Given['flags'], client: Client): Promise<JsonObject> {
  const { instance, expectation } = { instance: flags.get('instance'), expectation: flags.get('expectation') };
  return {
    ...textsOf(flags, ['set', 'kind', 'path']),
    ...(expectation === undefined ? {} : { expectation: await wholeId(client, '/diffo/v1/expectations', expectation) }),
    ...(instance === undefined ? {} : { instance: (await oneInstance(client, instance)).id }),
  };
}

function textsOf(flags: Given['flags'], names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const value = flags.get(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function untilOf(flags: Given['flags'], client: Client): JsonObject {
  return timeOf(flags, 'until', client);
}

/** A moment, or how long from now by the agent's clock. */
function timeOf(flags: Given['flags'], name: string, client: Client): JsonObject {
  const text = flags.get(name);
  if (text === undefined) return {};
  const ahead = durationMs(text);
  return { [name]: ahead === undefined ? text : new Date(client.now() + ahead).toISOString() };
}

function positionOf(text: string | undefined): JsonObject {
  if (text === undefined) return {};
  if (!/^[1-9]\d{0,5}$/.test(text))
    throw new AgentError('invalid', `a position is a whole number from 1, not "${text}"`);
  return { position: Number(text) };
}

/** `changes=20 within=10m`, or the one word that a sort needs. */
function membersOf(sort: RuleSort, says: readonly string[]): JsonObject {
  const members: Record<string, Json> = {};
  for (const word of says) {
    const [, name, text = ''] = /^([A-Za-z]+)=(.*)$/s.exec(word) ?? [];
    const only = bare[sort];
    if (name === undefined && (only === undefined || members[only] !== undefined)) {
      throw new AgentError('invalid', `"${word}" says nothing of a rule of sort ${sort}; see diffo rule --help`);
    }
    members[name ?? only ?? ''] = name === undefined ? word : readMember(name, text);
  }
  return members;
}

function readMember(name: string, text: string): Json {
  if (name === 'days') return text.split(',');
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}
