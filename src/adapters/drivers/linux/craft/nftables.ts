/** Sets of nftables in a table of our own, `inet diffo`; no other table is ever touched. Every change is one transaction. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Ability } from '../../../../core/ability.ts';
import { AgentError, sentence } from '../../../../core/errors.ts';
import { isArray, isObject, type Json, property } from '../../../../core/json.ts';
import type { Effect, Scene } from '../../../../core/prediction.ts';
import type { TaskStep } from '../../../../core/task.ts';
import type { Clock } from '../../../../ports/clock.ts';
import type { Step } from '../../../../ports/driver.ts';
import type { Log } from '../../../../ports/log.ts';
import { characteristicOf, order } from '../ability/common.ts';
import { hostKind } from '../facts.ts';
import { once } from '../once.ts';
import { text } from '../wanted-route.ts';
import type { Craft } from './craft.ts';
import { openListener } from './listener.ts';
import {
  type Element,
  elementWords,
  readElement,
  type SetType,
  setTypes,
  sorted,
  toldElement,
} from './nft-elements.ts';

export const nftablesForm = z.strictObject({
  /** Read by nft when the machine starts, as its maker says; without it nothing can be asked to last. */
  file: z.string().min(1).exactOptional(),
  sets: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]{0,30}$/, 'a name of letters and digits'),
        type: z.enum(setTypes),
        /** It holds prefixes and ranges too. */
        interval: z.boolean().default(false),
        /** What is done with a packet that is in it: a set that no rule asks does nothing. */
        rule: z
          .strictObject({
            hook: z.enum(['input', 'forward', 'output']),
            match: z.enum(['source', 'destination']).default('source'),
            verdict: z.enum(['drop', 'accept', 'reject']),
          })
          .exactOptional(),
      }),
    )
    .min(1),
});
export type NftablesChoice = z.output<typeof nftablesForm>;
type SetChoice = NftablesChoice['sets'][number];

const TABLE = 'inet diffo';

/** What of our table is there. */
interface Table {
  readonly isThere: boolean;
  readonly sets: ReadonlyMap<string, readonly Element[]>;
  /** Those too whose rule is gone. */
  readonly named: ReadonlySet<string>;
  readonly chains: ReadonlySet<string>;
  /** By the set that they ask, the handle of the rule and its chain. */
  readonly rules: ReadonlyMap<string, { readonly chain: string; readonly handle: number }>;
  readonly foreign: boolean;
}

export function openNftables(options: {
  readonly netns?: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly choice: NftablesChoice;
}): Craft {
  const { netns, choice } = options;
  const listener = openListener(['nft', 'monitor'], options);
  let known: Table | undefined;

  const setOf = (name: string): SetChoice => {
    const found = choice.sets.find(each => each.name === name);
    if (!found) throw new AgentError('invalid', `there is no set ${name} in the nftables of the profile`);
    return found;
  };

  async function read(): Promise<Table> {
    try {
      return readTable((await once(netns, ['nft', '-j', 'list', 'table', 'inet', 'diffo'])).toString(), choice.sets);
    } catch (error) {
      const isMissing = error instanceof AgentError && /No such file or directory/.test(error.message);
      if (!isMissing) throw error;
      return { isThere: false, sets: new Map(), named: new Set(), chains: new Set(), rules: new Map(), foreign: false };
    }
  }

  async function run(lines: readonly string[]): Promise<void> {
    known = undefined;
    if (lines.length > 0) await once(netns, ['nft', '-f', '-'], `${lines.join('\n')}\n`);
  }

  /** What brings the sets to what the steps say, as one transaction. */
  async function carryOut(steps: readonly Step[]): Promise<void> {
    const acts = steps.map(readStep);
    const table = await read();
    await run(acts.flatMap(({ set, add, remove }) => linesTowards(setOf(set), table, add, remove)));
    if (acts.some(each => each.lasting)) await keep();
  }

  /** The whole table, as nft itself writes it, in place of what it held. */
  async function keep(): Promise<void> {
    if (choice.file === undefined) throw new AgentError('unsupported', NO_FILE);
    const listed = (await once(netns, ['nft', 'list', 'table', 'inet', 'diffo'])).toString();
    await put(choice.file, `#!/usr/sbin/nft -f\ntable ${TABLE}\ndelete table ${TABLE}\n${listed}`);
  }

  return {
    ops: new Set(['setElements']),
    abilities: choice.sets.map(set => ({
      kind: hostKind,
      path: pathOf(set.name),
      steps: stepsOf(set, choice.file),
      predict,
    })),
    async look() {
      const table = listener.hears() && known ? known : await read();
      known = table;
      return { host: { nftSet: Object.fromEntries([...table.sets].map(([name, all]) => [name, [...all]])) } };
    },
    async start(heard) {
      listener.start(() => {
        known = undefined;
        heard();
      });
    },
    stop: () => listener.stop(),
    async examine(step) {
      const { set, add, remove, lasting } = readStep(step);
      const table = await read();
      const now = table.sets.get(set);
      const isSo =
        now !== undefined && add.every(each => now.includes(each)) && !remove.some(each => now.includes(each));
      const file = lasting && choice.file !== undefined ? await readFile(choice.file, 'utf8').catch(() => null) : null;
      return {
        already: isSo,
        before: {
          table: table.isThere,
          chains: [...table.chains],
          rule: table.rules.has(set),
          ...(now === undefined ? {} : { elements: [...now] }),
          ...(lasting ? { file } : {}),
        },
      };
    },
    act: step => carryOut([step]),
    actTogether: carryOut,
    async undo(step, before) {
      const { set, add, remove, lasting } = readStep(step);
      const table = await read();
      const was = property(before, 'elements');
      const former = isArray(was) ? was : [];
      const now = table.sets.get(set) ?? [];
      const { type } = setOf(set);
      const goes = now.filter(each => add.includes(each) && !former.includes(each));
      const comes = remove.filter(each => former.includes(each) && !now.includes(each));
      const left = now.filter(each => !goes.includes(each)).length + comes.length;
      const isGone = was === undefined && left === 0 && table.named.has(set);
      await run([
        ...elementLines('delete', set, type, goes),
        ...elementLines('add', set, type, comes),
        ...(isGone ? linesWithout(set, table, before) : []),
      ]);
      if (lasting && choice.file !== undefined) await putBack(choice.file, property(before, 'file'));
    },
  };
}

