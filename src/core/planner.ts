/** From what is outstanding to the tasks that would meet it, and for everything else the reason why it waits. */
import { createHash } from 'node:crypto';
import type { Ability } from './ability.ts';
import type { Expectation, Mode } from './expectation.ts';
import type { InstanceId, Instant } from './ids.ts';
import type { Instance } from './instance.ts';
import { asJson, canonical, type Json } from './json.ts';
import { allExpectedAt, type Context, type Leaf } from './outstanding.ts';
import { at, type Path } from './path.ts';
import type { PlannedTask, ReadFact, Waiting } from './plan.ts';
import { byStanding, nearestToAll, Ranking } from './ranking.ts';

/** An ability and the driver that has it. */
export interface Offer {
  readonly driver: string;
  readonly ability: Ability;
}

/** One expectation that one instance does not meet. */
export interface Unmet {
  readonly expectation: Expectation;
  /** Undefined when what is expected does not exist. */
  readonly instance: Instance | undefined;
  readonly residual: Json;
  readonly leaves: readonly Leaf[];
  /** What may be done about it. */
  readonly mode: Mode;
}

export interface Situation {
  readonly now: Instant;
  readonly unmet: readonly Unmet[];
  /** All expectations that apply to an instance, met ones too: they may overrule. */
  readonly standing: (instance: InstanceId) => readonly Expectation[];
  readonly offers: readonly Offer[];
  /** Why a leaf must not be tried now, in words, and until when; undefined when it may be. */
  readonly held: (leaf: string, unmet: Unmet) => { readonly because: string; readonly until?: Instant } | undefined;
  readonly context: Context;
}

/** What could be done, before anybody has said that it may. */
export interface Draft {
  readonly tasks: readonly (PlannedTask & { readonly mode: Mode })[];
  readonly waiting: readonly (Waiting & { readonly mode: Mode })[];
  readonly readSet: readonly ReadFact[];
}

/** Names a leaf of an expectation on an instance; what backs off, pauses and is explained. */
export function leafName(expectation: string, instance: string | undefined, path: Path): string {
  return `${expectation}:${instance ?? ''}:${path}`;
}

/** Whose leaf it is; the other way round. */
export function ownerOfLeaf(leaf: string): { readonly expectation: string; readonly instance: string | undefined } {
  const [, expectation = leaf, instance = ''] = /^([^:]*):(.*?):(?:\/.*)?$/s.exec(leaf) ?? [];
  return { expectation, instance: instance === '' ? undefined : instance };
}

/**
 * What can be done about what is unmet. What is done for one instance does not depend on another, so that the plans of
 * several instances are what the plan for all of them is.
 */
export function plan(situation: Situation): Draft {
  const tasks: Draft['tasks'][number][] = [];
  const waiting: Draft['waiting'][number][] = [];
  const read = new Map<string, ReadFact>();
  // What a better expectation of this plan has already asked for, so that no step is planned twice.
  const served = new Set<string>();
  const ranking = new Ranking(situation.standing, situation.context);

  for (const unmet of [...situation.unmet].sort((a, b) => byStanding(a.expectation, b.expectation))) {
    const { expectation, instance, mode } = unmet;
    const waits = (path: Path, because: string, until?: Instant): void => {
      waiting.push({
        expectation: expectation.id,
        ...(instance ? { instance: instance.id } : {}),
        path,
        because,
        ...(until === undefined ? {} : { until }),
        mode,
      });
    };
    if (!instance) {
      waits('', 'it does not exist, and nothing here can make it');
      continue;
    }

    const offers = situation.offers.filter(offer => offer.ability.kind === instance.kind);
    for (const leaf of unmet.leaves) {
      if (leaf.verdict !== 'unmet' || offers.some(offer => reaches(offer.ability.path, leaf.path))) continue;
      waits(leaf.path, noOffer(leaf.path));
    }

    for (const { driver, ability } of offers) {
      const wishes = allExpectedAt(unmet.residual, ability.path, situation.context.keyed);
      if (wishes.length === 0) continue;
      const held = situation.held(leafName(expectation.id, instance.id, ability.path), unmet);
      if (held) {
        waits(ability.path, held.because, held.until);
        continue;
      }
      const actual = at(instance.document, ability.path, situation.context.keyed);
      const wanted = nearestToAll(wishes, actual, situation.context, ability.path);
      if (typeof wanted === 'string') {
        waits(ability.path, wanted);
        continue;
      }
      const better = ranking.overruling({ expectation, instance: instance.id, path: ability.path, wishes, actual });
      if (better) {
        const { by, decided } = better;
        const whom = `${by.id}, which ${by.principal} laid with priority ${by.priority}`;
        waits(ability.path, decided ? `overruled by ${whom}` : `could not be told to hold beside ${whom}`);
        continue;
      }
      const steps = ability.steps(instance.document, wanted.value);
      if (typeof steps === 'string') {
        waits(ability.path, steps);
        continue;
      }
      for (const step of steps) {
        const same = `${instance.id}\0${driver}\0${step.op}\0${canonical(step.args)}`;
        if (served.has(same)) continue;
        served.add(same);
        tasks.push({
          instance: instance.id,
          expectation: expectation.id,
          driver,
          path: ability.path,
          ...(wanted.value === undefined ? {} : { wanted: wanted.value }),
          step,
          mode,
        });
      }
      for (const path of ['/name', ability.path]) {
        const value = at(instance.document, path, situation.context.keyed);
        read.set(`${instance.id}\0${path}`, { instance: instance.id, path, ...(value === undefined ? {} : { value }) });
      }
    }
  }
  tasks.sort((a, b) => a.step.order - b.step.order);
  return { tasks, waiting, readSet: [...read.values()] };
}

/** The fingerprint of a plan: approving one means approving exactly this. */
export function planHash(
  tasks: readonly PlannedTask[],
  readSet: readonly ReadFact[],
  expectations: readonly { readonly id: string; readonly seq: number }[],
): string {
  return createHash('sha256')
    .update(canonical(asJson({ tasks, readSet, expectations })))
    .digest('hex');
}

/** What has moved since a plan was made, as a sentence; undefined when all it read still holds. */
export function movedSince(
  readSet: readonly ReadFact[],
  instance: (id: InstanceId) => Instance | undefined,
  keyed: Context['keyed'],
): string | undefined {
  for (const fact of readSet) {
    if (fact.instance === undefined) continue;
    const now = instance(fact.instance);
    if (!now) return `instance ${fact.instance} is gone`;
    const value = at(now.document, fact.path, keyed);
    if (canonical(value ?? null) !== canonical(fact.value ?? null)) {
      return `${fact.path} of ${fact.instance} was ${text(fact.value)} and is ${text(value)}`;
    }
  }
  return undefined;
}

function text(value: Json | undefined): string {
  return value === undefined ? 'not there' : JSON.stringify(value);
}

/** One path lies within the other. */
function reaches(a: Path, b: Path): boolean {
  return a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
}

function noOffer(path: Path): string {
  return path === '' ? 'nothing here can change it' : `nothing here can change ${path}`;
}
