/** What can be changed on a Linux host, and the steps from what is to what is wanted. Pure. */
import type { Ability } from '../../../core/ability.ts';
import { addressSteps } from './ability/addresses.ts';
import { administrativeSteps, mtuSteps, operationalSteps } from './ability/links.ts';
import { routeSteps } from './ability/routes.ts';
import { hostKind, interfaceKind } from './facts.ts';
import { predict } from './foresight/predict.ts';

/** Links, addresses and routes. `takeOver`: the interfaces that are acted on whoever else manages them. */
export function linuxAbilities(takeOver: readonly string[] = []): readonly Ability[] {
  const over = new Set(takeOver);
  return [
    {
      kind: interfaceKind,
      path: '/administrativeState',
      steps: (actual, wanted) => administrativeSteps(actual, wanted, over),
      predict,
    },
    { kind: interfaceKind, path: '/operationalState', steps: operationalSteps, predict },
    {
      kind: interfaceKind,
      path: '/resourceCharacteristic/mtu/value',
      steps: (actual, wanted) => mtuSteps(actual, wanted, over),
      predict,
    },
    {
      kind: interfaceKind,
      path: '/resourceCharacteristic/ipAddress/value',
      steps: (actual, wanted) => addressSteps(actual, wanted, over),
      predict,
    },
    {
      kind: hostKind,
      path: '/resourceCharacteristic/route/value',
      steps: (actual, wanted) => routeSteps(actual, wanted, over),
      predict,
    },
  ];
}