const NO_FILE =
  'a set of nftables lasts only when a file is named that nft reads at the start: say nftables.file in the profile';

function pathOf(set: string): string {
  return `/resourceCharacteristic/nftSet/value/${set}`;
}

function readStep({ op, args }: Step): { set: string; add: Element[]; remove: Element[]; lasting: boolean } {
  const { set, add, remove, lasting } = args;
  if (op !== 'setElements' || typeof set !== 'string' || !isArray(add) || !isArray(remove)) {
    throw new AgentError('invalid', `the linux driver does not know the step ${op}`);
  }
  return { set, add: add.filter(isElement), remove: remove.filter(isElement), lasting: lasting === true };
}

function isElement(value: Json): value is Element {
  return typeof value === 'string' || typeof value === 'number';
}

function stepsOf(set: SetChoice, file: string | undefined): Ability['steps'] {
  return (actual, wanted, how) => {
    const list = wanted ?? [];
    if (!isArray(list)) return `the elements of the set ${set.name} are a list, not ${text(wanted)}`;
    const want: Element[] = [];
    for (const item of list) {
      const element = readElement(set.type, item);
      const isSpan = typeof element === 'string' && /[/-]/.test(element) && set.type !== 'ifname';
      if (element === undefined) return `${text(item)} is no ${set.type}, as the set ${set.name} holds`;
      if (isSpan && !set.interval) return `the set ${set.name} holds single elements, not ${text(item)}; say interval`;
      want.push(element);
    }
    const all = characteristicOf(actual, 'nftSet');
    const now = isObject(all) ? all[set.name] : undefined;
    const have = isArray(now) ? now.filter(isElement) : [];
    const [add, remove] = [
      sorted(want).filter(each => !have.includes(each)),
      have.filter(each => !want.includes(each)),
    ];
    if (add.length === 0 && remove.length === 0 && (now !== undefined || wanted === undefined)) return [];
    if (how?.lasting && file === undefined) return NO_FILE;
    return [
      {
        op: 'setElements',
        args: { set: set.name, add, remove, ...(how?.lasting ? { lasting: true } : {}) },
        summary: summary(set.name, add, remove),
        order: order.set,
        cost: { blastRadius: 1 + add.length + remove.length, downtimeMs: 0, reversible: true },
        ...(remove.length > 0 ? { removes: true } : {}),
        lasting: how?.lasting ? 'lasts' : 'untilRestart',
      },
    ];
  };
}

const NAMED_AT_MOST = 3;

function summary(set: string, add: readonly Element[], remove: readonly Element[]): string {
  const named = (all: readonly Element[]): string =>
    all.length <= NAMED_AT_MOST
      ? all.join(', ')
      : `${all.slice(0, NAMED_AT_MOST).join(', ')} and ${all.length - NAMED_AT_MOST} more`;
  const parts = [
    ...(add.length > 0 ? [`put ${named(add)} into the set ${set}`] : []),
    ...(remove.length > 0 ? [`take ${named(remove)} out of the set ${set}`] : []),
  ];
  return parts.length > 0 ? parts.join(' and ') : `make the set ${set}`;
}

function predict(step: TaskStep, scene: Scene): readonly Effect[] {
  const [host] = scene.of(hostKind);
  if (!host) return [];
  const { set, add, remove } = readStep(step);
  const all = characteristicOf(host.document, 'nftSet');
  const now = isObject(all) && isArray(all[set]) ? all[set].filter(isElement) : [];
  const value = sorted([...now.filter(each => !remove.includes(each)), ...add]);
  return [{ of: { kind: hostKind, name: String(property(host.document, 'name')) }, path: pathOf(set), value }];
}

