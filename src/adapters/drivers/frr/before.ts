/**
 * What stands on an FRR where a step acts, as FRR's own lines, so that what this driver does not speak of (timers, route
 * maps) can be put back as well; secrets alone are not kept. Pure.
 */
import { AgentError } from '../../../core/errors.ts';
import { isArray, isObject, type Json, sameJson } from '../../../core/json.ts';
import { type Act, type BgpAct, isRouteAct, type RouteAct } from './acts.ts';
import { neighborItem, routeItem } from './facts.ts';
import type { Configuration } from './router.ts';
import { type BgpConfig, type ConfigLine, isAbout, neighborsOf, readNetwork, readRoute } from './running.ts';
import { takesPlaceOf } from './static-steps.ts';

/** What stood where the step acts. */
export type Before = {
  /** False: there was no such BGP router. */
  readonly isThere: boolean;
  readonly lines: readonly ConfigLine[];
  /** Lines that hold a secret, up to it: they cannot be put back. */
  readonly secrets: readonly string[];
};

export function readBefore(value: Json): Before {
  const { isThere, lines, secrets } = isObject(value) ? value : {};
  if (typeof isThere !== 'boolean' || !isArray(lines) || !isArray(secrets)) {
    throw new AgentError('invalid', 'what stood there before was not written down by this driver');
  }
  return {
    isThere,
    lines: lines.flatMap(each =>
      isObject(each) && typeof each.text === 'string'
        ? [{ text: each.text, ...(typeof each.family === 'string' ? { family: each.family } : {}) }]
        : [],
    ),
    secrets: secrets.map(String),
  };
}

export function beforeOf(act: Act, now: Configuration): Before {
  if (isRouteAct(act))
    return { isThere: true, lines: theRoute(act, now).map(each => ({ text: each.text })), secrets: [] };
  const config = findRouter(act, now);
  const lines = config?.lines.filter(line => isTouched(act, line)) ?? [];
  const isSecret = ({ text: line }: ConfigLine): boolean => /^neighbor \S+ password /.test(line);
  return {
    isThere: config !== undefined,
    lines: lines.filter(each => !isSecret(each)),
    secrets: !act.op.startsWith('remove')
      ? []
      : lines.filter(isSecret).map(each => each.text.split(' ').slice(0, 3).join(' ')),
  };
}

/** Whether a line of a BGP router is among those that an act changes. */
function isTouched(act: BgpAct, line: ConfigLine): boolean {
  switch (act.op) {
    case 'makeBgpRouter':
    case 'removeBgpRouter':
      return true;
    case 'setRouterId':
      return line.text.startsWith('bgp router-id ');
    case 'addNetwork':
      return readNetwork(line)?.prefix === act.network.prefix;
    case 'removeNetwork':
      return readNetwork(line)?.prefix === act.item.prefix;
    case 'addNeighbor':
    case 'removeNeighbor':
    case 'setRemoteAs':
    case 'setDescription':
    case 'setShutdown':
    case 'activateFamily':
    case 'deactivateFamily':
      return isAbout(line, act.address);
  }
}

export function findRouter(act: BgpAct, { running }: Configuration): BgpConfig | undefined {
  return running.bgp.find(each => each.vrf === act.vrf && each.asNumber === act.asNumber);
}

export function theRouter(act: BgpAct, now: Configuration): BgpConfig {
  const config = findRouter(act, now);
  if (!config) throw new AgentError('moved', `the BGP router ${act.vrf} of AS ${act.asNumber} is not there any more`);
  return config;
}

export function theNeighbor(act: BgpAct & { readonly address: string }, now: Configuration) {
  const neighbor = neighborsOf(theRouter(act, now)).find(each => each.address === act.address);
  if (!neighbor) return undefined;
  return neighborItem(
    neighbor,
    now.sessions.get(act.vrf)?.find(each => each.address === act.address),
  );
}

/** The lines of the static route that an act is about. */
export function theRoute(act: RouteAct, { running }: Configuration) {
  return running.routes.filter(line => {
    const route = line.vrf === act.vrf ? readRoute(line) : undefined;
    if (!route) return false;
    return act.op === 'addStaticRoute'
      ? takesPlaceOf(act.route, routeItem(route))
      : sameJson(routeItem(route), act.item);
  });
}
