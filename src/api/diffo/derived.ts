/** `/diffo/v1/instances/ID/derived`: what is shown with an instance and is not its own: from where, or why it is unknown. */
import { AgentError } from '../../core/errors.ts';
import { instanceId } from '../../core/ids.ts';
import type { Instance } from '../../core/instance.ts';
import { asJson, type JsonObject, property } from '../../core/json.ts';
import { type Presented, present, specificationMember } from '../../core/model/present.ts';
import { type App, resourceAt } from '../server.ts';
import { inPath, sendPage } from './lists.ts';
import type { DiffoParts } from './parts.ts';

export function derivedRoutes(app: App, { store, kinds }: Pick<DiffoParts, 'store' | 'kinds'>): void {
  resourceAt(app, '/diffo/v1/instances/:id/derived', {
    GET: (request, reply) => {
      const id = inPath(request, 'id');
      const instance = store.instance(instanceId(id));
      if (!instance) throw new AgentError('notFound', `There is no instance with the id "${id}"`);
      return sendPage(request, reply, derivedParts(instance, present(store, kinds, instance)), part => part);
    },
  });
}

/** Every declared part, found or not; of a pool's numbers what there is. */
function derivedParts({ type, document }: Instance, { document: shown, parts }: Presented): JsonObject[] {
  const member = specificationMember[type];
  const specification = property(shown, member);
  const isRefreshed = specification !== undefined && specification !== property(document, member);
  return [
    ...(isRefreshed
      ? [
          {
            is: 'specification',
            name: member,
            found: [{ element: specification, from: [String(property(specification, 'id'))] }],
          },
        ]
      : []),
    ...parts
      .filter(({ is, elements }) => is !== 'assignment' || elements.length > 0)
      .map(({ is, name, array, via, elements, unknown }) => ({
        is,
        name,
        shownIn: array,
        ...(via === undefined ? {} : { over: via.map(hop => asJson(hop)) }),
        found: elements.map(({ element, from }) => ({ element, from })),
        ...(unknown.length === 0 ? {} : { unknown: unknown.map(each => asJson(each)) }),
      })),
  ];
}
