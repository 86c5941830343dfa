/** Hands what is stalled to a peer that may be able to meet it, where a rule says so, and takes it back in time. */
import { durationMs } from '../core/duration.ts';
import type { Expectation } from '../core/expectation.ts';
import type { RuleBook } from '../core/guard/rule-book.ts';
import { expectationId, type Instant } from '../core/ids.ts';
import { sameJson } from '../core/json.ts';
import { expectedAt } from '../core/outstanding.ts';
import type { KeyedArrays } from '../core/path.ts';
import { nameOf } from '../core/prediction.ts';
import { putAt } from '../core/put-at.ts';
import type { RuleOf } from '../core/rule.ts';
import type { LeafRecord } from '../core/settle/leaf-record.ts';
import { withdraw } from '../core/withdraw.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store, Unwritten, Writer } from '../ports/store.ts';
import { leafOf, namedBy, subjectOf } from './leaf-subject.ts';
import type { UnmetNow } from './unmet.ts';

export interface DelegateParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly keyed: KeyedArrays;
  readonly unmet: UnmetNow;
}

/** Long enough for a peer that has to ask a person. */
const TIMEOUT_MS = 15 * 60_000;

export class Delegating {
  readonly #parts: DelegateParts;
  /** What has to be laid and withdrawn with the next commit. */
  #laid: Omit<Unwritten<Expectation>, 'createdAt'>[] = [];
  #over = new Set<string>();
  /** When something is to be handed on, or taken back. */
  readonly due = new Map<string, Instant>();

  constructor(parts: DelegateParts) {
    this.#parts = parts;
  }

  get hasNews(): boolean {
    return this.#laid.length > 0 || this.#over.size > 0;
  }

  /** The records of what is handed on or taken back now. */
  look(records: ReadonlyMap<string, LeafRecord>, book: RuleBook, now: Instant): ReadonlyMap<string, LeafRecord> {
    this.due.clear();
    const found = new Map<string, LeafRecord>();
    if (book.all('delegate').length === 0 && this.#nothingIsOut(records)) return found;
    for (const [leaf, record] of records) {
      const { stalled, delegated } = record;
      if (delegated?.expectation !== undefined) {
        if (delegated.until <= now) found.set(leaf, this.#takeBack(record));
        else this.due.set(leaf, delegated.until);
        continue;
      }
      if (!stalled || delegated) continue;
      const rule = this.#ruleFor(leaf, book);
      if (!rule) continue;
      const when = stalled.since + (durationMs(rule.after ?? '') ?? 0);
      if (when > now) this.due.set(leaf, when);
      else {
        const handed = this.#handOn(record, rule, now);
        if (handed) found.set(leaf, handed);
      }
    }
    return found;
  }

  /** Nothing is stalled there any more. */
  end({ delegated }: LeafRecord): void {
    if (delegated?.expectation !== undefined) this.#over.add(delegated.expectation);
  }

  write(writer: Writer, now: Instant): void {
    for (const id of this.#over) {
      const standing = writer.expectation(expectationId(id));
      if (standing) withdraw(writer, standing, { by: 'loop', now });
    }
    for (const each of this.#laid) writer.putExpectation({ ...each, createdAt: now });
    this.#over = new Set();
    this.#laid = [];
  }

  #nothingIsOut(records: ReadonlyMap<string, LeafRecord>): boolean {
    for (const { delegated } of records.values()) if (delegated?.expectation !== undefined) return false;
    return true;
  }

  #ruleFor(leaf: string, book: RuleBook): RuleOf<'delegate'> | undefined {
    const of = leafOf(this.#parts.store, leaf);
    return book.first('delegate', subjectOf(of, of.path), this.#parts.clock.now());
  }

  #handOn(record: LeafRecord, { peer, timeout }: RuleOf<'delegate'>, now: Instant): LeafRecord | undefined {
    const { store, unmet, newId, keyed } = this.#parts;
    const { expectation, instance, path } = leafOf(store, record.leaf);
    const entry = expectation && unmet.get(expectation.id, instance?.id);
    const named = instance ? nameOf(instance) : namedBy(expectation);
    if (!expectation || !entry || !named) return undefined;
    const part = expectedAt(entry.residual, path, keyed);
    const alone = part === undefined || path === '' ? undefined : putAt({}, path, part, keyed);
    const saysSame = alone !== undefined && sameJson(expectedAt(alone, path, keyed), part);
    const laid = expectationId(newId());
    this.#laid.push({
      id: laid,
      for: { ...named, peer },
      expect: saysSame ? alone : entry.residual,
      ...(expectation.mode === undefined ? {} : { mode: expectation.mode }),
      priority: expectation.priority,
      principal: 'loop',
      owner: expectation.owner ?? expectation.principal,
      why: `${expectation.id} is stalled where it was laid: ${record.stalled?.because ?? ''}`.slice(0, 2_000),
    });
    const until = now + (durationMs(timeout ?? '') ?? TIMEOUT_MS);
    this.due.set(record.leaf, until);
    return { ...record, delegated: { peer, expectation: laid, since: now, until } };
  }

  #takeBack(record: LeafRecord): LeafRecord {
    const { delegated } = record;
    if (delegated?.expectation === undefined) return record;
    const { expectation, ...rest } = delegated;
    this.#over.add(expectation);
    const [verdict] = this.#parts.store.verdicts({ expectation });
    const said = verdict === undefined || verdict.verdict === 'unknown' ? 'nothing' : verdict.verdict;
    return { ...record, delegated: { ...rest, came: `taken back in time; ${delegated.peer} had said ${said}` } };
  }
}
