/** Reads what is configured from the text of `show running-config`. Pure. */
import { canonicalPrefix } from './address.ts';

/** A line of a BGP router as FRR writes it, and the address family it stands in. */
export type ConfigLine = {
  readonly family?: string;
  readonly text: string;
};

export interface BgpConfig {
  readonly asNumber: number;
  readonly vrf: string;
  readonly lines: readonly ConfigLine[];
}

export interface StaticLine {
  readonly vrf: string;
  /** As FRR writes it: `ip route 192.0.2.0/24 198.51.100.1 50`. */
  readonly text: string;
}

export interface Running {
  readonly hostname?: string;
  readonly version?: string;
  readonly bgp: readonly BgpConfig[];
  readonly routes: readonly StaticLine[];
}

export const defaultVrf = 'default';

export function readRunning(text: string): Running {
  const bgp: BgpConfig[] = [];
  const routes: StaticLine[] = [];
  let hostname: string | undefined;
  let version: string | undefined;
  let lines: ConfigLine[] | undefined;
  let family: string | undefined;
  let vrf = defaultVrf;
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('!')) continue;
    const [first = '', second = '', third = '', fourth = '', fifth] = line.split(/\s+/);
    if (!raw.startsWith(' ')) {
      // Whatever stands at the margin ends what was open.
      lines = undefined;
      family = undefined;
      vrf = defaultVrf;
      if (first === 'hostname') hostname = line.slice('hostname '.length);
      else if (first === 'frr' && second === 'version') version = third;
      else if (first === 'vrf') vrf = second;
      else if (first === 'router' && second === 'bgp' && fourth !== 'view') {
        lines = [];
        bgp.push({ asNumber: readAsNumber(third), vrf: fourth === 'vrf' && fifth ? fifth : defaultVrf, lines });
      }
    }
    if (isRoute(line)) routes.push({ vrf, text: line });
    else if (lines && raw.startsWith(' ')) {
      if (first === 'address-family') family = line.slice('address-family '.length);
      else if (first === 'exit-address-family') family = undefined;
      else lines.push({ ...(family === undefined ? {} : { family }), text: line });
    }
  }
  return {
    ...(hostname === undefined ? {} : { hostname }),
    ...(version === undefined ? {} : { version }),
    bgp,
    // Two daemons may tell of the same one.
    routes: [...new Map(routes.map(each => [`${each.vrf} ${each.text}`, each])).values()],
  };
}

function isRoute(line: string): boolean {
  return /^ip(v6)? route /.test(line);
}

/** `65001`, or `1.10` where numbers are written with a dot. */
export function readAsNumber(text: string): number {
  const [high = '', low] = text.split('.');
  return low === undefined ? Number(high) : Number(high) * 65_536 + Number(low);
}

export interface NeighborConfig {
  readonly address: string;
  readonly remoteAs?: number | string;
  readonly peerGroup?: string;
  readonly description?: string;
  readonly hasPassword?: true;
}

/** The neighbors that somebody configured: not peer groups, and not those that came by themselves. */
export function neighborsOf({ lines }: BgpConfig): NeighborConfig[] {
  const found = new Map<string, { -readonly [Name in keyof NeighborConfig]: NeighborConfig[Name] }>();
  const groups = new Set<string>();
  for (const { text, family } of lines) {
    const [word, name = '', ...rest] = text.split(' ');
    if (word !== 'neighbor' || family !== undefined) continue;
    if (rest[0] === 'peer-group' && rest.length === 1) groups.add(name);
    if (groups.has(name)) continue;
    const neighbor = found.get(name) ?? { address: name };
    found.set(name, neighbor);
    // `neighbor e0 interface remote-as external` says it in one.
    const words = rest[0] === 'interface' ? rest.slice(rest[1] === 'v6only' ? 2 : 1) : rest;
    const [attribute, value] = words;
    if (attribute === 'remote-as' && value !== undefined) neighbor.remoteAs = readRemoteAs(value);
    else if (attribute === 'peer-group' && value !== undefined) neighbor.peerGroup = value;
    else if (attribute === 'password') neighbor.hasPassword = true;
    else if (attribute === 'description') neighbor.description = words.slice(1).join(' ');
  }
  return [...found.values()];
}

function readRemoteAs(text: string): number | string {
  return /^[\d.]+$/.test(text) ? readAsNumber(text) : text;
}

/** Whether a line is about a neighbor. */
export function isAbout({ text }: ConfigLine, address: string): boolean {
  const words = text.split(' ');
  const from = words[0] === 'no' ? 1 : 0;
  return words[from] === 'neighbor' && words[from + 1] === address;
}

export interface NetworkConfig {
  readonly prefix: string;
  readonly routeMap?: string;
  /** What else stands there, as FRR writes it. */
  readonly options?: string;
}

export function networksOf({ lines }: BgpConfig): NetworkConfig[] {
  return lines.flatMap(line => readNetwork(line) ?? []);
}

export function readNetwork({ text, family }: ConfigLine): NetworkConfig | undefined {
  const [word, written = '', ...rest] = text.split(' ');
  const prefix = canonicalPrefix(written);
  if (word !== 'network' || prefix === undefined || !/^ipv[46] unicast$/.test(family ?? '')) return undefined;
  const at = rest.indexOf('route-map');
  const routeMap = at < 0 ? undefined : rest[at + 1];
  const options = rest.filter((_, i) => at < 0 || (i !== at && i !== at + 1)).join(' ');
  return { prefix, ...(routeMap === undefined ? {} : { routeMap }), ...(options === '' ? {} : { options }) };
}

export interface RouteConfig {
  readonly prefix: string;
  /** An address, an interface, or `blackhole`, `reject`, `Null0`. */
  readonly nexthop: string;
  readonly interface?: string;
  readonly distance: number;
  readonly tag?: number;
  /** What else stands there, as FRR writes it. */
  readonly options?: string;
}

/** The distance of a static route for which nobody says another. */
export const usualDistance = 1;

export function readRoute({ text }: StaticLine): RouteConfig | undefined {
  const [, , written = '', ...rest] = text.split(' ');
  const prefix = canonicalPrefix(written);
  const options: string[] = [];
  // A route for one source only is named before its next hop.
  if (rest[0] === 'from') options.push(...rest.splice(0, 2));
  const nexthop = rest.shift();
  if (prefix === undefined || nexthop === undefined) return undefined;
  const device = /^[\d.]+$|:/.test(nexthop) && isName(rest[0]) ? rest.shift() : undefined;
  let distance = usualDistance;
  let tag: number | undefined;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === 'tag') tag = Number(rest.shift());
    else if (/^\d+$/.test(word)) distance = Number(word);
    else {
      options.push(word);
      // Each of these comes with a value, which may be a number.
      if (['label', 'table', 'nexthop-vrf', 'color', 'segments'].includes(word)) options.push(rest.shift() ?? '');
    }
  }
  return {
    prefix,
    nexthop,
    ...(device === undefined ? {} : { interface: device }),
    distance,
    ...(tag === undefined ? {} : { tag }),
    ...(options.length === 0 ? {} : { options: options.join(' ') }),
  };
}

const optionWords = new Set(['tag', 'label', 'table', 'nexthop-vrf', 'onlink', 'color', 'segments', 'bfd']);

function isName(word: string | undefined): boolean {
  return word !== undefined && !/^\d+$/.test(word) && !optionWords.has(word);
}
