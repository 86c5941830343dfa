/** The agent's key: made at the first start, kept beside the store, readable by its owner alone. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AgentError, sentence } from '../core/errors.ts';
import { publicKeyText } from '../core/peer.ts';

export interface Identity {
  readonly key: KeyObject;
  readonly publicKey: string;
}

const MODE = 0o600;

export function openIdentity(directory: string): Identity {
  const file = join(directory, 'agent.key');
  const text = read(file) ?? make(file);
  let key: KeyObject;
  try {
    key = createPrivateKey(text);
  } catch (error) {
    throw damaged(file, sentence(error), error);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw damaged(file, `it holds a key of type ${key.asymmetricKeyType}`);
  return { key, publicKey: publicKeyText(createPublicKey(key)) };
}

function read(file: string): string | undefined {
  try {
    const text = readFileSync(file, 'utf8');
    if ((statSync(file).mode & 0o077) === 0) return text;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new AgentError('storage', `the agent's key ${file} cannot be read: ${sentence(error)}`, { cause: error });
  }
  throw new AgentError('storage', `others may read the agent's key ${file}: chmod 600 it, if nobody has`);
}

/** Whole or not at all: a key that was cut off would never be read again, and peers know only the first one. */
function make(file: string): string {
  const text = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const draft = `${file}.${process.pid}`;
  try {
    const open = openSync(draft, 'w', MODE);
    try {
      writeFileSync(open, text);
      fsyncSync(open);
    } finally {
      closeSync(open);
    }
    // Unlike a rename it replaces none that somebody has made meanwhile.
    linkSync(draft, file);
    rmSync(draft);
    return text;
  } catch (error) {
    rmSync(draft, { force: true });
    throw new AgentError('storage', `the agent's key ${file} cannot be made: ${sentence(error)}`, { cause: error });
  }
}

function damaged(file: string, why: string, cause?: unknown): AgentError {
  const message = `${file} is no key of an agent (${why}): put the right one back, or remove it for a new one, which every peer must then be told`;
  return new AgentError('storage', message, { cause });
}
