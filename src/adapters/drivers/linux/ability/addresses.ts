/** The addresses of an interface. */
import type { Steps } from '../../../../core/ability.ts';
import { isArray, isObject, type Json, type JsonObject } from '../../../../core/json.ts';
import type { Need } from '../../../../core/task.ts';
import { type Cidr, cidrText, parseCidr, sameNetwork } from '../address.ts';
import { IPV4_MIN_MTU, IPV6_MIN_MTU } from '../mtu.ts';
import { text } from '../wanted-route.ts';
import {
  characteristicOf,
  cost,
  type Device,
  deviceOf,
  needsInterface,
  order,
  strings,
  untilRestart,
} from './common.ts';

const addressPath = '/resourceCharacteristic/ipAddress/value';

export function addressSteps(actual: JsonObject, wanted: Json | undefined, takeOver: ReadonlySet<string>): Steps {
  const list = wanted ?? [];
  if (!isArray(list)) return `the addresses of an interface are a list such as ["192.0.2.1/24"], not ${text(wanted)}`;
  const want = new Map<string, Cidr>();
  for (const item of list) {
    const cidr = typeof item === 'string' ? parseCidr(item, true) : undefined;
    if (!cidr) return `${text(item)} is not an address with its length, such as 192.0.2.1/24 or 2001:db8::1/64`;
    want.set(cidrText(cidr), cidr);
  }
  const have = new Set(strings(characteristicOf(actual, 'ipAddress')).map(canonicalCidr));
  const secondaries = secondariesOf(actual);
  // The first of a network takes the others with it, so they go before it.
  const removed = [...have]
    .filter(address => !want.has(address))
    .sort((a, b) => Number(secondaries.includes(b)) - Number(secondaries.includes(a)));
  const lost = characteristicOf(actual, 'promotesSecondaries') === true ? [] : lostWith(removed, secondaries, have);
  const added = [...want].filter(([address]) => !have.has(address) || lost.includes(address));
  if (removed.length === 0 && added.length === 0) return [];
  const device = deviceOf(actual, takeOver);
  if (typeof device === 'string') return device;
  return [
    ...removed.map(address => ({
      op: 'removeAddress',
      args: { ...device, address },
      summary: `remove ${address} from ${device.dev}`,
      sideEffects: [`routes that depend on ${address} go with it`],
      order: order.removeAddress,
      needs: [needsAddress(device, address)],
      cost: cost(1),
      removes: true,
      ...untilRestart,
    })),
    ...added.map(([address, cidr]) => ({
      op: 'addAddress',
      args: { ...device, address },
      summary: `add ${address} to ${device.dev}`,
      order: order.addAddress,
      needs: [needsMtu(device, cidr)],
      cost: cost(0),
      ...untilRestart,
    })),
  ];
}

function canonicalCidr(address: string): string {
  const cidr = parseCidr(address, true);
  return cidr ? cidrText(cidr) : address;
}

function secondariesOf(actual: JsonObject): string[] {
  const details = characteristicOf(actual, 'addressDetail');
  const told = isArray(details) ? details.filter(isObject) : [];
  return told.filter(each => each.secondary === true).map(each => String(each.address));
}

/** Those that go with the first of their network although nobody wants them away. */
function lostWith(removed: readonly string[], secondaries: readonly string[], have: ReadonlySet<string>): string[] {
  const firsts = removed.filter(address => !secondaries.includes(address));
  return secondaries.filter(each => have.has(each) && firsts.some(first => sameNetwork(first, each)));
}

function needsAddress({ dev }: Device, address: string): Need {
  return needsInterface(dev, addressPath, { $contains: [address] }, `${address} is on ${dev}`);
}

function needsMtu({ dev }: Device, { family }: Cidr): Need {
  const least = family === 6 ? IPV6_MIN_MTU : IPV4_MIN_MTU;
  const because = `IPv${family} takes an MTU of at least ${least}`;
  return needsInterface(dev, '/resourceCharacteristic/mtu/value', { $gte: least }, because);
}
