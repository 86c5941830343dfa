/** TMF638 and TMF639, v4 and v5: entry point, list, get, create, patch, delete, hub, on every root. */
import type { InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import { patchMedia } from '../tmf/patch/patch.ts';
import { apiAliases, apiRoot, type Version, versions } from '../tmf/version.ts';
import { jsonType } from './errors.ts';
import { type HubParts, hubRoutes } from './hub.ts';
import { RenderedEntities } from './rendered.ts';
import { type App, resourceAt, takesPatches } from './server.ts';
import { batchMedia, Entities, type EntityParts } from './tmf-entities.ts';
import { sendList } from './tmf-lists.ts';

export interface TmfParts extends HubParts, EntityParts {
  /** Answer a page with 206 (TMF630) rather than always 200. */
  readonly partialContent?: boolean;
}

const number: Record<InstanceType, string> = { service: 'TMF638', resource: 'TMF639' };
const types = ['service', 'resource'] as const;

export function tmfRoutes(app: App, parts: TmfParts): void {
  const rendered = { v4: new RenderedEntities(parts, 'v4'), v5: new RenderedEntities(parts, 'v5') };
  for (const type of types) {
    for (const version of versions) {
      const entities = new Entities(parts, rendered[version], type, version);
      for (const root of [apiRoot[type][version], ...apiAliases[type][version]]) {
        resourceAt(app, root, {
          GET: (_request, reply) => reply.type(jsonType).send(entryPoint(type, version, parts)),
        });
        resourceAt(app, `${root}/${type}`, {
          GET: (request, reply) => sendList(request, reply, { ...parts, rendered: rendered[version] }, type, version),
          POST: (request, reply) => entities.create(request, reply),
          PATCH: (request, reply) => entities.createBatch(request, reply),
        });
        resourceAt(app, `${root}/${type}/:id`, {
          GET: (request, reply) => entities.get(request, reply),
          PATCH: (request, reply) => entities.patch(request, reply),
          DELETE: (request, reply) => entities.remove(request, reply),
        });
        takesPatches(app, `${root}/${type}`, [batchMedia]);
        takesPatches(app, `${root}/${type}/:id`, patchMedia);
        hubRoutes(app, root, parts, type, version);
      }
    }
  }
}

function entryPoint(type: InstanceType, version: Version, { publicUrl }: TmfParts): JsonObject {
  const root = `${publicUrl}${apiRoot[type][version]}`;
  return {
    name: `${number[type]} ${type === 'service' ? 'Service' : 'Resource'} Inventory Management`,
    version,
    _links: {
      self: { href: root },
      [type]: { href: `${root}/${type}` },
      hub: { href: `${root}/hub` },
      openapi: { href: `${root}/openapi.json` },
    },
  };
}
