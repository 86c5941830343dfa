/**
 * The SQLite addon of the single executable. The system loads programs from files only, so it is written into the data
 * directory once; from then on it is looked at before each start.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { getAssetKeys, getRawAsset, isSea } from 'node:sea';
import { AgentError, sentence } from '../core/errors.ts';

/** An addon in the executable is named by what it holds; so is its file. */
const PREFIX = 'better-sqlite3.';
const named = /^better-sqlite3\.([0-9a-f]{64})\.node$/;

/** Owner may read and run it; nobody may write to it. */
const MODE = 0o500;
/** It is read in parts, so that looking at it costs no memory. */
const PART_BYTES = 64 * 1024;

/** What `openStore` takes as `nativeBinding`; undefined where the addon stands in node_modules. */
export function loadAddon(directory: string): object | undefined {
  const name = isSea() ? getAssetKeys().find(key => named.test(key)) : undefined;
  if (name === undefined) return undefined;
  const file = placeAddon({ name, read: () => new Uint8Array(getRawAsset(name)), directory });
  const addon = { exports: {} };
  try {
    process.dlopen(addon, file);
  } catch (error) {
    throw new AgentError('storage', `${file} cannot be loaded (${sentence(error)}): ${whatHelps(sentence(error))}`, {
      cause: error,
    });
  }
  return addon.exports;
}

export interface PackedAddon {
  readonly name: string;
  readonly read: () => Uint8Array;
  readonly directory: string;
}

/** Sees that the file stands there whole, ours and unwritable; gives back its path. */
export function placeAddon({ name, read, directory }: PackedAddon): string {
  const file = resolve(directory, name);
  if (isSound(file)) return file;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    // Those of other versions, and what a start that was cut off has left.
    for (const other of readdirSync(directory)) if (other.startsWith(PREFIX)) rmSync(join(directory, other));
    const draft = `${file}.${process.pid}`;
    write(draft, read());
    renameSync(draft, file);
  } catch (error) {
    throw new AgentError(
      'storage',
      `${file} cannot be written (${sentence(error)}): the agent keeps a part of its program there; choose a data directory with room that this user may write to`,
      { cause: error },
    );
  }
  if (!isSound(file)) {
    throw new AgentError(
      'storage',
      `${file} does not hold what was written: see that ${directory} is on a healthy disk`,
    );
  }
  return file;
}

function write(file: string, bytes: Uint8Array): void {
  const open = openSync(file, 'wx', MODE);
  try {
    writeFileSync(open, bytes);
    // What the mask for new files may have taken away.
    fchmodSync(open, MODE);
    fsyncSync(open);
  } finally {
    closeSync(open);
  }
}

function isSound(file: string): boolean {
  let open: number;
  try {
    open = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    return false;
  }
  try {
    const { uid, mode } = fstatSync(open);
    return uid === process.geteuid?.() && (mode & 0o777) === MODE && file.endsWith(`${PREFIX}${hashOf(open)}.node`);
  } finally {
    closeSync(open);
  }
}

function hashOf(open: number): string {
  const hash = createHash('sha256');
  const part = new Uint8Array(PART_BYTES);
  for (;;) {
    const length = readSync(open, part);
    if (length === 0) return hash.digest('hex');
    hash.update(part.subarray(0, length));
  }
}

function whatHelps(why: string): string {
  return /GLIBC|CXXABI/.test(why)
    ? 'this system is older than what the agent needs, glibc 2.34 with the libstdc++ of its time'
    : 'choose a data directory on a file system from which programs may run (not mounted noexec), with --data';
}
