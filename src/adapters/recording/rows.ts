/** What was written since a change, as a recording tells it. */
import { AgentError } from '../../core/errors.ts';
import type { Row } from '../../core/recording/lines.ts';
import { rowOf } from '../../core/recording/row.ts';
import type { Reader } from '../../ports/store.ts';

const CHANGES_PER_READ = 500;

/** Of so much that not all is kept, what is. */
export function rowsAfter(store: Reader, seq: number): { readonly rows: readonly Row[]; readonly upTo: number } {
  const rows: Row[] = [];
  let upTo = seq;
  while (upTo < store.seq()) {
    try {
      const some = store.changesAfter(upTo, CHANGES_PER_READ);
      for (const each of some) rows.push(rowOf(each));
      upTo = some.at(-1)?.seq ?? store.seq();
    } catch (error) {
      if (!(error instanceof AgentError && error.code === 'gone')) throw error;
      return { rows, upTo: store.seq() };
    }
  }
  return { rows, upTo };
}
