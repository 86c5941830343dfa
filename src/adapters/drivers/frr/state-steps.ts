/** What nobody can set: sessions, announcements and installed routes follow; this says why they have not yet. Pure. */
import type { Steps } from '../../../core/ability.ts';
import { isArray, type Json, type JsonObject, property, sameJson } from '../../../core/json.ts';
import { itemsAt, paths, textAt } from './paths.ts';
import { text } from './wanted.ts';

export function sessionSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  return followed(actual, wanted, {
    path: paths.session,
    key: 'address',
    what: 'sessions',
    why: (item, wish) => {
      const address = textAt(wish, 'address');
      if (wish === undefined) return `the session with ${textAt(item, 'address')} goes with its neighbor`;
      if (!item) return `no neighbor ${address} is configured: there is a session once one stands in neighbor`;
      if (wish.state === 'Idle (Admin)') return `the neighbor ${address} is not shut down: expect its shutdown`;
      if (item.state === 'Idle (Admin)')
        return `the session with ${address} is Idle (Admin): the neighbor is shut down`;
      return whyDown(item);
    },
  });
}

export function announcedSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  const sessions = itemsAt(actual, paths.session);
  return followed(actual, wanted, {
    path: paths.announced,
    key: 'prefix',
    what: 'announcements',
    why: (item, wish) => {
      if (wish === undefined) return `${textAt(item, 'prefix')} is announced as long as it stands in network`;
      const prefix = textAt(wish, 'prefix');
      if (!item) return `${prefix} is not a network of this router: it can be announced once it stands in network`;
      if (item.inTable !== true) return `${prefix} is not in the table of BGP: there is no route to it on this router`;
      const told = strings(item.to);
      for (const address of strings(wish.to)) {
        if (told.includes(address)) continue;
        const session = sessions.find(each => each.address === address);
        if (!session) return `no neighbor ${address} is configured: there is a session once one stands in neighbor`;
        if (session.state !== 'Established') return whyDown(session);
        return `FRR keeps ${prefix} back from ${address}: see the policy towards it (a route map, a prefix list, or bgp ebgp-requires-policy)`;
      }
      return `${prefix} is announced to ${told.join(', ') || 'nobody'}, which follows from sessions and policies`;
    },
  });
}

export function routeStateSteps(actual: JsonObject, wanted: Json | undefined): Steps {
  return followed(actual, wanted, {
    path: paths.routeState,
    key: 'prefix',
    what: 'states of routes',
    why: (item, wish) => {
      const prefix = textAt(wish ?? item, 'prefix');
      if (!item) return `no static route to ${prefix} is configured: it can be in use once it stands in staticRoute`;
      if (wish?.installed === true) {
        return `the static route to ${prefix} is configured and not in use: its next hop is not reached, or another route is preferred`;
      }
      return `the static route to ${prefix} is in use as long as it stands in staticRoute`;
    },
  });
}

interface Followed {
  readonly path: string;
  readonly key: string;
  readonly what: string;
  /** Either is undefined where there is none. */
  why(item: JsonObject | undefined, wish: JsonObject | undefined): string;
}

function followed(actual: JsonObject, wanted: Json | undefined, { path, key, what, why }: Followed): Steps {
  const have = itemsAt(actual, path);
  const wishes = wanted ?? [];
  if (!isArray(wishes)) return `the ${what} are a list, not ${text(wanted)}`;
  for (const wish of wishes) {
    const item = have.find(each => each[key] !== undefined && each[key] === property(wish, key));
    if (item && sameJson(item, wish)) continue;
    return why(item, typeof wish === 'object' && wish !== null && !isArray(wish) ? wish : {});
  }
  const extra = have.find(item => !wishes.some(wish => property(wish, key) === item[key]));
  return extra ? why(extra, undefined) : [];
}

/** In FRR's words. */
function whyDown(session: JsonObject): string {
  const last = session.lastReset === undefined ? '' : `, last reset: ${session.lastReset}`;
  return `the session with ${textAt(session, 'address')} is ${textAt(session, 'state')}${last}`;
}

function strings(value: Json | undefined): string[] {
  return isArray(value) ? value.filter(each => typeof each === 'string') : [];
}
