/** `diffo expect`: says what is expected, lists what is, and withdraws it. */

import { didYouMean } from '../../core/did-you-mean.ts';
import { AgentError } from '../../core/errors.ts';
import { modes, onWithdraw } from '../../core/expectation.ts';
import type { InstanceType } from '../../core/instance.ts';
import { isArray, type Json, type JsonObject } from '../../core/json.ts';
import { durationFlag, wholeFlag } from '../arguments.ts';
import type { Client } from '../client.ts';
import type { Command, CommandParts, Given, Said } from '../command.ts';
import { readJson } from '../json-place.ts';
import { listAt, textAt } from '../read.ts';
import { findNamed, instanceTypes, listInstances, Names, oneInstance, splitKind, wholeId } from '../resolve.ts';
import { characteristicsOf, expectationOf, needsType, readWish, type Wish } from '../short-form.ts';
import { expectationsText, laidText } from '../show-expectations.ts';
import { harmless, harmlessNames } from '../words.ts';
import { readSource } from './sources.ts';

const path = '/diffo/v1/expectations';

export const expect: Command = {
  name: 'expect',
  words: 'TARGET EXPECTATION',
  takes: [0, Number.POSITIVE_INFINITY],
  about: 'lays an expectation on NAME|ID, kind/name or --where; --list and --delete ID',
  more: [
    '\nTARGET is the name or id of what is here, or kind/name, which may be yet to come.',
    'EXPECTATION is JSON, @file, - for standard input, or words of these forms:',
    '  mtu=1400           it is this: an attribute of TMF, else a characteristic',
    '  ipAddress+=ADDRESS the list has it',
    '  ipAddress-=ADDRESS the list has it not',
    'Values are numbers, true, false or text; what begins with {, [ or " is JSON.',
  ].join('\n'),
  flags: {
    where: { takes: 'JSON', about: 'instead of TARGET: all that meet this expectation' },
    kind: { takes: 'KIND', about: 'with --where: only those of this kind' },
    peer: { takes: 'NAME', about: "TARGET is this peer's: its kind/name, its id, or --where" },
    mode: { takes: 'MODE', about: `what may be done about it: ${modes.join(', ')}` },
    priority: { takes: 'N', about: '1 to 100, 50 if not said; the larger stands where two cannot both hold' },
    why: { takes: 'TEXT', about: 'the reason, for whoever reads it later' },
    owner: { takes: 'NAME', about: 'whom it is for' },
    id: { takes: 'ID', about: 'an id of your own' },
    profile: { takes: 'NAME', about: 'tmf638@1 or tmf639@1: refuses what services or resources do not have' },
    freshness: { takes: 'TIME', about: 'how old a look may be before the verdict is unknown, such as 30s' },
    'on-withdraw': {
      takes: 'WHAT',
      about: 'what becomes of what was done for it when it is withdrawn: leave or restore',
    },
    lasting: { about: 'what is done for it has to survive a restart of the element' },
    list: { about: 'list all expectations' },
    delete: { takes: 'ID', about: 'withdraw one' },
    force: { about: 'with --delete: at once, whatever has not gone back' },
  },
  examples: [
    'diffo expect networkInterface/lo mtu=65536 administrativeState=unlocked',
    "diffo expect lo ipAddress+=127.0.0.1/8 --why 'local services listen there' --mode warn",
    `diffo expect --where '{"operationalState": "enabled"}' --kind networkInterface 'mtu={"$gte": 1280}'`,
    `diffo expect lo '{"administrativeState": "unlocked"}' --priority 80`,
    'diffo expect lo @expected.json',
    'diffo expect networkInterface/eth1 mtu=9000 --peer edge-b --mode enforce',
    'diffo expect --list',
    'diffo expect --delete ID',
  ],
  run: async (given, parts) => {
    if (given.flags.has('list')) return list(given, parts);
    if (given.flags.has('delete')) return withdraw(given, parts);
    return lay(given, parts);
  },
};

async function list({ words }: Given, { client }: CommandParts): Promise<Said> {
  if (words.length > 0) throw new AgentError('invalid', 'expect --list takes nothing else');
  const all = await client.list(path);
  const names = harmlessNames(await new Names(client).all(all.flatMap(each => textAt(each, 'for', 'id') ?? [])));
  return {
    answer: [...all],
    show: (answer, screen) => expectationsText(isArray(answer) ? answer : [], names, screen),
  };
}

