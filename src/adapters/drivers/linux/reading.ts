/** What `ip -d -j` prints, read once into types. It varies by version, so what is missing is left out. */
import { isArray, isObject, type Json, type JsonObject, property } from '../../../core/json.ts';
import { type Family, fullLength } from './address.ts';
import { type Answer, answered } from './ip.ts';

export type Link = {
  readonly ifindex: number;
  readonly name: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly operstate: string;
  readonly linkType: string;
  readonly address?: string;
  /** Printed only when it differs from `address`. */
  readonly permanentAddress?: string;
  readonly kind?: string;
  readonly master?: string;
  /** The interface below this one; of a veth, its other end. */
  readonly link?: string;
  /** What the kernel was told of the link beside, where it is not the default. */
  readonly addressGeneration?: string;
  readonly ipv6Disabled?: boolean;
  readonly keepsIpv6?: boolean;
  readonly promotesSecondaries?: boolean;
  /** The queueing discipline at its root, as far as it is told with the link. */
  readonly qdisc?: string;
  readonly addresses: readonly Address[];
};

export type Address = {
  readonly family: Family;
  readonly local: string;
  readonly length: number;
  readonly peer?: string;
  readonly broadcast?: string;
  readonly scope: string;
  readonly label?: string;
  readonly metric?: number;
  /** `nodad`, `noprefixroute`, `tentative` … */
  readonly flags: readonly string[];
  /** Seconds; left out when it is for ever. */
  readonly validFor?: number;
  readonly preferredFor?: number;
};

export type Nexthop = {
  readonly gateway?: string;
  readonly interface?: string;
  readonly weight: number;
  readonly onlink: boolean;
};

export type Route = {
  readonly family: Family;
  readonly type: string;
  /** Always a prefix: `0.0.0.0/0` for `default`, `/32` or `/128` for one address. */
  readonly destination: string;
  readonly source?: string;
  readonly table: string;
  readonly protocol: string;
  readonly scope: string;
  readonly gateway?: string;
  readonly interface?: string;
  readonly metric?: number;
  readonly prefsrc?: string;
  readonly tos?: string;
  readonly preference?: string;
  readonly onlink: boolean;
  /** Seconds. */
  readonly expires?: number;
  readonly nexthopId?: number;
  readonly metrics?: JsonObject;
  readonly nexthops?: readonly Nexthop[];
  /** Attributes that only its maker can give it again: an encapsulation, realms. */
  readonly beyond?: readonly string[];
  /** The message that makes it again, base64; read only where it is about to be lost. */
  readonly saved?: string;
};

const FOR_EVER = 4_294_967_295;
const addressFlags = [
  'secondary',
  'temporary',
  'nodad',
  'optimistic',
  'home',
  'deprecated',
  'tentative',
  'dadfailed',
  'dynamic',
  'mngtmpaddr',
  'noprefixroute',
  'autojoin',
  'stable-privacy',
];

export function readLinks(answer: Answer): Link[] {
  return answered(answer).flatMap(item => {
    const ifindex = number(item, 'ifindex');
    const name = string(item, 'ifname');
    // `ip` prints an empty object for what its filter left out.
    if (ifindex === undefined || name === undefined) return [];
    const addresses = property(item, 'addr_info');
    return {
      ifindex,
      name,
      flags: strings(property(item, 'flags')),
      mtu: number(item, 'mtu') ?? 0,
      operstate: string(item, 'operstate') ?? 'UNKNOWN',
      linkType: string(item, 'link_type') ?? 'unknown',
      ...some('address', string(item, 'address')),
      ...some('permanentAddress', string(item, 'permaddr')),
      ...some('kind', string(property(item, 'linkinfo'), 'info_kind')),
      ...some('master', string(item, 'master')),
      ...some('link', string(item, 'link')),
      ...some('qdisc', string(item, 'qdisc')),
      addresses: isArray(addresses) ? addresses.flatMap(readAddress) : [],
    };
  });
}

function readAddress(item: Json): Address[] {
  const local = string(item, 'local');
  const length = number(item, 'prefixlen');
  const family = string(item, 'family');
  if (local === undefined || length === undefined || (family !== 'inet' && family !== 'inet6')) return [];
  const valid = number(item, 'valid_life_time');
  const preferred = number(item, 'preferred_life_time');
  return [
    {
      family: family === 'inet' ? 4 : 6,
      local,
      length,
      ...some('peer', string(item, 'address')),
      ...some('broadcast', string(item, 'broadcast')),
      scope: scopeName(property(item, 'scope')),
      ...some('label', string(item, 'label')),
      ...some('metric', number(item, 'metric')),
      flags: addressFlags.filter(flag => property(item, flag) === true),
      ...some('validFor', valid === FOR_EVER ? undefined : valid),
      ...some('preferredFor', preferred === FOR_EVER ? undefined : preferred),
    },
  ];
}

