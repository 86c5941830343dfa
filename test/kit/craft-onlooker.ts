/**
 * Somebody who looks on at what an interface sends at most, at settings of the kernel and at sets of nftables, independent
 * of the agent: `tc monitor`, `ip monitor netconf` and `nft monitor`, each written to a file.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeDirectory, until } from './agent.ts';
import type { Netns } from './netns.ts';

export interface CraftsSeen {
  /** `3Mbit`, each time it was set, whether it was that already or not. */
  readonly rates: readonly string[];
  /** `rp_filter loose`, each time it became so. */
  readonly settings: readonly string[];
  /** `10.0.0.1`, or `-10.0.0.1` when it went, by the name of the set. */
  readonly sets: Readonly<Record<string, readonly string[]>>;
}

export interface CraftOnlooker {
  /** All since it began to look. */
  seen(): Promise<CraftsSeen>;
}

export async function lookOnCrafts(netns: Netns, dev: string): Promise<CraftOnlooker> {
  const tc = watch(netns, ['tc', 'monitor'], n => [
    `tc qdisc replace dev lo root handle 1: pfifo limit ${n}`,
    `limit ${n}p`,
  ]);
  const netconf = watch(netns, ['ip', '-o', 'monitor', 'netconf'], n => [
    `echo ${n % 3} > /proc/sys/net/ipv4/conf/lo/rp_filter`,
    `lo rp_filter ${['off', 'strict', 'loose'][n % 3]}`,
  ]);
  const nft = watch(netns, ['nft', 'monitor'], n => [`nft add table inet mark${n}`, `add table inet mark${n}\n`]);
  const all = [tc, netconf, nft];
  for (const each of all) await each.upToNow();
  return {
    async seen() {
      const [rates = '', settings = '', changes = ''] = await Promise.all(all.map(each => each.upToNow()));
      const sets: Record<string, string[]> = {};
      for (const [, word, set = '', element] of changes.matchAll(
        /^(add|delete) element inet diffo (\S+) \{ (\S+) \}/gm,
      )) {
        sets[set] = [...(sets[set] ?? []), `${word === 'add' ? '' : '-'}${element}`];
      }
      return {
        rates: [...rates.matchAll(new RegExp(`^qdisc tbf \\S+ dev ${dev} root .*rate (\\S+)`, 'gm'))].map(
          each => each[1] ?? '',
        ),
        settings: [...settings.matchAll(new RegExp(`^inet ${dev} (\\w+ \\w+)`, 'gm'))].map(each => each[1] ?? ''),
        sets,
      };
    },
  };
}

/** What a monitor has told until now; a marker tells that all before it has been written. */
function watch(netns: Netns, words: readonly string[], mark: (n: number) => readonly [command: string, told: string]) {
  const file = join(makeDirectory(), 'monitor');
  const out = openSync(file, 'w+');
  const monitor = spawn('ip', ['netns', 'exec', netns.name, ...words], { stdio: ['ignore', out, out] });
  onTestFinished(() => {
    monitor.kill();
    closeSync(out);
  });
  let marks = 1;
  return {
    async upToNow(): Promise<string> {
      const from = readFileSync(file, 'utf8').length;
      // It may not listen yet.
      await until(`${words.join(' ')} tells`, () => {
        const [command, told] = mark(marks++);
        netns.sh(command);
        return readFileSync(file, 'utf8').slice(from).includes(told);
      });
      return readFileSync(file, 'utf8');
    },
  };
}
