/** What somebody asks of the store in one write, so that it can be asked again. */
import type { Instant } from '../../core/ids.ts';
import type { Json } from '../../core/json.ts';
import type { WriteLine } from '../../core/recording/lines.ts';
import type { Store, Writer } from '../../ports/store.ts';

/** Of followers and peers: no decision is made from them, and they may hold what is nobody else's business. */
const left: ReadonlySet<string> = new Set([
  'putStreamState',
  'removeStreamState',
  'putIncoming',
  'removeIncomingBefore',
  'putListener',
  'removeListener',
]);

export class Asked {
  readonly calls: WriteLine['do'][number][] = [];
  at: Instant = 0;
  /** Of the last change that it made, where others may have made some since. */
  seq: number | undefined;

  /** `reader`: what it has too, changes nothing. */
  writer(writer: Writer, reader: Store, at: Instant): Writer {
    this.at = at;
    return new Proxy(writer, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== 'function' || typeof key !== 'string') return value;
        if (key in reader || left.has(key)) return value.bind(target);
        return (...args: unknown[]) => {
          // What was worked out of an expectation before its commit is worked out again.
          const told = key === 'putExpectation' ? args.slice(0, 1) : args;
          this.calls.push([key, ...told.map(each => (each === undefined ? null : (each as Json)))]);
          return Reflect.apply(value, target, args);
        };
      },
    });
  }
}

/** Asks the same again. */
export function askAgain(writer: Writer, calls: WriteLine['do']): void {
  for (const [name, ...args] of calls) {
    const method: unknown = Reflect.get(writer, name);
    if (typeof method !== 'function') throw new Error(`this version cannot ${name}`);
    Reflect.apply(
      method,
      writer,
      args.map(each => each ?? undefined),
    );
  }
}
