/** `/diffo/v1/standing`: all that is expected of an instance as one expectation, with the origin of each part of it. */
import { AgentError } from '../../core/errors.ts';
import { instanceId } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Look } from '../../core/look.ts';
import { meansIt, read } from '../../core/standing/conflicts.ts';
import { type Laid, type Merged, merging, type Overruled, type StandingLeaf } from '../../core/standing/merge.ts';
import { unitsOf } from '../../core/units-of-kinds.ts';
import { type App, resourceAt } from '../server.ts';
import { showWish } from './expectation-shown.ts';
import { parameter } from './lists.ts';
import type { DiffoParts } from './parts.ts';
import { named } from './told-leaf.ts';
import { unhurried } from './unhurried.ts';

type StandingParts = Pick<DiffoParts, 'store' | 'keyed' | 'kinds' | 'loop'>;

export function standingRoutes(app: App, { store, keyed, kinds, loop }: StandingParts): void {
  const unitOf = unitsOf(kinds);
  resourceAt(app, '/diffo/v1/standing', {
    GET: async (request, reply) => {
      const asked = parameter(request, 'instance');
      if (asked === undefined) throw new AgentError('invalid', 'say which instance: /diffo/v1/standing?instance=ID');
      const instance = store.instance(instanceId(asked));
      if (!instance) throw new AgentError('notFound', `there is no instance ${asked}`);
      const world = { keyed, unitOf, instance: () => instance };
      const looking = function* (): Look<Merged> {
        const laid: Laid[] = [];
        for (const expectation of store.expectations()) {
          if (!meansIt(expectation.for, instance.id, world)) continue;
          if (loop.judge(expectation, instance).verdict === 'inapplicable') continue;
          laid.push({ expectation, expected: read(expectation, world) });
          yield;
        }
        return yield* merging(laid);
      };
      const { expect, leaves, overruled, undecided } = await unhurried(looking());
      return reply.send({
        instance: named(instance),
        expect,
        leaves: leaves.map(showLeaf),
        overruled: overruled.map(showOverruled),
        undecided: undecided.map(({ path, ...wish }) => ({ path, ...showWish(wish) })),
      });
    },
  });
}

function showLeaf({ path, expected, origin, overruled }: StandingLeaf): JsonObject {
  return { path, expected, origin: origin.map(showWish), overruled: overruled.map(showOverruled) };
}

function showOverruled(overruled: Overruled): JsonObject {
  return { path: overruled.path, ...showWish(overruled), by: overruled.by.map(showWish) };
}
