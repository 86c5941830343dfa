/** Uuids made from what they name, so that the same thing has the same id everywhere and always. */
import { createHash } from 'node:crypto';

/** A uuid in the shape of version 4 (RFC 9562, section 5.4) made by hashing the parts; not a random one. */
export function uuidOf(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(parts.join('\0')).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x40;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
