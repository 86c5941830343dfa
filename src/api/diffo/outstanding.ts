/** `/diffo/v1/outstanding` and `/explain`: what is unmet or unknown, since when, because of what, and what is next. */
import { AgentError } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { expectationId, instanceId } from '../../core/ids.ts';
import type { Instance } from '../../core/instance.ts';
import type { JsonObject } from '../../core/json.ts';
import type { StandingVerdict, Told } from '../../core/verdict.ts';
import type { Handler } from '../paths.ts';
import { type App, resourceAt } from '../server.ts';
import { parameter, sendPage } from './lists.ts';
import { type DiffoParts, iso } from './parts.ts';
import { type Telling, tellingOf, touches } from './telling.ts';
import { around, leavesOf, named, showChanges, showLeaf, wantedBy } from './told-leaf.ts';
import { showStalledLeaves } from './told-stalled.ts';

export function outstandingRoutes(app: App, parts: DiffoParts): void {
  const { store } = parts;

  const outstanding: Handler = (request, reply) => {
    const asked = parameter(request, 'instance');
    const of = asked === undefined ? undefined : { instance: find(parts, asked).id };
    const open = store.verdicts(of).filter(each => each.verdict === 'unmet' || each.verdict === 'unknown');
    const telling = tellingOf(parts);
    return sendPage(request, reply, open, verdict => entry(parts, telling, verdict));
  };

  const explain: Handler = (request, reply) => {
    const [of, by] = [parameter(request, 'instance'), parameter(request, 'expectation')];
    if (of === undefined && by === undefined) {
      throw new AgentError('invalid', 'say which instance: /diffo/v1/explain?instance=ID, or which expectation=ID');
    }
    const path = parameter(request, 'path') ?? '';
    const instance = of === undefined ? undefined : find(parts, of);
    if (by !== undefined && !store.expectation(expectationId(by))) {
      throw new AgentError('notFound', `there is no expectation ${by}`);
    }
    const asked = {
      ...(instance ? { instance: instance.id } : {}),
      ...(by === undefined ? {} : { expectation: expectationId(by) }),
    };
    const telling = tellingOf(parts);
    const leaves = store.verdicts(asked).flatMap(({ expectation: id, instance: at, peer }) => {
      const expectation = store.expectation(id);
      if (!expectation || peer !== undefined) return [];
      const found = instance ?? (at === undefined ? undefined : store.instance(at));
      const told = around(parts, telling, expectation, found);
      return leavesOf(parts, told)
        .filter(leaf => touches(leaf.path, path))
        .map(leaf => ({
          ...(of === undefined && found ? { instance: named(found) } : {}),
          ...showLeaf(parts, told, leaf),
          wantedBy: wantedBy(parts, expectation, found, leaf.path),
          changes: showChanges(told, leaf.path),
        }));
    });
    return reply.send({ ...(instance ? { instance: named(instance) } : {}), leaves });
  };

  resourceAt(app, '/diffo/v1/outstanding', { GET: outstanding });
  resourceAt(app, '/diffo/v1/explain', { GET: explain });
}

function find(parts: DiffoParts, id: string): Instance {
  const instance = parts.store.instance(instanceId(id));
  if (!instance) throw new AgentError('notFound', `there is no instance ${id}`);
  return instance;
}

function entry(parts: DiffoParts, telling: Telling, verdict: StandingVerdict): JsonObject {
  const expectation = parts.store.expectation(verdict.expectation);
  if (verdict.peer !== undefined) return peerEntry(parts, verdict, verdict.peer, expectation);
  const instance = verdict.instance === undefined ? undefined : parts.store.instance(verdict.instance);
  const told = expectation && around(parts, telling, expectation, instance);
  const leaves =
    expectation && told ? parts.loop.judge(expectation, instance).leaves.map(leaf => showLeaf(parts, told, leaf)) : [];
  return {
    expectation: verdict.expectation,
    ...(instance ? { instance: named(instance) } : {}),
    ...(expectation
      ? {
          for: { ...expectation.for },
          mode: parts.loop.mode(expectation, instance),
          wantedBy: wantedBy(parts, expectation, instance),
        }
      : {}),
    verdict: verdict.verdict,
    outstanding: verdict.residual ?? null,
    since: iso(verdict.since),
    ageMs: Math.max(0, telling.now - verdict.since),
    leaves,
  };
}

/** Its last word; with whom it collides is shown with the expectation. */
function showTold({ conflicts: _, stalled, unknown = [], since, ...told }: Told): JsonObject {
  return { ...told, ...showStalledLeaves(stalled), unknown: [...unknown], since: iso(since) };
}

/** What a peer says of its own; how it sees each leaf is its to tell. */
function peerEntry(
  parts: DiffoParts,
  { expectation, instance, instanceName, verdict, residual, since, stalled, told }: StandingVerdict,
  peer: string,
  laid: Expectation | undefined,
): JsonObject {
  const state = parts.peers.states().find(({ name }) => name === peer);
  const isThere = state?.presence === 'alive';
  return {
    expectation,
    peer,
    ...(instance === undefined
      ? {}
      : { instance: { id: instance, ...(instanceName === undefined ? {} : { name: instanceName }) } }),
    ...(laid ? { for: { ...laid.for }, ...(laid.mode === undefined ? {} : { mode: laid.mode }) } : {}),
    verdict,
    outstanding: residual ?? null,
    since: iso(since),
    ...(told ? { told: showTold(told) } : {}),
    ...showStalledLeaves(stalled),
    leaves: [],
    next: !state
      ? `${peer} is no peer of this agent any more`
      : !isThere
        ? `${peer} is ${state.presence}: its word is waited for`
        : verdict === 'unknown'
          ? `${peer} has yet to judge it, or does not know itself`
          : stalled?.[0]
            ? `${peer} says that it is stalled: ${stalled[0].because}; ${stalled[0].unblocks}`
            : `${peer} acts as its operator allows`,
  };
}
