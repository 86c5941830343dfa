/** The driver of a Linux host: interfaces, addresses and routes, by way of `ip`. */
import { readFile } from 'node:fs/promises';
import os from 'node:os';
import { AgentError, sentence } from '../../../core/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Driver, Look, Sample } from '../../../ports/driver.ts';
import type { Log } from '../../../ports/log.ts';
import { linuxAbilities } from './abilities.ts';
import { bootId } from './boot.ts';
import { characteristics } from './characteristics.ts';
import { managersOf } from './coexist.ts';
import { openConf } from './conf.ts';
import { openCrafts } from './craft/crafts.ts';
import { act, examine, narrow, undo } from './effects.ts';
import {
  counterCharacteristics,
  type HostReading,
  hostKey,
  hostKind,
  interfaceKeys,
  interfaceKind,
  type Reading,
  sightings,
} from './facts.ts';
import { openKernel } from './kernel.ts';
import { lifelines } from './lifelines.ts';
import { openMonitor } from './monitor.ts';
import type { LinuxSettings } from './own-settings.ts';
import { some } from './reading.ts';
import { openSysfs } from './sysfs.ts';

export interface LinuxOptions extends Omit<LinuxSettings, 'netns'> {
  /** The network namespace; absent: the agent's own. */
  readonly netns?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the files of the machine are that others write about its interfaces; absent: its own, none of a namespace. */
  readonly root?: string;
}

export function openLinux(options: LinuxOptions): Driver {
  const { netns, clock, root = netns === undefined ? '' : undefined } = options;
  const kernel = openKernel(options);
  const monitor = openMonitor(options);
  // `ip netns exec` mounts the namespace's own /sys for its child.
  const place = async (): Promise<{ root: string; proc: string }> => {
    if (netns === undefined) return { root: '', proc: '/proc/self' };
    const proc = `/proc/${await kernel.pid()}`;
    return { root: `${proc}/root`, proc };
  };
  const conf = openConf({ clock, ...(netns === undefined ? {} : { netns }) });
  const sysfs = openSysfs({ clock, place });
  const crafts = openCrafts({ ...options, kernel, written: () => conf.forget() });
  let host: HostReading | undefined;
  let boot: string | undefined;
  let lastSample: { readonly at: number; readonly samples: ReadonlyMap<string, Sample> } | undefined;

  async function read(): Promise<Reading> {
    const plain = await kernel.links();
    const known = await conf.of(plain.map(link => link.name));
    const links = plain.map(link => ({ ...link, ...known.get(link.name) }));
    const routes = await kernel.routes();
    const forwarding = await kernel.forwarding();
    const [ports, namespace, managers, seen] = await Promise.all([
      sysfs.ports(links),
      sysfs.namespace(),
      root === undefined ? new Map<string, string>() : managersOf(root, links),
      crafts.look(links),
    ]);
    host ??= await readHost();
    return { links, routes, ports, namespace, managers, seen, host, ...some('forwarding', forwarding) };
  }

  return {
    name: 'linux',
    abilities: [...linuxAbilities(options.takeOver), ...crafts.abilities],
    async start(heard) {
      await Promise.all([monitor.start(heard), crafts.start(heard)]);
    },
    async stop() {
      await Promise.all([monitor.stop(), crafts.stop(), kernel.stop()]);
    },
    boot: () => boot,
    async look(): Promise<Look> {
      const at = clock.now();
      boot ??= await bootId();
      return { at, sightings: sightings(await seeing(read)) };
    },
    async sample(maxAgeMs) {
      if (lastSample && clock.now() - lastSample.at <= maxAgeMs) return lastSample.samples;
      const at = clock.now();
      const samples = await seeing(async () => {
        const links = await kernel.links();
        const [ports, counters] = await Promise.all([sysfs.ports(links), sysfs.counters(links)]);
        const keys = interfaceKeys({ links, ports });
        host ??= await readHost();
        const found = new Map<string, Sample>();
        for (const link of links) {
          const values = counters.get(link.name);
          if (values)
            found.set(`${interfaceKind}/${keys.get(link.ifindex)}`, {
              at,
              characteristics: counterCharacteristics(values),
            });
        }
        found.set(`${hostKind}/${hostKey(host)}`, { at, characteristics: await hostTelemetry() });
        return found;
      });
      lastSample = { at, samples };
      return samples;
    },
    examine: step => crafts.of(step)?.examine(step) ?? examine({ kernel, clock }, step),
    async act(step) {
      conf.forget();
      await (crafts.of(step)?.act(step) ?? act({ kernel, clock }, step));
    },
    ...some('actTogether', crafts.actTogether),
    ...some('canTogether', crafts.canTogether),
    async lifelines() {
      host ??= await readHost();
      const { name } = host;
      return lifelines({
        kernel,
        proc: async () => (await place()).proc,
        hostName: name,
        ports: options.lifelinePorts ?? [],
      });
    },
    narrow: async (step, before) => (crafts.of(step) ? before : narrow({ kernel, clock }, step, before)),
    async undo(step, before) {
      conf.forget();
      await (crafts.of(step)?.undo(step, before) ?? undo({ kernel, clock }, step, before));
    },
  };
}

/** Whatever goes wrong while looking means that nothing was seen. */
async function seeing<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof AgentError && error.code === 'unreachable') throw error;
    throw new AgentError('unreachable', `the interfaces could not be read: ${sentence(error)}`, { cause: error });
  }
}

async function readHost(): Promise<HostReading> {
  const [release, machineId] = await Promise.all(
    ['/etc/os-release', '/etc/machine-id'].map(path => readFile(path, 'utf8').catch(() => '')),
  );
  const pretty = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release ?? '')?.[1];
  return {
    name: os.hostname(),
    ...(machineId?.trim() ? { machineId: machineId.trim() } : {}),
    operatingSystem: pretty ?? os.type(),
    kernelRelease: os.release(),
    architecture: os.machine(),
    cpuCount: os.cpus().length,
    memoryTotal: os.totalmem(),
  };
}

async function hostTelemetry(): Promise<Sample['characteristics']> {
  const memory = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(memory)?.[1];
  return characteristics({
    uptime: Math.floor(os.uptime()),
    loadAverage: os.loadavg(),
    memoryAvailable: available === undefined ? undefined : Number(available) * 1024,
  });
}
