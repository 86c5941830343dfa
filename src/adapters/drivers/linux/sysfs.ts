/** What the kernel tells of interfaces in /sys and /proc, as seen from the network namespace. Missing is no error. */
import { readFile, realpath, stat } from 'node:fs/promises';
import type { Clock } from '../../../ports/clock.ts';
import type { Link } from './reading.ts';

/** The speed of a port is asked of its hardware, which may be slow; until it answers, its last answer stands. */
const PORT_DEADLINE_MS = 250;

/** What sysfs adds to a link. */
export interface Port {
  /** The path of the device below /sys, of a physical interface only. */
  readonly device?: string;
  /** Which of the ports of its device it is, where the device has several. */
  readonly portName?: string;
  /** Whether its address is its own, not drawn at random at this start. */
  readonly addressIsItsOwn: boolean;
  readonly speed?: number;
  readonly duplex?: string;
}

export interface Counters {
  readonly [name: string]: number;
}

export interface Sysfs {
  /** Names the network namespace for as long as it lives, in this boot. */
  namespace(): Promise<string>;
  ports(links: readonly Link[]): Promise<ReadonlyMap<number, Port>>;
  /** By interface name. */
  counters(links: readonly Link[]): Promise<ReadonlyMap<string, Counters>>;
}

/** `root` is where the namespace's /sys is, `proc` its /proc/PID: `''` and `/proc/self` for the agent's own. */
export function openSysfs(options: { place: () => Promise<{ root: string; proc: string }>; clock: Clock }): Sysfs {
  const { place, clock } = options;
  /** What does not change while an interface lives, by ifindex and address. */
  const lasting = new Map<string, Pick<Port, 'device' | 'portName' | 'addressIsItsOwn'>>();
  const lastKnown = new Map<number, Pick<Port, 'speed' | 'duplex'>>();
  let bootId: string | undefined;

  async function lastingOf(root: string, link: Link): Promise<Pick<Port, 'device' | 'portName' | 'addressIsItsOwn'>> {
    const key = `${link.ifindex} ${link.address}`;
    const known = lasting.get(key);
    if (known) return known;
    const folder = `${root}/sys/class/net/${link.name}`;
    const device = await realpath(`${folder}/device`).catch(() => undefined);
    const [portName, portNumber, assigned] = device
      ? await Promise.all(['phys_port_name', 'dev_port', 'addr_assign_type'].map(name => text(`${folder}/${name}`)))
      : [];
    const port = portName || (portNumber && portNumber !== '0' ? portNumber : undefined);
    const found = {
      ...(device === undefined ? {} : { device: device.slice(`${root}/sys`.length) }),
      ...(port === undefined ? {} : { portName: port }),
      addressIsItsOwn: assigned !== RANDOM_ADDRESS,
    };
    lasting.set(key, found);
    return found;
  }

  async function linkRate(root: string, link: Link): Promise<Pick<Port, 'speed' | 'duplex'>> {
    // Without a carrier there is no speed, and asking is an error.
    if (!link.flags.includes('LOWER_UP')) return {};
    const known = constantRate.has(link.kind ?? '') ? lastKnown.get(link.ifindex) : undefined;
    if (known?.speed !== undefined) return known;
    const folder = `${root}/sys/class/net/${link.name}`;
    const [speed, duplex] = await Promise.all([text(`${folder}/speed`), text(`${folder}/duplex`)]);
    return {
      ...(speed !== undefined && /^[1-9]\d*$/.test(speed) ? { speed: Number(speed) } : {}),
      ...(duplex === 'full' || duplex === 'half' ? { duplex } : {}),
    };
  }

  return {
    async namespace() {
      const { proc } = await place();
      bootId ??= (await text('/proc/sys/kernel/random/boot_id')) ?? 'boot';
      const { ino } = await stat(`${proc}/ns/net`);
      return `${bootId}/${ino}`;
    },
    async ports(links) {
      const { root } = await place();
      const here = new Set(links.map(link => `${link.ifindex} ${link.address}`));
      for (const key of lasting.keys()) if (!here.has(key)) lasting.delete(key);
      const indexes = new Set(links.map(link => link.ifindex));
      for (const key of lastKnown.keys()) if (!indexes.has(key)) lastKnown.delete(key);

      const ports = new Map<number, Port>();
      await Promise.all(
        links.map(async link => {
          const rate = await atMost(
            clock,
            PORT_DEADLINE_MS,
            linkRate(root, link),
            () => lastKnown.get(link.ifindex) ?? {},
          );
          lastKnown.set(link.ifindex, rate);
          ports.set(link.ifindex, { ...(await lastingOf(root, link)), ...rate });
        }),
      );
      return ports;
    },
    async counters(links) {
      const { root, proc } = await place();
      const [traffic, wireless] = await Promise.all([text(`${proc}/net/dev`), text(`${proc}/net/wireless`)]);
      const counters = new Map<string, Counters>(readTraffic(traffic ?? ''));
      const quality = readWireless(wireless ?? '');
      await Promise.all(
        links.map(async ({ name }) => {
          const changes = await text(`${root}/sys/class/net/${name}/carrier_changes`);
          counters.set(name, {
            ...counters.get(name),
            ...(changes === undefined ? {} : { carrierChanges: Number(changes) }),
            ...quality.get(name),
          });
        }),
      );
      return counters;
    },
  };
}

/** Kinds of links whose speed is a constant of the kernel, and of which a host may have hundreds. */
const constantRate = new Set(['veth']);

/** `addr_assign_type` of an address drawn at random. */
const RANDOM_ADDRESS = '1';

/** The columns of /proc/net/dev that have a name of their own; `rxDropped` includes what was missed. */
const trafficColumns: readonly (string | undefined)[] = [
  'rxBytes',
  'rxPackets',
  'rxErrors',
  'rxDropped',
  undefined,
  undefined,
  undefined,
  'multicast',
  'txBytes',
  'txPackets',
  'txErrors',
  'txDropped',
  undefined,
  'collisions',
];

export function readTraffic(file: string): Map<string, Counters> {
  const found = new Map<string, Counters>();
  for (const line of file.split('\n')) {
    const { name, columns } = columnsOf(line);
    if (name === undefined) continue;
    const counters: { [name: string]: number } = {};
    trafficColumns.forEach((counter, i) => {
      const value = Number(columns[i]);
      if (counter !== undefined && Number.isFinite(value)) counters[counter] = value;
    });
    found.set(name, counters);
  }
  return found;
}

export function readWireless(file: string): Map<string, Counters> {
  const found = new Map<string, Counters>();
  for (const line of file.split('\n')) {
    const { name, columns } = columnsOf(line);
    const [, quality, signal, noise] = columns.map(Number);
    if (name === undefined || quality === undefined || signal === undefined || noise === undefined) continue;
    found.set(name, { linkQuality: quality, signalLevel: signal, noiseLevel: noise });
  }
  return found;
}

function columnsOf(line: string): { name: string | undefined; columns: string[] } {
  const [, name, rest] = /^\s*([^\s|]+):\s*([-\d. ]+)$/.exec(line) ?? [];
  return { name, columns: rest === undefined ? [] : rest.trim().split(/\s+/) };
}

async function text(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return undefined;
  }
}

async function atMost<T>(clock: Clock, ms: number, answer: Promise<T>, otherwise: () => T): Promise<T> {
  let noDeadline = () => {};
  const late = new Promise<T>(resolve => {
    noDeadline = clock.after(ms, () => resolve(otherwise()));
  });
  const first = await Promise.race([answer, late]);
  noDeadline();
  return first;
}
