/** Peers as an operator names them: who they are, the key that proves it, and where they are called. */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { AgentError } from './errors.ts';

/** Names a node within its realm, and a realm; a part of MQTT topics, of URIs and of principals. */
export const nodePattern = /^[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$/;

export interface Peer {
  readonly name: string;
  /** As text: the 32 raw bytes, base64url. */
  readonly publicKey: string;
  readonly key: KeyObject;
  /** Where its WebSocket is called; absent: it calls, or is met at the broker. */
  readonly url?: string;
}

/** Who an expectation of a peer's is by, in the store of the one who holds it. */
export function principalOf(peer: string): string {
  return `peer:${peer}`;
}

/** The peer behind a principal; undefined for anybody else. */
export function peerOf(principal: string): string | undefined {
  return principal.startsWith('peer:') ? principal.slice('peer:'.length) : undefined;
}

/** A name that serves when nobody gave one. */
export function nodeNameOf(hostname: string): string {
  const name = hostname
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .slice(0, 64)
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return name === '' ? 'node' : name;
}

/** Each `NAME=PUBLICKEY` or `NAME=PUBLICKEY@ws://host:port/peer`; throws `invalid` with what is wrong. */
export function readPeers(texts: readonly string[], own: string): readonly Peer[] {
  const peers = texts.map(readPeer);
  const names = peers.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new AgentError('invalid', `peers names ${twice} twice`);
  if (names.includes(own)) throw new AgentError('invalid', `peers names ${own}, which is this agent itself (see node)`);
  return peers;
}

function readPeer(text: string): Peer {
  const [, name = '', publicKey = '', url] = /^([^=]*)=([^@]*)(?:@(.*))?$/s.exec(text) ?? [];
  const wrong = (why: string): AgentError =>
    new AgentError('invalid', `peers cannot have "${text}": ${why}; the form is NAME=PUBLICKEY[@ws://host:port/peer]`);
  if (!nodePattern.test(name)) throw wrong('a name has lower-case letters, digits, dots and hyphens');
  const key = readPublicKey(publicKey);
  if (!key) throw wrong('the key is no public key as `diffo identity` prints it');
  if (url === undefined) return { name, publicKey, key };
  if (!URL.canParse(url) || !/^wss?:$/.test(new URL(url).protocol)) throw wrong(`"${url}" is no ws:// or wss:// URL`);
  return { name, publicKey, key, url };
}

/** An Ed25519 key from its 32 bytes in base64url; undefined for anything else. */
export function readPublicKey(text: string): KeyObject | undefined {
  const bytes = Buffer.from(text, 'base64url');
  // Read strictly, so that one key has one text.
  if (bytes.length !== 32 || bytes.toString('base64url') !== text) return undefined;
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: text }, format: 'jwk' });
}

export function publicKeyText(key: KeyObject): string {
  return key.export({ format: 'jwk' }).x ?? '';
}
