/** The last good copy of a profile that is a file: what the agent goes on with when somebody has spoilt the file. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isObject, type Json, property } from '../core/json.ts';

export interface ProfileCopy {
  /** Of the text that it was read from. */
  readonly hash: string;
  /** The version of the agent that found nothing wrong with it. */
  readonly version: string;
  readonly source: Json;
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Undefined when there is none of this file; one that cannot be read is none. */
export function readCopy(data: string, file: string): ProfileCopy | undefined {
  let kept: Json;
  try {
    kept = JSON.parse(readFileSync(placeOf(data), 'utf8'));
  } catch {
    return undefined;
  }
  const [hash, version, source] = [property(kept, 'hash'), property(kept, 'version'), property(kept, 'source')];
  if (property(kept, 'file') !== resolve(file) || !isObject(source)) return undefined;
  return typeof hash === 'string' && typeof version === 'string' ? { hash, version, source } : undefined;
}

/** Whole or not at all; writes nothing when it is there already. */
export function keepCopy(data: string, file: string, copy: ProfileCopy): void {
  const before = readCopy(data, file);
  if (before?.hash === copy.hash && before.version === copy.version) return;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const place = placeOf(data);
  writeFileSync(`${place}.new`, JSON.stringify({ file: resolve(file), ...copy }), { mode: 0o600, flush: true });
  renameSync(`${place}.new`, place);
}

function placeOf(data: string): string {
  return join(data, 'profile.json');
}
