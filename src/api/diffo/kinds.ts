/** What the agent knows instances to be: `/diffo/v1/kinds`, each whole, and the JSON Schema of its documents. */
import { didYouMean } from '../../core/did-you-mean.ts';
import { AgentError } from '../../core/errors.ts';
import { asJson, type JsonObject } from '../../core/json.ts';
import type { Kind, RecordKind } from '../../core/kind.ts';
import { schemaOfKind, schemaOfRecordKind } from '../../core/profile/kind-schema.ts';
import { type App, resourceAt } from '../server.ts';
import { inPath, sendPage } from './lists.ts';
import type { DiffoParts } from './parts.ts';

export function kindRoutes(app: App, { kinds, recordKinds }: Pick<DiffoParts, 'kinds' | 'recordKinds'>): void {
  const kindNamed = (name: string): Kind | RecordKind => {
    const kind = kinds.get(name) ?? recordKinds.get(name);
    if (kind) return kind;
    const known = [...kinds.keys(), ...recordKinds.keys()];
    const there = known.length === 0 ? 'the profile has none' : `known are ${known.join(', ')}`;
    throw new AgentError('notFound', `there is no kind ${name}; ${there}${didYouMean(name, known)}`);
  };
  resourceAt(app, '/diffo/v1/kinds', {
    GET: (request, reply) => sendPage(request, reply, [...kinds.values(), ...recordKinds.values()], showKind),
  });
  resourceAt(app, '/diffo/v1/kinds/:name', {
    GET: (request, reply) => reply.send(showKind(kindNamed(inPath(request, 'name')))),
  });
  resourceAt(app, '/diffo/v1/kinds/:name/schema', {
    GET: (request, reply) => reply.send(schemaOf(kindNamed(inPath(request, 'name')))),
  });
}

function schemaOf(kind: Kind | RecordKind): JsonObject {
  return 'base' in kind ? schemaOfRecordKind(kind) : schemaOfKind(kind);
}

/** Whole, as it is after it was composed. */
function showKind(kind: Kind | RecordKind): JsonObject {
  return asJson(kind);
}
