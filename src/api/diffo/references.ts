/** `/diffo/v1/references`: who refers to what, in which role, looked at from either end. */
import { AgentError } from '../../core/errors.ts';
import { instanceId } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import { type Link, linkClasses } from '../../core/model/link.ts';
import type { Reader } from '../../ports/store.ts';
import { type App, resourceAt } from '../server.ts';
import { parameter, sendPage } from './lists.ts';

export function referenceRoutes(app: App, { store }: { readonly store: Reader }): void {
  resourceAt(app, '/diffo/v1/references', {
    GET: (request, reply) => {
      const from = parameter(request, 'from');
      const to = parameter(request, 'to');
      const asked = parameter(request, 'class');
      const role = parameter(request, 'role');
      const of = linkClasses.find(each => each === asked);
      if (asked !== undefined && of === undefined) {
        throw new AgentError('invalid', `class must be one of ${linkClasses.join(', ')}, not "${asked}"`);
      }
      if (from === undefined && to === undefined) {
        throw new AgentError('invalid', 'say from=ID for what it refers to, to=ID for what refers to it, or both');
      }
      const links = from === undefined ? store.linksTo(to ?? '', of) : store.linksFrom(from, of);
      const found = links
        .filter(each => (to === undefined || each.target === to) && (role === undefined || each.type === role))
        .sort((a, b) => compare(a.type ?? '', b.type ?? ''));
      return sendPage(request, reply, found, each => show(store, each));
    },
  });
}

function show(store: Reader, { class: of, source, target, type, alias }: Link): JsonObject {
  return {
    class: of,
    ...(type === undefined ? {} : { [of === 'relationship' ? 'relationshipType' : 'role']: type }),
    ...(alias === undefined ? {} : { alias }),
    source: { id: source, ...typeOf(store, source) },
    target: { id: target },
  };
}

/** A reference stands in the document of an instance, a party or a place. */
function typeOf(store: Reader, id: string): JsonObject {
  const type =
    store.instanceKind(instanceId(id))?.type ?? (store.sharedSeq('party', id) === undefined ? 'place' : 'party');
  return { type };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
