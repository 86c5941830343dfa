/** The settings of IPv6 on one interface, in /proc/sys, which shows those of the namespace of whoever reads. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { AgentError, sentence } from '../../../core/errors.ts';
import { inNamespace } from './ip.ts';

export type InterfaceSettings = { readonly [name: string]: string };

export interface Settings {
  read(dev: string): Promise<InterfaceSettings>;
  write(dev: string, settings: InterfaceSettings): Promise<void>;
}

/** Follow the link by themselves, or are secrets that only root may read and nobody may copy. */
const notKept = new Set(['mtu', 'stable_secret']);
const DEADLINE_MS = 5_000;

const run = promisify(execFile);

export function openSettings(netns: string | undefined): Settings {
  const sh = async (script: string, ...args: string[]): Promise<string> => {
    const [command, words] = inNamespace(netns, ['-c', script, 'sh', ...args]);
    try {
      return (await run(command, words, { timeout: DEADLINE_MS })).stdout;
    } catch (error) {
      throw new AgentError('unreachable', `the IPv6 settings of ${args[0]}: ${sentence(error)}`, { cause: error });
    }
  };
  return {
    async read(dev) {
      // Without IPv6 there is no such folder, and nothing to keep.
      const lines = await sh('cd "/proc/sys/net/ipv6/conf/$1" 2>/dev/null && grep -sH . * ; true', dev);
      const settings: { [name: string]: string } = {};
      for (const line of lines.split('\n')) {
        const [, name, value] = /^([a-z0-9_]+):(.*)$/.exec(line) ?? [];
        if (name !== undefined && value !== undefined && !notKept.has(name)) settings[name] = value;
      }
      return settings;
    },
    async write(dev, settings) {
      const words = Object.entries(settings).flat();
      if (words.length === 0) return;
      // One that cannot be written (it is only read, or gone) leaves the others.
      const script =
        'cd "/proc/sys/net/ipv6/conf/$1" || exit 0; shift; while [ $# -gt 1 ]; do echo "$2" 2>/dev/null >"$1"; shift 2; done; true';
      await sh(script, dev, ...words);
    },
  };
}
