/** What each step will move on a Linux host, side effects included. Pure. */
import { sameJson } from '../../../../core/json.ts';
import type { Effect, Scene } from '../../../../core/prediction.ts';
import type { TaskStep } from '../../../../core/task.ts';
import { parseCidr } from '../address.ts';
import { routeItem } from '../facts.ts';
import { type Act, type InterfaceAct, readStep } from '../step.ts';
import { addAddress, removeAddress } from './addresses.ts';
import { lock, setMtu, unlock } from './links.ts';
import { addRoute, hasWanted, removeWanted, routeOf } from './routes.ts';
import { effectsOf, type TriedLink, type World } from './world.ts';

export function predict(step: TaskStep, scene: Scene): readonly Effect[] {
  const act = readStep(step);
  const unlocks = act.op === 'setAdministrativeState' && act.up;
  return effectsOf(scene, world => apply(world, act), unlocks);
}

function apply(world: World, act: Act): void {
  if (act.op === 'addRoute') {
    if (!hasWanted(world, act.route)) addRoute(world, routeOf(world, act.route));
  } else if (act.op === 'removeRoute') {
    removeWanted(world, route => sameJson(routeItem(route), act.item));
  } else {
    const link = world.links.find(each => each.ifindex === act.ifindex);
    if (link) applyTo(world, link, act);
  }
}

function applyTo(world: World, link: TriedLink, act: InterfaceAct): void {
  switch (act.op) {
    case 'setAdministrativeState':
      if (act.up) unlock(world, link);
      else lock(world, link);
      return;
    case 'setMtu':
      setMtu(world, link, act.mtu);
      return;
    case 'addAddress': {
      const cidr = parseCidr(act.address, true);
      if (cidr) addAddress(world, link, cidr);
      return;
    }
    case 'removeAddress': {
      const address = link.addresses.find(each => `${each.local}/${each.length}` === act.address);
      if (address) removeAddress(world, link, address);
      return;
    }
  }
}
