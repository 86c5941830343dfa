/** Compares what is expected with what is so, and says what the verdict is; writes nothing. */
import type { Expectation, Mode } from '../core/expectation.ts';
import { modeOf } from '../core/expectation.ts';
import { ReadOnce } from '../core/expected/read-once.ts';
import { type Reads, readsOf, touches } from '../core/expected/reads.ts';
import { earlier, readsClock, turnsAt } from '../core/expected/turns.ts';
import { type Expected, readExpected } from '../core/expected.ts';
import type { ExpectationId, Instant } from '../core/ids.ts';
import type { Instance, InstanceType } from '../core/instance.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import type { Kinds } from '../core/kind.ts';
import { type Context, explain, isOutstanding, type Judgement, judge, type Leaf } from '../core/outstanding.ts';
import type { KeyedArrays, Path } from '../core/path.ts';
import { refinedExpect } from '../core/refinement.ts';
import { isGone, isValid, mayMean, nextBoundary } from '../core/target.ts';
import { unitsFor, unitsOf } from '../core/units-of-kinds.ts';
import { type Seen, telemetryOf, type Wanted } from './seen.ts';
import type { Known } from './sight.ts';

export interface JudgeParts {
  readonly seen: Seen;
  readonly kinds: Kinds;
  readonly keyed: KeyedArrays;
  readonly profileMode: Mode;
  /** How old an observation may be when an expectation does not say. */
  readonly freshnessMs: number;
  /** An instance's document with its telemetry, as far as it has been sampled. */
  readonly withTelemetry: (instance: Instance) => Json;
  /** What such expectations speak of where that is more than what is kept; undefined where it is not. */
  readonly asShown?: (expected: readonly Json[]) => AsShown | undefined;
}

/** Makes of a document that is kept what clients are shown. */
type AsShown = (document: JsonObject, type: InstanceType) => JsonObject;

interface Compiled {
  readonly seq: number;
  /** Of the instance that is named by its id, whose units count. */
  readonly kind: string | undefined;
  readonly expect: Expected;
  readonly when: Expected | undefined;
  /** Undefined for an empty `where`, which means nobody. */
  readonly where: Expected | undefined;
  /** What of a document any of the three reads. */
  readonly reads: readonly Reads[];
  /** Any of the three reads more than what is kept. */
  readonly asShown: AsShown | undefined;
  /** Whether any of the three reads what is sampled. */
  readonly telemetry: boolean;
  /** Whether time alone can change what any of the three says. */
  readonly clocked: boolean;
}

/** Not known, where what its condition asks for is not. */
export type Applies = 'yes' | 'no' | 'unknown';

/** What an expectation says of an instance, and until when, if nothing but the time moves. */
export interface Considered {
  /** Undefined when the instance is not meant. */
  readonly judged: Judgement | undefined;
  readonly turnsAt: Instant | undefined;
}

/** An expectation that does not apply now. */
export interface Aside {
  readonly leaves: readonly Leaf[];
  /** Whether its time has come and is not over. */
  readonly valid: boolean;
  /** What of its condition does not hold. */
  readonly against: readonly Leaf[];
  readonly turnsAt?: Instant;
}

export class Judge {
  private readonly compiled = new Map<ExpectationId, Compiled>();
  /** Many expect the same. */
  private readOnce = new ReadOnce();
  private actuals = new WeakMap<Instance, { readonly actual: Json | undefined }>();
  private readonly parts: JudgeParts;

  constructor(parts: JudgeParts) {
    this.parts = parts;
  }

  mode(expectation: Expectation): Mode {
    return modeOf(expectation, this.parts.profileMode);
  }

  context(now: Instant, instance?: Instance): Context {
    const units = unitsOf(this.parts.kinds);
    return { now, keyed: this.parts.keyed, unitOf: path => units(path, instance?.kind) };
  }

  /** What an instance is shown as is worked out once for each record of it, until this is called. */
  lookAnew(): void {
    this.actuals = new WeakMap();
  }

  /** Whether a change at one of these paths can matter to what an expectation says of an instance. */
  concerns(expectation: Expectation, paths: readonly Path[]): boolean {
    const { reads, asShown } = this.read(expectation);
    // What is shown at one place may follow from another.
    return asShown ? paths.length > 0 : paths.some(path => reads.some(each => touches(each, path)));
  }

  /** Whether it reads what is sampled. */
  readsTelemetry(expectation: Expectation): boolean {
    return this.read(expectation).telemetry;
  }

