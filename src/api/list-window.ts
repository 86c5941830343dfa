/** Which part of a list is asked for: counted by `offset` and `limit`, by the header `Range`, or from a cursor. */
import { AgentError } from '../core/errors.ts';
import { type CursorScope, decodeCursor } from '../tmf/query/cursor.ts';
import { theEnd, type Window } from '../tmf/query/sort.ts';
import type { Query } from '../tmf/query.ts';

export interface ListWindow extends Window {
  /** Whether only a part was asked for. */
  readonly isPart: boolean;
  readonly byCursor: boolean;
  /** As a link to another page says it; undefined without a limit. */
  readonly pageLength: number | undefined;
}

/** A page of these is some tens of megabytes; links lead on from there. */
const LONGEST_PAGE = 10_000;

type Paging = Pick<Query, 'offset' | 'limit' | 'after' | 'before'>;

/** Throws `invalid`. */
export function readWindow(paging: Paging, range: string | undefined, scope: CursorScope): ListWindow {
  const { after, before } = paging;
  const { offset, limit } = readRange(range, paging) ?? paging;
  const pageLength = limit === undefined ? undefined : Math.min(limit, LONGEST_PAGE);
  const byCursor = after !== undefined || before !== undefined;
  return {
    offset: offset ?? 0,
    limit: pageLength ?? Number.POSITIVE_INFINITY,
    ...(after === undefined || after === '' ? {} : { after: decodeCursor(after, 'after', scope) }),
    ...(before === undefined ? {} : { before: before === '' ? theEnd : decodeCursor(before, 'before', scope) }),
    isPart: limit !== undefined || offset !== undefined || byCursor,
    byCursor,
    pageLength,
  };
}

/** `items=0-19` is the first twenty. Other units are not known here, and HTTP has them passed over. */
function readRange(range: string | undefined, paging: Paging): Pick<Paging, 'offset' | 'limit'> | undefined {
  const [, text] = /^\s*items\s*=(.*)$/is.exec(range ?? '') ?? [];
  if (text === undefined) return undefined;
  const [, from, to] = /^\s*(\d{1,15})\s*-\s*(\d{1,15})?\s*$/.exec(text) ?? [];
  const [first, last] = [Number(from), to === undefined ? Number.POSITIVE_INFINITY : Number(to)];
  if (from === undefined || last < first) {
    throw new AgentError('invalid', 'Range takes one range of items, such as items=0-19', { parameter: 'Range' });
  }
  const { offset, limit, after, before } = paging;
  if ([offset, limit, after, before].some(each => each !== undefined)) {
    throw new AgentError(
      'invalid',
      'Range says which part of the list is wanted; leave out offset, limit and cursors',
      {
        parameter: 'Range',
      },
    );
  }
  return { offset: first, limit: to === undefined ? undefined : last - first + 1 };
}
