/** The established TCP connections that matter: the agent's own, and those of whoever works on the machine by SSH. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { canonicalAddress } from './address.ts';

export interface Connection {
  readonly local: string;
  readonly localPort: number;
  readonly remote: string;
  readonly remotePort: number;
  /** Names the socket within its network namespace. */
  readonly inode: string;
}

const ESTABLISHED = '01';
const SSH = 22;

/**
 * Reads /proc/PID/net/tcp or tcp6: `sl local remote st queues timer retransmits uid timeout inode`. Addresses are words
 * of 32 bit in the byte order of the machine.
 */
export function readConnections(file: string, isLittleEndian: boolean): Connection[] {
  return file.split('\n').flatMap(line => {
    const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
    if (state !== ESTABLISHED || local === undefined || remote === undefined || inode === undefined) return [];
    const [here, there] = [readEnd(local, isLittleEndian), readEnd(remote, isLittleEndian)];
    if (!here || !there) return [];
    return { local: here.address, localPort: here.port, remote: there.address, remotePort: there.port, inode };
  });
}

function readEnd(text: string, isLittleEndian: boolean): { address: string; port: number } | undefined {
  const [hex = '', port = ''] = text.split(':');
  if (!/^([0-9A-F]{8}|[0-9A-F]{32})$/i.test(hex)) return undefined;
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap(word => {
    const read = (word.match(/../g) ?? []).map(each => Number.parseInt(each, 16));
    return isLittleEndian ? read.reverse() : read;
  });
  const address = bytes.length === 4 ? bytes.join('.') : (mapped(bytes) ?? groups(bytes));
  return { address, port: Number.parseInt(port, 16) };
}

/** An IPv4 address that a socket of IPv6 shows as its own. */
function mapped(bytes: readonly number[]): string | undefined {
  const isMapped = bytes.slice(0, 10).every(each => each === 0) && bytes[10] === 255 && bytes[11] === 255;
  return isMapped ? bytes.slice(12).join('.') : undefined;
}

function groups(bytes: readonly number[]): string {
  const words = Array.from({ length: 8 }, (_, i) =>
    (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
  );
  return canonicalAddress(words.join(':')) ?? words.join(':');
}

/** The sockets of this process, by inode. */
export async function ownSockets(): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const fd of await readdir('/proc/self/fd').catch(() => [])) {
    const target = await readlink(`/proc/self/fd/${fd}`).catch(() => '');
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) found.add(inode);
  }
  return found;
}

/** Where sshd listens, as its configuration says. */
export async function sshPorts(): Promise<readonly number[]> {
  const text = await readFile('/etc/ssh/sshd_config', 'utf8').catch(() => '');
  const ports = [...text.matchAll(/^\s*Port\s+(\d+)/gim)].map(([, port]) => Number(port));
  return ports.length > 0 ? ports : [SSH];
}
