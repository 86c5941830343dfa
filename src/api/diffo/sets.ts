/** `/diffo/v1/sets`: expectations that are laid, changed and taken away together, all or nothing, by the name of their set. */
import type { FastifyRequest } from 'fastify';
import type { Cause } from '../../core/change.ts';
import { AgentError } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { within } from '../../core/expectation-form.ts';
import { type ExpectationSet, isSame, PROFILE, type SetDifference, standingOf } from '../../core/expectation-set.ts';
import { saidBy } from '../../core/expectation-version.ts';
import type { InstanceId } from '../../core/ids.ts';
import { asJson, type JsonObject } from '../../core/json.ts';
import { parse } from '../../core/read-body.ts';
import { setForm, setName, setsForm, toSet } from '../../core/set-form.ts';
import { unitsOf } from '../../core/units-of-kinds.ts';
import { withdraw } from '../../core/withdraw.ts';
import type { Reader } from '../../ports/store.ts';
import { tmfProfiles } from '../../tmf/comparators/profiles.ts';
import type { Handler } from '../paths.ts';
import { type App, resourceAt } from '../server.ts';
import { flag, inPath, parameter, sendPage } from './lists.ts';
import { type DiffoParts, OPERATOR } from './parts.ts';
import { conflictsOfSets, type SetConflicts } from './set-conflicts.ts';
import { checkedDifference, differenceHash, writeDifference } from './set-writing.ts';

type SetParts = Pick<DiffoParts, 'store' | 'clock' | 'keyed' | 'kinds' | 'loop' | 'peers'>;

export function setRoutes(app: App, parts: SetParts): void {
  const { store, clock, keyed, loop, peers } = parts;
  const kindOf = (id: InstanceId) => store.instanceKind(id)?.kind;
  const reading = { keyed, unitOf: unitsOf(parts.kinds), kindOf, profiles: tmfProfiles };

  /** What each comes to; an error points to where its set stands in the body. */
  const compare = (sets: readonly PlacedSet[], reader: Reader): readonly SetDifference[] => {
    const keeper = { agent: store.agent, principal: OPERATOR, now: clock.now(), keyed };
    const names = peers.states().map(({ name }) => name);
    return sets.map(({ at, ...set }) => within(at, () => checkedDifference(set, reader, keeper, names)));
  };

  const conflictsWith = (differences: readonly SetDifference[]): Promise<SetConflicts> =>
    conflictsOfSets(differences, store.expectations(), { ...reading, instance: id => store.instance(id) });

  const apply = async (request: FastifyRequest, sets: readonly PlacedSet[]): Promise<Applied> => {
    const dryRun = flag(request, 'dryRun');
    if (dryRun) {
      const differences = compare(sets, store);
      return { dryRun, hash: differenceHash(differences), differences, ...(await conflictsWith(differences)) };
    }
    const seen = parameter(request, 'hash');
    const { hash, differences } = await store.submit(causeOf(sets), writer => {
      const found = compare(sets, writer);
      const moved = { hash: differenceHash(found), differences: found };
      if (seen !== undefined && seen !== moved.hash) {
        throw new AgentError('moved', 'what stands of this has changed since it was compared; compare it anew');
      }
      for (const each of found) writeDifference(writer, each, { by: OPERATOR, now: clock.now() });
      return moved;
    });
    if (!differences.every(isSame)) loop.ring();
    return { dryRun, hash, differences, ...(await conflictsWith(differences)) };
  };

  const applyOne: Handler = async (request, reply) => {
    const set = ownSet(inPath(request, 'name'));
    const body = toSet(set, parse(setForm, request.body), reading);
    const { differences, ...outcome } = await apply(request, [{ ...body, at: '' }]);
    return reply.send({ ...differences.map(showDifference)[0], ...outcome });
  };

  const applySeveral: Handler = async (request, reply) => {
    const { sets } = parse(setsForm, request.body);
    const seen = new Set<string>();
    const placed = sets.map(({ name, ...set }, i) => {
      const at = `/sets/${i}`;
      if (seen.has(name)) throw new AgentError('invalid', `the set ${name} stands twice`, { pointer: `${at}/name` });
      seen.add(name);
      return { ...within(at, () => toSet(ownSet(name), set, reading)), at };
    });
    const { differences, ...outcome } = await apply(request, placed);
    return reply.send({ sets: differences.map(showDifference), ...outcome });
  };

  const find = (name: string): readonly Expectation[] => {
    const standing = standingOf(name, store.expectations());
    if (standing.length === 0) throw new AgentError('notFound', `there is no set ${name}`);
    return standing;
  };

  const takeAway: Handler = async (request, reply) => {
    const set = ownSet(inPath(request, 'name'));
    await store.submit(causeOf([{ set }]), writer => {
      find(set);
      const withdrawal = { by: OPERATOR, now: clock.now(), force: flag(request, 'force') };
      for (const each of standingOf(set, writer.expectations())) withdraw(writer, each, withdrawal);
    });
    loop.ring();
    return reply.code(204).send();
  };

  resourceAt(app, '/diffo/v1/sets', {
    GET: (request, reply) => {
      const names = [...new Set(store.expectations().flatMap(({ set }) => set ?? []))].sort();
      return sendPage(request, reply, names, name => showBriefly(name, find(name), store));
    },
    POST: applySeveral,
  });
  resourceAt(app, '/diffo/v1/sets/:name', {
    GET: (request, reply) => {
      const name = inPath(request, 'name');
      const standing = find(name);
      return reply.send({ ...showBriefly(name, standing, store), expectations: standing.map(showWhole) });
    },
    PUT: applyOne,
    DELETE: takeAway,
  });
}