function readTable(said: string, sets: readonly SetChoice[]): Table {
  const listed = property(JSON.parse(said), 'nftables');
  const items: readonly Json[] = isArray(listed) ? listed : [];
  const found = new Map<string, readonly Element[]>();
  const chains = new Set<string>();
  const rules = new Map<string, { chain: string; handle: number }>();
  let foreign = false;
  for (const item of items) {
    const [set, chain, rule] = [property(item, 'set'), property(item, 'chain'), property(item, 'rule')];
    const own = sets.find(each => each.name === property(set, 'name'));
    const elements = property(set, 'elem');
    if (own) {
      const told = isArray(elements) ? elements.flatMap(each => toldElement(own.type, each) ?? []) : [];
      found.set(own.name, sorted(told));
    } else if (set !== undefined || property(item, 'map') !== undefined) foreign = true;
    if (isObject(chain)) chains.add(String(chain.name));
    const asks = /^diffo:(.+)$/.exec(String(property(rule, 'comment')))?.[1];
    if (isObject(rule) && asks !== undefined)
      rules.set(asks, { chain: String(rule.chain), handle: Number(rule.handle) });
    else if (rule !== undefined) foreign = true;
  }
  const named = new Set(found.keys());
  // Without the rule that asks it, a set does nothing of what is meant by it.
  for (const { name, rule } of sets) if (rule && !rules.has(name)) found.delete(name);
  return { isThere: true, sets: found, named, chains, rules, foreign };
}

function linesTowards(set: SetChoice, table: Table, add: readonly Element[], remove: readonly Element[]): string[] {
  const now = table.sets.get(set.name);
  const lines: string[] = [];
  if (now === undefined) {
    lines.push(`add table ${TABLE}`);
    lines.push(`add set ${TABLE} ${set.name} { type ${set.type}; ${set.interval ? 'flags interval; ' : ''}}`);
    if (set.rule && !table.rules.has(set.name)) lines.push(...ruleLines(set, set.rule));
  }
  const gone = remove.filter(each => now?.includes(each));
  const come = add.filter(each => !now?.includes(each));
  return [
    ...lines,
    ...elementLines('delete', set.name, set.type, gone),
    ...elementLines('add', set.name, set.type, come),
  ];
}

function ruleLines({ name, type }: SetChoice, { hook, match, verdict }: NonNullable<SetChoice['rule']>): string[] {
  const isSource = match === 'source';
  const what: Record<SetType, string> = {
    ipv4_addr: isSource ? 'ip saddr' : 'ip daddr',
    ipv6_addr: isSource ? 'ip6 saddr' : 'ip6 daddr',
    ether_addr: isSource ? 'ether saddr' : 'ether daddr',
    inet_service: isSource ? 'th sport' : 'th dport',
    ifname: isSource ? 'iifname' : 'oifname',
  };
  return [
    `add chain ${TABLE} ${hook} { type filter hook ${hook} priority 0; policy accept; }`,
    `add rule ${TABLE} ${hook} ${what[type]} @${name} ${verdict} comment "diffo:${name}"`,
  ];
}

function elementLines(verb: 'add' | 'delete', set: string, type: SetType, all: readonly Element[]): string[] {
  return all.length === 0 ? [] : [`${verb} element ${TABLE} ${set} { ${elementWords(type, all)} }`];
}

/** Takes away what a step had made for its set, as far as nobody else has come to use it. */
function linesWithout(set: string, table: Table, before: Json): string[] {
  const rule = property(before, 'rule') === true ? undefined : table.rules.get(set);
  const others = [...table.rules].filter(([name]) => name !== set);
  const chains = property(before, 'chains');
  const isNewChain = rule && isArray(chains) && !chains.includes(rule.chain);
  const isEmptied = others.length === 0 && table.named.size === 1 && !table.foreign;
  if (property(before, 'table') !== true && isEmptied) return [`delete table ${TABLE}`];
  return [
    ...(rule ? [`delete rule ${TABLE} ${rule.chain} handle ${rule.handle}`] : []),
    `delete set ${TABLE} ${set}`,
    ...(isNewChain && !others.some(([, each]) => each.chain === rule.chain) && !table.foreign
      ? [`delete chain ${TABLE} ${rule.chain}`]
      : []),
  ];
}

/** Written whole under another name first, so that a power cut leaves the one or the other. */
async function put(file: string, body: string): Promise<void> {
  try {
    await writeFile(`${file}.new`, body, { flush: true });
    await rename(`${file}.new`, file);
  } catch (error) {
    throw new AgentError('storage', `the sets could not be kept in ${file}: ${sentence(error)}`, { cause: error });
  }
}

async function putBack(file: string, was: Json | undefined): Promise<void> {
  if (typeof was === 'string') await put(file, was);
  else await rm(file, { force: true });
}
