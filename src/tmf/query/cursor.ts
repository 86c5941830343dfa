/** Cursors of lists: a position as opaque text, good for one store's life and one order. */
import { createHash } from 'node:crypto';
import { AgentError } from '../../core/errors.ts';
import { isArray, type Json } from '../../core/json.ts';
import type { Position, SortValue } from './sort.ts';

export interface CursorScope {
  /** The life of the store whose rows it names. */
  readonly epoch: string;
  /** As `orderOf` names it. */
  readonly order: string;
}

/** So that a long text is not decoded before it is refused; an address line holds no more. */
const MAX_LENGTH = 8_192;

const SUM_LENGTH = 12;

/** The text that a client hands back as `after` or `before`. */
export function encodeCursor({ row, values }: Position, scope: CursorScope): string {
  const payload = Buffer.from(JSON.stringify([row, ...values])).toString('base64url');
  return payload + sum(payload, scope);
}

/** Throws `invalid` for what was not given out in this scope. */
export function decodeCursor(text: string, name: 'before' | 'after', scope: CursorScope): Position {
  const payload = text.slice(0, -SUM_LENGTH);
  const position = text.length <= MAX_LENGTH && text === payload + sum(payload, scope) ? read(payload) : undefined;
  if (position) return position;
  throw new AgentError(
    'invalid',
    `${name} takes a cursor that this agent gave for a list in the same order; begin again without it`,
    { parameter: name },
  );
}

function read(payload: string): Position | undefined {
  let value: Json;
  try {
    value = JSON.parse(Buffer.from(payload, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (!isArray(value)) return undefined;
  const [row, ...values] = value;
  if (typeof row !== 'number' || !Number.isSafeInteger(row) || !values.every(isSortValue)) return undefined;
  return { row, values };
}

function isSortValue(value: Json): value is Json & SortValue {
  if (!isArray(value)) return false;
  const [rank, of, ...more] = value;
  const isRank = rank === 0 || rank === 1 || rank === 2 || rank === 3 || rank === 4;
  return isRank && more.length === 0 && typeof of === (rank === 3 ? 'string' : 'number');
}

/** Tells what was changed on the way, and what comes from another store or order; it keeps no secret. */
function sum(payload: string, { epoch, order }: CursorScope): string {
  return createHash('sha256')
    .update(JSON.stringify([epoch, order, payload]))
    .digest('base64url')
    .slice(0, SUM_LENGTH);
}