async function withdraw({ words, flags }: Given, { client }: CommandParts): Promise<Said> {
  if (words.length > 0) throw new AgentError('invalid', 'expect --delete takes one id and nothing else');
  const id = await wholeId(client, path, flags.get('delete') ?? '');
  const place = `${path}/${encodeURIComponent(id)}`;
  await client.remove(flags.has('force') ? `${place}?force=true` : place);
  const left = await client.find(place);
  if (left !== undefined) return { answer: left, show: answer => withdrawingText(id, answer) };
  return { answer: { deleted: id }, show: answer => `no longer expected: ${textAt(answer, 'deleted') ?? ''}\n` };
}

/** What it had changed goes back first. */
function withdrawingText(id: string, answer: Json): string {
  const until = textAt(answer, 'withdrawing', 'until') ?? 'soon';
  const way = `diffo expect --delete ${id} --force lets it go now`;
  return `withdrawn: it goes when what it had changed has gone back, at the latest ${until}; ${way}\n`;
}

async function lay(given: Given, { client, io }: CommandParts): Promise<Said> {
  const { flags } = given;
  const target = await targetOf(given, client);
  const words = flags.has('where') ? given.words : given.words.slice(1);
  const expected = await expectedOf(words, target, io);
  const freshnessMs = durationFlag(given, 'freshness');
  const priority = wholeFlag(given, 'priority', 1, 100);
  const body: JsonObject = {
    for: target.for,
    expect: expected.expect,
    ...textFlags(flags),
    ...(priority === undefined ? {} : { priority }),
    ...(freshnessMs === undefined ? {} : { freshnessMs }),
    ...(flags.has('lasting') ? { lasting: true } : {}),
  };
  const notes = [...target.notes, ...(await unknownCharacteristics(client, target, expected.characteristics))];
  const answer = await client.post(path, body);
  return {
    answer,
    show: (each, screen) => laidText(each, harmless(target.about), notes.map(harmless), screen),
  };
}

function textFlags(flags: Given['flags']): JsonObject {
  const mode = flags.get('mode');
  if (mode !== undefined && !modes.some(each => each === mode)) {
    throw new AgentError('invalid', `--mode is one of ${modes.join(', ')}, not "${mode}"${didYouMean(mode, modes)}`);
  }
  const after = flags.get('on-withdraw');
  if (after !== undefined && !onWithdraw.some(each => each === after)) {
    throw new AgentError('invalid', `--on-withdraw is ${onWithdraw.join(' or ')}, not "${after}"`);
  }
  return Object.fromEntries([
    ...['id', 'mode', 'owner', 'profile', 'why'].flatMap(name => {
      const text = flags.get(name);
      return text === undefined ? [] : [[name, text]];
    }),
    ...(after === undefined ? [] : [['onWithdraw', after]]),
  ]);
}

interface MeantTarget {
  readonly for: JsonObject;
  readonly about: string;
  readonly kind: string | undefined;
  /** Undefined when nothing tells. */
  readonly type: InstanceType | undefined;
  readonly notes: readonly string[];
}

async function targetOf(given: Given, client: Client): Promise<MeantTarget> {
  const peer = given.flags.get('peer');
  return peer === undefined ? targetHere(given, client) : targetAt(peer, given, client);
}

/** What a peer has is its own to know: nothing is looked up but what the kinds here tell. */
async function targetAt(peer: string, { words: [word], flags }: Given, client: Client): Promise<MeantTarget> {
  const where = flags.get('where');
  if (where === undefined && word !== undefined) {
    const split = splitKind(word);
    const about = `${word} at ${peer}`;
    if (!split) return { for: { id: word, peer }, about, kind: undefined, type: undefined, notes: [] };
    const type = await typeOfKind(client, split.kind);
    return { for: { ...split, peer }, about, kind: undefined, type, notes: [] };
  }
  const meant = await targetHere({ words: [], flags }, client);
  return { ...meant, for: { ...meant.for, peer }, about: `${meant.about} at ${peer}` };
}

