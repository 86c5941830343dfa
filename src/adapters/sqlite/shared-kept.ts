/** The shared records that were asked for lately, in memory: nearly every instance refers to the same few. */
import type { SharedClass, SharedRecord } from '../../core/model/shared-record.ts';

/** Of a record, what is asked of it most. */
export interface SharedMark {
  readonly seq: number;
  readonly kind: string;
}

/** What is not there is remembered as well: most instances name parties and places that are kept elsewhere. */
const MARKS = 512;
/** Whole ones take more room; those of specifications are small and read with every instance. */
const RECORDS = 64;

export class SharedKept {
  readonly #marks = new Map<string, SharedMark | undefined>();
  readonly #specifications = new Map<string, SharedRecord | undefined>();

  /** `read` is asked when it is not known. */
  mark(of: SharedClass, id: string, read: () => SharedMark | undefined): SharedMark | undefined {
    return remembered(this.#marks, MARKS, `${of}/${id}`, read);
  }

  /** `read` is asked when it is not known. */
  record(of: SharedClass, id: string, read: () => SharedRecord | undefined): SharedRecord | undefined {
    return of === 'specification' ? remembered(this.#specifications, RECORDS, id, read) : read();
  }

  /** It is about to be otherwise. */
  forget(of: SharedClass, id: string): void {
    this.#marks.delete(`${of}/${id}`);
    if (of === 'specification') this.#specifications.delete(id);
  }

  /** What was written is taken back. */
  forgetAll(): void {
    this.#marks.clear();
    this.#specifications.clear();
  }
}

/** The one that has been known the longest makes room. */
function remembered<T>(
  known: Map<string, T | undefined>,
  most: number,
  key: string,
  read: () => T | undefined,
): T | undefined {
  const found = known.get(key);
  if (found !== undefined || known.has(key)) return found;
  const value = read();
  if (known.size >= most) {
    for (const oldest of known.keys()) {
      known.delete(oldest);
      break;
    }
  }
  known.set(key, value);
  return value;
}
