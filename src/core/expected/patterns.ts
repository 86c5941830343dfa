/**
 * Compiled patterns: one for all who ask for the same text, and all of them together within a bound. What has not been
 * asked for longest is forgotten first, and compiled again when it is.
 */
import { RE2JS } from 're2js';

/** About a thousand patterns of the usual size, such as one of an address. */
const MOST_BYTES = 16 * 1024 * 1024;
/** What is forgotten in one go leaves room for as much again, so that it is not done at each step. */
const LEFT_BYTES = MOST_BYTES / 2;
/** What a compiled pattern takes, measured: the more exact the larger it is. */
const BYTES = 8 * 1024;
const BYTES_A_STEP = 300;

export interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
}

/** What is kept of one pattern while it is remembered. */
interface Kept {
  compiled: RE2JS | undefined;
  bytes: number;
  usedAt: number;
}

export class Pattern {
  /** What it comes to once its counted repetitions are written out. */
  readonly steps: number;
  readonly #memory: PatternMemory;
  readonly #compile: () => RE2JS;
  readonly #kept: Kept = { compiled: undefined, bytes: 0, usedAt: 0 };

  /** Throws what the library says of a text that is no pattern. */
  constructor(memory: PatternMemory, compile: () => RE2JS) {
    this.#memory = memory;
    this.#compile = compile;
    this.steps = this.#compiled().programSize();
    memory.note(this.#kept, this.#size());
    memory.forgetWith(this, this.#kept);
  }

  /** Whether some part of the text matches. */
  isIn(text: string): boolean {
    const found = this.#compiled().test(text);
    this.#memory.note(this.#kept, this.#size());
    return found;
  }

  #compiled(): RE2JS {
    this.#kept.compiled ??= this.#compile();
    return this.#kept.compiled;
  }

  /** The states that matching has found on its way stay for the next time, and there may be many. */
  #size(): number {
    const dfa: { stateBudget: number; memBudget: number } | null | undefined = this.#kept.compiled?.re2().lazyDFA;
    return BYTES + BYTES_A_STEP * this.steps + (dfa ? dfa.stateBudget - dfa.memBudget : 0);
  }
}

/** All patterns that are compiled now. */
export class PatternMemory {
  readonly #most: number;
  readonly #left: number;
  readonly #patterns = new Map<string, WeakRef<Pattern>>();
  readonly #kept = new Set<Kept>();
  readonly #unused = new FinalizationRegistry<{ readonly name?: string; readonly kept?: Kept }>(({ name, kept }) => {
    if (kept) this.#forget(kept);
    if (name !== undefined && this.#patterns.get(name)?.deref() === undefined) this.#patterns.delete(name);
  });
  #bytes = 0;
  #uses = 0;

  constructor(most = MOST_BYTES, left = LEFT_BYTES) {
    this.#most = most;
    this.#left = left;
  }

  /** The same for the same text; throws what the library says of a text that is no pattern. */
  patternOf(text: string, { ignoreCase, dotAll }: Flags): Pattern {
    const name = `${ignoreCase ? 'i' : ''}${dotAll ? 's' : ''}/${text}`;
    const known = this.#patterns.get(name)?.deref();
    if (known) return known;
    const flags = (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (dotAll ? RE2JS.DOTALL : 0);
    const pattern = new Pattern(this, () => RE2JS.compile(text, flags));
    this.#patterns.set(name, new WeakRef(pattern));
    this.#unused.register(pattern, { name });
    return pattern;
  }

  /** How many are compiled now, and what they are reckoned to take. */
  get size(): { readonly compiled: number; readonly bytes: number } {
    return { compiled: this.#kept.size, bytes: this.#bytes };
  }

  /** One was used and takes so much. */
  note(kept: Kept, bytes: number): void {
    this.#uses += 1;
    kept.usedAt = this.#uses;
    this.#kept.add(kept);
    this.#bytes += bytes - kept.bytes;
    kept.bytes = bytes;
    if (this.#bytes > this.#most) this.#makeRoom();
  }

  /** With a pattern that nobody asks for any more goes what is kept of it. */
  forgetWith(pattern: Pattern, kept: Kept): void {
    this.#unused.register(pattern, { kept });
  }

  #makeRoom(): void {
    for (const kept of [...this.#kept].sort((a, b) => a.usedAt - b.usedAt)) {
      this.#forget(kept);
      if (this.#bytes <= this.#left) return;
    }
  }

  #forget(kept: Kept): void {
    if (!this.#kept.delete(kept)) return;
    this.#bytes -= kept.bytes;
    kept.bytes = 0;
    kept.compiled = undefined;
  }
}

/** Those of all expectations. */
export const patterns = new PatternMemory();
