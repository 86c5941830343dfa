/** What can be changed on an FRR, and the steps from what is to what is wanted. Pure. */
import type { Ability, How, Steps } from '../../../core/ability.ts';
import { type Json, type JsonObject, property } from '../../../core/json.ts';
import type { TaskStep } from '../../../core/task.ts';
import { canonicalAddress } from './address.ts';
import { makeSteps, networkSteps, type Router, removeSteps, routerIdStep, routerOf } from './bgp-steps.ts';
import { bgpKind, staticKind } from './facts.ts';
import { neighborSteps } from './neighbor-steps.ts';
import { paths, valueAt } from './paths.ts';
import { predict } from './predict.ts';
import { announcedSteps, routeStateSteps, sessionSteps } from './state-steps.ts';
import { staticSteps } from './static-steps.ts';
import { text } from './wanted.ts';

const SAVED =
  'the whole running configuration is saved with it, also what others have configured and not saved themselves';

/** `saves`: the driver writes the configuration down after every change; else after those that have to last. */
export function frrAbilities(saves: boolean): readonly Ability[] {
  const ability = (
    kind: string,
    path: string,
    steps: (actual: JsonObject, wanted: Json | undefined) => Steps,
    make?: (name: string, wanted: Json) => Steps,
  ): Ability => ({
    kind,
    path,
    steps: (actual, wanted, how) => told(steps(actual, wanted), saves, how),
    ...(make ? { make: (name: string, wanted: Json) => told(make(name, wanted), saves) } : {}),
    predict,
  });
  return [
    ability(bgpKind, '', wholeSteps, makeSteps),
    ability(bgpKind, paths.asNumber, asNumberSteps),
    ability(bgpKind, paths.routerId, routerIdSteps),
    ability(bgpKind, paths.neighbor, ofRouter(neighborSteps)),
    ability(bgpKind, paths.network, ofRouter(networkSteps)),
    ability(bgpKind, paths.session, sessionSteps),
    ability(bgpKind, paths.announced, announcedSteps),
    ability(staticKind, paths.staticRoute, staticSteps),
    ability(staticKind, paths.routeState, routeStateSteps),
  ];
}

function told(steps: Steps, saves: boolean, how: How = {}): Steps {
  if (typeof steps === 'string') return steps;
  const lasts = saves || how.lasting === true;
  return steps.map(
    (step): TaskStep => ({
      ...step,
      args: lasts ? { ...step.args, save: true } : step.args,
      lasting: lasts ? 'lasts' : 'untilRestart',
      ...(lasts ? { sideEffects: [...(step.sideEffects ?? []), SAVED] } : {}),
    }),
  );
}

type RouterSteps = (router: Router, actual: JsonObject, wanted: Json | undefined) => Steps;

function ofRouter(steps: RouterSteps): (actual: JsonObject, wanted: Json | undefined) => Steps {
  return (actual, wanted) => {
    const router = routerOf(actual);
    return typeof router === 'string' ? router : steps(router, actual, wanted);
  };
}

/** What it is to be like, each of its parts has an ability of its own for. */
function wholeSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  if (wanted !== undefined) return [];
  const router = routerOf(actual);
  return typeof router === 'string' ? router : removeSteps(router, actual);
}

function asNumberSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  const now = valueAt(actual, paths.asNumber);
  if (now === wanted) return [];
  return `the BGP router ${text(property(actual, 'name'))} runs as AS ${text(now)}: another number means taking it away with all that it holds and making it anew, which a person has to do`;
}

function routerIdSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  if (wanted === valueAt(actual, paths.routerId)) return [];
  const address = typeof wanted === 'string' ? canonicalAddress(wanted) : undefined;
  if (address === undefined || address.includes(':'))
    return `a router id is written like 192.0.2.1, not ${text(wanted)}`;
  const router = routerOf(actual);
  return typeof router === 'string' ? router : [routerIdStep(router, address, actual)];
}
