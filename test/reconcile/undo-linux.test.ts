/**
 * Undo on Linux: plans for addresses, MTU and routes of a real namespace, undone in random order. Judged by a dump of the
 * whole namespace: either exactly the lines that a plan brought and took go back, or it is refused and nothing moves.
 */
import { expect, test as it, onTestFailed, onTestFinished } from 'vitest';
import { openLinux } from '../../src/adapters/drivers/linux/driver.ts';
import { loadShipped } from '../../src/adapters/profiles.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { expectationId, type PlanId } from '../../src/core/ids.ts';
import type { Json } from '../../src/core/json.ts';
import { silentLog } from '../../src/ports/log.ts';
import { type Chance, chanceOf } from '../kit/chance.ts';
import { type LoopWorld, loopWorld } from '../kit/loop-world.ts';
import { makeNetns, type Netns, noNamespaces } from '../kit/netns.ts';

const seed = Number(process.env.DIFFO_SEED ?? 1);
const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;
const SEQUENCES = 6;

interface Done {
  readonly plan: PlanId;
  readonly came: readonly string[];
  readonly went: readonly string[];
  isUndone: boolean;
}

it.skipIf(noNamespaces !== undefined)(
  `of ${SEQUENCES} random sequences of plans on Linux, each goes back exactly or is refused${why}`,
  { timeout: 120_000 },
  async () => {
    onTestFailed(() => console.error(`to see this again: DIFFO_SEED=${seed}`));
    let undone = 0;
    let refused = 0;
    for (let i = 0; i < SEQUENCES; i++) {
      const chance = chanceOf(seed * 100 + i);
      const netns = makeNetns();
      netns.veth('veth1', 'veth0');
      netns.ip('addr add 10.1.0.1/24 dev veth1');
      netns.ip('addr add fd00:1::1/64 dev veth1 nodad');
      await netns.settle();
      const world = await worldIn(netns);
      const done: Done[] = [];
      for (let n = 0; n < 6; n++) done.push(...(await carryOut(world, netns, chance, n)));
      if (chance.happens(0.7)) netns.ip('addr add 10.9.9.9/32 dev veth1');
      if (chance.happens(0.3)) netns.ip('link set veth1 mtu 1490');
      await world.settle();
      for (let n = 0; n < 12; n++) {
        const one = chance.pick(done.filter(each => !each.isUndone));
        if (!one) break;
        const before = linesOf(netns);
        const answer = await world.orders.undo(one.plan, 'ann').catch(String);
        await netns.settle();
        const after = linesOf(netns);
        if (typeof answer === 'string') {
          refused++;
          expect(answer).toMatch(/cannot be taken back as it was: .*(undo that first|somebody else changed it)/);
          expect(after, answer).toEqual(before);
          continue;
        }
        undone++;
        one.isUndone = true;
        expect(answer.state, JSON.stringify(answer)).toBe('undone');
        // Another expectation wants the same, so it stays.
        if (answer.because?.includes('wants it too')) expect(after).toEqual(before);
        else expect(after).toEqual([...before.filter(line => !one.came.includes(line)), ...one.went].sort());
      }
      await world.loop.stop();
    }
    expect(undone).toBeGreaterThan(SEQUENCES);
    expect(refused).toBeGreaterThan(0);
  },
);

/** Without what the kernel makes of addresses by itself: their routes, and which of one network is the first. */
function linesOf(netns: Netns): string[] {
  return netns
    .dump()
    .filter(line => !line.includes(' proto kernel '))
    .map(line => line.replace(',"secondary":true', ''));
}

async function worldIn(netns: Netns): Promise<LoopWorld> {
  const profile = await loadShipped('linux-host');
  const driver = openLinux({ netns: netns.name, clock: systemClock, log: silentLog });
  const world = loopWorld({
    clock: { ...systemClock, advance: ms => new Promise(resolve => setTimeout(resolve, ms)) },
    kinds: new Map((profile?.kinds ?? []).map(each => [each.name, each])),
    driverOf: () => driver,
  });
  await world.loop.start();
  onTestFinished(() => world.store.close());
  return world;
}

/** One more expectation, met by one plan; what that brought and took, as lines of the dump. */
async function carryOut(world: LoopWorld, netns: Netns, chance: Chance, n: number): Promise<readonly Done[]> {
  const before = linesOf(netns);
  const former = world.store.plans().map(each => each.id);
  const { kind, expected } = wish(chance, n);
  const laid = await world.lay(expected, {
    id: expectationId(`e${n}`),
    for: kind === 'host' ? { kind, where: { '@type': { $present: true } } } : { kind, name: 'veth1' },
    priority: 10 + n,
  });
  await netns.settle();
  await world.settle();
  // From here on it looks on: what is undone stays undone.
  world.store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putExpectation({ ...laid, mode: 'observe' }),
  );
  const after = linesOf(netns);
  const made = world.store.plans({ states: ['done'] }).filter(each => !former.includes(each.id));
  const [plan] = made;
  if (!plan || made.length > 1) return [];
  const came = after.filter(line => !before.includes(line));
  return [{ plan: plan.id, came, went: before.filter(line => !after.includes(line)), isUndone: false }];
}

function wish(chance: Chance, n: number): { readonly kind: string; readonly expected: Json } {
  const of = (name: string, value: Json): Json => ({ resourceCharacteristic: [{ name, value }] });
  const dice = chance.one();
  if (dice < 0.3) return { kind: 'networkInterface', expected: of('mtu', 1400 + n) };
  if (dice < 0.6) {
    const address = chance.happens(0.5) ? `10.64.0.${n + 1}/24` : `fd00:64::${n + 1}/128`;
    return { kind: 'networkInterface', expected: of('ipAddress', { $contains: [address] }) };
  }
  if (dice < 0.7) {
    return { kind: 'networkInterface', expected: of('ipAddress', { $noneOf: [{ $contains: ['fd00:1::1/64'] }] }) };
  }
  const route = { table: 'main', destination: `10.${70 + n}.0.0/16`, gateway: '10.1.0.9', interface: 'veth1' };
  return { kind: 'host', expected: of('route', [route]) };
}
