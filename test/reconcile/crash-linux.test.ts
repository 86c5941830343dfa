/**
 * Killed at 200 random moments on Linux: the loop dies, with the real driver, between any two commits and calls or while
 * the kernel is at work, and comes again on the same store and the same machine. What became of the machine is counted by
 * `ip monitor`: every effect came about exactly once. (`test/agent/kill.test.ts` kills the whole process.)
 */
import { expect, test as it, onTestFailed, onTestFinished } from 'vitest';
import { openLinux } from '../../src/adapters/drivers/linux/driver.ts';
import { loadShipped } from '../../src/adapters/profiles.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { expectationId } from '../../src/core/ids.ts';
import type { Json } from '../../src/core/json.ts';
import type { Kinds } from '../../src/core/kind.ts';
import { silentLog } from '../../src/ports/log.ts';
import { spendFreely } from '../kit/budgets.ts';
import { type Chance, chanceOf } from '../kit/chance.ts';
import type { HandClock } from '../kit/clock.ts';
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

it.skipIf(noNamespaces !== undefined)(
  `killed at ${kills} random moments, every effect on Linux came about exactly once${why}`,
  { timeout: 60_000 + kills * 2_000 },
  async () => {
    onTestFailed(() => console.error(`to see this again: DIFFO_SEED=${seed} DIFFO_KILLS=${kills}`));
    const netns = makeNetns();
    netns.veth('veth1', 'veth0');
    await netns.settle();
    const onlooker = await lookOn(netns, 'veth1');
    const profile = await loadShipped('linux-host');
    const kinds: Kinds = new Map((profile?.kinds ?? []).map(each => [each.name, each]));
    const run = new Run(netns, kinds, chanceOf(seed));
    const expected: Event[] = [];
    for (let n = 0; run.killed < kills; n++) {
      if (n > 3 * kills) throw new Error(`only ${run.killed} of ${n} lives were ended`);
      expected.push(...(await run.live(n)));
    }
    await run.rest();
    const seen = await onlooker.seen();
    expect(seen).toEqual(expected);
    console.log(
      `${run.killed} killed: ${expected.length} effects, each once; ${run.whileActing} of them with a task under way`,
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
  readonly #addresses: string[] = [];

  constructor(netns: Netns, kinds: Kinds, chance: Chance) {
    this.#netns = netns;
    this.#kinds = kinds;
    this.#chance = chance;
    onTestFinished(() => this.#store.close());
    spendFreely(this.#store);
  }

  /** Something is asked for, and the agent dies on its way there, mostly; what has to come of it, once. */
  async live(n: number): Promise<Event[]> {
    const chance = this.#chance;
    const life = this.#mortal();
    const { expectation, expected } = this.#wish(n);
    this.#store.transact({ principal: 'operator', kind: 'request' }, writer =>
      writer.putExpectation({
        id: expectationId(expectation.id),
        for: { kind: 'networkInterface', name: 'veth1' },
        expect: expectation.expect,
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
    return expected;
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
    const driver = openLinux({ netns: this.#netns.name, clock, log: silentLog });
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

  /** An MTU, an address more, an address less: each is another effect than all before it. */
  #wish(n: number): {
    readonly expectation: { readonly id: string; readonly expect: Json };
    readonly expected: Event[];
  } {
    const dice = this.#chance.one();
    const address = this.#addresses[0];
    if (dice < 0.35) {
      this.#mtu = 1300 + (n % 900);
      return {
        expectation: { id: 'mtu', expect: characteristic('mtu', this.#mtu) },
        expected: [{ event: 'became', effect: `mtu ${this.#mtu}` }],
      };
    }
    if (dice < 0.5 && address !== undefined) {
      this.#addresses.shift();
      const gone = { $noneOf: [{ $contains: [address] }] };
      return {
        expectation: { id: address, expect: characteristic('ipAddress', gone) },
        expected: [{ event: 'lost', effect: address }],
      };
    }
    const added = `10.${64 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}/32`;
    this.#addresses.push(added);
    return {
      expectation: { id: added, expect: characteristic('ipAddress', { $contains: [added] }) },
      expected: [{ event: 'became', effect: added }],
    };
  }
}
