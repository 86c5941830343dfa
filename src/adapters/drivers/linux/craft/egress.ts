/** The rate at which an interface sends at most: a token bucket at its root, known as ours by its handle. */
import * as z from 'zod';
import type { Ability } from '../../../../core/ability.ts';
import { AgentError } from '../../../../core/errors.ts';
import { type Json, property } from '../../../../core/json.ts';
import type { Effect, Scene } from '../../../../core/prediction.ts';
import type { TaskStep } from '../../../../core/task.ts';
import type { Clock } from '../../../../ports/clock.ts';
import type { Step } from '../../../../ports/driver.ts';
import type { Log } from '../../../../ports/log.ts';
import { characteristicOf, deviceOf, order } from '../ability/common.ts';
import { interfaceKind } from '../facts.ts';
import type { Kernel } from '../kernel.ts';
import { once } from '../once.ts';
import { theLink } from '../step.ts';
import { text } from '../wanted-route.ts';
import type { Craft, Values } from './craft.ts';
import { openListener } from './listener.ts';

export const egressForm = z.union([
  z.boolean(),
  z.strictObject({ latencyMs: z.number().int().positive().max(10_000).exactOptional() }),
]);

/** By it our own is known from what others have put there. */
const HANDLE = 'd1f0:';
/** What the kernel itself puts at a root has this one. */
const KERNELS = '0:';
/** Below it a packet would wait for seconds. */
const LEAST_BIT = 8_000;
/** More than the kernel can count in bytes per second with the tools that are common. */
const MOST_BIT = 8 * (2 ** 32 - 1);
/** A bucket holds what goes out between two looks of the kernel's clock, and always two packets of the largest size. */
const BUCKET_PER_SECOND = 100;
const HEADERS = 18;
const DEFAULT_LATENCY_MS = 50;

const RATE = '/resourceCharacteristic/egressRate/value';
const FOREIGN = '/resourceCharacteristic/foreignQdisc/value';

interface Root {
  readonly kind: string;
  readonly handle: string;
  /** Bytes per second, of a token bucket. */
  readonly rate?: number;
  readonly burst?: number;
  readonly latencyMs?: number;
}

export function openEgress(options: {
  readonly netns?: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly kernel: Kernel;
  readonly latencyMs?: number;
  readonly takeOver: ReadonlySet<string>;
}): Craft {
  const { netns, kernel, takeOver, latencyMs = DEFAULT_LATENCY_MS } = options;
  const listener = openListener(['tc', 'monitor'], options);
  /** What stands there, until something is heard. */
  let known: ReadonlyMap<string, Root> | undefined;

  async function read(): Promise<ReadonlyMap<string, Root>> {
    return readRoots((await once(netns, ['tc', '-j', 'qdisc', 'show'])).toString());
  }

  async function rootOf(args: Named): Promise<Root | undefined> {
    const link = theLink(await kernel.links(), args);
    return (await read()).get(link.name);
  }

  async function set(dev: string, rate: number, burst: number, latency: number): Promise<void> {
    const bucket = ['tbf', 'rate', `${rate * 8}bit`, 'burst', String(burst), 'latency', `${latency}ms`];
    await once(netns, ['tc', 'qdisc', 'replace', 'dev', dev, 'root', 'handle', HANDLE, ...bucket]);
  }

  const ability: Ability = { kind: interfaceKind, path: RATE, steps: stepsOf(takeOver, latencyMs), predict };
  return {
    ops: new Set(['setEgressRate']),
    abilities: [ability],
    async look(links) {
      const roots = listener.hears() && known ? known : await read();
      known = roots;
      return { links: new Map(links.map(({ name }) => [name, valuesOf(roots.get(name))])) };
    },
    async start(heard) {
      listener.start(() => {
        known = undefined;
        heard();
      });
    },
    stop: () => listener.stop(),
    async examine(step) {
      const { to, ...named } = readStep(step);
      const root = await rootOf(named);
      const own = root?.handle === HANDLE ? root : undefined;
      return { already: (own?.rate ?? 0) * 8 === (to ?? 0), before: own ? { ...own } : null };
    },
    async act(step) {
      const { to, dev, ifindex, burst, latency } = readStep(step);
      const root = await rootOf({ dev, ifindex });
      if (isForeign(root) && !takeOver.has(dev)) throw new AgentError('moved', foreignSentence(dev, root));
      known = undefined;
      if (to !== undefined) return set(dev, to / 8, burst, latency);
      if (root?.handle === HANDLE) await once(netns, ['tc', 'qdisc', 'del', 'dev', dev, 'root']);
    },
    async undo(step, before) {
      const named = readStep(step);
      const root = await rootOf(named);
      const [rate, burst, latency] = ['rate', 'burst', 'latencyMs'].map(name => property(before, name));
      known = undefined;
      if (typeof rate === 'number' && typeof burst === 'number') {
        return set(named.dev, rate, burst, typeof latency === 'number' ? latency : latencyMs);
      }
      if (root?.handle === HANDLE) await once(netns, ['tc', 'qdisc', 'del', 'dev', named.dev, 'root']);
    },
  };
}

interface Named {
  readonly dev: string;
  readonly ifindex: number;
}