export function readRoutes(answer: Answer): Route[] {
  return answered(encapsulationApart(answer)).flatMap(readRoute);
}

/** `ip` puts the members of an encapsulation beside those of its route, with the same names; this sets them apart. */
function encapsulationApart(answer: Answer): Answer {
  if (!answer.includes('"encap":"')) return answer;
  return answer.replace(
    /"encap":"([^"]*)",(.*?),?(?="(?:gateway|via|dev|table|nhid|protocol|flags|weight)":)/g,
    (_, type: string) => `"encap":{"type":"${type}"},`,
  );
}

function readRoute(item: Json): Route[] {
  const dst = string(item, 'dst');
  if (dst === undefined) return [];
  const gateway = gatewayOf(item);
  const family: Family = dst.includes(':') || property(item, 'pref') !== undefined ? 6 : 4;
  const nexthops = property(item, 'nexthops');
  const metrics = property(item, 'metrics');
  const beyond = [
    ...(property(item, 'encap') === undefined ? [] : ['encapsulation']),
    ...(property(item, 'flow') === undefined ? [] : ['realms']),
    ...(isArray(nexthops) && nexthops.some(hop => property(hop, 'encap') !== undefined) ? ['encapsulation'] : []),
  ];
  const metric = number(item, 'metric');
  const source = string(item, 'from');
  return [
    {
      family,
      type: string(item, 'type') ?? 'unicast',
      destination: prefix(dst, family),
      ...some('source', source === undefined ? undefined : prefix(source, family)),
      table: tableName(property(item, 'table')),
      protocol: words(property(item, 'protocol')) ?? 'boot',
      scope: scopeName(property(item, 'scope')),
      ...some('gateway', gateway),
      ...some('interface', string(item, 'dev')),
      ...some('metric', metric),
      ...some('prefsrc', string(item, 'prefsrc')),
      ...some('tos', string(item, 'tos')),
      ...some('preference', string(item, 'pref')),
      onlink: strings(property(item, 'flags')).includes('onlink'),
      ...some('expires', number(item, 'expires')),
      ...some('nexthopId', number(item, 'nhid')),
      ...some('metrics', isArray(metrics) && isObject(metrics[0]) ? metrics[0] : undefined),
      ...some('nexthops', isArray(nexthops) ? nexthops.map(readNexthop) : undefined),
      ...some('beyond', beyond.length > 0 ? beyond : undefined),
    },
  ];
}

export function readForwarding(answer: Answer): boolean | undefined {
  const all = answered(answer).find(item => string(item, 'family') === 'inet' && string(item, 'interface') === 'all');
  const forwarding = property(all, 'forwarding');
  return typeof forwarding === 'boolean' ? forwarding : undefined;
}

function readNexthop(item: Json): Nexthop {
  return {
    ...some('gateway', gatewayOf(item)),
    ...some('interface', string(item, 'dev')),
    weight: number(item, 'weight') ?? 1,
    onlink: strings(property(item, 'flags')).includes('onlink'),
  };
}

/** An IPv4 route may go by an IPv6 gateway; that one stands under `via`. */
function gatewayOf(item: Json): string | undefined {
  return string(item, 'gateway') ?? string(property(item, 'via'), 'host');
}

function prefix(text: string, family: Family): string {
  if (text === 'default' || text === 'all') return family === 4 ? '0.0.0.0/0' : '::/0';
  return text.includes('/') ? text : `${text}/${fullLength(family)}`;
}

function tableName(value: Json | undefined): string {
  const name = words(value) ?? 'main';
  return name === '254' ? 'main' : name === '255' ? 'local' : name;
}

function scopeName(value: Json | undefined): string {
  return words(value) ?? 'global';
}

/** A name, or the number that `ip` prints where it knows no name. */
function words(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}

function string(item: Json | undefined, key: string): string | undefined {
  const value = property(item, key);
  return typeof value === 'string' ? value : undefined;
}

function number(item: Json | undefined, key: string): number | undefined {
  const value = property(item, key);
  return typeof value === 'number' ? value : undefined;
}

function strings(value: Json | undefined): string[] {
  return isArray(value) ? value.filter(item => typeof item === 'string') : [];
}

/** A property that is there only when it has a value. */
export function some<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}
