/** A loop over a simulated element, in one process and in hand-made time, for tests that lay expectations and look on. */
import { openSimulator, readElements, readTemplates, type Simulator } from '../../src/adapters/drivers/simulator.ts';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { type ExpectationId, expectationId, planId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kind, Kinds } from '../../src/core/kind.ts';
import { at, type Path } from '../../src/core/path.ts';
import type { PlannedTask } from '../../src/core/plan.ts';
import { foresee, sceneOf } from '../../src/core/prediction.ts';
import type { Named, TaskStep } from '../../src/core/task.ts';
import { withdraw } from '../../src/core/withdraw.ts';
import type { Driver } from '../../src/ports/driver.ts';
import type { FailSafe } from '../../src/ports/fail-safe.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { Loop } from '../../src/reconcile/loop.ts';
import { type Orders, takeOrders } from '../../src/reconcile/orders.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { type HandClock, handClock } from './clock.ts';

const specification = { id: '5a0c5a0c-0000-4000-8000-000000000000', version: '1.0.0', tmfVersion: 5 } as const;

const kindOf = (name: string): Kind => ({
  name,
  type: 'resource',
  specification: { ...specification, name },
  observed: ['name', '@type', 'administrativeState', 'operationalState', 'usageState'],
  characteristic: ['mtu', 'vlan', 'tags', 'speed', 'label'].map(each => ({
    name: each,
    schema: {},
    owner: 'driver',
  })),
});

export const kinds = new Map(['port', 'tunnel'].map(name => [name, kindOf(name)]));

export const pathOf = (name: string): Path => `/resourceCharacteristic/${name}/value`;
export const wish = (name: string, value: Json): JsonObject => ({ resourceCharacteristic: [{ name, value }] });

const unlocked = { expect: 'unlocked', path: '/administrativeState', because: 'it is unlocked' };

/** Two ports and what can be made on them: settings, lists, consequences near and far, and needs. */
const port = (name: string, other: string): JsonObject => ({
  kind: 'port',
  key: name,
  facts: {
    '@type': 'Resource',
    name,
    administrativeState: 'locked',
    operationalState: 'disabled',
    usageState: 'idle',
    resourceCharacteristic: [
      { name: 'mtu', value: 1500 },
      { name: 'vlan', value: 1 },
      { name: 'tags', value: ['a', 'b'] },
      { name: 'label', value: 'x' },
    ],
  },
  settable: [
    { path: '/administrativeState' },
    { path: pathOf('mtu') },
    { path: pathOf('tags') },
    { path: pathOf('label') },
    { path: pathOf('vlan'), needs: [unlocked] },
  ],
  consequences: [
    { when: { path: '/administrativeState', is: 'unlocked' }, also: { '/operationalState': 'enabled' } },
    { when: { path: '/administrativeState', is: 'locked' }, also: { '/operationalState': 'disabled' } },
    { when: { path: pathOf('mtu'), is: 9000 }, on: { kind: 'port', name: other }, also: { '/usageState': 'busy' } },
  ],
});

const elements = readElements([port('p1', 'p2'), port('p2', 'p1')]);
const templates = readTemplates([
  {
    kind: 'tunnel',
    facts: {
      '@type': 'Resource',
      administrativeState: 'locked',
      resourceCharacteristic: [{ name: 'mtu', value: 1400 }],
    },
    settable: [{ path: '/administrativeState' }, { path: pathOf('mtu') }],
  },
]);

export interface LoopWorld {
  readonly clock: HandClock;
  readonly store: Store;
  readonly simulator: Simulator;
  readonly loop: Loop;
  readonly orders: Orders;
  /** Lays an expectation, and lets the loop do what it does about it. */
  lay(expected: Json, more?: Partial<Expectation>): Promise<Expectation>;
  withdraw(id: ExpectationId, force?: boolean): Promise<void>;
  settle(): Promise<void>;
  /** What the element itself is like. */
  facts(): Promise<{ readonly [name: string]: JsonObject }>;
  factAt(name: string, path: Path): Promise<Json | undefined>;
}

export interface WorldParts {
  readonly clock?: HandClock;
  readonly store?: Store;
  readonly simulator?: Simulator;
  /** What stands between the loop and its store, and between it and the element. */
  readonly storeOf?: (store: Store) => Store;
  readonly driverOf?: (driver: Simulator) => Driver;
  readonly failSafe?: FailSafe;
  /** Of another element than the simulated one. */
  readonly kinds?: Kinds;
}

