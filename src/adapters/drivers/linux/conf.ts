/** What /proc/sys says of each interface that decides what goes with a change: read now and then, for nobody tells of it. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Clock } from '../../../ports/clock.ts';
import { once } from './once.ts';
import { some } from './reading.ts';

/** Whoever changes these does so at the start of the machine; a look at many interfaces is not to read them each time. */
const KEPT_MS = 10_000;

export interface LinkConf {
  /** How it makes its own IPv6 address, where that is not from its hardware address. */
  readonly addressGeneration?: string;
  readonly ipv6Disabled?: boolean;
  /** IPv6 addresses that somebody gave stay while the link is locked. */
  readonly keepsIpv6?: boolean;
  /** When the first IPv4 address of a network goes, the next one takes its place; else all go. */
  readonly promotesSecondaries?: boolean;
}

export interface Conf {
  of(names: readonly string[]): Promise<ReadonlyMap<string, LinkConf>>;
  /** Something was written that may be among these. */
  forget(): void;
}

/** What the numbers of `addr_gen_mode` mean; the first is the default. */
const generations = [undefined, 'none', 'stablePrivacy', 'random'];

const files = [
  'ipv6 addr_gen_mode',
  'ipv6 disable_ipv6',
  'ipv6 keep_addr_on_down',
  'ipv4 promote_secondaries',
] as const;
type File = (typeof files)[number];

export function openConf({ netns, clock }: { netns?: string; clock: Clock }): Conf {
  let kept: { readonly at: number; readonly names: string; readonly conf: ReadonlyMap<string, LinkConf> } | undefined;
  return {
    async of(list) {
      const names = list.join(' ');
      const isFresh = kept?.names === names && Math.abs(clock.now() - kept.at) < KEPT_MS;
      if (kept && isFresh) return kept.conf;
      const values = netns === undefined ? readOwn() : await readOf(netns);
      const conf = new Map(list.map(name => [name, confOf(name, values)]));
      kept = { at: clock.now(), names, conf };
      return conf;
    },
    forget() {
      kept = undefined;
    },
  };
}

type Values = ReadonlyMap<string, string>;

function readOwn(): Values {
  const values = new Map<string, string>();
  for (const file of files) {
    const [family, name] = file.split(' ');
    for (const dev of folder(`/proc/sys/net/${family}/conf`)) {
      values.set(`${file} ${dev}`, text(`/proc/sys/net/${family}/conf/${dev}/${name}`));
    }
  }
  return values;
}

/** Whoever reads has to be in the namespace. */
async function readOf(netns: string): Promise<Values> {
  const globs = files.map(file => file.replace(' ', '/conf/*/')).join(' ');
  const script = `cd /proc/sys/net && grep -sH . ${globs}; true`;
  const said = await once(netns, ['sh', '-c', script]).catch(() => Buffer.alloc(0));
  const values = new Map<string, string>();
  for (const line of said.toString().split('\n')) {
    const [, family, dev, name, value] = /^(ipv[46])\/conf\/(.+)\/([a-z0-9_]+):(.*)$/.exec(line) ?? [];
    if (value !== undefined) values.set(`${family} ${name} ${dev}`, value);
  }
  return values;
}

function confOf(dev: string, values: Values): LinkConf {
  // In these folders a dot of a name is written as it is.
  const of = (file: File, where: string): number => Number(values.get(`${file} ${where}`) ?? 0);
  const keeps = of('ipv6 keep_addr_on_down', 'all') || of('ipv6 keep_addr_on_down', dev);
  const promotes = of('ipv4 promote_secondaries', 'all') || of('ipv4 promote_secondaries', dev);
  return {
    ...some('addressGeneration', generations[of('ipv6 addr_gen_mode', dev)]),
    ...(of('ipv6 disable_ipv6', dev) > 0 ? { ipv6Disabled: true } : {}),
    ...(keeps > 0 ? { keepsIpv6: true } : {}),
    ...(promotes > 0 ? { promotesSecondaries: true } : {}),
  };
}

function folder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** A file of /proc/sys answers at once, and a promise for each of thousands costs more than the reading. */
function text(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
