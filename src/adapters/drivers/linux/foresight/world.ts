/** The element as a copy on which a change can be tried: made from what is known of it, and compared with it again. */
import { characteristicArray } from '../../../../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../../../../core/json.ts';
import { at, type Path } from '../../../../core/path.ts';
import type { Effect, Scene } from '../../../../core/prediction.ts';
import type { Named } from '../../../../core/task.ts';
import { tmfKeyedArrays } from '../../../../tmf/keyed-arrays.ts';
import { type Family, familyOf, parseCidr } from '../address.ts';
import { scopeOf } from '../address-facts.ts';
import { connectivity } from '../connectivity.ts';
import { connectivityKind, hostKind, interfaceFacts, interfaceKind, routeItems } from '../facts.ts';
import { type Address, type Link, type Route, some } from '../reading.ts';

/** A link whose parts may be changed while something is tried on it. */
export type TriedLink = { -readonly [Key in keyof Link]: Link[Key] } & { speed?: number; duplex?: string };

export interface World {
  links: TriedLink[];
  routes: Route[];
  /** Whether an interface works may also come to something else: by interface, why. */
  readonly unsure: Map<string, string>;
  /** And which MTU it has. */
  readonly unsureMtu: Map<string, string>;
}

interface Rendered {
  readonly of: Named;
  readonly values: ReadonlyMap<Path, Json | undefined>;
  readonly link?: string;
}

const characteristicPath = (type: 'resource' | 'service', name: string): Path =>
  `/${characteristicArray[type]}/${name}/value`;

export function worldOf(scene: Scene): World {
  const [host] = scene.of(hostKind);
  const routes = at(host?.document, characteristicPath('resource', 'route'), tmfKeyedArrays);
  return {
    links: [...scene.of(interfaceKind)].flatMap(({ document }) => readLink(document)),
    routes: isArray(routes) ? routes.flatMap(readRouteItem) : [],
    unsure: new Map(),
    unsureMtu: new Map(),
  };
}

export function linkNamed(world: World, name: string): TriedLink | undefined {
  return world.links.find(each => each.name === name);
}

/** All that is otherwise after `change`. */
export function effectsOf(
  scene: Scene,
  change: (world: World) => void,
  /** Nothing is taken away by it, whatever comes of what is not sure. */
  onlyMore = false,
): readonly Effect[] {
  const before = render(scene, worldOf(scene));
  const world = worldOf(scene);
  change(world);
  const after = render(scene, world);
  const effects: Effect[] = [];
  after.forEach(({ of, values, link }, i) => {
    for (const [path, value] of values) {
      const why = reason(world, link, path);
      if (why === undefined && sameValue(value, before[i]?.values.get(path))) continue;
      const stays = onlyMore && why !== undefined && isArray(value);
      effects.push({ of, path, ...some('value', value), ...some('unsure', why), ...(stays ? { onlyMore } : {}) });
    }
  });
  return effects;
}

/** Why a thing may come to something else: the host and its connectivity follow every interface. */
function reason(world: World, link: string | undefined, path: Path): string | undefined {
  if (link === undefined) return [...world.unsure.values()][0];
  if (path.endsWith('/mtu/value')) return world.unsureMtu.get(link);
  return path === '/administrativeState' ? undefined : world.unsure.get(link);
}

function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameJson(a, b);
}

function render(scene: Scene, world: World): readonly Rendered[] {
  const rendered: Rendered[] = world.links.map(link => ({
    of: { kind: interfaceKind, name: link.name },
    values: interfaceValues(link),
    link: link.name,
  }));
  const [host] = scene.of(hostKind);
  if (host) {
    const of = { kind: hostKind, name: String(property(host.document, 'name')) };
    rendered.push({ of, values: new Map([[characteristicPath('resource', 'route'), routeItems(world.routes)]]) });
  }
  const [service] = scene.of(connectivityKind);
  if (service) rendered.push(renderConnectivity(scene, world, service.document));
  return rendered;
}

function interfaceValues(link: TriedLink): Map<Path, Json | undefined> {
  const { resourceCharacteristic, ...rest } = interfaceFacts(link, {
    ...some('speed', link.speed),
    ...some('duplex', link.duplex),
  });
  const values = new Map<Path, Json | undefined>(Object.entries(rest).map(([name, value]) => [`/${name}`, value]));
  for (const name of moving) values.set(characteristicPath('resource', name), undefined);
  for (const each of isArray(resourceCharacteristic) ? resourceCharacteristic : []) {
    const name = String(property(each, 'name'));
    if (moving.includes(name)) values.set(characteristicPath('resource', name), property(each, 'value'));
  }
  return values;
}

/** The characteristics of an interface that a change may move. */
const moving = [
  'mtu',
  'ipAddress',
  'addressDetail',
  'addressGeneration',
  'ipv6Disabled',
  'keepsIpv6Addresses',
  'operState',
  'carrier',
  'speed',
  'duplex',
];

