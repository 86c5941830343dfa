/** A loop over a simulated element in one process, whose every turn is recorded to a file. */
import { join } from 'node:path';
import type { Simulator } from '../../src/adapters/drivers/simulator.ts';
import { openRecordingFile } from '../../src/adapters/recording/file.ts';
import { Recorder } from '../../src/adapters/recording/recorder.ts';
import { openStore, snapshotOf } from '../../src/adapters/sqlite/store.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { FORMAT } from '../../src/core/recording/lines.ts';
import { withdraw } from '../../src/core/withdraw.ts';
import type { Driver } from '../../src/ports/driver.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { Loop } from '../../src/reconcile/loop.ts';
import { type Orders, takeOrders } from '../../src/reconcile/orders.ts';
import { freeTurns } from '../../src/reconcile/portions.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { makeDirectory } from './agent.ts';
import type { HandClock } from './clock.ts';
import { kinds, newSimulator } from './loop-world.ts';

export interface RecordedWorld {
  readonly file: string;
  readonly store: Store;
  readonly loop: Loop;
  readonly orders: Orders;
  readonly driver: Driver;
  lay(expect: Json, more?: Partial<Expectation>): Expectation;
  withdraw(id: string): void;
  /** Ends the run as one that is stopped does. */
  end(): Promise<void>;
}

export interface RecordedParts {
  readonly clock: HandClock;
  readonly simulator?: Simulator;
  readonly driverOf?: (simulator: Simulator) => Driver;
  readonly file?: string;
  /** Of a run before. */
  readonly data?: string;
  readonly mostBytes?: number;
  readonly chance?: () => number;
  readonly portions?: typeof freeTurns.portions;
}

const request = { principal: 'operator', kind: 'request' } as const;
let ids = 0;

export function recordedWorld(parts: RecordedParts): RecordedWorld {
  const { clock, simulator = newSimulator(clock), chance = () => 0.5 } = parts;
  const file = parts.file ?? join(makeDirectory(), 'run.jsonl');
  const sink = openRecordingFile(file, parts.mostBytes ?? 1 << 30, silentLog);
  const recorder = new Recorder(sink, parts.portions ?? freeTurns.portions);
  const newId = (): string => `id-${String(++ids).padStart(6, '0')}`;
  const own = recorder.clock(clock);
  const kept = openStore({ path: parts.data ?? ':memory:', clock: own, keyed, newId });
  const driver = parts.driverOf?.(simulator) ?? simulator;
  const settings = {
    mode: 'warn',
    lookEveryMs: 60_000,
    freshnessMs: 180_000,
    planExpiryMs: 3_600_000,
    confirmWithinMs: 60_000,
    driverTimeoutMs: 30_000,
    publicUrl: '',
    keep: { rows: 100_000, bytes: 1 << 25, days: 30 },
  } as const;
  const { mode: profileMode, lookEveryMs, freshnessMs, planExpiryMs, confirmWithinMs, driverTimeoutMs } = settings;
  recorder.open(
    {
      recording: FORMAT,
      version: '0.1.0',
      at: clock.now(),
      profile: 'test',
      settings,
      kinds: [...kinds.values()],
      drivers: [],
    },
    snapshotOf(kept),
    kept,
    kinds,
  );
  const loop = recorder.making(
    () =>
      new Loop({
        store: kept,
        drivers: [recorder.port(driver.name, driver)],
        kinds,
        keyed,
        clock: own,
        log: silentLog,
        newId: recorder.newId(newId),
        chance: recorder.chance(chance),
        profileMode,
        lookEveryMs,
        freshnessMs,
        planExpiryMs,
        confirmWithinMs,
        driverTimeoutMs,
        turns: recorder,
      }),
  );
  const store = recorder.others(kept);
  const orders = takeOrders({
    store,
    keyed,
    clock,
    newId,
    chosen: isMine => loop.chosen(isMine),
    abilityOf: task => loop.abilityOf(task),
    settable: (kind, path) => loop.settable(kind, path),
    lookAgain: () => loop.lookAgain(),
    settle: () => loop.settle(),
    guard: loop.guard,
    commits: loop,
    protection: loop,
  });
  return {
    file,
    store,
    loop,
    orders,
    driver,
    lay: (expect, more = {}) => {
      const laid = store.transact(request, writer =>
        writer.putExpectation({
          id: expectationId(newId()),
          for: { kind: 'port', name: 'p1' },
          expect,
          mode: 'enforce',
          priority: 50,
          principal: 'operator',
          createdAt: clock.now(),
          ...more,
        }),
      );
      loop.ring();
      return laid;
    },
    withdraw: id => {
      store.transact(request, writer => {
        const standing = writer.expectation(expectationId(id));
        if (standing) withdraw(writer, standing, { by: 'operator', now: clock.now(), force: false });
      });
      loop.ring();
    },
    end: async () => {
      await loop.stop();
      recorder.close();
      kept.close();
    },
  };
}

export type { JsonObject };