interface PlacedSet extends ExpectationSet {
  /** Where it stands in the body. */
  readonly at: string;
}

interface Applied extends SetConflicts {
  readonly dryRun: boolean;
  readonly hash: string;
  readonly differences: readonly SetDifference[];
}

/** The name of a set that a caller may change; throws for the one that is the profile's. */
function ownSet(name: string): string {
  const read = setName.safeParse(name);
  if (!read.success) throw new AgentError('invalid', `a set is named by ${read.error.issues[0]?.message}`);
  if (name !== PROFILE) return name;
  const reason = `the set ${PROFILE} is what the firmware profile says; change it there, or lay what shall stand above it`;
  throw new AgentError('conflict', reason);
}

function causeOf(sets: readonly Pick<ExpectationSet, 'set'>[]): Cause {
  const names = sets.map(({ set }) => set).join(', ');
  return { principal: OPERATOR, kind: 'request', ref: names, why: `${sets.length === 1 ? 'set' : 'sets'} ${names}` };
}

function hrefOf(name: string): string {
  return `/diffo/v1/sets/${encodeURIComponent(name)}`;
}

function showBriefly(name: string, standing: readonly Expectation[], store: Reader): JsonObject {
  const verdicts = standing.flatMap(({ id }) => store.verdicts({ expectation: id }));
  const count = (wanted: string): number => verdicts.filter(({ verdict }) => verdict === wanted).length;
  return {
    name,
    href: hrefOf(name),
    principal: standing[0]?.principal ?? OPERATOR,
    size: standing.length,
    unmet: count('unmet'),
    unknown: count('unknown'),
  };
}

type Named = Omit<Expectation, 'seq'>;

function showName({ name = '', id }: Named): JsonObject {
  return { name, id };
}

function showWhole(expectation: Named): JsonObject {
  const { withdrawing: _, ...said } = saidBy(expectation);
  return { ...showName(expectation), ...said };
}

export function showDifference({ set, added, changed, removed, left, same }: SetDifference): JsonObject {
  return {
    set,
    added: added.map(showWhole),
    changed: changed.map(({ after, paths }) => ({
      ...showName(after),
      for: asJson(after.for),
      paths: paths.map(asJson),
    })),
    removed: removed.map(showWhole),
    left: left.map(showName),
    same: same.map(showName),
  };
}
