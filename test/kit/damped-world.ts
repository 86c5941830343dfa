/** A loop over a simulated element whose writes are counted, with somebody else who has a hand in it, for tests of rest. */
import { onTestFinished } from 'vitest';
import type { Simulator } from '../../src/adapters/drivers/simulator.ts';
import { AgentError } from '../../src/core/errors.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import type { Json } from '../../src/core/json.ts';
import { at, type Path } from '../../src/core/path.ts';
import { type RuleBody, type RuleScope, ruleId } from '../../src/core/rule.ts';
import type { LeafRecord } from '../../src/core/settle/leaf-record.ts';
import { waitingIn } from '../../src/core/settle/scope.ts';
import type { StalledLeaf } from '../../src/core/verdict.ts';
import type { Driver, Step } from '../../src/ports/driver.ts';
import type { Store } from '../../src/ports/store.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { handClock, type JumpingClock } from './clock.ts';
import { type LoopWorld, loopWorld, newSimulator, newStore, pathOf, type WorldParts } from './loop-world.ts';

/** A step that reached the element. */
export interface Write {
  /** Of the time that goes on evenly. */
  readonly at: number;
  readonly path: Path;
  readonly value: Json | undefined;
}

/** What the element does to whoever sets it. */
export interface Manners {
  /** Says done, and does nothing. */
  lies: boolean;
  refuses: string | undefined;
  /** Sets it back so long after. */
  setsBackAfterMs: number | undefined;
}

export interface DampedWorld extends LoopWorld {
  readonly clock: JumpingClock;
  readonly writes: readonly Write[];
  readonly manners: Manners;
  /** Somebody else sets it at the element; heard and acted on. */
  change(path: Path, value: Json, name?: string): Promise<void>;
  rule(body: RuleBody & { readonly for?: RuleScope }): void;
  record(): LeafRecord | undefined;
  stalled(): readonly StalledLeaf[];
  /** A person says that all goes on. */
  resume(scope?: string): Promise<void>;
  /** Another life of the agent, on the same element. */
  restart(): Promise<DampedWorld>;
}

export const mtu = pathOf('mtu');

export interface DampedParts {
  readonly clock?: JumpingClock;
  readonly store?: Store;
  readonly simulator?: Simulator;
  readonly writes?: Write[];
  readonly manners?: Manners;
  readonly driverOf?: WorldParts['driverOf'];
}

export async function dampedWorld(parts: DampedParts = {}): Promise<DampedWorld> {
  const clock = parts.clock ?? handClock();
  const store = parts.store ?? newStore(clock);
  const simulator = parts.simulator ?? newSimulator(clock);
  const writes = parts.writes ?? [];
  const manners = parts.manners ?? { lies: false, refuses: undefined, setsBackAfterMs: undefined };
  const driverOf = (driver: Simulator): Driver => {
    const inner = parts.driverOf?.(driver) ?? driver;
    return { ...inner, act: step => act(step, inner) };
  };
  const act = async (step: Step, inner: Driver): Promise<void> => {
    const { path, value, name } = step.args;
    writes.push({ at: clock.monotonic(), path: String(path ?? ''), value });
    if (manners.refuses !== undefined) throw new AgentError('refused', manners.refuses);
    if (manners.lies) return;
    const before = (await world.facts())[String(name)];
    await inner.act(step);
    if (manners.setsBackAfterMs === undefined || typeof path !== 'string' || !before) return;
    const was = at(before, path, keyed);
    clock.after(manners.setsBackAfterMs, () => simulator.world.change('port', String(name), path, was));
  };
  const world = loopWorld({ clock, store, simulator, driverOf });
  await world.loop.start();
  const settled = async (): Promise<void> => {
    await clock.advance(0);
    await world.settle();
  };
  let rules = 0;
  const damped: DampedWorld = {
    ...world,
    clock,
    writes,
    manners,
    lay: (expected, more: Partial<Expectation> = {}) => world.lay(expected, { outOfBand: 'restore', ...more }),
    change: async (path, value, name = 'p1') => {
      simulator.world.change('port', name, path, value);
      await settled();
    },
    rule: body =>
      store.transact({ principal: 'operator', kind: 'request' }, writer =>
        writer.putRule({
          ...body,
          id: ruleId(`r${++rules}`),
          position: rules,
          principal: 'operator',
          createdAt: clock.now(),
        }),
      ),
    record: () => store.leafRecords()[0],
    stalled: () => store.verdicts().flatMap(each => each.stalled ?? []),
    resume: async (scope = 'all') => {
      store.transact({ principal: 'operator', kind: 'request' }, writer => {
        const owners = {
          kindOf: (): string => 'port',
          expectation: (id: string) => store.expectations().find(each => each.id === id),
        };
        for (const { leaf } of waitingIn(scope, writer.leafRecords(), owners)) writer.clearLeafRecord(leaf);
      });
      world.loop.ring();
      await settled();
    },
    restart: async () => {
      await world.loop.stop();
      return dampedWorld({ ...parts, clock, store, simulator, writes, manners });
    },
  };
  onTestFinished(() => world.loop.stop());
  return damped;
}

/** The most writes within any window of this length. */
export function busiest(writes: readonly Write[], windowMs: number): number {
  return Math.max(0, ...writes.map(({ at }) => writes.filter(each => each.at >= at && each.at < at + windowMs).length));
}
