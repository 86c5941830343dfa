/** The life of an agent in trouble, all of it from one seed: an element that fails in every way, others who set it, clocks. */
import type { Simulator } from '../../src/adapters/drivers/simulator.ts';
import { AgentError } from '../../src/core/errors.ts';
import { expectationId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Path } from '../../src/core/path.ts';
import type { StandingVerdict } from '../../src/core/verdict.ts';
import type { Driver } from '../../src/ports/driver.ts';
import { type Chance, chanceOf } from './chance.ts';
import { type HandClock, handClock } from './clock.ts';
import { type LoopWorld, loopWorld, newSimulator, newStore, pathOf, wish } from './loop-world.ts';

export interface TroubledWrite {
  readonly at: number;
  readonly place: string;
  readonly value: Json | undefined;
}

export interface Life {
  readonly writes: readonly TroubledWrite[];
  /** How it stands when the trouble has been over for long enough. */
  readonly verdicts: readonly StandingVerdict[];
  /** Why what is not met waits. */
  readonly waiting: readonly { readonly expectation: string; readonly on?: string; readonly because: string }[];
  /** Passes in each minute, and what happened in it. */
  readonly minutes: readonly { readonly passes: number; readonly happened: number }[];
  /** What was written to the store in an hour of quiet after all that. */
  readonly quietChanges: number;
}

const MINUTE = 60_000;
const YEARS = 3_652 * 86_400_000;
/** The longest that something is left alone, and a little more. */
const CALM_MS = 40 * MINUTE;

const values: readonly (readonly [Path, readonly Json[]])[] = [
  [pathOf('mtu'), [1280, 1400, 9000]],
  [pathOf('label'), ['x', 'y', 'z']],
  ['/administrativeState', ['locked', 'unlocked']],
];

export async function liveInTrouble(seed: number): Promise<Life> {
  const chance = chanceOf(seed);
  const clock = handClock();
  const simulator = newSimulator(clock);
  const store = newStore(clock);
  const writes: TroubledWrite[] = [];
  const minutes: { passes: number; happened: number }[] = [];
  let isTroubled = true;
  // Each life has its own mixture.
  const fault = {
    drop: chance.one() * 0.4,
    refuse: chance.one() * 0.4,
    lose: chance.one() * 0.4,
    late: chance.one() * 0.4,
  };
  const resets = chance.one() * 0.1;
  /** In some lives one thing can never be set. */
  const cursed = chance.happens(0.2) ? chance.pick(['drop', 'refuse'] as const) : undefined;

  const troubled = (inner: Simulator): Driver => ({
    ...inner,
    act: async step => {
      const { name, path, value } = step.args;
      writes.push({ at: clock.monotonic(), place: `${String(name)}${String(path)}`, value });
      if (cursed !== undefined && path === pathOf('mtu')) {
        if (cursed === 'refuse') throw new AgentError('refused', 'never');
        return;
      }
      if (!isTroubled) return inner.act(step);
      if (chance.happens(fault.refuse)) throw new AgentError('refused', 'not now');
      if (chance.happens(fault.drop)) return;
      if (chance.happens(fault.late))
        await new Promise<void>(resolve => void clock.after(chance.whole(1, 20_000), resolve));
      await inner.act(step);
      if (chance.happens(resets)) inner.world.reboot({ keepsSettings: chance.happens(0.5) });
      if (chance.happens(fault.lose)) throw new AgentError('unreachable', 'no answer');
    },
  });

  let world: LoopWorld = loopWorld({ clock, store, simulator, driverOf: troubled });
  let passesBefore = 0;
  let happened = 0;
  let minuteEnds = MINUTE;
  const note = (passes: number): void => {
    minutes.push({
      passes: passes - passesBefore,
      happened: happened + writes.filter(each => each.at >= minuteEnds - MINUTE).length,
    });
    passesBefore = passes;
    happened = 0;
  };
  const advance = async (ms: number): Promise<void> => {
    const end = clock.monotonic() + ms;
    while (minuteEnds <= end) {
      await clock.advance(minuteEnds - clock.monotonic());
      note(world.loop.counts.passes);
      minuteEnds += MINUTE;
    }
    await clock.advance(end - clock.monotonic());
  };
  const begin = async (): Promise<void> => {
    await started(world.loop.start(), clock);
  };

  await begin();
  for (let i = chance.whole(1, 4); i > 0; i--) layOne(world, chance, i);
  const events = chance.whole(5, 25);
  for (let i = 0; i < events; i++) {
    await advance(chance.whole(0, chance.happens(0.7) ? 20_000 : 120_000));
    happened++;
    const dice = chance.one();
    if (dice < 0.6) {
      const [path, of] = chance.pick(values) ?? ['', []];
      simulator.world.change('port', chance.happens(0.8) ? 'p1' : 'p2', path, chance.pick(of));
    } else if (dice < 0.7) {
      simulator.world.setUnreachable(true);
      await advance(chance.whole(0, 90_000));
      simulator.world.setUnreachable(false);
    } else if (dice < 0.78) clock.jump(chance.pick([YEARS, -YEARS, 3_600_000, -3_600_000]) ?? 0);
    else if (dice < 0.86) simulator.world.reboot({ keepsSettings: chance.happens(0.5) });
    else if (dice < 0.93) {
      await started(world.loop.stop(), clock);
      passesBefore = 0;
      if (chance.happens(0.3)) clock.jump(chance.pick([YEARS, -YEARS]) ?? 0);
      world = loopWorld({ clock, store, simulator, driverOf: troubled });
      await begin();
    } else world.loop.ring();
  }

  isTroubled = false;
  await advance(CALM_MS);
  const seq = store.seq();
  await advance(10 * MINUTE);
  const life: Life = {
    writes,
    verdicts: store.verdicts(),
    waiting: world.loop.draft().waiting,
    minutes,
    quietChanges: store.seq() - seq,
  };
  await started(world.loop.stop(), clock);
  store.close();
  return life;
}

/** What waits for the clock itself comes to its end. */
async function started<T>(promise: Promise<T>, clock: HandClock): Promise<T> {
  let isOver = false;
  const watched = promise.finally(() => {
    isOver = true;
  });
  for (let i = 0; !isOver && i < 1_000; i++) await clock.advance(100);
  return watched;
}

function layOne({ store, loop, clock }: LoopWorld, chance: Chance, nth: number): void {
  const [path, of] = chance.pick(values) ?? ['', []];
  const value = chance.pick(of) ?? null;
  const expect: JsonObject =
    path === '/administrativeState' ? { administrativeState: value } : wish(path.split('/')[2] ?? '', value);
  store.transact({ principal: 'operator', kind: 'request' }, writer =>
    writer.putExpectation({
      id: expectationId(`e${nth}`),
      for: { kind: 'port', name: chance.happens(0.8) ? 'p1' : 'p2' },
      expect,
      mode: 'enforce',
      outOfBand: 'restore',
      priority: chance.whole(1, 100),
      principal: 'operator',
      createdAt: clock.now(),
    }),
  );
  loop.ring();
}

/** Writes that go back and forth between two values at one place: the most in a row. */
export function longestSwing(writes: readonly TroubledWrite[]): number {
  let longest = 0;
  for (const all of Object.values(Object.groupBy(writes, each => each.place))) {
    const said = (all ?? []).map(each => JSON.stringify(each.value));
    let swing = 0;
    for (let i = 2; i < said.length; i++) {
      swing = said[i] === said[i - 2] && said[i] !== said[i - 1] ? swing + 1 : 0;
      longest = Math.max(longest, swing);
    }
  }
  return longest;
}
