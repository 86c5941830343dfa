/** What the agent knows instances to be: `/diffo/v1/kinds`, each whole, and the JSON Schema of its documents. */
import { didYouMean } from '../../core/did-you-mean.ts';
import { AgentError } from '../../core/errors.ts';
import { asJson, type JsonObject } from '../../core/json.ts';
import type { Kind, RecordKind } from '../../core/kind.ts';
import { specificationById } from '../../core/model/specification.ts';
import { schemaOfKind, schemaOfRecordKind } from '../../core/profile/kind-schema.ts';
import { schemaPath } from '../../tmf/catalogue/roots.ts';
import { type App, resourceAt } from '../server.ts';
import { inPath, sendPage } from './lists.ts';
import type { DiffoParts } from './parts.ts';

type KindParts = Pick<DiffoParts, 'store' | 'kinds' | 'recordKinds' | 'publicUrl'>;

export function kindRoutes(app: App, { store, kinds, recordKinds, publicUrl }: KindParts): void {
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

  /** Of a specification that has moved on the address moves too, so that a schema that was read stays what it was. */
  const versionOf = (kind: Kind | RecordKind): string | undefined => {
    if ('base' in kind) return undefined;
    const { id, version } = kind.specification;
    return specificationById(store, kinds, id)?.version ?? version;
  };
  const schemaOf = (kind: Kind | RecordKind): JsonObject => {
    const $id = `${publicUrl}${schemaPath(kind.name, versionOf(kind))}`;
    return 'base' in kind ? schemaOfRecordKind(kind, $id) : schemaOfKind(kind, $id);
  };
  resourceAt(app, '/diffo/v1/kinds/:name/schema', {
    GET: (request, reply) => reply.send(schemaOf(kindNamed(inPath(request, 'name')))),
  });
  resourceAt(app, '/diffo/v1/kinds/:name/schema/:version', {
    GET: (request, reply) => {
      const kind = kindNamed(inPath(request, 'name'));
      const [asked, version] = [inPath(request, 'version'), versionOf(kind)];
      if (asked === version) return reply.send(schemaOf(kind));
      const is = version === undefined ? 'has no versions' : `is at version ${version}`;
      throw new AgentError(
        'notFound',
        `the kind ${kind.name} ${is}; its schema is at ${schemaPath(kind.name, version)}`,
      );
    },
  });
}

/** Whole, as it is after it was composed. */
function showKind(kind: Kind | RecordKind): JsonObject {
  return asJson(kind);
}
