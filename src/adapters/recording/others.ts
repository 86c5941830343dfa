/** The store as all but the loop have it while a run is recorded: what they write is told, and they follow in turns of their own. */
import type { Cause } from '../../core/change.ts';
import type { Instant } from '../../core/ids.ts';
import type { Store } from '../../ports/store.ts';
import { Asked } from './asked.ts';

export interface OthersParts {
  /** The time that the store has read last. */
  readonly now: () => Instant;
  /** Told after the commit. */
  readonly wrote: (cause: Cause, asked: Asked) => void;
}

export function othersStore(store: Store, { now, wrote }: OthersParts): Store {
  const transact: Store['transact'] = (cause, write) => {
    const asked = new Asked();
    const result = store.transact(cause, writer => write(asked.writer(writer, store, now())));
    wrote(cause, asked);
    return result;
  };
  const submit: Store['submit'] = async (cause, write) => {
    const asked = new Asked();
    const result = await store.submit(cause, writer => {
      const written = write(asked.writer(writer, store, now()));
      asked.seq = writer.seq();
      return written;
    });
    wrote(cause, asked);
    return result;
  };
  const onCommit: Store['onCommit'] = call => {
    let stopped = false;
    // Nobody follows the loop in the midst of its turn.
    const stop = store.onCommit(() => void setImmediate(() => (stopped ? undefined : call())));
    return () => {
      stopped = true;
      stop();
    };
  };
  const own: Partial<Record<PropertyKey, unknown>> = { transact, submit, onCommit };
  return new Proxy(store, {
    get(target, key) {
      const value: unknown = own[key] ?? Reflect.get(target, key);
      return typeof value === 'function' && !own[key] ? value.bind(target) : value;
    },
  });
}
