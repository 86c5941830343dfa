/**
 * A process that dies at a boundary: before or after a commit, before or after a call of the driver. Dead, it writes
 * nothing more and does nothing more to the element; what it had in memory is gone with it.
 */
import type { Driver } from '../../src/ports/driver.ts';
import type { Store } from '../../src/ports/store.ts';

export interface Mortal {
  storeOf(store: Store): Store;
  driverOf<D extends Driver>(driver: D): D;
  readonly isDead: boolean;
  /** How many boundaries it has come to. */
  readonly boundaries: number;
  /** Where it died, in words. */
  readonly diedAt: string;
}

/**
 * Dies at the n-th boundary, the first being 1; or so long after it, wherever it is then: what it has sent to the element
 * already, the element does.
 */
export function mortal(n: number, afterMs?: number): Mortal {
  let boundaries = 0;
  let diedAt = '';
  const boundary = (where: string): void => {
    if (diedAt === '' && ++boundaries === n) {
      if (afterMs === undefined) diedAt = where;
      else setTimeout(() => (diedAt = `${afterMs} ms later`), afterMs);
    }
    if (diedAt !== '') throw new Error(`the process died ${diedAt}`);
  };
  return {
    storeOf: store =>
      new Proxy(store, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          if (name !== 'transact') return value.bind(target);
          return (cause: unknown, write: unknown) => {
            boundary('before a commit');
            const written: unknown = value.call(target, cause, write);
            boundary('after a commit');
            return written;
          };
        },
      }),
    driverOf: driver =>
      new Proxy(driver, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          if (!calls.has(String(name))) return value.bind(target);
          return async (...args: unknown[]) => {
            boundary(`before ${String(name)}`);
            const answer: unknown = await value.apply(target, args);
            boundary(`after ${String(name)}`);
            return answer;
          };
        },
      }),
    get isDead() {
      return diedAt !== '';
    },
    get boundaries() {
      return boundaries;
    },
    get diedAt() {
      return diedAt;
    },
  };
}

const calls = new Set(['look', 'examine', 'act', 'undo', 'actTogether']);
