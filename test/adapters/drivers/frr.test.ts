import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openFrr } from '../../../src/adapters/drivers/frr/driver.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import { at } from '../../../src/core/path.ts';
import type { Driver, Sighting, Step } from '../../../src/ports/driver.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { tmfKeyedArrays } from '../../../src/tmf/keyed-arrays.ts';
import { driverContract } from '../../contracts/driver.ts';
import { type Frr, noFrr, startFrr } from '../../kit/frr.ts';
import { makeNetns } from '../../kit/netns.ts';

const why = noFrr === undefined ? '' : ` (left out: ${noFrr})`;

const paths = {
  neighbor: '/resourceCharacteristic/neighbor/value',
  network: '/resourceCharacteristic/network/value',
  session: '/resourceCharacteristic/session/value',
  announced: '/resourceCharacteristic/announced/value',
  staticRoute: '/resourceCharacteristic/staticRoute/value',
  routeState: '/resourceCharacteristic/routeState/value',
};

function open(frr: Frr, more: JsonObject = {}): Driver {
  const settings = { vtyDir: frr.folder, configDir: frr.folder, pollEveryMs: 100, ...more };
  const driver = openFrr({ settings, clock: systemClock, log: silentLog });
  onTestFinished(() => driver.stop());
  return driver;
}

/** A router with one link; on the other end of it nobody speaks BGP. */
function lonely(): Frr {
  const netns = makeNetns();
  netns.veth('e0', 'e1');
  netns.ip('addr add 192.0.2.1/24 dev e0');
  netns.ip('addr add 2001:db8::1/64 dev e0 nodad');
  const frr = startFrr(netns);
  frr.configure('router bgp 65001', 'neighbor 192.0.2.9 remote-as 65009', 'neighbor 192.0.2.9 shutdown');
  return frr;
}

/** Two routers on one link that know each other, each with a network of its own. */
async function twoRouters(): Promise<{ one: Frr; other: Frr }> {
  const [left, right] = [makeNetns(), makeNetns()];
  left.veth('e0', 'e0', right);
  for (const [netns, number] of [
    [left, 1],
    [right, 2],
  ] as const) {
    netns.ip(`addr add 192.0.2.${number}/24 dev e0`);
    netns.ip(`addr add 2001:db8::${number}/64 dev e0 nodad`);
  }
  const [one, other] = [startFrr(left), startFrr(right)];
  one.configure('ip route 198.51.100.0/24 blackhole');
  one.configure('router bgp 65001', 'no bgp ebgp-requires-policy', 'neighbor 192.0.2.2 remote-as 65002');
  one.configure('router bgp 65001', 'neighbor 192.0.2.2 timers connect 1', 'network 198.51.100.0/24');
  other.configure('router bgp 65002', 'no bgp ebgp-requires-policy', 'neighbor 192.0.2.1 remote-as 65001');
  other.configure('router bgp 65002', 'neighbor 192.0.2.1 timers connect 1');
  await one.established('192.0.2.2');
  return { one, other };
}

async function see(driver: Driver, kind = 'bgpRouter', name = 'default'): Promise<Sighting> {
  const found = (await driver.look()).sightings.find(each => each.kind === kind && each.facts.name === name);
  if (!found) throw new Error(`${kind} ${name} is not seen`);
  return found;
}

async function valueOf(driver: Driver, path: string, kind = 'bgpRouter', name = 'default'): Promise<Json | undefined> {
  return at((await see(driver, kind, name)).facts, path, tmfKeyedArrays);
}

async function stepsTo(
  driver: Driver,
  path: string,
  wanted: Json | undefined,
  kind = 'bgpRouter',
  name = 'default',
): Promise<readonly Step[] | string> {
  const { facts } = await see(driver, kind, name);
  return driver.abilities.find(each => each.kind === kind && each.path === path)?.steps(facts, wanted) ?? 'no ability';
}

async function stepTo(...asked: Parameters<typeof stepsTo>): Promise<Step> {
  const steps = await stepsTo(...asked);
  const [step] = steps;
  if (typeof steps === 'string' || typeof step !== 'object' || steps.length !== 1) throw new Error(`not one step: ${JSON.stringify(steps)}`);
  return step;
}

const shut = { address: '192.0.2.9', remoteAs: 65009, shutdown: true, addressFamily: ['ipv4Unicast'] };
const added = { address: '192.0.2.7', remoteAs: 65007, shutdown: true, addressFamily: ['ipv4Unicast'] };

describe.skipIf(noFrr !== undefined)(`the frr driver${why}`, () => {
  driverContract('the frr driver', async () => {
    const frr = lonely();
    return {
      driver: open(frr),
      kind: 'bgpRouter',
      key: 'default',
      path: paths.neighbor,
      wanted: [added, shut],
      refused: [{ address: '192.0.2.1', remoteAs: 65001 }, shut],
      nonsense: 'many',
      changeFromOutside: () => frr.configure('router bgp 65001', 'neighbor 192.0.2.9 description by hand'),
      takeAway: () => frr.configure('no router bgp 65001'),
    };
  });
});
