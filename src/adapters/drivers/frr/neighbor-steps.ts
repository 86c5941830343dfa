/** The steps for the neighbors of a BGP router. Pure. */
import type { Steps } from '../../../core/ability.ts';
import { isArray, type Json, type JsonObject, property, sameJson } from '../../../core/json.ts';
import { type Cost, harmless, type Need, type TaskStep } from '../../../core/task.ts';
import { order, RESET_MS, type Router, standing } from './bgp-steps.ts';
import { bgpKind } from './facts.ts';
import { itemPath, itemsAt, paths, textAt } from './paths.ts';
import { isSettable, readWantedNeighbor, text, usualFamilies, type WantedNeighbor } from './wanted.ts';

export function neighborSteps(router: Router, actual: JsonObject, wanted: Json | undefined): Steps {
  const list = wanted ?? [];
  if (!isArray(list)) return `the neighbors of a BGP router are a list, not ${text(wanted)}`;
  const have = new Map(itemsAt(actual, paths.neighbor).map(each => [textAt(each, 'address'), each]));
  const kept = new Set<string>();
  const steps: TaskStep[] = [];
  for (const item of list) {
    const same = have.get(textAt(item, 'address'));
    if (same && sameJson(same, item)) {
      kept.add(textAt(item, 'address'));
      continue;
    }
    const neighbor = readWantedNeighbor(item);
    if (typeof neighbor === 'string') return neighbor;
    if (kept.has(neighbor.address)) return `the neighbor ${neighbor.address} is wanted twice`;
    kept.add(neighbor.address);
    const there = have.get(neighbor.address);
    if (property(item, 'hasPassword') !== property(there, 'hasPassword')) {
      return `the password of the neighbor ${neighbor.address} is for a person to set: no secret passes through here`;
    }
    const more = there ? changes(router, there, neighbor, actual) : addition(router, neighbor);
    if (typeof more === 'string') return more;
    steps.push(...more);
  }
  for (const [address, item] of have) if (!kept.has(address)) steps.push(removal(router, item, actual));
  return steps.sort((a, b) => a.order - b.order);
}

function addition(router: Router, neighbor: WantedNeighbor): Steps {
  const { address, remoteAs, peerGroup } = neighbor;
  if (remoteAs === undefined && peerGroup === undefined) return `the neighbor ${address} needs a remoteAs: expect one`;
  const families = neighbor.addressFamily ?? usualFamilies(address);
  const strange = families.find(each => !isSettable(each));
  if (strange !== undefined) return unsettable(strange);
  const by = remoteAs === undefined ? `of the group ${peerGroup}` : asWords(remoteAs);
  return [
    {
      op: 'addNeighbor',
      // Everything is said, so that what comes of it does not hang on what this FRR takes for usual.
      args: { ...router, neighbor: { shutdown: false, ...neighbor, addressFamily: families } },
      summary: `add the neighbor ${address} (${by}) to the BGP router ${router.vrf}`,
      order: order.neighbor,
      needs: [standing(router)],
      cost: harmless,
    },
  ];
}

function removal(router: Router, item: JsonObject, actual: JsonObject): TaskStep {
  const address = textAt(item, 'address');
  const isUp = isEstablished(actual, address);
  const isSecret = item.hasPassword === true;
  const sideEffects = [
    ...(isUp ? [`the session with ${address} ends, and what was learned by it goes`] : []),
    ...(isSecret ? ['its password is lost: no secret is kept for an undo'] : []),
  ];
  return {
    op: 'removeNeighbor',
    args: { ...router, address },
    summary: `remove the neighbor ${address} from the BGP router ${router.vrf}`,
    ...(sideEffects.length === 0 ? {} : { sideEffects }),
    order: order.removeNeighbor,
    removes: true,
    needs: [standing(router), configured(router, address)],
    cost: { ...resetCost(isUp), reversible: !isSecret },
  };
}

/** What leads from a neighbor as it is to one as it is wanted. What is not said of it may be anything. */
function changes(router: Router, there: JsonObject, neighbor: WantedNeighbor, actual: JsonObject): Steps {
  const { address, remoteAs, peerGroup, description, shutdown, addressFamily } = neighbor;
  if (peerGroup !== undefined && peerGroup !== there.peerGroup) {
    return `the neighbor ${address} cannot be moved to the group ${peerGroup} without taking it away first`;
  }
  const isUp = isEstablished(actual, address);
  const begins = isUp ? { sideEffects: [`the session with ${address} begins anew`] } : {};
  const named = { ...router, address };
  const needs = [standing(router), configured(router, address)];
  const steps: TaskStep[] = [];
  if (remoteAs !== undefined && remoteAs !== there.remoteAs) {
    steps.push({
      op: 'setRemoteAs',
      args: { ...named, remoteAs },
      summary: `set the remote AS of the neighbor ${address} to ${remoteAs}`,
      ...begins,
      order: order.change,
      needs,
      cost: resetCost(isUp),
    });
  }
  if (description !== there.description) {
    steps.push({
      op: 'setDescription',
      args: { ...named, ...(description === undefined ? {} : { description }) },
      summary:
        description === undefined
          ? `take away the description of the neighbor ${address}`
          : `describe the neighbor ${address} as ${JSON.stringify(description)}`,
      order: order.change,
      needs,
      cost: harmless,
    });
  }
  const have = isArray(there.addressFamily) ? there.addressFamily.map(String) : [];
  for (const family of addressFamily ?? have) {
    if (have.includes(family)) continue;
    if (!isSettable(family)) return unsettable(family);
    steps.push({
      op: 'activateFamily',
      args: { ...named, family },
      summary: `activate ${family} for the neighbor ${address}`,
      ...begins,
      order: order.change,
      needs,
      cost: resetCost(isUp),
    });
  }
  for (const family of have) {
    if (addressFamily === undefined || addressFamily.includes(family)) continue;
    if (!isSettable(family)) return unsettable(family);
    steps.push({
      op: 'deactivateFamily',
      args: { ...named, family },
      summary: `deactivate ${family} for the neighbor ${address}`,
      ...begins,
      order: order.change,
      removes: true,
      needs,
      cost: resetCost(isUp),
    });
  }
  if (shutdown !== undefined && shutdown !== there.shutdown) {
    steps.push({
      op: 'setShutdown',
      args: { ...named, shutdown },
      summary: `${shutdown ? 'shut down' : 'no longer shut down'} the neighbor ${address}`,
      ...(shutdown && isUp
        ? { sideEffects: [`the session with ${address} ends, and what was learned by it goes`] }
        : {}),
      order: shutdown ? order.change : order.unlock,
      needs,
      cost: resetCost(shutdown && isUp),
    });
  }
  return steps;
}

function configured({ vrf }: Router, address: string): Need {
  return {
    of: { kind: bgpKind, name: vrf },
    path: `${itemPath(paths.neighbor, address)}/address`,
    expect: address,
    because: `the neighbor ${address} is configured`,
  };
}

function isEstablished(actual: JsonObject, address: string): boolean {
  return itemsAt(actual, paths.session).some(each => each.address === address && each.state === 'Established');
}

function resetCost(isUp: boolean): Cost {
  return isUp ? { blastRadius: 2, downtimeMs: RESET_MS, reversible: true } : harmless;
}

function asWords(remoteAs: number | string): string {
  return typeof remoteAs === 'number' ? `AS ${remoteAs}` : remoteAs;
}

function unsettable(family: string): string {
  return `the address family ${text(family)} cannot be set here; ipv4Unicast and ipv6Unicast can`;
}
