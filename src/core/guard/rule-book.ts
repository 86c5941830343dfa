/** The rules in force, in order: the local operator's before the profile's, the first that matches counts. */
import type { Expectation } from '../expectation.ts';
import type { Instant } from '../ids.ts';
import type { Instance } from '../instance.ts';
import { property } from '../json.ts';
import type { Path } from '../path.ts';
import { type Rule, type RuleOf, type RuleScope, type RuleSort, ruleSorts } from '../rule.ts';

/** The principal of what the profile brings. */
const PROFILE = 'profile';

/** What a rule is held against. */
export interface Subject {
  readonly expectation?: Pick<Expectation, 'id' | 'set'> | undefined;
  /** Undefined for what does not exist. */
  readonly instance?: SubjectInstance | undefined;
  readonly path: Path;
}

export interface SubjectInstance {
  /** Absent of what is still to be made. */
  readonly id?: string | undefined;
  readonly kind?: string | undefined;
  readonly name?: string | undefined;
}

export function subjectInstance(instance: Instance | undefined): SubjectInstance | undefined {
  if (!instance) return undefined;
  const name = property(instance.document, 'name');
  return { id: instance.id, kind: instance.kind, ...(typeof name === 'string' ? { name } : {}) };
}

/**
 * How a path is held against that of a rule: it must lie within it, or it is enough that one lies within the other, as
 * for what stops something.
 */
export type Reach = 'within' | 'touching';

export class RuleBook {
  readonly #of: { readonly [Sort in RuleSort]: readonly RuleOf<Sort>[] };

  constructor(rules: readonly Rule[]) {
    const ordered = [...rules].sort(inOrder);
    const of = <Sort extends RuleSort>(sort: Sort) =>
      ordered.filter((rule): rule is RuleOf<Sort> => rule.sort === sort);
    this.#of = {
      mode: of('mode'),
      outOfBand: of('outOfBand'),
      budget: of('budget'),
      window: of('window'),
      freeze: of('freeze'),
      settle: of('settle'),
      delegate: of('delegate'),
      protect: of('protect'),
    };
  }

  /** Those of a sort, in order, ended ones too. */
  all<Sort extends RuleSort>(sort: Sort): readonly RuleOf<Sort>[] {
    return this.#of[sort];
  }

  /** Those of a sort that have not ended. */
  standing<Sort extends RuleSort>(sort: Sort, now: Instant): readonly RuleOf<Sort>[] {
    return this.#of[sort].filter(rule => rule.until === undefined || rule.until > now);
  }

  /** The first that matches; of the operator alone, of the profile alone, or of both in that order. */
  first<Sort extends RuleSort>(
    sort: Sort,
    subject: Subject,
    now: Instant,
    { by, reach = 'within' }: { readonly by?: 'operator' | 'profile'; readonly reach?: Reach } = {},
  ): RuleOf<Sort> | undefined {
    return this.#of[sort].find(
      rule =>
        (rule.until === undefined || rule.until > now) &&
        (by === undefined || (by === 'profile') === isOfProfile(rule)) &&
        matches(rule.for, subject, reach),
    );
  }

  /** The first that matches and is what is looked for; for what is counted or stopped where it touches. */
  firstOf<Sort extends RuleSort>(
    sort: Sort,
    subject: Subject,
    now: Instant,
    isMeant: (rule: RuleOf<Sort>) => boolean,
  ): RuleOf<Sort> | undefined {
    return this.standing(sort, now).find(rule => matches(rule.for, subject, 'touching') && isMeant(rule));
  }

  /** The next moment at which a rule ends; infinite when none does. */
  nextEnd(now: Instant): Instant {
    const ends = ruleSorts.flatMap(sort => this.#of[sort].flatMap(({ until }) => until ?? []));
    return Math.min(Number.POSITIVE_INFINITY, ...ends.filter(end => end > now));
  }
}

export function isOfProfile(rule: Pick<Rule, 'principal'>): boolean {
  return rule.principal === PROFILE;
}

/** The operator's first, each in their order. */
export function inOrder(a: Rule, b: Rule): number {
  return (
    Number(isOfProfile(a)) - Number(isOfProfile(b)) ||
    ruleSorts.indexOf(a.sort) - ruleSorts.indexOf(b.sort) ||
    a.position - b.position ||
    a.createdAt - b.createdAt ||
    (a.id < b.id ? -1 : 1)
  );
}

export function matches(scope: RuleScope | undefined, { expectation, instance, path }: Subject, reach: Reach): boolean {
  if (scope === undefined) return true;
  if (scope.expectation !== undefined && scope.expectation !== expectation?.id) return false;
  if (scope.set !== undefined && scope.set !== expectation?.set) return false;
  if (scope.kind !== undefined && scope.kind !== instance?.kind) return false;
  if (scope.instance !== undefined && !isCalled(instance, scope.instance)) return false;
  if (scope.path === undefined || lies(path, scope.path)) return true;
  return reach === 'touching' && lies(scope.path, path);
}

function isCalled(instance: Subject['instance'], word: string): boolean {
  return instance !== undefined && (instance.id === word || instance.name === word);
}

/** Whether a path is another one or below it. */
export function lies(inner: Path, outer: Path): boolean {
  return inner === outer || inner.startsWith(`${outer}/`);
}
