/** Nexthop objects, which routes name by a number: those of an interface go when it goes down, and their groups shrink. */
import { isArray, type Json, property } from '../../../core/json.ts';
import { type Answer, answered } from './ip.ts';
import type { Kernel } from './kernel.ts';
import { some } from './reading.ts';

export type NexthopObject = {
  readonly id: number;
  readonly gateway?: string;
  readonly interface?: string;
  readonly scope?: string;
  readonly protocol?: string;
  readonly onlink: boolean;
  /** Of a group: its members. */
  readonly group?: readonly { readonly id: number; readonly weight: number }[];
  /** What only its maker can give it again. */
  readonly beyond?: string;
};

export function readNexthopObjects(answer: Answer): NexthopObject[] {
  return answered(answer).flatMap(item => {
    const id = property(item, 'id');
    if (typeof id !== 'number') return [];
    const [gateway, dev, scope, protocol, type] = ['gateway', 'dev', 'scope', 'protocol', 'type'].map(name =>
      word(property(item, name)),
    );
    const [group, flags] = [property(item, 'group'), property(item, 'flags')];
    const beyond = property(item, 'encap') !== undefined ? 'encapsulation' : type === undefined ? undefined : 'type';
    return {
      id,
      ...some('gateway', gateway),
      ...some('interface', dev),
      ...some('scope', scope),
      ...some('protocol', protocol === 'unspec' ? undefined : protocol),
      onlink: isArray(flags) && flags.includes('onlink'),
      ...some('group', isArray(group) ? group.map(readMember) : undefined),
      ...some('beyond', beyond),
    };
  });
}

function readMember(item: Json): { readonly id: number; readonly weight: number } {
  return { id: Number(property(item, 'id')), weight: Number(property(item, 'weight') ?? 1) };
}

function word(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Those that go by one of these interfaces, and the groups that they are in. */
export function nexthopsOf(all: readonly NexthopObject[], names: readonly string[]): NexthopObject[] {
  const own = all.filter(each => each.interface !== undefined && names.includes(each.interface));
  const ids = new Set(own.map(each => each.id));
  return [...own, ...all.filter(each => each.group?.some(member => ids.has(member.id)))];
}

/** Puts back what has gone: the members first, then the groups as they were. What others made since stays. */
export async function addNexthops(kernel: Kernel, former: readonly NexthopObject[]): Promise<void> {
  if (former.length === 0) return;
  const now = new Map((await kernel.nexthops()).map(each => [each.id, each]));
  const back = new Set<number>();
  for (const each of former) {
    if (each.group !== undefined || each.beyond !== undefined || now.has(each.id)) continue;
    await kernel.tell(['nexthop', 'add', 'id', String(each.id), ...wayWords(each)]);
    back.add(each.id);
  }
  for (const { id, group } of former) {
    const left = now.get(id)?.group;
    const isShrunk = group?.some(member => back.has(member.id)) && (left?.length ?? 0) < group.length;
    if (!group || !isShrunk) continue;
    const members = group.map(member => (member.weight === 1 ? `${member.id}` : `${member.id},${member.weight}`));
    await kernel.tell(['nexthop', left ? 'replace' : 'add', 'id', String(id), 'group', members.join('/')]);
  }
}

function wayWords({ gateway, interface: dev, protocol, onlink }: NexthopObject): string[] {
  return [
    ...(gateway === undefined ? [] : ['via', gateway]),
    ...(dev === undefined ? [] : ['dev', dev]),
    ...(protocol === undefined ? [] : ['proto', protocol]),
    ...(onlink ? ['onlink'] : []),
  ];
}