function readStep({ op, args }: Step): Named & { to: number | undefined; burst: number; latency: number } {
  const { dev, ifindex, bitPerSecond, burst, latency } = args;
  const isRate = bitPerSecond === undefined || (typeof bitPerSecond === 'number' && typeof burst === 'number');
  if (op !== 'setEgressRate' || typeof dev !== 'string' || typeof ifindex !== 'number' || !isRate) {
    throw new AgentError('invalid', `the linux driver does not know the step ${op}`);
  }
  return {
    dev,
    ifindex,
    to: typeof bitPerSecond === 'number' ? bitPerSecond : undefined,
    burst: Number(burst ?? 0),
    latency: Number(latency ?? DEFAULT_LATENCY_MS),
  };
}

function readRoots(said: string): Map<string, Root> {
  const list: unknown = JSON.parse(said.trim() === '' ? '[]' : said);
  const roots = new Map<string, Root>();
  for (const item of Array.isArray(list) ? list : []) {
    const [dev, kind, handle, options] = ['dev', 'kind', 'handle', 'options'].map(name => property(item, name));
    if (property(item, 'root') !== true || typeof dev !== 'string' || typeof kind !== 'string') continue;
    roots.set(dev, { kind, handle: typeof handle === 'string' ? handle : KERNELS, ...readBucket(options) });
  }
  return roots;
}

function readBucket(options: Json | undefined): Pick<Root, 'rate' | 'burst' | 'latencyMs'> {
  const [rate, burst, latency] = ['rate', 'burst', 'lat'].map(name => property(options, name));
  if (typeof rate !== 'number') return {};
  // A number, or with more detail `32Kb/1` and `20000b/1`: the size, and the cell.
  const [, size, unit] = /^(\d+(?:\.\d+)?)(K|M)?/.exec(String(burst)) ?? [];
  const times = unit === 'M' ? 2 ** 20 : unit === 'K' ? 2 ** 10 : 1;
  return {
    rate,
    ...(size === undefined ? {} : { burst: Math.round(Number(size) * times) }),
    ...(typeof latency === 'number' ? { latencyMs: Math.round(latency / 1000) } : {}),
  };
}

function isForeign(root: Root | undefined): root is Root {
  return root !== undefined && root.handle !== HANDLE && root.handle !== KERNELS;
}

function valuesOf(root: Root | undefined): Values {
  if (root?.handle === HANDLE && root.rate !== undefined) return { egressRate: root.rate * 8 };
  return isForeign(root) ? { foreignQdisc: `${root.kind} ${root.handle}` } : {};
}

function foreignSentence(dev: string, { kind, handle }: Root): string {
  return `somebody else has put a queueing discipline on ${dev} (${kind} ${handle}); say linux.takeOver=${dev} (setting) to replace it`;
}

function stepsOf(takeOver: ReadonlySet<string>, latencyMs: number): Ability['steps'] {
  return (actual, wanted) => {
    const to = wanted === null ? undefined : wanted;
    const isRate = typeof to === 'number' && Number.isInteger(to / 8) && to >= LEAST_BIT && to <= MOST_BIT;
    if (to !== undefined && !isRate) {
      return `an egress rate is a number of bit/s from ${LEAST_BIT} to ${MOST_BIT} that is a multiple of 8, not ${text(to)}`;
    }
    if (characteristicOf(actual, 'egressRate') === to) return [];
    const device = deviceOf(actual, takeOver);
    if (typeof device === 'string') return device;
    const foreign = characteristicOf(actual, 'foreignQdisc');
    if (typeof foreign === 'string' && !takeOver.has(device.dev)) {
      const [kind = '', handle = ''] = foreign.split(' ');
      return foreignSentence(device.dev, { kind, handle });
    }
    const packets = 2 * (Number(characteristicOf(actual, 'mtu') ?? 1500) + HEADERS);
    const bucket =
      to === undefined
        ? {}
        : { bitPerSecond: to, burst: Math.max(Math.ceil(to / 8 / BUCKET_PER_SECOND), packets), latency: latencyMs };
    return [
      {
        op: 'setEgressRate',
        args: { ...device, ...bucket },
        summary:
          to === undefined
            ? `let ${device.dev} send as fast as it can`
            : `let ${device.dev} send ${rateText(to)} at most`,
        ...(typeof foreign === 'string' ? { sideEffects: [`the queueing discipline ${foreign} is lost`] } : {}),
        order: order.rate,
        // What somebody else had put there is not known well enough to be put back.
        cost: { blastRadius: 1, downtimeMs: 0, reversible: foreign === undefined },
        ...(to === undefined ? { removes: true } : {}),
        lasting: 'untilRestart',
      },
    ];
  };
}

function rateText(bit: number): string {
  for (const [unit, size] of [
    ['Gbit/s', 1e9],
    ['Mbit/s', 1e6],
    ['kbit/s', 1e3],
  ] as const) {
    if (bit >= size) return `${bit / size} ${unit}`;
  }
  return `${bit} bit/s`;
}

function predict({ args }: TaskStep, scene: Scene): readonly Effect[] {
  const { dev, bitPerSecond } = args;
  const thing = typeof dev === 'string' ? scene.named({ kind: interfaceKind, name: dev }) : undefined;
  if (!thing || typeof dev !== 'string') return [];
  const of = { kind: interfaceKind, name: dev };
  const hasForeign = characteristicOf(thing.document, 'foreignQdisc') !== undefined;
  return [
    { of, path: RATE, ...(bitPerSecond === undefined ? {} : { value: bitPerSecond }) },
    ...(hasForeign && bitPerSecond !== undefined ? [{ of, path: FOREIGN }] : []),
  ];
}
