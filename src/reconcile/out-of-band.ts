/**
 * Tells what somebody changed at the element from what is newly wanted and from what we did ourselves; and does what
 * rules, expectations and persons say becomes of it. What was met last stands in the verdicts, so it is known after a
 * restart too.
 */
import type { Cause, Change } from '../core/change.ts';
import { AgentError } from '../core/errors.ts';
import type { Expectation } from '../core/expectation.ts';
import { PROFILE } from '../core/expectation-set.ts';
import { lies } from '../core/guard/rule-book.ts';
import { changesAt, strayedBy, touches, wasMet } from '../core/guard/strayed.ts';
import { adopted, managed } from '../core/guard/take-over.ts';
import type { ExpectationId, InstanceId, Instant } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { type Json, property } from '../core/json.ts';
import { expectedAt, type Judgement, type Leaf } from '../core/outstanding.ts';
import { at, type KeyedArrays, type Path } from '../core/path.ts';
import { type Offer, ownerOfLeaf } from '../core/planner.ts';
import { refinedExpect } from '../core/refinement.ts';
import { isGone } from '../core/target.ts';
import type { StandingVerdict, Strayed } from '../core/verdict.ts';
import type { Driver } from '../ports/driver.ts';
import type { Store } from '../ports/store.ts';
import { Deeds } from './deeds.ts';
import type { Guard } from './guard.ts';
import { unchangedSince } from './unchanged.ts';
import type { UnmetNow } from './unmet.ts';
import { nameOfPair } from './work.ts';

export interface OutOfBandParts {
  readonly store: Store;
  readonly guard: Guard;
  readonly offers: readonly Offer[];
  readonly drivers: readonly Driver[];
  readonly keyed: KeyedArrays;
}

/** What a verdict is to keep besides what it says. */
export interface Remembered {
  readonly kept: Pick<StandingVerdict, 'strayed' | 'lastMet'>;
  /** It has to be written even if nothing else would be: only so is it known after a restart by which words it was met. */
  readonly isNews: boolean;
}

/** What a person says becomes of it. */
export type Decision = 'restore' | 'adopt' | 'manage';

/** Far enough back to find the change before the last of one path. */
const CHANGES_LOOKED_AT = 50;

export class OutOfBand {
  readonly #parts: OutOfBandParts;
  readonly #settable = new Map<string, readonly Path[]>();
  /** Since which seq an expectation says what it says now. */
  readonly #unchanged = new Map<ExpectationId, { readonly seq: number; readonly since: number }>();
  /** All that strayed and is not settled. */
  readonly #open = new Map<
    string,
    { readonly expectation: ExpectationId; readonly instance: InstanceId | undefined }
  >();
  #deeds: Deeds;
  /** The seq up to which was judged before; 0 after a start. */
  #judgedUpTo = 0;
  #rebooted: ReadonlySet<string> = new Set();
  #settledBy = '';
  #moved = false;

  constructor(parts: OutOfBandParts) {
    this.#parts = parts;
    this.#deeds = new Deeds(parts.store, 0, 0);
    for (const { ability } of parts.offers) {
      this.#settable.set(ability.kind, [...(this.#settable.get(ability.kind) ?? []), ability.path]);
    }
  }

  /** What is judged from now on was judged before up to a seq. */
  begin(now: Instant, judgedUpTo: number): void {
    this.#judgedUpTo = judgedUpTo;
    this.#deeds = new Deeds(this.#parts.store, now, judgedUpTo);
    this.#rebooted = new Set(this.#parts.drivers.filter(driver => this.#hasRebooted(driver)).map(({ name }) => name));
  }

