/** Which expectations have to be judged on which instances: told one by one, and read no sooner than they are told. */
import type { Expectation } from '../core/expectation.ts';
import { type ExpectationId, expectationId, type InstanceId, instanceId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import type { Path } from '../core/path.ts';
import type { Reader } from '../ports/store.ts';
import type { Interests } from './interests.ts';
import type { Judge } from './judge.ts';
import type { Moved } from './moved.ts';
import type { PresentedInstances } from './presented.ts';

export interface Pair {
  readonly expectation: ExpectationId;
  /** Undefined for what is named and does not exist. */
  readonly instance: InstanceId | undefined;
  /** The instance as it is now, where it has been read already. */
  readonly read?: Instance;
  /** The expectation is known to mean it no more. */
  readonly isOver?: true;
}

export interface WorkParts {
  readonly store: Reader;
  readonly judge: Judge;
  readonly presented: PresentedInstances;
  readonly interests: Interests;
}

export interface Asked {
  readonly moved: Moved;
  /** Expectations to be judged on everything they mean. */
  readonly whole: ReadonlySet<ExpectationId>;
  /** Those that mean others than they did. */
  readonly retargeted: ReadonlySet<ExpectationId>;
  /** What time has turned. */
  readonly due: readonly Pair[];
}

const VERDICTS_PER_READ = 200;

export class Work {
  readonly #parts: WorkParts;
  /** What each instance was when it last moved: its kind and observer, of which the change list does not tell. */
  readonly #were = new Map<InstanceId, string>();
  readonly #words = new Map<string, string>();
  #breaths = 0;

  constructor(parts: WorkParts) {
    this.#parts = parts;
  }

  /** Others have had their turn: what was read before may have moved. */
  breathed(): void {
    this.#breaths++;
  }

  /** Every expectation, and what is left of verdicts whose instance went while nobody looked. */
  *everything(): Generator<Pair> {
    this.#parts.presented.clear();
    this.#were.clear();
    this.#words.clear();
    yield* this.#orphans();
    for (const expectation of this.#parts.interests.all()) yield* this.#whole(expectation);
  }

  *of({ moved, whole, retargeted, due }: Asked): Generator<Pair> {
    const { interests, presented } = this.#parts;
    const shownOtherwise = presented.movedBy(new Set(moved.instances.keys()), moved.records);
    for (const id of whole) {
      const expectation = interests.get(id);
      if (expectation && retargeted.has(id)) yield* this.#meantBefore(expectation);
      if (expectation) yield* this.#whole(expectation);
    }
    for (const pair of due) {
      const expectation = interests.get(pair.expectation);
      if (!expectation || whole.has(expectation.id)) continue;
      if (pair.instance === undefined) yield* this.#whole(expectation);
      else yield pair;
    }
    for (const [id, paths] of moved.instances) yield* this.#movedInstance(id, paths, whole);
    for (const id of shownOtherwise) yield* this.#movedInstance(id, [''], whole);
  }

  *#movedInstance(id: InstanceId, paths: readonly Path[], whole: ReadonlySet<ExpectationId>): Generator<Pair> {
    const { store, judge, presented, interests } = this.#parts;
    const breaths = this.#breaths;
    const instance = store.instance(id);
    const candidates = instance ? interests.speakingOf(instance) : [];
    const isEntire = this.#isAnother(id, instance) || paths.includes('') || (instance && presented.derives(instance));
    if (!instance) presented.forget(id);
    if (isEntire) {
      const here = new Set(candidates);
      for (const { expectation: of } of store.verdicts({ instance: id })) {
        const expectation = interests.get(of);
        if (!expectation || here.has(expectation)) continue;
        if ('where' in expectation.for) yield { expectation: of, instance: id, isOver: true };
        else yield* this.#whole(expectation);
      }
    }
    for (const expectation of candidates) {
      if (whole.has(expectation.id)) continue;
      const isNamed = !('where' in expectation.for);
      // Whatever else it named, or that it named nothing, is over.
      if (isEntire && isNamed) yield* this.#whole(expectation);
      else if (isEntire || judge.concerns(expectation, paths)) {
        const read = instance && this.#breaths === breaths ? { read: instance } : {};
        yield { expectation: expectation.id, instance: id, ...read };
      }
    }
  }

  /** Whether it is of another kind, or seen by another, than when it last moved; also when that is not known. */
  #isAnother(id: InstanceId, instance: Instance | undefined): boolean {
    const before = this.#were.get(id);
    if (!instance) {
      this.#were.delete(id);
      return true;
    }
    const now = `${instance.kind}\0${instance.observedBy ?? ''}`;
    if (before === now) return false;
    // One text for all that are alike.
    const word = this.#words.get(now) ?? now;
    this.#words.set(word, word);
    this.#were.set(id, word);
    return true;
  }

  /** Everyone an expectation means, and those named before that it means no more. */
  *#whole(expectation: Expectation): Generator<Pair> {
    const { store } = this.#parts;
    const { id, for: target } = expectation;
    if ('where' in target) {
      const breaths = this.#breaths;
      for (const instance of store.instances(target.kind === undefined ? {} : { kind: target.kind })) {
        const isFresh = this.#breaths === breaths || store.instanceSeq(instance.id) === instance.seq;
        yield { expectation: id, instance: instance.id, ...(isFresh ? { read: instance } : {}) };
      }
      return;
    }
    const found = 'id' in target ? [store.instance(target.id)] : [...store.instances(target)];
    const meant = found.length === 0 ? [undefined] : found;
    const breaths = this.#breaths;
    for (const { instance: of } of store.verdicts({ expectation: id })) {
      if (!meant.some(instance => instance?.id === of)) yield { expectation: id, instance: of, isOver: true };
    }
    for (const instance of meant) {
      const read = instance && this.#breaths === breaths ? { read: instance } : {};
      yield { expectation: id, instance: instance?.id, ...read };
    }
  }

  /** Those with a verdict that a walk over all it means now does not come to. */
  *#meantBefore({ id, for: target }: Expectation): Generator<Pair> {
    const { store } = this.#parts;
    if (!('where' in target)) return;
    for (const { instance } of store.verdicts({ expectation: id })) {
      const kind = instance && store.instanceKind(instance)?.kind;
      if (kind === undefined || (target.kind !== undefined && target.kind !== kind)) {
        yield { expectation: id, instance, isOver: true };
      }
    }
  }

  /** The same of all that is expected, in portions. */
  *#orphans(): Generator<Pair> {
    const { store, interests } = this.#parts;
    const upTo = store.seq();
    for (let after = 0; after < upTo; ) {
      const rows = store.rowsAfter(['verdict'], after, VERDICTS_PER_READ);
      for (const { seq, record } of rows) {
        after = seq;
        const target = record && interests.get(record.expectation)?.for;
        if (!target || !('where' in target)) continue;
        const kind = record.instance && store.instanceKind(record.instance)?.kind;
        if (kind === undefined || (target.kind !== undefined && target.kind !== kind)) {
          yield { expectation: record.expectation, instance: record.instance, isOver: true };
        }
      }
      if (rows.length < VERDICTS_PER_READ) return;
    }
  }
}

/** A pair as one text, and back. */
export function nameOfPair(expectation: ExpectationId, instance: InstanceId | undefined): string {
  return instance === undefined ? expectation : `${expectation}\0${instance}`;
}

export function pairNamed(name: string): Pair {
  const [expectation = '', instance] = name.split('\0');
  return {
    expectation: expectationId(expectation),
    instance: instance === undefined ? undefined : instanceId(instance),
  };
}
