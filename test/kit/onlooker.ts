/** Somebody who looks on at an interface, independent of the agent, and outlives it: `ip monitor`, written to a file. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { makeDirectory, until } from './agent.ts';
import type { Event } from './history.ts';
import type { Netns } from './netns.ts';

export interface Onlooker {
  /** What has become of the interface since the last call; all that was done before it is in it. */
  seen(): Promise<Event[]>;
}

export async function lookOn(netns: Netns, dev: string): Promise<Onlooker> {
  const file = join(makeDirectory(), 'monitor');
  // Not a pipe: the test may be busy, and what the kernel cannot deliver is lost.
  const out = openSync(file, 'w+');
  const monitor = spawn('ip', ['-n', netns.name, '-o', 'monitor', 'link', 'address'], { stdio: ['ignore', out, out] });
  onTestFinished(() => {
    monitor.kill();
    closeSync(out);
  });
  let position = 0;
  let rest = '';
  const read = (): string => {
    const buffer = Buffer.alloc(1 << 20);
    let text = '';
    for (let got = -1; got !== 0; position += got) {
      got = readSync(out, buffer, 0, buffer.length, position);
      text += buffer.toString('utf8', 0, got);
    }
    return text;
  };
  // A marker tells that all before it has been written: the first, that the monitor listens.
  let marks = 0;
  netns.ip('link add marker type bridge');
  const upToNow = async (): Promise<string> => {
    const mark = `mtu ${1000 + (marks++ % 2)}`;
    netns.ip(`link set marker ${mark}`);
    await until('the onlooker has seen everything', () => {
      rest += read();
      return rest.split('\n').some(line => line.includes('marker') && line.includes(`${mark} `));
    });
    const whole = rest.slice(0, rest.lastIndexOf('\n') + 1);
    rest = rest.slice(whole.length);
    return whole;
  };
  await until('the onlooker looks', () => {
    netns.ip(`link set marker mtu ${1002 + (marks++ % 2)}`);
    rest += read();
    return rest.includes('marker');
  });
  await upToNow();

  const [link] = netns.ipJson(`addr show dev ${dev}`);
  let isUp = ((link?.flags ?? []) as string[]).includes('UP');
  let mtu = String(link?.mtu);
  const there = new Set<string>();
  return {
    async seen() {
      return (await upToNow()).split('\n').flatMap((line): Event[] => {
        if (/receive error|overrun/i.test(line)) throw new Error(`the onlooker has missed something: ${line}`);
        const [, flags, size] = new RegExp(`^\\d+: ${dev}[@:][^<]*<([^>]*)> mtu (\\d+)`).exec(line) ?? [];
        if (flags !== undefined && size !== undefined) {
          const events: Event[] = [];
          const wasUp = isUp;
          isUp = flags.split(',').includes('UP');
          if (isUp !== wasUp) events.push({ event: 'became', effect: isUp ? 'up' : 'down' });
          if (size !== mtu) events.push({ event: 'became', effect: `mtu ${size}` });
          mtu = size;
          return events;
        }
        const [, gone, address] = new RegExp(`^(Deleted )?\\d+: ${dev}\\s+inet6? (\\S+)`).exec(line) ?? [];
        if (address === undefined || address.startsWith('fe80:')) return [];
        if (gone !== undefined) {
          there.delete(address);
          return [{ event: 'lost', effect: address }];
        }
        // IPv6 tells of an address again when it has checked it; IPv4 tells of it once.
        if (address.includes(':') && there.has(address)) return [];
        there.add(address);
        return [{ event: 'became', effect: address }];
      });
    },
  };
}
