/** What a step does to an FRR. */
import { AgentError } from '../../../core/errors.ts';
import { asJson, isArray, type Json, sameJson } from '../../../core/json.ts';
import type { Examination, Step } from '../../../ports/driver.ts';
import { type BgpAct, isRouteAct, type RouteAct, readStep } from './acts.ts';
import { beforeOf, findRouter, readBefore, theNeighbor, theRoute, theRouter } from './before.ts';
import { additionLines, inRouter, inVrf, neighborLine, networkLine, routerCommand } from './commands.ts';
import { networkItem, routeItem } from './facts.ts';
import type { Configuration, Router } from './router.ts';
import { readNetwork, readRoute } from './running.ts';
import { routeWords } from './static-steps.ts';
import { takeBack } from './undo.ts';
import { routeCommand, text, type WantedNeighbor } from './wanted.ts';

export async function examine(router: Router, step: Step): Promise<Examination> {
  const act = readStep(step);
  const now = await router.configuration();
  const already = isRouteAct(act) ? isRouteDone(act, now) : isBgpDone(act, now);
  return { already, before: asJson(beforeOf(act, now)) };
}

export async function act(router: Router, step: Step): Promise<void> {
  const what = readStep(step);
  const now = await router.configuration();
  const before = beforeOf(what, now);
  const commands = isRouteAct(what) ? routeCommands(what, now) : bgpCommands(what, now);
  try {
    await router.configure(commands);
    if (isToLast(step)) await router.save();
  } catch (error) {
    // Of several commands the first may have been taken: a refusal leaves nothing behind.
    if (error instanceof AgentError && error.code === 'refused') await takeBack(router, what, before);
    throw error;
  }
}

export async function undo(router: Router, step: Step, before: Json): Promise<void> {
  const { isDone, lost } = await takeBack(router, readStep(step), readBefore(before));
  if (isDone && isToLast(step)) await router.save();
  if (lost.length > 0) {
    throw new AgentError('refused', `all is back but what no undo keeps, to be set by hand: ${lost.join(', ')}`);
  }
}

function isToLast({ args }: Step): boolean {
  return args.save === true;
}

function isBgpDone(act: BgpAct, now: Configuration): boolean {
  switch (act.op) {
    case 'makeBgpRouter':
      return findRouter(act, now) !== undefined;
    case 'removeBgpRouter':
      return findRouter(act, now) === undefined;
    case 'setRouterId':
      return theRouter(act, now).lines.some(each => each.text === `bgp router-id ${act.routerId}`);
    case 'addNetwork':
      return networks(act, now).some(each => sameJson(each, act.network));
    case 'removeNetwork':
      return !networks(act, now).some(each => each.prefix === act.item.prefix);
    case 'addNeighbor': {
      const there = theNeighbor(act, now);
      return there !== undefined && isNeighbor(there, act.neighbor);
    }
    case 'removeNeighbor':
      return theNeighbor(act, now) === undefined;
    case 'setRemoteAs':
      return standing(act, now).remoteAs === act.remoteAs;
    case 'setDescription':
      return standing(act, now).description === act.description;
    case 'setShutdown':
      return standing(act, now).shutdown === act.shutdown;
    case 'activateFamily':
    case 'deactivateFamily': {
      const { addressFamily } = standing(act, now);
      return (isArray(addressFamily) && addressFamily.includes(act.family)) === (act.op === 'activateFamily');
    }
  }
}

function networks(act: BgpAct, now: Configuration) {
  return theRouter(act, now).lines.flatMap(line => {
    const network = readNetwork(line);
    return network ? [networkItem(network)] : [];
  });
}

function standing(act: BgpAct & { readonly address: string }, now: Configuration) {
  const neighbor = theNeighbor(act, now);
  if (!neighbor) throw new AgentError('moved', `the neighbor ${act.address} is not there any more`);
  return neighbor;
}

function isNeighbor(there: ReturnType<typeof standing>, wanted: WantedNeighbor): boolean {
  return Object.entries(wanted).every(([name, value]) => sameJson(there[name], value));
}

function bgpCommands(act: BgpAct, now: Configuration): string[] {
  switch (act.op) {
    case 'makeBgpRouter': {
      const other = now.running.bgp.find(each => each.vrf === act.vrf);
      if (other) throw new AgentError('moved', `the BGP router ${act.vrf} is there already, of AS ${other.asNumber}`);
      return inRouter(act, act.routerId === undefined ? [] : [{ text: `bgp router-id ${act.routerId}` }]);
    }
    case 'removeBgpRouter':
      theRouter(act, now);
      return [`no ${routerCommand(act)}`];
    case 'setRouterId':
      theRouter(act, now);
      return inRouter(act, [{ text: `bgp router-id ${act.routerId}` }]);
    case 'addNetwork':
      theRouter(act, now);
      return inRouter(act, [networkLine(act.network)]);
    case 'removeNetwork': {
      const line = theRouter(act, now).lines.find(each => {
        const network = readNetwork(each);
        return network !== undefined && sameJson(networkItem(network), act.item);
      });
      if (!line) throw new AgentError('moved', `the network ${text(act.item.prefix)} is not there as it was any more`);
      return inRouter(act, [{ ...line, text: `no ${line.text}` }]);
    }
    case 'addNeighbor': {
      const there = theNeighbor(act, now);
      if (there && !isNeighbor(there, act.neighbor)) {
        throw new AgentError(
          'moved',
          `there is a neighbor ${act.address} by now, with remote AS ${text(there.remoteAs)}`,
        );
      }
      return inRouter(act, additionLines(act.neighbor));
    }
    case 'removeNeighbor':
    case 'setRemoteAs':
    case 'setDescription':
    case 'setShutdown':
    case 'activateFamily':
    case 'deactivateFamily':
      standing(act, now);
      return inRouter(act, [neighborLine(act)]);
  }
}

function isRouteDone(act: RouteAct, now: Configuration): boolean {
  const lines = theRoute(act, now);
  if (act.op === 'removeStaticRoute') return lines.length === 0;
  return lines.some(line => {
    const route = readRoute(line);
    return route !== undefined && sameJson(routeItem(route), act.route);
  });
}

function routeCommands(act: RouteAct, now: Configuration): string[] {
  if (act.op === 'addStaticRoute') return inVrf(act.vrf, routeCommand(act.route));
  const [line] = theRoute(act, now);
  if (!line) throw new AgentError('moved', `the static route ${routeWords(act.item)} is not there any more`);
  return inVrf(act.vrf, `no ${line.text}`);
}