async function targetHere({ words: [word], flags }: Given, client: Client): Promise<MeantTarget> {
  const where = flags.get('where');
  const kind = flags.get('kind');
  if (where !== undefined) {
    const condition = readJson(where, '--where');
    return {
      for: { ...(kind === undefined ? {} : { kind }), where: condition },
      about: `${kind ?? 'all'} where ${JSON.stringify(condition)}`,
      kind,
      type: kind === undefined ? undefined : await typeOfKind(client, kind),
      notes: [],
    };
  }
  if (kind !== undefined) throw new AgentError('invalid', '--kind goes with --where; else say kind/name as TARGET');
  if (word === undefined) {
    throw new AgentError('invalid', 'say of what and what: diffo expect TARGET EXPECTATION (see diffo expect --help)');
  }
  const split = splitKind(word);
  if (!split) {
    const one = await oneInstance(client, word);
    return { for: { id: one.id }, about: one.name ?? one.id, kind: one.kind, type: one.type, notes: [] };
  }
  const here = await findNamed(client, split.name, split.kind);
  const notes = here.length > 0 ? [] : [`nothing here is called ${word} yet; it is outstanding until there is`];
  const type = here[0]?.type ?? (await typeOfKind(client, split.kind));
  const hint = type === undefined && notes.length > 0 ? await kindHint(client, split.kind) : [];
  return { for: { ...split }, about: word, kind: split.kind, type, notes: [...notes, ...hint] };
}

/** A resource or a service, as the profile declares it or the first instance shows. */
async function typeOfKind(client: Client, kind: string): Promise<InstanceType | undefined> {
  const declared = textAt(await client.find(`/diffo/v1/kinds/${encodeURIComponent(kind)}`), 'type');
  const known = instanceTypes.find(each => each === declared || each === kind);
  if (known) return known;
  const lists = await Promise.all(instanceTypes.map(type => listInstances(client, type)));
  return lists.flat().find(each => each.kind === kind)?.type;
}

async function kindHint(client: Client, kind: string): Promise<readonly string[]> {
  const known = (await client.list('/diffo/v1/kinds')).flatMap(each => textAt(each, 'name') ?? []);
  return known.length === 0 ? [] : [`the profile has no kind ${kind}${didYouMean(kind, known)}`];
}

interface MeantExpectation {
  readonly expect: Json;
  /** Named by short forms; empty for JSON, whose author knows what they do. */
  readonly characteristics: readonly string[];
}

async function expectedOf(
  words: readonly string[],
  { type, about }: MeantTarget,
  io: CommandParts['io'],
): Promise<MeantExpectation> {
  const [first] = words;
  if (first === undefined) {
    throw new AgentError('invalid', `say what is expected of ${about}, such as mtu=1400, JSON, @file or -`);
  }
  if (words.length === 1 && /^(@[^=]*|-|\s*[{[].*)$/s.test(first)) {
    const what = first.startsWith('@') ? first.slice(1) : first === '-' ? 'standard input' : 'EXPECTATION';
    return { expect: readJson(await readSource(first, io), what), characteristics: [] };
  }
  const wishes: readonly Wish[] = words.map(readWish);
  if (type === undefined && needsType(wishes)) {
    throw new AgentError(
      'invalid',
      `nothing here tells whether ${about} is a resource or a service; give the expectation as JSON`,
    );
  }
  const known = type ?? 'resource';
  return { expect: expectationOf(wishes, known), characteristics: characteristicsOf(wishes, known) };
}

/** A misspelt name would be outstanding for ever. */
async function unknownCharacteristics(
  client: Client,
  { kind }: MeantTarget,
  names: readonly string[],
): Promise<readonly string[]> {
  if (kind === undefined || names.length === 0) return [];
  const declared = await client.find(`/diffo/v1/kinds/${encodeURIComponent(kind)}`);
  const known = listAt(declared, 'characteristic').flatMap(each => textAt(each, 'name') ?? []);
  if (known.length === 0) return [];
  return names
    .filter(name => !known.includes(name))
    .map(name => `the kind ${kind} has no characteristic ${name}${didYouMean(name, known)}`);
}
