/** Unlocking, locking and sizing a link. */
import type { Steps } from '../../../../core/ability.ts';
import { type Json, type JsonObject, property } from '../../../../core/json.ts';
import { IPV4_MIN_MTU, IPV6_MIN_MTU, MTU_LIMIT } from '../mtu.ts';
import { text } from '../wanted-route.ts';
import { characteristicOf, cost, deviceOf, LINK_DOWNTIME_MS, order, strings, untilRestart } from './common.ts';

export function administrativeSteps(
  actual: JsonObject,
  wanted: Json | undefined,
  takeOver: ReadonlySet<string>,
): Steps {
  if (wanted !== 'unlocked' && wanted !== 'locked') {
    return `an interface can be unlocked or locked, not ${text(wanted)}`;
  }
  if (property(actual, 'administrativeState') === wanted) return [];
  const device = deviceOf(actual, takeOver);
  if (typeof device === 'string') return device;
  const isUp = wanted === 'unlocked';
  return [
    {
      op: 'setAdministrativeState',
      args: { ...device, to: wanted },
      summary: `${isUp ? 'unlock' : 'lock'} ${device.dev}`,
      ...(isUp ? {} : { sideEffects: [`${device.dev} loses its IPv6 addresses and the routes that go by it`] }),
      order: isUp ? order.up : order.down,
      // Whatever has an address here is reached by it, and the other end of the link feels it.
      cost: isUp ? cost(0) : cost(1 + strings(characteristicOf(actual, 'ipAddress')).length, LINK_DOWNTIME_MS),
      ...untilRestart,
    },
  ];
}

/** Nobody can make a link work by saying so; this says what it takes. */
export function operationalSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  if (property(actual, 'operationalState') === wanted) return [];
  if (wanted !== 'enabled')
    return 'the operational state follows the administrative one: expect administrativeState locked';
  if (property(actual, 'administrativeState') !== 'unlocked')
    return 'it is locked: expect administrativeState unlocked';
  return characteristicOf(actual, 'carrier') === true
    ? 'the kernel holds it back although it has a carrier'
    : 'no carrier';
}

export function mtuSteps(actual: JsonObject, wanted: Json | undefined, takeOver: ReadonlySet<string>): Steps {
  if (typeof wanted !== 'number' || !Number.isInteger(wanted) || wanted < 1 || wanted > MTU_LIMIT) {
    return `an MTU is a whole number of bytes, not ${text(wanted)}`;
  }
  if (characteristicOf(actual, 'mtu') === wanted) return [];
  const device = deviceOf(actual, takeOver);
  if (typeof device === 'string') return device;
  const now = Number(characteristicOf(actual, 'mtu') ?? MTU_LIMIT);
  const goes = (limit: number): boolean => wanted < limit && now >= limit;
  const sideEffects = [
    ...(goes(IPV4_MIN_MTU) ? [`IPv4 goes from ${device.dev} below an MTU of ${IPV4_MIN_MTU}`] : []),
    ...(goes(IPV6_MIN_MTU) ? [`IPv6 goes from ${device.dev} below an MTU of ${IPV6_MIN_MTU}`] : []),
  ];
  const addresses = strings(characteristicOf(actual, 'ipAddress')).length;
  return [
    {
      op: 'setMtu',
      args: { ...device, mtu: wanted },
      summary: `set mtu of ${device.dev} to ${wanted}`,
      ...(sideEffects.length > 0 ? { sideEffects } : {}),
      order: order.mtu,
      cost: sideEffects.length > 0 ? cost(addresses, LINK_DOWNTIME_MS) : cost(0),
      ...untilRestart,
    },
  ];
}
