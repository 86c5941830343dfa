/** One text and one id for equal JSON: RFC 8785, and the SHA-256 of it. */
import { hash } from 'node:crypto';
import { AgentError } from './errors.ts';
import { canonical, isArray, type Json } from './json.ts';
import { segment } from './path.ts';

/** The id of a value by its content: `sha256:` and 64 hexadecimal digits. */
export type ContentId = `sha256:${string}`;

export function isContentId(value: unknown): value is ContentId {
  return typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);
}

/** Equal for equal values, whatever the order of their keys and however their numbers were written. */
export function contentId(value: Json): ContentId {
  return `sha256:${hash('sha256', canonicalText(value), 'hex')}`;
}

/** Throws where RFC 8785 has no text: half a surrogate pair, and numbers that are none. */
export function canonicalText(value: Json): string {
  refuse(value, '');
  return canonical(value);
}

function refuse(value: Json, pointer: string): void {
  const wrong = (what: string): AgentError => new AgentError('invalid', `${what} has no canonical text`, { pointer });
  if (typeof value === 'string' && !value.isWellFormed()) throw wrong('half of a surrogate pair');
  if (typeof value === 'number' && !Number.isFinite(value)) throw wrong(String(value));
  if (typeof value !== 'object' || value === null) return;
  if (isArray(value)) {
    for (const [i, each] of value.entries()) refuse(each, `${pointer}/${i}`);
    return;
  }
  for (const [key, each] of Object.entries(value)) {
    if (!key.isWellFormed()) throw wrong('half of a surrogate pair');
    refuse(each, `${pointer}/${segment(key)}`);
  }
}
