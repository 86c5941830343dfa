/** `/diffo/v1/expectations`: lay, read, change and withdraw expectations. */

import { AgentError } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { PROFILE } from '../../core/expectation-set.ts';
import { expectationId, type InstanceId } from '../../core/ids.ts';
import type { JsonObject } from '../../core/json.ts';
import { unjudged } from '../../core/peer-verdict.ts';
import { findConflicts } from '../../core/standing/conflicts.ts';
import { unitsOf } from '../../core/units-of-kinds.ts';
import { withdraw } from '../../core/withdraw.ts';
import type { Handler } from '../paths.ts';
import type { App } from '../server.ts';
import { resourceAt } from '../server.ts';
import { patchExpectation, readExpectationBody } from './expectation-body.ts';
import { findExpectation, ownExpectation } from './expectation-own.ts';
import { showExpectation, showFound, showToldConflicts } from './expectation-shown.ts';
import { flag, inPath, sendPage } from './lists.ts';
import { type DiffoParts, OPERATOR } from './parts.ts';
import { unhurried } from './unhurried.ts';

export function expectationRoutes(app: App, parts: DiffoParts): void {
  const { store, clock, loop, keyed, peers } = parts;
  const unitOf = unitsOf(parts.kinds);
  const names = (): readonly string[] => peers.states().map(({ name }) => name);

  /** With the collisions that were found where it is judged, if somebody else judges it or has laid it. */
  const show = (expectation: Expectation): JsonObject => ({
    ...showExpectation(expectation, keyed),
    ...showToldConflicts(store.verdicts({ expectation: expectation.id })),
  });
  /** What the profile expects is for the profile to change; it can be refined all the same. */
  const own = (id: string): Expectation => {
    const expectation = ownExpectation(id, store, peers);
    if (expectation.principal !== PROFILE) return expectation;
    const reason = `${id} is expected by the firmware profile; change it there, or lay what shall stand above it`;
    throw new AgentError('conflict', reason);
  };
  /** With whom it collides, told to whoever laid or changed it. */
  const withConflicts = async (expectation: Expectation): Promise<JsonObject> => {
    const world = { keyed, unitOf, instance: (id: InstanceId) => store.instance(id) };
    const found = await unhurried(findConflicts(expectation, store.expectations(), world));
    return { ...show(expectation), ...showFound(found) };
  };

  const lay: Handler = async (request, reply) => {
    const body = readExpectationBody(request.body, { keyed, unitOf, store, peers: names() });
    const id = expectationId(body.id ?? parts.newId());
    const cause = { principal: OPERATOR, kind: 'request', ref: id, ...(body.why ? { why: body.why } : {}) } as const;
    const laid = await store.submit(cause, writer => {
      if (writer.expectation(id)) {
        throw new AgentError('conflict', `there is an expectation ${id} already; PATCH it, or leave the id out`);
      }
      const written = writer.putExpectation({ ...body, id, principal: OPERATOR, createdAt: clock.now() });
      if (written.for.peer !== undefined) writer.putVerdict(unjudged(written, clock.now()));
      return written;
    });
    loop.ring();
    return reply
      .code(201)
      .header('Location', `/diffo/v1/expectations/${encodeURIComponent(id)}`)
      .send(await withConflicts(laid));
  };

  const change: Handler = async (request, reply) => {
    const id = inPath(request, 'id');
    const changed = await store.submit({ principal: OPERATOR, kind: 'request', ref: id }, writer =>
      writer.putExpectation(patchExpectation(own(id), request.body, { keyed, unitOf, store: writer, peers: names() })),
    );
    loop.ring();
    return reply.send(await withConflicts(changed));
  };

  const takeAway: Handler = async (request, reply) => {
    const id = inPath(request, 'id');
    const force = flag(request, 'force');
    const left = await store.submit({ principal: OPERATOR, kind: 'request', ref: id }, writer =>
      withdraw(writer, own(id), { by: OPERATOR, now: clock.now(), force }),
    );
    loop.ring();
    return left ? reply.code(202).send(show(left)) : reply.code(204).send();
  };

  resourceAt(app, '/diffo/v1/expectations', {
    GET: (request, reply) => sendPage(request, reply, store.expectations(), show),
    POST: lay,
  });
  resourceAt(app, '/diffo/v1/expectations/:id', {
    GET: (request, reply) => reply.send(show(findExpectation(inPath(request, 'id'), store))),
    PATCH: change,
    DELETE: takeAway,
  });
}