  consider(expectation: Expectation, instance: Instance | undefined, now: Instant): Considered {
    const { expect, when, where, clocked } = this.read(expectation, instance);
    const context = this.context(now, instance);
    const turnOf = (each: Expected | undefined, actual: Json | undefined): Instant | undefined =>
      clocked && each ? turnsAt(each.node, actual, context) : undefined;
    let turns: Instant | undefined;
    if (instance) {
      if (!mayMean(expectation.for, instance)) return { judged: undefined, turnsAt: undefined };
      if ('where' in expectation.for) {
        if (!where) return { judged: undefined, turnsAt: undefined };
        const shown = this.shown(instance, expectation);
        turns = turnOf(where, shown);
        if (isOutstanding(where, shown, context)) return { judged: undefined, turnsAt: turns };
      }
    }
    turns = earlier(turns, nextBoundary(expectation.validFor, now));
    if (instance) turns = earlier(turns, this.parts.seen.turnsAt(instance, this.wanted(expectation, now)));
    const actual = instance && this.actual(instance, expectation);
    if (clocked && isValid(expectation.validFor, now)) {
      turns = earlier(turns, turnOf(when, actual));
      if (!when || !isOutstanding(when, actual, context)) turns = earlier(turns, turnOf(expect, actual));
    }
    return { judged: this.judge(expectation, instance, now), turnsAt: turns };
  }

  judge(expectation: Expectation, instance: Instance | undefined, now: Instant): Judgement {
    const { expect, actual, context, applies, leaves } = this.prepare(expectation, instance, now);
    switch (applies) {
      case 'yes':
        return judge(expect, actual, context);
      case 'no':
        return { verdict: 'inapplicable', leaves };
      case 'unknown':
        return { verdict: 'unknown', leaves };
    }
  }

  /** What it will come to when a thing is as it is foreseen to be, as if all of that were known. */
  foretell(expectation: Expectation, is: Instance | undefined, will: Instance | undefined, now: Instant): Judgement {
    const { expect, when, where } = this.read(expectation, will ?? is);
    const context = this.context(now, will ?? is);
    const actual = will && this.actual(will, expectation);
    // What is derived for it is read anew for the thing as it is.
    if (is && will !== is) this.parts.withTelemetry(is);
    const isMeant = !('where' in expectation.for) || (where !== undefined && !isOutstanding(where, actual, context));
    const { applies } = condition(expectation, when, actual, context);
    if (!isMeant || applies !== 'yes') return { verdict: 'inapplicable', leaves: [] };
    return judge(expect, actual, context);
  }

  /** Every leaf, met ones too; of its condition, where that is not known to hold or not. */
  explain(expectation: Expectation, instance: Instance | undefined, now: Instant): readonly Leaf[] {
    const { expect, actual, context, applies, leaves } = this.prepare(expectation, instance, now);
    return applies === 'yes' ? explain(expect, actual, context) : leaves;
  }

  /** Of one that does not apply: its leaves all the same, those of its condition that do not hold, and when time turns it. */
  aside(expectation: Expectation, instance: Instance | undefined, now: Instant): Aside {
    const { expect, actual, context } = this.prepare(expectation, instance, now);
    const { when } = this.read(expectation, instance);
    const leaves = explain(expect, actual, context).map(({ reason: _, ...leaf }) => ({
      ...leaf,
      verdict: 'inapplicable' as const,
    }));
    const valid = isValid(expectation.validFor, now);
    const against = valid && when ? judge(when, actual, context).leaves : [];
    const turnsAt = this.consider(expectation, instance, now).turnsAt;
    return { leaves, valid, against, ...(turnsAt === undefined ? {} : { turnsAt }) };
  }

  /** Whether its time has come and its condition holds. */
  applies(expectation: Expectation, instance: Instance | undefined, now: Instant): Applies {
    return this.prepare(expectation, instance, now).applies;
  }

  /** How well a place is known for it. */
  knows(expectation: Expectation, instance: Instance, path: Path, now: Instant): Known {
    return this.known(expectation, instance, now)?.(path) ?? 'known';
  }

  private prepare(expectation: Expectation, instance: Instance | undefined, now: Instant) {
    const { expect, when } = this.read(expectation, instance);
    const actual = instance && this.actual(instance, expectation);
    const known = this.known(expectation, instance, now);
    const context = known ? { ...this.context(now, instance), known } : this.context(now, instance);
    return { expect, actual, context, ...condition(expectation, when, actual, context) };
  }

