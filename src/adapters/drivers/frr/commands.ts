/** The commands of FRR for what is to be done to it. Pure. */
import type { NeighborAct } from './acts.ts';
import { canonicalAddress, isIPv6Text } from './address.ts';
import { type ConfigLine, defaultVrf } from './running.ts';
import type { SettableFamily, WantedNeighbor, WantedNetwork } from './wanted.ts';
import { settableFamilies } from './wanted.ts';

const familyWords: Record<SettableFamily, string> = { ipv4Unicast: 'ipv4 unicast', ipv6Unicast: 'ipv6 unicast' };

export function routerCommand({ vrf, asNumber }: { readonly vrf: string; readonly asNumber: number }): string {
  return `router bgp ${asNumber}${vrf === defaultVrf ? '' : ` vrf ${vrf}`}`;
}

/** Lines of a BGP router, each where it belongs. */
export function inRouter(
  router: { readonly vrf: string; readonly asNumber: number },
  lines: readonly ConfigLine[],
): string[] {
  const families = [...new Set(lines.flatMap(each => each.family ?? []))];
  return [
    routerCommand(router),
    ...lines.filter(each => each.family === undefined).map(each => each.text),
    ...families.flatMap(family => [
      `address-family ${family}`,
      ...lines.filter(each => each.family === family).map(each => each.text),
      'exit-address-family',
    ]),
  ];
}

export function inVrf(vrf: string, command: string): string[] {
  return vrf === defaultVrf ? [command] : [`vrf ${vrf}`, command, 'exit-vrf'];
}

export function additionLines(neighbor: WantedNeighbor): ConfigLine[] {
  const { address, remoteAs, peerGroup, description, shutdown, addressFamily } = neighbor;
  const named = `neighbor ${address}`;
  const first = canonicalAddress(address) === undefined ? `${named} interface` : named;
  const by = remoteAs === undefined ? undefined : `remote-as ${remoteAs}`;
  const group = peerGroup === undefined ? undefined : `peer-group ${peerGroup}`;
  return [
    ...[by, group].flatMap(each => (each === undefined ? [] : [{ text: `${first} ${each}` }])),
    ...(description === undefined ? [] : [{ text: `${named} description ${description}` }]),
    ...(shutdown === true ? [{ text: `${named} shutdown` }] : []),
    ...(addressFamily === undefined
      ? []
      : settableFamilies.map(family => activation(address, family, addressFamily.includes(family)))),
  ];
}

export function activation(address: string, family: SettableFamily, isActive: boolean): ConfigLine {
  return { family: familyWords[family], text: `${isActive ? '' : 'no '}neighbor ${address} activate` };
}

/** What `families` of a neighbor's lines are of this one. */
export function isOfFamily(line: ConfigLine, family: SettableFamily): boolean {
  return line.family === familyWords[family];
}

export function neighborLine(act: NeighborAct): ConfigLine {
  const named = `neighbor ${act.address}`;
  switch (act.op) {
    case 'removeNeighbor':
      return { text: removal(act.address) };
    case 'setRemoteAs':
      return { text: `${interfaceWords(act.address)} remote-as ${act.remoteAs}` };
    case 'setDescription':
      return {
        text: act.description === undefined ? `no ${named} description` : `${named} description ${act.description}`,
      };
    case 'setShutdown':
      return { text: act.shutdown ? `${named} shutdown` : `no ${named} shutdown` };
    case 'activateFamily':
    case 'deactivateFamily':
      return activation(act.address, act.family, act.op === 'activateFamily');
  }
}

export function removal(address: string): string {
  return `no ${interfaceWords(address)}`;
}

/** A neighbor that is named by its interface is one of another sort to FRR. */
function interfaceWords(address: string): string {
  return canonicalAddress(address) === undefined ? `neighbor ${address} interface` : `neighbor ${address}`;
}

export function networkLine({ prefix, routeMap }: WantedNetwork): ConfigLine {
  return {
    family: isIPv6Text(prefix) ? familyWords.ipv6Unicast : familyWords.ipv4Unicast,
    text: `network ${prefix}${routeMap === undefined ? '' : ` route-map ${routeMap}`}`,
  };
}
