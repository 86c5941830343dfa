/** `/diffo/v1/expectations/ID/refinements`: what was laid is said more closely, step by step, and returned to. */
import * as z from 'zod';
import { AgentError } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { type InstanceId, instanceId } from '../../core/ids.ts';
import type { Instance } from '../../core/instance.ts';
import type { Json } from '../../core/json.ts';
import { at, type Path } from '../../core/path.ts';
import { parse } from '../../core/read-body.ts';
import { asExpected, checkRefinement, type Refinement, refinedExpect } from '../../core/refinement.ts';
import { meansIt } from '../../core/standing/conflicts.ts';
import { unitsFor, unitsOf } from '../../core/units-of-kinds.ts';
import type { Reader, Unwritten } from '../../ports/store.ts';
import { tmfProfiles } from '../../tmf/comparators/profiles.ts';
import { type App, resourceAt } from '../server.ts';
import { findExpectation, ownExpectation } from './expectation-own.ts';
import { showExpectation } from './expectation-shown.ts';
import { inPath, sendPage } from './lists.ts';
import { type DiffoParts, iso, OPERATOR } from './parts.ts';

const path = z.string().regex(/^(\/.*)?$/s, 'a path begins with /, or is empty for the whole');
const why = z.string().max(2000).exactOptional();

/** To what, or to what is so now. */
export const refinementForm = z.union(
  [
    z.strictObject({
      path,
      to: z.custom<Json>(value => value !== undefined && value !== null, 'an expectation, not null'),
      why,
    }),
    z.strictObject({ path, observed: z.literal(true), instance: z.string().min(1).max(512).exactOptional(), why }),
  ],
  'either {"path","to"} or {"path","observed":true,"instance"?}, each with an optional "why"',
);

/** A chain longer than this is a new expectation. */
const REFINEMENTS = 100;

/** What the whole has that its profile does not came with the part that is refined. */
function checkPart(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new AgentError(error.code, error.message, { pointer: '/to', cause: error });
  }
}

type RefinementParts = Pick<DiffoParts, 'store' | 'clock' | 'keyed' | 'kinds' | 'loop' | 'peers' | 'twins'>;

export function refinementRoutes(app: App, parts: RefinementParts): void {
  const { store, clock, keyed, loop, twins } = parts;
  const units = unitsOf(parts.kinds);
  const kindOf = (id: InstanceId) => store.instanceKind(id)?.kind;

  const own = (id: string, reader: Reader): Expectation => {
    const expectation = ownExpectation(id, reader, parts.peers);
    if (expectation.for.peer === undefined) return expectation;
    const sentence = `${id} is expected of the peer ${expectation.for.peer}, which alone sees what it could be refined to; change it instead`;
    throw new AgentError('conflict', sentence);
  };

  resourceAt(app, '/diffo/v1/expectations/:id/refinements', {
    GET: (request, reply) => {
      const { refinements = [] } = findExpectation(inPath(request, 'id'), store);
      return sendPage(request, reply, refinements, ({ at: when, cause, ...each }) => ({
        ...each,
        at: iso(when),
        cause: { ...cause },
      }));
    },
    POST: async (request, reply) => {
      const id = inPath(request, 'id');
      const asked = parse(refinementForm, request.body);
      const { path: where, why: because } = asked;
      if ('observed' in asked) await loop.sample(findExpectation(id, store));
      const cause = { principal: OPERATOR, kind: 'request', ref: id, ...(because ? { why: because } : {}) } as const;
      const refined = await store.submit(cause, writer => {
        const before = own(id, writer);
        const { refinements = [] } = before;
        if (refinements.length >= REFINEMENTS) {
          throw new AgentError('conflict', `${id} was refined ${REFINEMENTS} times; change what is expected instead`);
        }
        const to = 'to' in asked ? asked.to : observed(before, meantOne(before, asked.instance, writer), where);
        const unitOf = unitsFor(units, before.for, kindOf);
        checkRefinement(refinedExpect(before, keyed), where, to, { keyed, ...(unitOf ? { unitOf } : {}) });
        const step: Refinement = { path: where, to, cause, at: clock.now(), ...(because ? { why: because } : {}) };
        const after = { ...before, refinements: [...refinements, step] };
        const { profile } = before;
        if (profile !== undefined) checkPart(() => tmfProfiles.check(refinedExpect(after, keyed), profile));
        return writer.putExpectation(after);
      });
      loop.ring();
      return reply.code(201).send(showExpectation(refined, keyed));
    },
  });

  resourceAt(app, '/diffo/v1/expectations/:id/refinements/:number', {
    DELETE: async (request, reply) => {
      const [id, number] = [inPath(request, 'id'), inPath(request, 'number')];
      const returned = await store.submit({ principal: OPERATOR, kind: 'request', ref: id }, writer => {
        const { refinements = [], ...laid } = own(id, writer);
        if (!/^\d+$/.test(number) || Number(number) >= refinements.length) {
          throw new AgentError('notFound', `${id} has ${refinements.length} refinements, and no number ${number}`);
        }
        const left = refinements.slice(0, Number(number));
        const before: Unwritten<Expectation> = left.length > 0 ? { ...laid, refinements: left } : laid;
        return writer.putExpectation(before);
      });
      loop.ring();
      return reply.send(showExpectation(returned, keyed));
    },
  });

  /** What is there now, telemetry too, as an expectation. Throws `conflict` when nobody knows. */
  function observed(expectation: Expectation, instance: Instance, where: Path): Json {
    const known = loop.knows(expectation, instance, where);
    if (known !== 'known') {
      const { because } = loop.seen(instance, where);
      const why = because === undefined ? '' : `: ${because}`;
      throw new AgentError('conflict', `nobody knows what is at ${where || 'the root'} now (${known})${why}`);
    }
    return asExpected(at(twins.actual(instance, refinedExpect(expectation, keyed)), where, keyed));
  }

  /** The one instance whose state is meant by `observed`. */
  function meantOne(expectation: Expectation, asked: string | undefined, reader: Reader): Instance {
    const { for: meant } = expectation;
    if (asked !== undefined) {
      const instance = reader.instance(instanceId(asked));
      if (instance && meansIt(meant, instance.id, { keyed, unitOf: units, instance: () => instance })) return instance;
      throw new AgentError('invalid', `${expectation.id} means no instance ${asked}`, { pointer: '/instance' });
    }
    if ('where' in meant) {
      throw new AgentError('invalid', 'it may mean several: say of which what is observed', { pointer: '/instance' });
    }
    const found =
      'id' in meant ? reader.instance(meant.id) : [...reader.instances({ kind: meant.kind, name: meant.name })][0];
    if (found) return found;
    throw new AgentError('conflict', 'what is expected does not exist yet, so nothing of it was observed');
  }
}
