/** Network namespaces for tests: made with random names, filled with veth pairs, dumped whole, and removed again. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { onTestFinished } from 'vitest';

const PREFIX = 'diffo-test';

export interface Netns {
  readonly name: string;
  /** Runs `ip` inside, words separated by blanks, and returns what it prints. */
  ip(command: string): string;
  /** The same with `-j`, read. */
  ipJson(command: string): Record<string, unknown>[];
  /** Runs a shell line inside. */
  sh(line: string): string;
  /** A veth pair, both ends inside unless the other end goes elsewhere; both are up. */
  veth(one: string, other: string, elsewhere?: Netns): void;
  /**
   * Interfaces, addresses and routes of both families and all tables, as sorted lines, without what moves by itself
   * (lifetimes, duplicate address detection, carrier).
   */
  dump(): string[];
  /** Waits until no address is being checked for duplicates and every unlocked interface has settled. */
  settle(): Promise<void>;
  remove(): void;
}

/** Why namespaces cannot be made here, for the title of a test that is left out; undefined when they can. */
export const noNamespaces: string | undefined = reason();

function reason(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root';
  try {
    execFileSync('ip', ['-V'], { stdio: 'ignore' });
  } catch {
    return 'needs ip of iproute2';
  }
  const name = newName();
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'ignore' });
    execFileSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'needs the right to make network namespaces';
  }
}

const alive = new Set<Netns>();
process.once('exit', () => {
  for (const netns of alive) netns.remove();
});
let swept = false;

export interface NetnsOptions {
  /** Goes with the test that made it (the default); else with `remove` or the process. */
  readonly forTest?: boolean;
  /** Checks new IPv6 addresses for duplicates, as the kernel does by default; it takes seconds. */
  readonly duplicateDetection?: boolean;
}

/** A namespace with its loopback up. */
export function makeNetns({ forTest = true, duplicateDetection = false }: NetnsOptions = {}): Netns {
  if (!swept) sweep();
  swept = true;
  const name = newName();
  run('ip', ['netns', 'add', name]);
  const netns: Netns = {
    name,
    ip: command => run('ip', ['-n', name, ...words(command)]),
    ipJson: command => JSON.parse(run('ip', ['-n', name, '-j', ...words(command)]) || '[]'),
    sh: line => run('ip', ['netns', 'exec', name, 'sh', '-c', line]),
    veth(one, other, elsewhere) {
      netns.ip(`link add ${one} type veth peer name ${other}`);
      if (elsewhere) netns.ip(`link set ${other} netns ${elsewhere.name}`);
      netns.ip(`link set ${one} up`);
      (elsewhere ?? netns).ip(`link set ${other} up`);
    },
    dump: () => dump(netns),
    async settle() {
      for (let tries = 0; tries < 500; tries++) {
        const links = netns.ipJson('addr show');
        if (!links.some(isUnsettled)) return;
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      throw new Error(`namespace ${name} did not come to rest:\n${netns.ip('addr show')}`);
    },
    remove() {
      if (!alive.delete(netns)) return;
      run('ip', ['netns', 'del', name]);
    },
  };
  alive.add(netns);
  if (forTest) onTestFinished(() => netns.remove());
  if (!duplicateDetection) netns.sh('echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad');
  netns.ip('link set lo up');
  return netns;
}

/** Takes away what a test process left that did not live to tidy up; the process id is part of the name. */
function sweep(): void {
  for (const line of run('ip', ['netns', 'list']).split('\n')) {
    const [, name, pid] = /^(diffo-test-(\d+)-\w+)/.exec(line) ?? [];
    if (name !== undefined && pid !== undefined && !existsSync(`/proc/${pid}`)) {
      try {
        run('ip', ['netns', 'del', name]);
      } catch {
        // Another test process sweeps at the same time.
      }
    }
  }
}

function newName(): string {
  return `${PREFIX}-${process.pid}-${randomBytes(4).toString('hex')}`;
}

function words(command: string): string[] {
  return command.trim().split(/\s+/);
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 });
}

function isUnsettled(link: Record<string, unknown>): boolean {
  const addresses = link.addr_info as Record<string, unknown>[] | undefined;
  const flags = link.flags as string[];
  // The kernel tells of a new carrier up to a second later.
  if (flags.includes('UP') && flags.includes('LOWER_UP') && !['UP', 'UNKNOWN'].includes(String(link.operstate)))
    return true;
  return flags.includes('LOWER_UP') && addresses?.some(address => address.tentative === true) === true;
}

function dump(netns: Netns): string[] {
  const links = netns.ipJson('-d addr show');
  const lines: string[] = [];
  for (const link of links) {
    const flags = (link.flags as string[]).filter(flag => !['LOWER_UP', 'NO-CARRIER', 'M-DOWN'].includes(flag)).sort();
    const { ifindex, ifname, mtu, address, master, group, txqlen, inet6_addr_gen_mode } = link;
    lines.push(
      `link ${JSON.stringify({ ifindex, ifname, mtu, address, master, group, txqlen, flags, inet6_addr_gen_mode })}`,
    );
    for (const each of (link.addr_info ?? []) as Record<string, unknown>[]) {
      const { valid_life_time, preferred_life_time, tentative, dadfailed, ...rest } = each;
      const sorted = Object.fromEntries(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)));
      lines.push(`address ${ifname} ${JSON.stringify(sorted)}`);
    }
  }
  for (const family of ['-4', '-6']) {
    for (const line of netns.ip(`${family} -d route show table all`).split('\n')) {
      const route = line
        .replace(/ (linkdown|dead)\b/g, '')
        .replace(/ expires \S+/, '')
        .trim();
      if (route !== '') lines.push(`route ${family} ${route.replace(/\s+/g, ' ')}`);
    }
  }
  return lines.sort();
}