export function newSimulator(clock: HandClock): Simulator {
  return openSimulator({ clock, log: silentLog, elements, templates });
}

export function newStore(clock: HandClock): Store {
  let ids = 0;
  return openStore({ path: ':memory:', clock, keyed, newId: () => `id-${++ids}` });
}

let count = 0;

/** The loop has not been started yet. */
export function loopWorld(parts: WorldParts = {}): LoopWorld {
  const clock = parts.clock ?? handClock();
  const newId = (): string => `n-${String(++count).padStart(6, '0')}`;
  const whole = parts.store ?? newStore(clock);
  const store = parts.storeOf?.(whole) ?? whole;
  const simulator = parts.simulator ?? newSimulator(clock);
  const loop = new Loop({
    store,
    drivers: [parts.driverOf?.(simulator) ?? simulator],
    kinds: parts.kinds ?? kinds,
    keyed,
    clock,
    log: silentLog,
    newId,
    chance: () => 0.5,
    profileMode: 'warn',
    lookEveryMs: 60_000,
    ...(parts.failSafe ? { failSafe: parts.failSafe } : {}),
    freshnessMs: 180_000,
  });
  const orders = takeOrders({
    store,
    keyed,
    clock,
    newId,
    chosen: isMine => loop.chosen(isMine),
    abilityOf: task => loop.abilityOf(task),
    settable: (kind, path) => loop.settable(kind, path),
    lookAgain: () => loop.lookAgain(),
    guard: loop.guard,
    commits: loop.commits,
    protection: loop.protection,
    settle: () => loop.settle(),
  });
  const request = { principal: 'operator', kind: 'request' } as const;
  const facts: LoopWorld['facts'] = async () => {
    const { sightings } = await simulator.look();
    return Object.fromEntries(sightings.map(({ key, facts: each }) => [key, each]));
  };
  return {
    clock,
    store,
    simulator,
    loop,
    orders,
    settle: () => loop.settle(),
    facts,
    factAt: async (name, path) => at((await facts())[name], path, keyed),
    lay: async (expected, more = {}) => {
      const laid = store.transact(request, writer =>
        writer.putExpectation({
          id: expectationId(newId()),
          for: { kind: 'port', name: 'p1' },
          expect: expected,
          mode: 'enforce',
          priority: 50,
          principal: 'operator',
          createdAt: clock.now(),
          ...more,
        }),
      );
      loop.ring();
      await loop.settle();
      return laid;
    },
    withdraw: async (id, force = false) => {
      store.transact(request, writer => {
        const standing = writer.expectation(id);
        if (standing) withdraw(writer, standing, { by: 'operator', now: clock.now(), force });
      });
      loop.ring();
      await loop.settle();
    },
  };
}

/** What a plan that is made by hand brings about. */
export interface Wanted {
  readonly of: Named;
  readonly path: Path;
  readonly value?: Json;
  /** Where it is not the one of all. */
  readonly group?: string;
}

/** A plan that a person has made and approved, for an expectation about which the loop does nothing by itself. */
export function approvePlan(
  { store, simulator, clock }: Pick<LoopWorld, 'store' | 'simulator' | 'clock'>,
  id: string,
  expectation: Expectation,
  wanted: readonly Wanted[],
): void {
  let scene = sceneOf(store.instances({}));
  const tasks = wanted.flatMap(({ of, path, value, group = 'g' }): readonly PlannedTask[] => {
    const [instance] = [...store.instances(of)];
    const ability = simulator.abilities.find(each => each.kind === of.kind && each.path === path);
    const steps = instance ? ability?.steps(instance.document, value) : ability?.make?.(of.name, value ?? {});
    if (!Array.isArray(steps)) throw new Error(`no steps: ${String(steps)}`);
    return steps.map((step: TaskStep) => {
      const effects = ability?.predict?.(step, scene) ?? [];
      scene = foresee(scene, effects, keyed);
      return {
        ...(instance ? { instance: instance.id } : {}),
        of,
        expectation: expectation.id,
        driver: simulator.name,
        path,
        ...(value === undefined ? {} : { wanted: value }),
        step,
        group,
        key: JSON.stringify([step.op, step.args]),
        effects,
      };
    });
  });
  store.transact({ principal: 'ann', kind: 'request' }, writer =>
    writer.putPlan({
      id: planId(id),
      state: 'approved',
      hash: id,
      tasks,
      waiting: [],
      readSet: [],
      expectations: [{ id: expectation.id, seq: expectation.seq }],
      madeBy: 'ann',
      madeAt: clock.now(),
      approvedBy: 'ann',
    }),
  );
}
