/** `/diffo/v1/sets`: expectations that are laid, changed and taken away together, all or nothing, by the name of their set. */
import type { FastifyRequest } from 'fastify';
import type * as z from 'zod';
import type { Cause } from '../../core/change.ts';
import { AgentError } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { lookWithin, within } from '../../core/expectation-form.ts';
import { type ExpectationSet, isSame, PROFILE, type SetDifference, standingOf } from '../../core/expectation-set.ts';
import { saidBy } from '../../core/expectation-version.ts';
import type { InstanceId } from '../../core/ids.ts';
import { asJson, type JsonObject } from '../../core/json.ts';
import { finish, type Look } from '../../core/look.ts';
import { parse } from '../../core/read-body.ts';
import { readingSet, setForm, setName, setsForm } from '../../core/set-form.ts';
import { unitsOf } from '../../core/units-of-kinds.ts';
import { withdraw } from '../../core/withdraw.ts';
import type { Reader } from '../../ports/store.ts';
import { tmfProfiles } from '../../tmf/comparators/profiles.ts';
import type { Handler } from '../paths.ts';
import { type App, resourceAt } from '../server.ts';
import { flag, inPath, parameter, sendPage } from './lists.ts';
import { type DiffoParts, OPERATOR } from './parts.ts';
import { conflictsOfSets, type SetConflicts } from './set-conflicts.ts';
import { type Compared, comparing, isStill, type PlacedSet, writeDifference } from './set-writing.ts';
import { inItsTurn, unhurried } from './unhurried.ts';

type SetParts = Pick<DiffoParts, 'store' | 'clock' | 'keyed' | 'kinds' | 'loop' | 'peers'>;

export function setRoutes(app: App, parts: SetParts): void {
  const { store, clock, keyed, loop, peers } = parts;
  const kindOf = (id: InstanceId) => store.instanceKind(id)?.kind;
  const reading = { keyed, unitOf: unitsOf(parts.kinds), kindOf, profiles: tmfProfiles };

  const compare = (sets: readonly PlacedSet[], reader: Reader): Look<Compared> => {
    const keeper = { agent: store.agent, principal: OPERATOR, now: clock.now(), keyed };
    const names = peers.states().map(({ name }) => name);
    return comparing(sets, reader, keeper, names);
  };

  const conflictsWith = (differences: readonly SetDifference[]): Promise<SetConflicts> =>
    conflictsOfSets(differences, store.expectations(), { ...reading, instance: id => store.instance(id) });

  /** Compared while others have their turns, and written at once if nothing has moved meanwhile; else compared anew. */
  const write = async (sets: readonly PlacedSet[], seen: string | undefined): Promise<Compared> => {
    for (let tried = 1; ; tried++) {
      const found = await unhurried(compare(sets, store));
      const written = await store.submit(causeOf(sets), writer => {
        const isLast = tried === COMPARED_AT_MOST;
        const now = isStill(found, writer) ? found : isLast ? finish(compare(sets, writer)) : undefined;
        if (!now) return undefined;
        if (seen !== undefined && seen !== now.hash) {
          throw new AgentError('moved', 'what stands of this has changed since it was compared; compare it anew');
        }
        for (const each of now.differences) writeDifference(writer, each, { by: OPERATOR, now: clock.now() });
        return now;
      });
      if (written) return written;
    }
  };

  const apply = async (request: FastifyRequest, sets: readonly PlacedSet[]): Promise<Applied> => {
    const dryRun = flag(request, 'dryRun');
    const { hash, differences } = dryRun
      ? await unhurried(compare(sets, store))
      : await write(sets, parameter(request, 'hash'));
    if (!dryRun && !differences.every(isSame)) loop.ring();
    return { dryRun, hash, differences, ...(await conflictsWith(differences)) };
  };

  const applyOne: Handler = async (request, reply) => {
    const set = ownSet(inPath(request, 'name'));
    const form = parse(setForm, await inItsTurn(request.body));
    const body = await unhurried(readingSet(set, form, reading));
    const { differences, ...outcome } = await apply(request, [{ ...body, at: '' }]);
    return reply.send({ ...differences.map(showDifference)[0], ...outcome });
  };

  const readingSets = function* (sets: z.output<typeof setsForm>['sets']): Look<readonly PlacedSet[]> {
    const placed = new Map<string, PlacedSet>();
    for (const [i, { name, ...set }] of sets.entries()) {
      const at = `/sets/${i}`;
      if (placed.has(name)) {
        throw new AgentError('invalid', `the set ${name} stands twice`, { pointer: `${at}/name` });
      }
      const read = within(at, () => readingSet(ownSet(name), set, reading));
      placed.set(name, { ...(yield* lookWithin(at, read)), at });
    }
    return [...placed.values()];
  };

  const applySeveral: Handler = async (request, reply) => {
    const { sets } = parse(setsForm, await inItsTurn(request.body));
    const { differences, ...outcome } = await apply(request, await unhurried(readingSets(sets)));
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

/** Where something moves under it all the time, it is compared in the commit itself after so many attempts. */
const COMPARED_AT_MOST = 4;

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
