/**
 * Killed at 200 random moments on Linux: the loop dies, with the real driver, between any two commits and calls or while
 * the kernel is at work, and comes again on the same store and the same machine. What became of the machine is counted by
 * `ip monitor`, `tc monitor` and `nft monitor`: every effect came about exactly once. (`test/agent/kill.test.ts` kills
 * the whole process.)
 */
import { hostname } from 'node:os';
import { expect, test as it, onTestFailed, onTestFinished } from 'vitest';
import { openLinux } from '../../src/adapters/drivers/linux/driver.ts';
import { readLinuxSettings } from '../../src/adapters/drivers/linux/own-settings.ts';
import { loadShipped } from '../../src/adapters/profiles.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { expectationId } from '../../src/core/ids.ts';
import type { Json } from '../../src/core/json.ts';
import type { Kinds } from '../../src/core/kind.ts';
import { silentLog } from '../../src/ports/log.ts';
import { spendFreely } from '../kit/budgets.ts';
import { type Chance, chanceOf } from '../kit/chance.ts';
import type { HandClock } from '../kit/clock.ts';
import { lookOnCrafts } from '../kit/craft-onlooker.ts';
import type { Event } from '../kit/history.ts';
import { type LoopWorld, loopWorld, newStore } from '../kit/loop-world.ts';
import { type Mortal, mortal } from '../kit/mortal.ts';
import { makeNetns, type Netns, noNamespaces } from '../kit/netns.ts';
import { lookOn } from '../kit/onlooker.ts';

const kills = Number(process.env.DIFFO_KILLS ?? 200);
const seed = Number(process.env.DIFFO_SEED ?? Date.now() % 1_000_000);
const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;

const clock: HandClock = { ...systemClock, advance: ms => new Promise(resolve => setTimeout(resolve, ms)) };
const characteristic = (name: string, value: Json): Json => ({ resourceCharacteristic: [{ name, value }] });
const settings = readLinuxSettings({
  sysctl: ['net.ipv4.conf.veth1.rp_filter'],
  egressRate: true,
  nftables: {
    sets: [
      { name: 'blocked', type: 'ipv4_addr' },
      { name: 'macs', type: 'ether_addr' },
    ],
  },
});
/** As `ip monitor` calls them. */
const filters = ['off', 'strict', 'loose'];

/** What has to come of what is asked for. */
interface Wish {
  readonly id: string;
  readonly kind: 'networkInterface' | 'host';
  readonly expect: Json;
  /** At the interface. */
  readonly events?: readonly Event[];
  readonly rate?: string;
  readonly setting?: string;
  readonly sets?: readonly (readonly [name: string, element: string])[];
}

it.skipIf(noNamespaces !== undefined)(
  `killed at ${kills} random moments, every effect on Linux came about exactly once${why}`,
  { timeout: 60_000 + kills * 2_000 },
  async () => {
    onTestFailed(() => console.error(`to see this again: DIFFO_SEED=${seed} DIFFO_KILLS=${kills}`));
    const netns = makeNetns();
    netns.veth('veth1', 'veth0');
    await netns.settle();
    const [onlooker, ofCrafts] = [await lookOn(netns, 'veth1'), await lookOnCrafts(netns, 'veth1')];
    const profile = await loadShipped('linux-host');
    const kinds: Kinds = new Map((profile?.kinds ?? []).map(each => [each.name, each]));
    const run = new Run(netns, kinds, chanceOf(seed));
    const wishes: Wish[] = [];
    for (let n = 0; run.killed < kills; n++) {
      if (n > 3 * kills) throw new Error(`only ${run.killed} of ${n} lives were ended`);
      wishes.push(await run.live(n));
    }
    await run.rest();
    expect(await onlooker.seen()).toEqual(wishes.flatMap(each => each.events ?? []));
    const sets: Record<string, string[]> = {};
    for (const [name, element] of wishes.flatMap(each => each.sets ?? [])) {
      sets[name] = [...(sets[name] ?? []), element];
    }
    expect(await ofCrafts.seen()).toEqual({
      rates: wishes.flatMap(each => each.rate ?? []),
      settings: wishes.flatMap(each => each.setting ?? []),
      sets,
    });
    console.log(
      `${run.killed} killed: ${wishes.length} changes, each once; ${run.whileActing} of them with a task under way`,
    );
    expect(run.whileActing).toBeGreaterThan(kills / 10);
  },
);

class Run {
  killed = 0;
  whileActing = 0;
  readonly #netns: Netns;
  readonly #kinds: Kinds;
  readonly #chance: Chance;
  readonly #store = newStore(clock);
  #mtu = 1500;
  #isUp = true;
  #filter = 0;
  readonly #addresses: string[] = [];
  readonly #elements: { readonly id: string; readonly ip: string; readonly mac: string }[] = [];

