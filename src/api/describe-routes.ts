/** Where the agent describes what it serves: all of it in `/openapi.json`, each API at its root, its events beside. */
import { catalogueAliases, catalogueRoot } from '../tmf/catalogue/roots.ts';
import { apiAliases, apiRoot, versions } from '../tmf/version.ts';
import type { DescribeParts } from './describe/apis.ts';
import { jsonType } from './errors.ts';
import type { Handler } from './paths.ts';
import { type App, resourceAt } from './server.ts';

const types = ['service', 'resource'] as const;

/** The documents are made when somebody asks, by what is loaded then, and not kept. */
export function describeRoutes(app: App, parts: DescribeParts): void {
  const sends =
    (document: (apis: typeof import('./describe/apis.ts')) => unknown): Handler =>
    async (_request, reply) => {
      const text = JSON.stringify(document(await import('./describe/apis.ts')));
      return reply.type(jsonType).send(text);
    };
  const roots = types.flatMap(type =>
    versions.flatMap(version => [
      { root: apiRoot[type][version], aliases: apiAliases[type][version] },
      { root: catalogueRoot[type][version], aliases: catalogueAliases[type][version] },
    ]),
  );
  for (const { root, aliases } of [...roots, { root: '/diffo/v1', aliases: [] }]) {
    const GET = sends(apis => apis.documentAt(root, parts));
    for (const each of [root, ...aliases]) resourceAt(app, `${each}/openapi.json`, { GET });
  }
  resourceAt(app, '/openapi.json', { GET: sends(apis => apis.documentOfAgent(parts)) });
  resourceAt(app, '/asyncapi.json', { GET: sends(apis => apis.eventsOfAgent(parts)) });
}
