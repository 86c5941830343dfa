/**
 * Instances as they are judged: with what is derived for them. What that was read from is remembered, so that an instance
 * is judged again when something moves that is not its own.
 */
import type { InstanceId } from '../core/ids.ts';
import type { Instance } from '../core/instance.ts';
import type { Kinds } from '../core/kind.ts';
import { declaredParts } from '../core/model/derived.ts';
import { present } from '../core/model/present.ts';
import { type Read, type ReadOf, stillHold } from '../core/model/reads.ts';
import type { SharedClass } from '../core/model/shared-record.ts';
import type { Reader } from '../ports/store.ts';

export interface PresentedParts {
  readonly store: Reader;
  readonly kinds: Kinds;
}

export class PresentedInstances {
  readonly #parts: PresentedParts;
  readonly #reads = new Map<InstanceId, readonly Read[]>();
  /** Who has read something, by its name. */
  readonly #readers = new Map<string, Set<InstanceId>>();

  constructor(parts: PresentedParts) {
    this.#parts = parts;
  }

  /** Whether it is shown with more than it holds. */
  derives({ kind: name }: Pick<Instance, 'kind'>): boolean {
    const kind = this.#parts.kinds.get(name);
    return kind !== undefined && declaredParts(kind).length > 0;
  }

  /** As it is shown; the instance itself when its kind derives nothing, which costs nothing. */
  of(instance: Instance): Instance {
    if (!this.derives(instance)) return instance;
    const { store, kinds } = this.#parts;
    const { document, reads } = present(store, kinds, instance);
    this.#remember(instance.id, reads);
    return { ...instance, document };
  }

  /** The instances that are shown otherwise since these have moved, themselves left out. */
  movedBy(
    instances: ReadonlySet<InstanceId>,
    records: readonly (readonly [SharedClass, string])[],
  ): readonly InstanceId[] {
    if (this.#reads.size === 0) return [];
    const { store } = this.#parts;
    const found = new Set<InstanceId>();
    const ask = (of: ReadOf, id: string): void => {
      for (const reader of this.#readers.get(nameOf(of, id)) ?? []) found.add(reader);
    };
    for (const id of instances) {
      ask('instance', id);
      ask('handedOut', id);
      // It may have come to refer to what was walked over backwards, or been given a number of it.
      for (const { target } of store.linksFrom(id, 'relationship')) ask('referrers', target);
      for (const { owner } of store.assignmentsTo(id)) ask('handedOut', owner);
    }
    for (const [of, id] of records) ask(of, id);
    return [...found].filter(id => !instances.has(id) && !stillHold(store, this.#reads.get(id) ?? []));
  }

  forget(id: InstanceId): void {
    for (const { of, id: read } of this.#reads.get(id) ?? []) {
      const name = nameOf(of, read);
      const readers = this.#readers.get(name);
      readers?.delete(id);
      if (readers?.size === 0) this.#readers.delete(name);
    }
    this.#reads.delete(id);
  }

  /** Before everything is judged anew. */
  clear(): void {
    this.#reads.clear();
    this.#readers.clear();
  }

  #remember(id: InstanceId, reads: readonly Read[]): void {
    this.forget(id);
    if (reads.length === 0) return;
    this.#reads.set(id, reads);
    for (const { of, id: read } of reads) {
      const name = nameOf(of, read);
      const readers = this.#readers.get(name);
      if (readers) readers.add(id);
      else this.#readers.set(name, new Set([id]));
    }
  }
}

function nameOf(of: ReadOf, id: string): string {
  return `${of}/${id}`;
}
