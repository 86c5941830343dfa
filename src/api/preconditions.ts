/** What a request asks of the entity before it is acted on: entity tags (RFC 9110, section 13). */
import type { IncomingHttpHeaders } from 'node:http';
import { HttpRefusal } from './errors.ts';

/** Throws `preconditionFailed` unless the entity is the one that was read. */
export function checkPreconditions(headers: IncomingHttpHeaders, etag: string): void {
  const { 'if-match': wanted, 'if-none-match': unwanted } = headers;
  if (wanted !== undefined && !names(wanted, etag, 'strong')) {
    const reason = `It has changed since you read it and is at ${etag} now; read it again`;
    throw new HttpRefusal('preconditionFailed', reason, { parameter: 'If-Match', headers: { etag } });
  }
  if (unwanted !== undefined && names(unwanted, etag, 'weak')) {
    const reason = `It is there, at ${etag}`;
    throw new HttpRefusal('preconditionFailed', reason, { parameter: 'If-None-Match', headers: { etag } });
  }
}

/** Whether who asks has it already. */
export function isKnown({ 'if-none-match': known }: IncomingHttpHeaders, etag: string): boolean {
  return known !== undefined && names(known, etag, 'weak');
}

const tag = /(W\/)?("[^"]*")/g;

/** Whether a list of entity tags names this one; a weak tag says of nothing that it is the same to the byte. */
function names(list: string, etag: string, comparison: 'strong' | 'weak'): boolean {
  if (list === etag || list.trim() === '*') return true;
  for (const [, weak, opaque] of list.matchAll(tag)) {
    if (opaque === etag && (comparison === 'weak' || weak === undefined)) return true;
  }
  return false;
}