function renderConnectivity(scene: Scene, { links, routes }: World, document: JsonObject): Rendered {
  const { state, operatingStatus, characteristics, out } = connectivity(links, routes);
  const values = new Map<Path, Json | undefined>([
    ['/state', state],
    ['/operatingStatus', operatingStatus],
  ]);
  for (const [name, value] of Object.entries(characteristics)) values.set(characteristicPath('service', name), value);
  const references = out.flatMap(({ name }) => {
    const found = scene.named({ kind: interfaceKind, name })?.document;
    const id = property(found, 'id');
    if (typeof id !== 'string') return [];
    return [{ id, name, '@type': 'ResourceRef', '@referredType': property(found, '@type') ?? 'Resource' }];
  });
  // Only what is stored has ids, and with them references.
  if (typeof property(document, 'id') === 'string') {
    values.set('/supportingResource', references.length > 0 ? references : undefined);
  }
  return { of: { kind: connectivityKind, name: String(property(document, 'name')) }, values };
}

function readLink(document: JsonObject): TriedLink[] {
  const of = (name: string): Json | undefined => at(document, characteristicPath('resource', name), tmfKeyedArrays);
  const word = (name: string): string | undefined => {
    const value = of(name);
    return typeof value === 'string' ? value : undefined;
  };
  const [name, ifindex] = [property(document, 'name'), of('interfaceIndex')];
  if (typeof name !== 'string' || typeof ifindex !== 'number') return [];
  const isUp = property(document, 'administrativeState') === 'unlocked';
  const speed = of('speed');
  return [
    {
      ifindex,
      name,
      flags: [...(isUp ? ['UP'] : []), ...(of('carrier') === true ? ['LOWER_UP'] : [])],
      mtu: Number(of('mtu') ?? 0),
      operstate: word('operState') ?? 'UNKNOWN',
      linkType: word('linkType') ?? 'unknown',
      ...some('address', word('macAddress')),
      ...some('kind', word('linkKind')),
      ...some('master', word('master')),
      ...some('link', word('peer') ?? word('lowerLink')),
      ...some('addressGeneration', word('addressGeneration')),
      ...(of('ipv6Disabled') === true ? { ipv6Disabled: true } : {}),
      ...(of('keepsIpv6Addresses') === true ? { keepsIpv6: true } : {}),
      ...(of('promotesSecondaries') === true ? { promotesSecondaries: true } : {}),
      ...(typeof speed === 'number' ? { speed } : {}),
      ...some('duplex', word('duplex')),
      addresses: readAddresses(of('ipAddress'), of('addressDetail')),
    },
  ];
}

/** IPv4 in the order of the kernel, which the details tell where it matters. */
function readAddresses(list: Json | undefined, details: Json | undefined): Address[] {
  const told = isArray(details) ? details.filter(isObject) : [];
  const named = isArray(list) ? list.filter(each => typeof each === 'string') : [];
  const ordered = [...told.map(each => String(each.address)).filter(each => named.includes(each)), ...named];
  return [...new Set(ordered)].flatMap(text => {
    const cidr = parseCidr(text, true);
    const detail = told.find(each => each.address === text) ?? {};
    if (!cidr) return [];
    const flags = ['secondary', 'dynamic', 'deprecated', 'temporary'].filter(name => detail[name] === true);
    return [
      {
        family: cidr.family,
        local: cidr.address,
        length: cidr.length,
        ...(typeof detail.peer === 'string' ? { peer: detail.peer } : {}),
        scope: typeof detail.scope === 'string' ? detail.scope : scopeOf(cidr.address),
        ...(typeof detail.metric === 'number' ? { metric: detail.metric } : {}),
        flags: [...flags, ...(detail.noPrefixRoute === true ? ['noprefixroute'] : [])],
      },
    ];
  });
}

export function readRouteItem(item: Json): Route[] {
  if (!isObject(item) || typeof item.destination !== 'string') return [];
  const word = (name: string): string | undefined => (typeof item[name] === 'string' ? item[name] : undefined);
  const family: Family = familyOf(item.destination);
  const hops = item.nexthop;
  return [
    {
      family,
      type: word('type') ?? 'unicast',
      destination: item.destination,
      ...some('source', word('source')),
      table: word('table') ?? 'main',
      protocol: word('protocol') ?? 'boot',
      scope: word('scope') ?? 'global',
      ...some('gateway', word('gateway')),
      ...(isArray(hops) ? {} : some('interface', word('interface'))),
      ...(typeof item.metric === 'number' ? { metric: item.metric } : {}),
      ...some('prefsrc', word('prefsrc')),
      ...some('tos', word('tos')),
      onlink: false,
      ...(typeof item.nexthopId === 'number' ? { nexthopId: item.nexthopId } : {}),
      ...(isArray(hops) ? { nexthops: hops.map(readHop) } : {}),
    },
  ];
}

function readHop(item: Json): NonNullable<Route['nexthops']>[number] {
  const [gateway, dev, weight] = [property(item, 'gateway'), property(item, 'interface'), property(item, 'weight')];
  return {
    ...(typeof gateway === 'string' ? { gateway } : {}),
    ...(typeof dev === 'string' ? { interface: dev } : {}),
    weight: typeof weight === 'number' ? weight : 1,
    onlink: false,
  };
}
