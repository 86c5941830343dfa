/** The crafts that a profile asks for, as one; what none asks for costs nothing. */
import type { Ability } from '../../../../core/ability.ts';
import { AgentError, sentence } from '../../../../core/errors.ts';
import type { Clock } from '../../../../ports/clock.ts';
import type { Step } from '../../../../ports/driver.ts';
import type { Log } from '../../../../ports/log.ts';
import type { Kernel } from '../kernel.ts';
import type { LinuxSettings } from '../own-settings.ts';
import type { Link } from '../reading.ts';
import type { Craft, Seen, Values } from './craft.ts';
import { openEgress } from './egress.ts';
import { openNftables } from './nftables.ts';
import { openSysctl, SYSCTL_FILE } from './sysctl.ts';

export interface Crafts {
  readonly abilities: readonly Ability[];
  of(step: Step): Craft | undefined;
  look(links: readonly Link[]): Promise<Seen>;
  start(heard: () => void): Promise<void>;
  stop(): Promise<void>;
  /** Absent where none can. */
  readonly canTogether?: (steps: readonly Step[]) => boolean;
  readonly actTogether?: (steps: readonly Step[]) => Promise<void>;
}

export function openCrafts(
  options: Omit<LinuxSettings, 'netns'> & {
    readonly netns?: string;
    readonly clock: Clock;
    readonly log: Log;
    readonly kernel: Kernel;
    readonly written: () => void;
  },
): Crafts {
  const { sysctl, sysctlFile, egressRate, nftables, takeOver, log } = options;
  const crafts: Craft[] = [];
  if (sysctl !== undefined && sysctl.length > 0) {
    crafts.push(openSysctl({ ...options, choices: sysctl, file: sysctlFile ?? SYSCTL_FILE }));
  }
  if (egressRate !== undefined && egressRate !== false) {
    const { latencyMs } = egressRate === true ? {} : egressRate;
    const latency = latencyMs === undefined ? {} : { latencyMs };
    crafts.push(openEgress({ ...options, ...latency, takeOver: new Set(takeOver) }));
  }
  if (nftables !== undefined) crafts.push(openNftables({ ...options, choice: nftables }));
  const told = new Set<Craft>();

  /** A tool that is missing, or says no, leaves unseen what it would have told, and all else seen. */
  async function lookBy(craft: Craft, links: readonly Link[]): Promise<Seen> {
    try {
      const seen = await craft.look(links);
      told.delete(craft);
      return seen;
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      if (!told.has(craft)) log.warn('not all of the host can be seen', { why: sentence(error) });
      told.add(craft);
      return {};
    }
  }

  const of = ({ op }: Step): Craft | undefined => crafts.find(each => each.ops.has(op));
  const together = (steps: readonly Step[]): Craft | undefined => {
    const [first] = steps;
    const craft = first && of(first);
    return craft?.actTogether && steps.every(each => of(each) === craft) ? craft : undefined;
  };
  return {
    abilities: crafts.flatMap(each => each.abilities),
    of,
    look: async links => joined(await Promise.all(crafts.map(craft => lookBy(craft, links)))),
    async start(heard) {
      await Promise.all(crafts.map(craft => craft.start?.(heard)));
    },
    async stop() {
      await Promise.all(crafts.map(craft => craft.stop?.()));
    },
    ...(crafts.some(each => each.actTogether)
      ? {
          canTogether: steps => together(steps) !== undefined,
          async actTogether(steps) {
            const craft = together(steps);
            if (!craft?.actTogether) {
              throw new AgentError('unsupported', 'these steps are not of one sort that can be done all at once');
            }
            await craft.actTogether(steps);
          },
        }
      : {}),
  };
}

function joined(all: readonly Seen[]): Seen {
  const links = new Map<string, Values>();
  let host: Values = {};
  for (const seen of all) {
    host = { ...host, ...seen.host };
    for (const [name, values] of seen.links ?? []) links.set(name, { ...links.get(name), ...values });
  }
  return { host, links };
}
