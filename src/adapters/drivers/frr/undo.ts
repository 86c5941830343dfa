/** Puts back what a step and its side effects took away or brought, and nothing else. */
import { AgentError } from '../../../core/errors.ts';
import { type Act, type BgpAct, isRouteAct, type NeighborAct, type RouteAct } from './acts.ts';
import { type Before, findRouter, theRoute } from './before.ts';
import { inRouter, inVrf, isOfFamily, neighborLine, networkLine, removal, routerCommand } from './commands.ts';
import type { Configuration, Router } from './router.ts';
import { type ConfigLine, isAbout, readNetwork } from './running.ts';

/** What was put back, and which lines cannot be, for they hold a secret. Rejects with `refused` when something else is in the way. */
export async function takeBack(
  router: Router,
  act: Act,
  before: Before,
): Promise<{ readonly isDone: boolean; readonly lost: readonly string[] }> {
  const now = await router.configuration();
  const commands = isRouteAct(act) ? routeBack(act, before, now) : bgpBack(act, before, now);
  if (commands.length === 0) return { isDone: false, lost: [] };
  await router.configure(commands);
  return { isDone: true, lost: before.secrets };
}

function bgpBack(act: BgpAct, before: Before, now: Configuration): string[] {
  const config = findRouter(act, now);
  switch (act.op) {
    case 'makeBgpRouter': {
      if (!config || before.isThere) return [];
      const held = config.lines.find(({ text }) => /^(neighbor|network) /.test(text));
      if (held) refuse(`the BGP router ${act.vrf} holds more by now, such as "${held.text}"`);
      return [`no ${routerCommand(act)}`];
    }
    case 'removeBgpRouter': {
      if (config || !before.isThere) return [];
      const other = now.running.bgp.find(each => each.vrf === act.vrf);
      if (other) refuse(`the BGP router ${act.vrf} is one of AS ${other.asNumber} by now`);
      return inRouter(act, before.lines);
    }
    case 'setRouterId':
      return between(act, now, before, ({ text }) => text.startsWith('bgp router-id '), 'no bgp router-id');
    case 'addNetwork':
      return between(act, now, before, line => readNetwork(line)?.prefix === act.network.prefix, {
        ...networkLine(act.network),
        text: `no ${networkLine({ prefix: act.network.prefix }).text}`,
      });
    case 'removeNetwork': {
      const there = linesOf(act, now).find(line => readNetwork(line)?.prefix === act.item.prefix);
      const [line] = before.lines;
      if (there && there.text !== line?.text) refuse(`there is another "${there.text}" by now`);
      return there || !line ? [] : inRouter(act, [line]);
    }
    case 'addNeighbor': {
      const there = linesOf(act, now).some(line => isAbout(line, act.address));
      return there && before.lines.length === 0 ? inRouter(act, [{ text: removal(act.address) }]) : [];
    }
    case 'removeNeighbor': {
      const there = linesOf(act, now).filter(line => isAbout(line, act.address));
      if (there.length === 0) return before.lines.length === 0 ? [] : inRouter(act, before.lines);
      const other = there.find(line => !/ password /.test(line.text) && !holds(before.lines, line));
      if (other) refuse(`there is another neighbor ${act.address} by now, with "${other.text}"`);
      return [];
    }
    case 'setRemoteAs':
    case 'setDescription':
    case 'setShutdown':
    case 'activateFamily':
    case 'deactivateFamily':
      return attributeBack(act, before, now);
  }
}

function attributeBack(
  act: Exclude<NeighborAct, { op: 'removeNeighbor' }>,
  before: Before,
  now: Configuration,
): string[] {
  const there = linesOf(act, now).some(line => isAbout(line, act.address));
  if (!there) refuse(`the neighbor ${act.address} is not there any more`);
  const words = `neighbor ${act.address}`;
  switch (act.op) {
    case 'setRemoteAs':
      return between(act, now, before, ({ text }) => / remote-as /.test(text) && text.startsWith(words), undefined);
    case 'setDescription':
      return between(
        act,
        now,
        before,
        ({ text }) => text.startsWith(`${words} description `),
        `no ${words} description`,
      );
    case 'setShutdown':
      return between(act, now, before, ({ text }) => text.startsWith(`${words} shutdown`), `no ${words} shutdown`);
    case 'activateFamily':
    case 'deactivateFamily': {
      const { family } = act;
      const isOf = (line: ConfigLine): boolean => isOfFamily(line, family) && isAbout(line, act.address);
      const was = before.lines.filter(isOf);
      if (sameLines(linesOf(act, now).filter(isOf), was)) return [];
      const back = neighborLine({ ...act, op: act.op === 'activateFamily' ? 'deactivateFamily' : 'activateFamily' });
      return inRouter(act, [back, ...was.filter(line => !line.text.endsWith(' activate'))]);
    }
  }
}

/** From the lines of one attribute as they are to those as they were; `none` when there were none. */
function between(
  act: BgpAct,
  now: Configuration,
  before: Before,
  isIt: (line: ConfigLine) => boolean,
  none: string | ConfigLine | undefined,
): string[] {
  const [is, was] = [linesOf(act, now).filter(isIt), before.lines.filter(isIt)];
  if (sameLines(is, was)) return [];
  if (was.length > 0) return inRouter(act, was);
  return none === undefined ? [] : inRouter(act, [typeof none === 'string' ? { text: none } : none]);
}

function linesOf(act: BgpAct, now: Configuration): readonly ConfigLine[] {
  const config = findRouter(act, now);
  if (!config) refuse(`the BGP router ${act.vrf} of AS ${act.asNumber} is not there any more`);
  return config.lines;
}

function routeBack(act: RouteAct, before: Before, now: Configuration): string[] {
  const there = theRoute(act, now);
  const [was] = before.lines;
  if (there.some(line => line.text === was?.text)) return [];
  if (was) return inVrf(act.vrf, was.text);
  const [line] = there;
  return line ? inVrf(act.vrf, `no ${line.text}`) : [];
}

function sameLines(a: readonly ConfigLine[], b: readonly ConfigLine[]): boolean {
  return a.length === b.length && a.every(line => holds(b, line));
}

function holds(lines: readonly ConfigLine[], line: ConfigLine): boolean {
  return lines.some(each => each.text === line.text && each.family === line.family);
}

function refuse(why: string): never {
  throw new AgentError('refused', `${why}: nothing was put back`);
}
