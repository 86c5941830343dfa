/** Compares what is expected with what is so, and says what the verdict is; writes nothing. */
import type { Expectation, Mode } from '../core/expectation.ts';
import { modeOf } from '../core/expectation.ts';
import { type Expected, readExpected } from '../core/expected.ts';
import type { ExpectationId, Instant } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import { isObject, type Json } from '../core/json.ts';
import { type Kinds, ownerOf } from '../core/kind.ts';
import { type Context, explain, isOutstanding, type Judgement, judge, type Leaf } from '../core/outstanding.ts';
import type { KeyedArrays, Path } from '../core/path.ts';
import { isGone, isValid, mayMean } from '../core/target.ts';
import type { Reader } from '../ports/store.ts';
import type { Sight } from './sight.ts';

export interface JudgeParts {
  readonly store: Reader;
  readonly sight: Sight;
  readonly kinds: Kinds;
  readonly keyed: KeyedArrays;
  readonly profileMode: Mode;
  /** How old an observation may be when an expectation does not say. */
  readonly freshnessMs: number;
  /** An instance's document with its telemetry, as far as it has been sampled. */
  readonly withTelemetry: (instance: Instance) => Json;
}

interface Compiled {
  readonly seq: number;
  readonly expect: Expected;
  readonly when: Expected | undefined;
  /** Undefined for an empty `where`, which means nobody. */
  readonly where: Expected | undefined;
}

export class Judge {
  private readonly compiled = new Map<ExpectationId, Compiled>();
  private readonly parts: JudgeParts;

  constructor(parts: JudgeParts) {
    this.parts = parts;
  }

  mode(expectation: Expectation): Mode {
    return modeOf(expectation, this.parts.profileMode);
  }

  context(now: Instant): Context {
    return { now, keyed: this.parts.keyed };
  }

  /** Whom an expectation means now: instances, or `undefined` for one that is named and does not exist. */
  meant(expectation: Expectation, now: Instant): readonly (Instance | undefined)[] {
    const { store } = this.parts;
    const target = expectation.for;
    if ('id' in target) return [store.instance(target.id)];
    if ('name' in target) {
      const found = [...store.instances({ kind: target.kind, name: target.name })];
      return found.length > 0 ? found : [undefined];
    }
    const found: Instance[] = [];
    for (const instance of store.instances(target.kind === undefined ? {} : { kind: target.kind })) {
      if (this.means(expectation, instance, now)) found.push(instance);
    }
    return found;
  }

  means(expectation: Expectation, instance: Instance, now: Instant): boolean {
    if (!mayMean(expectation.for, instance)) return false;
    if (!('where' in expectation.for)) return true;
    const { where } = this.read(expectation);
    return where !== undefined && !isOutstanding(where, this.parts.withTelemetry(instance), this.context(now));
  }

  judge(expectation: Expectation, instance: Instance | undefined, now: Instant): Judgement {
    const { expect, actual, context, applies } = this.prepare(expectation, instance, now);
    if (!applies) return { verdict: 'inapplicable', leaves: [] };
    return judge(expect, actual, context);
  }

  /** Every leaf, met ones too. */
  explain(expectation: Expectation, instance: Instance | undefined, now: Instant): readonly Leaf[] {
    const { expect, actual, context, applies } = this.prepare(expectation, instance, now);
    return applies ? explain(expect, actual, context) : [];
  }

  private prepare(expectation: Expectation, instance: Instance | undefined, now: Instant) {
    const { expect, when } = this.read(expectation);
    // What a look no longer finds is judged as absent.
    const actual = instance === undefined || isGone(instance) ? undefined : this.parts.withTelemetry(instance);
    const context = this.context(now);
    const applies = isValid(expectation.validFor, now) && (when === undefined || !isOutstanding(when, actual, context));
    const known = this.known(expectation, instance, now);
    return { expect, actual, applies, context: known ? { ...context, known } : context };
  }

  /** How well each path is known; undefined when all of it is. */
  private known(
    expectation: Expectation,
    instance: Instance | undefined,
    now: Instant,
  ): ((path: Path) => Known) | undefined {
    const seen = instance === undefined ? this.seenAll(expectation) : this.parts.sight.observedAt(instance);
    const freshnessMs = expectation.freshnessMs ?? this.parts.freshnessMs;
    const driverPart: Known =
      seen === undefined ? 'never' : seen !== 'recorded' && now - seen > freshnessMs ? 'stale' : 'known';
    if (driverPart === 'known') return undefined;
    if (instance === undefined) return () => driverPart;
    const kind = this.parts.kinds.get(instance.kind);
    return path => (ownerOf(kind, instance, path) === 'record' && path !== '' ? 'known' : driverPart);
  }

  /** Whether something is absent can be said only when everything has been looked at. */
  private seenAll(expectation: Expectation): Instant | 'recorded' | undefined {
    return 'name' in expectation.for ? this.parts.sight.oldest() : 'recorded';
  }

  private read(expectation: Expectation): Compiled {
    const known = this.compiled.get(expectation.id);
    if (known?.seq === expectation.seq) return known;
    const reading = { keyed: this.parts.keyed, lenient: true };
    const where = 'where' in expectation.for ? expectation.for.where : undefined;
    const read: Compiled = {
      seq: expectation.seq,
      expect: readExpected(expectation.expect, reading),
      when: expectation.when === undefined ? undefined : readExpected(expectation.when, reading),
      where: where === undefined || isEmpty(where) ? undefined : readExpected(where, reading),
    };
    this.compiled.set(expectation.id, read);
    return read;
  }

  forget(expectation: ExpectationId): void {
    this.compiled.delete(expectation);
  }
}

type Known = 'known' | 'stale' | 'never';

function isEmpty(where: Json): boolean {
  return isObject(where) && Object.keys(where).length === 0;
}