  constructor(netns: Netns, kinds: Kinds, chance: Chance) {
    this.#netns = netns;
    this.#kinds = kinds;
    this.#chance = chance;
    onTestFinished(() => this.#store.close());
    spendFreely(this.#store);
  }

  /** Something is asked for, and the agent dies on its way there, mostly; what has to come of it, once. */
  async live(n: number): Promise<Wish> {
    const chance = this.#chance;
    const life = this.#mortal();
    const wish = this.#wish(n);
    this.#store.transact({ principal: 'operator', kind: 'request' }, writer =>
      writer.putExpectation({
        id: expectationId(wish.id),
        for: { kind: wish.kind, name: wish.kind === 'host' ? hostname() : 'veth1' },
        expect: wish.expect,
        mode: 'enforce',
        priority: 50,
        principal: 'operator',
        createdAt: n,
      }),
    );
    await this.#alive(life);
    if (life.isDead) {
      this.killed++;
      if (this.#store.tasks({ states: ['inProgress'] }).length > 0) this.whileActing++;
    }
    // The next one goes on, and is itself killed now and then.
    if (chance.happens(0.3)) {
      const second = this.#mortal();
      await this.#alive(second);
      if (second.isDead) this.killed++;
    }
    await this.#alive(mortal(Number.POSITIVE_INFINITY));
    return wish;
  }

  /** Dies at a boundary, of which a life has about thirty, or some time after one. */
  #mortal(): Mortal {
    const chance = this.#chance;
    return mortal(chance.whole(1, 29), chance.happens(0.4) ? chance.whole(0, 8) : undefined);
  }

  /** Nothing is left to be done. */
  async rest(): Promise<void> {
    await this.#alive(mortal(Number.POSITIVE_INFINITY));
    expect(this.#store.verdicts().filter(each => each.verdict !== 'met')).toEqual([]);
    expect(this.#store.tasks({ states: ['acknowledged', 'inProgress', 'terminatedWithError'] })).toEqual([]);
    expect(this.#store.plans({ states: ['approved', 'carryingOut', 'failed'] })).toEqual([]);
  }

  async #alive(life: Mortal): Promise<void> {
    const driver = openLinux({ ...settings, netns: this.#netns.name, clock, log: silentLog });
    const world: LoopWorld = loopWorld({
      clock,
      store: this.#store,
      kinds: this.#kinds,
      storeOf: life.storeOf,
      driverOf: () => life.driverOf(driver),
    });
    try {
      await world.loop.start();
      for (let i = 0; i < 2 && !life.isDead; i++) await world.loop.settle();
    } catch (error) {
      if (!life.isDead) throw error;
    } finally {
      await world.loop.stop();
      await driver.stop();
    }
  }

  /** One thing of each sort, or two sets at once: each is another effect than the one before it. */
  #wish(n: number): Wish {
    const dice = this.#chance.one();
    if (dice < 0.15) {
      this.#mtu = 1300 + (n % 900);
      return ofLink('mtu', characteristic('mtu', this.#mtu), { event: 'became', effect: `mtu ${this.#mtu}` });
    }
    if (dice < 0.25) {
      this.#isUp = !this.#isUp;
      const event: Event = { event: 'became', effect: this.#isUp ? 'up' : 'down' };
      return ofLink('state', { administrativeState: this.#isUp ? 'unlocked' : 'locked' }, event);
    }
    if (dice < 0.4) {
      this.#filter = (this.#filter + this.#chance.whole(1, 2)) % filters.length;
      const value = { 'net.ipv4.conf.veth1.rp_filter': this.#filter };
      const setting = `rp_filter ${filters[this.#filter]}`;
      return { id: 'filter', kind: 'host', expect: characteristic('sysctl', value), setting };
    }
    if (dice < 0.55) {
      const rate = 1 + (n % 900);
      const expected = characteristic('egressRate', rate * 1_000_000);
      return { id: 'rate', kind: 'networkInterface', expect: expected, rate: `${rate}Mbit` };
    }
    return dice < 0.8 ? this.#elementWish(n) : this.#addressWish(n);
  }

  /** An element of each of two sets comes, or goes. */
  #elementWish(n: number): Wish {
    const gone = this.#chance.happens(0.3) ? this.#elements.shift() : undefined;
    const { id, ip, mac } = gone ?? { id: `e${n}`, ip: `10.1.${n >> 8}.${n & 255}`, mac: macOf(n) };
    const said = (element: string): Json => (gone ? { $noneOf: [{ $contains: [element] }] } : { $contains: [element] });
    if (!gone) this.#elements.push({ id, ip, mac });
    const sign = gone ? '-' : '';
    return {
      id,
      kind: 'host',
      expect: characteristic('nftSet', { blocked: said(ip), macs: said(mac) }),
      sets: [
        ['blocked', sign + ip],
        ['macs', sign + mac],
      ],
    };
  }

  #addressWish(n: number): Wish {
    const gone = this.#chance.happens(0.4) ? this.#addresses.shift() : undefined;
    if (gone !== undefined) {
      const expected = characteristic('ipAddress', { $noneOf: [{ $contains: [gone] }] });
      return ofLink(gone, expected, { event: 'lost', effect: gone });
    }
    const added = `10.${64 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}/32`;
    this.#addresses.push(added);
    const expected = characteristic('ipAddress', { $contains: [added] });
    return ofLink(added, expected, { event: 'became', effect: added });
  }
}

function ofLink(id: string, expected: Json, event: Event): Wish {
  return { id, kind: 'networkInterface', expect: expected, events: [event] };
}

function macOf(n: number): string {
  return `02:00:00:00:${[n >> 8, n & 255].map(each => each.toString(16).padStart(2, '0')).join(':')}`;
}
