/** A link that has just been unlocked or locked is looked at again only when the kernel has told all that follows. */
import type { Clock } from '../../../ports/clock.ts';
import type { Kernel } from './kernel.ts';
import { IPV6_MIN_MTU } from './mtu.ts';
import type { Link } from './reading.ts';
import { until } from './until.ts';

/** The kernel tells of a carrier, and gives a link its own address, up to a second later. */
const WITHIN_MS = 1_500;

/** Whether the states of a link agree with each other. */
export function isAtRest(link: Link): boolean {
  const [isUp, hasCarrier] = [link.flags.includes('UP'), link.flags.includes('LOWER_UP')];
  if (!isUp || !hasCarrier) return link.operstate !== 'UP';
  if (link.operstate === 'DOWN' || link.operstate === 'LOWERLAYERDOWN') return false;
  const makesOwn = link.linkType === 'ether' && link.mtu >= IPV6_MIN_MTU && link.addressGeneration === undefined;
  return !makesOwn || link.ipv6Disabled === true || link.addresses.some(isOwn);
}

function isOwn({ family, local }: Link['addresses'][number]): boolean {
  return family === 6 && local.startsWith('fe80:');
}

/** Waits for the link and those that hang on it, at most a moment: some never come to rest. */
export async function settled(parts: { kernel: Kernel; clock: Clock }, { ifindex, name }: Link): Promise<void> {
  await until(parts.clock, WITHIN_MS, async () =>
    (await parts.kernel.links())
      .filter(each => each.ifindex === ifindex || each.link === name || each.name === name || each.master === name)
      .every(isAtRest),
  );
}