  /** What was judged has been written down. */
  end(): void {
    const { store, drivers } = this.#parts;
    if (this.#rebooted.size === 0) return;
    const boots = drivers.flatMap(({ name, boot }) => (this.#rebooted.has(name) ? [[name, boot?.()] as const] : []));
    store.transact({ principal: 'loop', kind: 'upkeep' }, writer => {
      for (const [name, boot] of boots) if (boot !== undefined) writer.putStreamState(bootOf(name), { boot });
    });
    this.#rebooted = new Set();
  }

  /** What a verdict is to keep of a judgement; `before` is the verdict that stands. */
  remembered(
    expectation: Expectation,
    instance: Instance | undefined,
    { verdict, residual, leaves }: Judgement,
    before: StandingVerdict | undefined,
  ): Remembered {
    const kept = before && this.#isOfNow(expectation, before) ? before : undefined;
    const name = nameOfPair(expectation.id, instance?.id);
    const strayed = verdict === 'inapplicable' ? [] : this.#strayed(instance, residual, leaves, kept);
    if (strayed.length === 0) this.#open.delete(name);
    else {
      this.#moved ||= !this.#open.has(name) || strayed.length !== kept?.strayed?.length;
      this.#open.set(name, { expectation: expectation.id, instance: instance?.id });
    }
    const { keyed } = this.#parts;
    const unknown = leaves.filter(leaf => leaf.verdict === 'unknown');
    const lastMet = kept ? unknown.filter(({ path }) => wasMet(kept, path, keyed)).map(({ path }) => path) : [];
    return {
      kept: { ...(lastMet.length === 0 ? {} : { lastMet }), ...(strayed.length === 0 ? {} : { strayed }) },
      isNews: before !== undefined && !kept && this.#reaches(instance?.kind, ''),
    };
  }

  forget(expectation: ExpectationId, instance: InstanceId | undefined): void {
    this.#open.delete(nameOfPair(expectation, instance));
  }

  /** Does what rules and expectations say: adopts, or takes under management; true when an expectation was changed. */
  settle(now: Instant): boolean {
    const { store, guard } = this.#parts;
    const by = guard.signature(now);
    if (this.#open.size === 0 || (!this.#moved && by === this.#settledBy)) return false;
    this.#moved = false;
    this.#settledBy = by;
    let changed = false;
    for (const { expectation: id, instance: of } of [...this.#open.values()]) {
      const instance = of === undefined ? undefined : store.instance(of);
      const expectation = store.expectation(id);
      if (!expectation) continue;
      for (const { path } of store.verdict(id, of)?.strayed ?? []) {
        const { policy, rule } = guard.policyAt(expectation, instance, path, now);
        if (policy !== 'adopt' && policy !== 'manage') continue;
        const said = rule ? `the rule ${rule.id}` : 'the expectation';
        const cause: Cause = { principal: 'loop', kind: 'judgement', ref: id };
        const refusal = this.#change(expectation, instance, path, policy, cause, said);
        // Another version has been written: what is left is judged by that first.
        if (refusal === undefined) {
          changed = true;
          break;
        }
      }
    }
    return changed;
  }

  /** A person's word on what strayed; throws `notFound` where nothing did, `conflict` where it cannot be done. */
  decide(
    by: string,
    {
      expectation: id,
      instance: of,
      path,
    }: { expectation: ExpectationId; instance: InstanceId | undefined; path: Path },
    decision: Decision,
    unmet: UnmetNow,
  ): void {
    const { store } = this.#parts;
    const expectation = store.expectation(id);
    if (!expectation) throw new AgentError('notFound', `there is no expectation ${id}`, { pointer: '/expectation' });
    const instance = of === undefined ? undefined : store.instance(of);
    if (of !== undefined && !instance) {
      throw new AgentError('notFound', `there is no instance ${of}`, { pointer: '/instance' });
    }
    const verdict = store.verdict(id, of);
    const strayed = verdict?.strayed ?? [];
    const meant = strayed.filter(each => touches(each.path, path));
    if (!verdict || meant.length === 0) {
      const held = strayed.map(each => each.path).join(', ') || 'nothing';
      const reason = `nothing was changed out of band at ${path || '/'} of what ${id} expects; held there is ${held}`;
      throw new AgentError('notFound', reason, { pointer: '/path' });
    }
    const cause: Cause = { principal: by, kind: 'request', ref: id };
    if (decision === 'restore') {
      const left = strayed.filter(each => !meant.includes(each));
      const { strayed: _, ...rest } = verdict;
      store.transact({ ...cause, why: `restore ${path || '/'}` }, writer => {
        writer.putVerdict({ ...rest, ...(left.length === 0 ? {} : { strayed: left }) });
        // Whoever says so has taken it on: what went wrong with it before is over.
        for (const { leaf } of writer.leafRecords()) {
          const owner = ownerOfLeaf(leaf);
          const isMeant =
            owner.expectation === id && owner.instance === of && meant.some(each => touches(each.path, owner.path));
          if (isMeant) writer.clearLeafRecord(leaf);
        }
      });
      const entry = unmet.get(id, of);
      if (entry) unmet.put({ ...entry, strayed: left });
      return;
    }
    for (const each of meant) {
      const now = store.expectation(id) ?? expectation;
      const refusal = this.#change(now, instance, each.path, decision, cause, by);
      if (refusal !== undefined) throw new AgentError('conflict', refusal);
    }
  }

  /** Writes another version of the expectation; why that cannot be, as a sentence. */
  #change(
    expectation: Expectation,
    instance: Instance | undefined,
    path: Path,
    how: 'adopt' | 'manage',
    cause: Cause,
    said: string,
  ): string | undefined {
    const { store, keyed } = this.#parts;
    const { id, for: target, principal } = expectation;
    if (principal === PROFILE)
      return `${id} is expected by the firmware profile, which alone can change it; restore it, or lay what shall stand above it`;
    if (principal.startsWith('peer:')) return `${id} was laid by ${principal}, which alone can change it`;
    if ('where' in target)
      return `${id} means all that meet a condition; lay one of this instance alone, or restore it`;
    const before = refinedExpect(expectation, keyed);
    const document = instance && !isGone(instance) ? instance.document : undefined;
    const observed = at(document, path, keyed);
    const expect = how === 'adopt' ? adopted(before, path, keyed) : managed(before, path, document, keyed);
    if (expect === undefined)
      return `what ${id} expects at ${path || 'the root'} is said together with more; change it with a PATCH`;
    const seen = observed === undefined ? 'nothing' : JSON.stringify(observed);
    const why = `${said} says ${how}: ${path || 'the whole'} was changed at the element, and is ${seen}`;
    const { refinements: _, ...rest } = expectation;
    store.transact({ ...cause, why }, writer => writer.putExpectation({ ...rest, expect }));
    return undefined;
  }

  /** By the paths that can be set: of a list that is set as a whole, the whole strays. */
  #strayed(
    instance: Instance | undefined,
    residual: Json | undefined,
    leaves: readonly Leaf[],
    kept: StandingVerdict | undefined,
  ): readonly Strayed[] {
    if (!kept || !instance) return [];
    const { store, keyed } = this.#parts;
    const gone = isGone(instance);
    const found: Strayed[] = [];
    let changes: readonly Change[] | undefined;
    const hasRebooted = this.#rebooted.has(instance.observedBy ?? '');
    const newest = (path: Path): Change | undefined => {
      changes ??= store.changesOf(instance.id, CHANGES_LOOKED_AT);
      const [change] = changesAt(changes, path);
      return change && change.seq > Math.max(this.#judgedUpTo, kept.seq) ? change : undefined;
    };
    for (const path of this.#settable.get(instance.kind) ?? []) {
      const here = leaves.filter(leaf => isAbout(leaf, path, residual, keyed));
      if (here.length === 0) continue;
      const known = kept.strayed?.find(each => each.path === path);
      if (known) {
        // What is there again is another one, and what the element forgot is nobody's word any more.
        const isOver = (known.gone === true && !gone) || (hasRebooted && newest(path) !== undefined);
        if (!isOver) found.push(known);
        continue;
      }
      if (hasRebooted || !here.some(leaf => leaf.verdict === 'unmet' && wasMet(kept, leaf.path, keyed))) continue;
      const change = newest(path);
      if (!change || change.type === 'create' || this.#deeds.isOurs(instance, path, change)) continue;
      found.push(strayedBy(path, change, gone, keyed));
    }
    return found;
  }

  #reaches(kind: string | undefined, path: Path): boolean {
    return this.#settable.get(kind ?? '')?.some(each => touches(each, path)) ?? false;
  }

  /** Whether a verdict judged what the expectation says now. */
  #isOfNow(expectation: Expectation, verdict: StandingVerdict): boolean {
    const { id, seq } = expectation;
    let known = this.#unchanged.get(id);
    if (known?.seq !== seq) {
      known = { seq, since: unchangedSince(this.#parts.store, expectation) };
      this.#unchanged.set(id, known);
    }
    return verdict.seq > known.since;
  }

  /** The element has started anew since it was judged: what did not last is gone, and nobody took it. */
  #hasRebooted({ name, boot }: Driver): boolean {
    const now = boot?.();
    return now !== undefined && property(this.#parts.store.streamState(bootOf(name)), 'boot') !== now;
  }
}

/** Whether a leaf is of what can be set at a path, and something is wanted there. */
function isAbout(leaf: Leaf, path: Path, residual: Json | undefined, keyed: KeyedArrays): boolean {
  if (path === '') return leaf.path === '';
  if (lies(leaf.path, path)) return true;
  return lies(path, leaf.path) && (residual === undefined || expectedAt(residual, path, keyed) !== undefined);
}

const bootOf = (driver: string): string => `boot/${driver}`;
