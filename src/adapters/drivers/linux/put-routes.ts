/** Puts routes back in the order in which the kernel takes them: a gateway has to be reachable by another route. */
import { AgentError, sentence } from '../../../core/errors.ts';
import { routeItem } from './facts.ts';
import type { Kernel } from './kernel.ts';
import type { Route } from './reading.ts';
import { hasGateway, isRestOf } from './same.ts';
import { itemText } from './wanted-route.ts';
import { identifyingWords, routeWords } from './words.ts';

export async function addRoutes(
  kernel: Kernel,
  routes: readonly Route[],
  { there, elapsedMs }: { readonly there: readonly Route[]; readonly elapsedMs: number },
): Promise<void> {
  const elapsed = Math.floor(elapsedMs / 1000);
  let waiting = routes
    .filter(route => route.expires === undefined || route.expires > elapsed)
    .toSorted((a, b) => Number(hasGateway(a)) - Number(hasGateway(b)));
  let refusal = '';
  for (let before = Number.POSITIVE_INFINITY; waiting.length > 0 && waiting.length < before; ) {
    before = waiting.length;
    const refused: Route[] = [];
    for (const route of waiting) {
      try {
        await put(
          kernel,
          route,
          there.find(each => isRestOf(each, route)),
          elapsed,
        );
      } catch (error) {
        if (!(error instanceof AgentError) || error.code !== 'refused') throw error;
        refusal = sentence(error);
        refused.push(route);
      }
    }
    waiting = refused;
  }
  if (waiting.length === 0) return;
  const names = waiting.map(route => itemText(routeItem(route))).join(', ');
  throw new AgentError('refused', `these routes could not be put back: ${names}; ${refusal}`);
}

/** Of one that goes by several ways, what was not lost stands there still. */
async function put(kernel: Kernel, route: Route, rest: Route | undefined, elapsed: number): Promise<void> {
  if (route.saved !== undefined) {
    if (rest) await kernel.tell(['route', 'del', ...identifyingWords(rest)]);
    return kernel.restoreRoute(Buffer.from(route.saved, 'base64'));
  }
  if (route.beyond) throw new AgentError('refused', `its ${route.beyond.join(' and ')} cannot be told to ip`);
  return kernel.tell(['route', rest ? 'replace' : 'add', ...routeWords(route, elapsed)]);
}
