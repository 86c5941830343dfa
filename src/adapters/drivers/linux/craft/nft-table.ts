/** Our own table of nftables: what the profile says of it, what of it is there, and the lines that change it. */
import * as z from 'zod';
import { isArray, isObject, type Json, property } from '../../../../core/json.ts';
import { type Element, elementWords, type SetType, setTypes, sorted, toldElement } from './nft-elements.ts';

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

export type SetChoice = NftablesChoice['sets'][number];

export const TABLE = 'inet diffo';

/** What of our table is there. */
export interface Table {
  readonly isThere: boolean;
  readonly sets: ReadonlyMap<string, readonly Element[]>;
  /** Those too whose rule is gone. */
  readonly named: ReadonlySet<string>;
  readonly chains: ReadonlySet<string>;
  /** By the set that they ask, the handle of the rule and its chain. */
  readonly rules: ReadonlyMap<string, { readonly chain: string; readonly handle: number }>;
  readonly foreign: boolean;
}

export function readTable(said: string, sets: readonly SetChoice[]): Table {
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

export function linesTowards(
  set: SetChoice,
  table: Table,
  add: readonly Element[],
  remove: readonly Element[],
): string[] {
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

export function elementLines(verb: 'add' | 'delete', set: string, type: SetType, all: readonly Element[]): string[] {
  return all.length === 0 ? [] : [`${verb} element ${TABLE} ${set} { ${elementWords(type, all)} }`];
}

/** Takes away what a step had made for its set, as far as nobody else has come to use it. */
export function linesWithout(set: string, table: Table, before: Json): string[] {
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
