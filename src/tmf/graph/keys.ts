/** What a node is found by: its key, made of what names it, and its uuid. */
import { canonical, type Json } from '../../core/json.ts';
import { uuidOf } from '../../core/uuid.ts';

export const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The uuid of an instance in the graph: its own id where that is one, for a client's other ids one made from it. */
export function graphUuid(agent: string, id: string): string {
  return uuid.test(id) ? id : uuidOf(agent, 'tmf-id', id);
}

/** By uuid and not by agent, so that a reference from another agent's instance meets the same node. */
export function instanceKey(agent: string, id: string): string {
  return `instance/${graphUuid(agent, id)}`;
}

/** The key in the graph of a row of an agent's stream. */
export function rootKey(agent: string, rowKey: string): string {
  const slash = rowKey.indexOf('/');
  const [subject, id] = [rowKey.slice(0, slash), rowKey.slice(slash + 1)];
  return subject === 'instance' ? instanceKey(agent, id) : `${subject}/${agent}/${id}`;
}

/** The database indexes texts up to about 8,000 bytes. */
const LONGEST_KEY = 2_000;
const LONGEST_PIECE = 100;

export function isKey(value: string): boolean {
  return value !== '' && value.length <= LONGEST_KEY && value.isWellFormed();
}

export function keyPiece(value: Json | undefined): string {
  if (value === undefined) return '';
  const whole = typeof value === 'string' ? value : canonical(value);
  return whole.length <= LONGEST_PIECE && whole.isWellFormed() ? encodeURIComponent(whole) : uuidOf(whole);
}
