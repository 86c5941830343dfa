/** Two real agents that know each other, each in this process or in its own. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicKeyText } from '../../src/core/peer.ts';
import { makeDirectory } from '../kit/agent.ts';

export interface Party {
  readonly node: string;
  readonly data: string;
  readonly publicKey: string;
}

/** A data directory with a key in it, so that others can be told of it before it has run. */
export function makeParty(node: string): Party {
  const data = makeDirectory();
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  writeFileSync(join(data, 'agent.key'), pem, { mode: 0o600 });
  return { node, data, publicKey: publicKeyText(createPublicKey(privateKey)) };
}

/** How the setting `peers` names somebody. */
export function peerAt({ node, publicKey }: Party, url?: string): string {
  return `${node}=${publicKey}${url === undefined ? '' : `@${url}`}`;
}