  private actual(instance: Instance, expectation: Expectation): Json | undefined {
    // What a look no longer finds is judged as absent.
    return isGone(instance) ? undefined : this.shown(instance, expectation);
  }

  private shown(instance: Instance, expectation: Expectation): Json | undefined {
    const kept = this.kept(instance);
    const { asShown } = this.read(expectation);
    return asShown && isObject(kept) ? asShown(kept, instance.type) : kept;
  }

  private kept(instance: Instance): Json | undefined {
    let found = this.actuals.get(instance);
    if (!found) {
      found = { actual: this.parts.withTelemetry(instance) };
      this.actuals.set(instance, found);
    }
    return found.actual;
  }

  /** How well each path is known; undefined when all of it is. */
  private known(
    expectation: Expectation,
    instance: Instance | undefined,
    now: Instant,
  ): ((path: Path) => Known) | undefined {
    const { seen } = this.parts;
    const wanted = this.wanted(expectation, now);
    if (instance) return seen.known(instance, wanted);
    const absence = 'name' in expectation.for ? seen.absence(wanted) : 'known';
    return absence === 'known' ? undefined : () => absence;
  }

  private wanted(expectation: Expectation, now: Instant): Wanted {
    const freshnessMs = expectation.freshnessMs ?? this.parts.freshnessMs;
    return { freshnessMs, now, telemetry: this.read(expectation).telemetry };
  }

  private read(expectation: Expectation, instance?: Instance): Compiled {
    const before = this.compiled.get(expectation.id);
    const kind = 'id' in expectation.for ? (instance?.kind ?? before?.kind) : undefined;
    if (before?.seq === expectation.seq && before.kind === kind) return before;
    const { keyed, kinds } = this.parts;
    // A peer's instances are of the peer's kinds.
    const unitOf = unitsFor(unitsOf(kinds), expectation.for, () => kind);
    const reading = { keyed, lenient: true, ...(unitOf ? { unitOf } : {}) };
    const { for: meant } = expectation;
    const under = meant.peer === undefined ? `of ${kind ?? ('id' in meant ? '' : (meant.kind ?? ''))}` : 'at a peer';
    const where = 'where' in meant ? meant.where : undefined;
    const parts = {
      expect: this.readOnce.read(refinedExpect(expectation, keyed), under, source => readExpected(source, reading)),
      when: expectation.when === undefined ? undefined : readExpected(expectation.when, reading),
      where: where === undefined || isEmpty(where) ? undefined : readExpected(where, reading),
    };
    const nodes = [parts.expect, parts.when, parts.where].flatMap(each => each?.node ?? []);
    const sources = [parts.expect, parts.when, parts.where].flatMap(each => (each ? [each.source] : []));
    const reads = nodes.map(node => readsOf(node, keyed));
    const sampled = new Set([...telemetryOf(kinds).values()].flat());
    const read: Compiled = {
      seq: expectation.seq,
      kind,
      ...parts,
      reads,
      asShown: this.parts.asShown?.(sources),
      telemetry: [...sampled].some(path => reads.some(each => touches(each, path))),
      clocked: nodes.some(readsClock),
    };
    this.compiled.set(expectation.id, read);
    return read;
  }

  forget(expectation: ExpectationId): void {
    this.compiled.delete(expectation);
  }

  /** The kinds are others now, and with them the units and the telemetry. */
  forgetAll(): void {
    this.compiled.clear();
    this.readOnce = new ReadOnce();
  }
}

/** The leaves are those because of which it is not known. */
function condition(
  { validFor }: Expectation,
  when: Expected | undefined,
  actual: Json | undefined,
  context: Context,
): { readonly applies: Applies; readonly leaves: readonly Leaf[] } {
  const always = { applies: 'yes', leaves: [] } as const;
  const never = { applies: 'no', leaves: [] } as const;
  if (!isValid(validFor, context.now)) return never;
  if (when === undefined) return always;
  if (!context.known) return isOutstanding(when, actual, context) ? never : always;
  const { verdict, leaves } = judge(when, actual, context);
  if (verdict === 'unknown') return { applies: 'unknown', leaves };
  return verdict === 'met' ? always : never;
}

function isEmpty(where: Json): boolean {
  return isObject(where) && Object.keys(where).length === 0;
}
