import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { AgentError } from '../../src/core/errors.ts';
import { expectationId, instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { CentralSync, type CentralSyncParts } from '../../src/sync/central-sync.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { centralContract } from '../contracts/central.ts';
import { type FakeCentral, fakeCentral, namesIn } from '../kit/central.ts';
import { type HandClock, handClock } from '../kit/clock.ts';

centralContract('the contract of central, kept by the fake', async () => {
  const central = fakeCentral();
  return { central, shown: async () => namesIn(central) };
});

const HOUR = 3_600_000;
const cause = { principal: 'client', kind: 'request' } as const;

interface Scene {
  readonly clock: HandClock;
  readonly store: Store;
  readonly central: FakeCentral;
  readonly sync: CentralSync;
  put(name: string, more?: JsonObject): void;
  remove(name: string): void;
  /** As after a restart of the agent. */
  again(parts?: Partial<CentralSyncParts>): CentralSync;
}

function scene(parts: Partial<CentralSyncParts> = {}, file = ':memory:'): Scene {
  const clock = handClock();
  let ids = 0;
  const newId = (): string => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`;
  const store = openStore({ path: file, clock, keyed: tmfKeyedArrays, newId });
  const central = fakeCentral();
  const make = (more: Partial<CentralSyncParts>): CentralSync => {
    const sync = new CentralSync({
      store,
      central,
      clock,
      log: silentLog,
      chance: () => 0.5,
      boot: newId(),
      heartbeatMs: 15 * 60_000,
      epochEveryMs: HOUR,
      ...parts,
      ...more,
    });
    sync.start();
    onTestFinished(() => sync.stop());
    return sync;
  };
  return {
    clock,
    store,
    central,
    sync: make({}),
    put: (name, more = {}) =>
      store.transact(cause, writer =>
        writer.putInstance({
          id: instanceId(name),
          type: 'resource',
          kind: 'resource',
          document: { id: name, '@type': 'Resource', name, ...more },
          createdAt: clock.now(),
        }),
      ),
    remove: name => store.transact(cause, writer => writer.removeInstance(instanceId(name))),
    again: (more = {}) => make(more),
  };
}

/** Somebody else's hand in the graph, found when something is told of next. */
async function spoil({ central, store, put }: Scene, name: string): Promise<void> {
  const [first] = [...central.bodies.keys()];
  await central.push(
    {
      ...(central.pushed.at(-1) as (typeof central.pushed)[number]),
      items: [
        {
          key: `${first}-${name}`,
          seq: store.seq() + 1,
          deleted: false,
          hash: '0'.repeat(32),
          schema: 'instance/1',
          body: {},
        },
      ],
      to: store.seq() + 1,
      from: store.seq(),
      caughtUp: false,
    },
    { boot: 'a hand', isReleased: true },
  );
  put(name);
}

describe('telling central', () => {
  test('it is told at the start, and agrees', async () => {
    const { clock, central, sync, put } = scene();
    put('a');
    await clock.advance(0);
    expect(namesIn(central)).toEqual(['a']);
    expect(sync.state()).toMatchObject({ state: 'synced', lagRows: 0, epoch: 1 });
  });

  test('what is written together travels together, a second after the first of it', async () => {
    const { clock, central, sync, put } = scene();
    await clock.advance(10_000);
    const before = central.pushed.length;
    put('a');
    await clock.advance(500);
    put('b');
    expect(sync.state()).toMatchObject({ state: 'sending', lagRows: 2 });
    await clock.advance(499);
    expect(central.pushed.length).toBe(before);
    await clock.advance(1);
    expect(central.pushed.length).toBe(before + 1);
    expect(namesIn(central)).toEqual(['a', 'b']);
  });

  test('one that changes all the time is told every few seconds and not at each change', async () => {
    const { clock, central, put } = scene();
    await clock.advance(10_000);
    const before = central.pushed.length;
    for (let i = 0; i < 600; i++) {
      put('a', { description: String(i) });
      await clock.advance(100);
    }
    expect(central.pushed.length - before).toBeGreaterThanOrEqual(8);
    expect(central.pushed.length - before).toBeLessThanOrEqual(13);
  });

  test('while nothing happens there is a heartbeat and nothing else', async () => {
    const { clock, central, put } = scene();
    put('a');
    await clock.advance(10_000);
    const before = central.pushed.length;
    await clock.advance(10 * HOUR);
    expect(central.pushed.length - before).toBe(40);
    expect(central.pushed.slice(before).every(batch => batch.items.length === 0 && batch.caughtUp)).toBe(true);
  });

  test('what is gone is told as gone', async () => {
    const { clock, central, put, remove } = scene();
    put('a');
    put('b');
    await clock.advance(10_000);
    remove('a');
    await clock.advance(10_000);
    expect(namesIn(central)).toEqual(['b']);
  });

  test('a verdict stands there while it is unmet or unknown', async () => {
    const { clock, store, central, sync } = scene();
    const expectation = expectationId('e');
    const judge = (verdict: 'met' | 'unmet' | 'unknown'): void =>
      void store.transact(cause, writer => {
        if (!writer.expectation(expectation)) {
          const laid = { for: { id: instanceId('a') }, expect: {}, priority: 50, principal: 'operator' };
          writer.putExpectation({ id: expectation, ...laid, createdAt: 0 });
        }
        writer.putVerdict({ expectation, instance: instanceId('a'), verdict, since: clock.now() });
      });
    const verdicts = (): string[] => [...central.bodies.keys()].filter(key => key.startsWith('verdict/'));
    for (const [verdict, shown] of [
      ['met', 0],
      ['unmet', 1],
      ['unknown', 1],
      ['met', 0],
    ] as const) {
      judge(verdict);
      await clock.advance(10_000);
      expect(verdicts(), verdict).toHaveLength(shown);
      expect(sync.state().state).toBe('synced');
    }
  });
});

describe('bad days', () => {
  test('an outage is waited out with a growing wait, and nothing is lost', async () => {
    const { clock, central, sync, put } = scene();
    central.fail = () => new AgentError('unreachable', 'it does not answer');
    put('a');
    await clock.advance(HOUR);
    expect(sync.state()).toMatchObject({
      state: 'backing off',
      lastError: { code: 'unreachable', message: 'it does not answer' },
      lagRows: 1,
    });
    const tries = central.pushed.length;
    expect(tries).toBeGreaterThan(8);
    expect(tries).toBeLessThan(25);
    expect(sync.state().failures.unreachable).toBe(tries);
    // What is written meanwhile does not hurry it.
    put('b');
    await clock.advance(2_000);
    expect(central.pushed.length).toBe(tries);
    central.fail = undefined;
    await clock.advance(15 * 60_000);
    expect(namesIn(central)).toEqual(['a', 'b']);
    expect(sync.state()).toMatchObject({ state: 'synced', counts: { epochs: 0 } });
  });

  test('a batch that is too much is tried smaller', async () => {
    const { clock, central, sync, put } = scene();
    central.fail = batch => (batch.items.length > 100 ? new AgentError('tooLarge', 'too many rows') : undefined);
    for (let i = 0; i < 450; i++) put(`r${i}`);
    await clock.advance(120_000);
    expect(namesIn(central)).toHaveLength(450);
    expect(sync.state().state).toBe('synced');
  });

  test('when answers are lost what was told is told again, and once it counts', async () => {
    const { clock, central, sync, put } = scene();
    put('a');
    central.loseAnswers = true;
    await clock.advance(5_000);
    expect(namesIn(central)).toEqual(['a']);
    expect(sync.state().state).toBe('backing off');
    central.loseAnswers = false;
    await clock.advance(60_000);
    expect(sync.state()).toMatchObject({ state: 'synced', counts: { mismatches: 0, epochs: 0 } });
  });

  test('central is put back to an older state: the heartbeat finds it, and rows are told again', async () => {
    const { clock, central, sync, put } = scene();
    put('a');
    await clock.advance(10_000);
    const restore = central.copy();
    put('b');
    await clock.advance(10_000);
    restore();
    expect(namesIn(central)).toEqual(['a']);
    await clock.advance(20 * 60_000);
    expect(namesIn(central)).toEqual(['a', 'b']);
    expect(sync.state()).toMatchObject({ state: 'synced', counts: { rewinds: 1, epochs: 0 } });
  });

  test('after a restart of the agent it goes on from where it was, and never in an epoch that is not kept', async () => {
    const { clock, store, central, sync, put, again } = scene();
    for (let i = 0; i < 20; i++) put(`r${i}`);
    await clock.advance(10_000);
    await sync.stop();
    expect(store.streamState('central')).toMatchObject({ epoch: 1, acked: 20 });
    put('late');
    const before = central.pushed.length;
    const next = again();
    await clock.advance(1_000);
    expect(central.pushed.slice(before).flatMap(batch => batch.items)).toHaveLength(1);
    expect(next.state().state).toBe('synced');
  });

  test('a mismatch begins an epoch with a snapshot, and the next one not before its time', async () => {
    const world = scene({ epochEveryMs: 2 * 60_000, heartbeatMs: 60_000 });
    const { clock, central, sync, put } = world;
    put('a');
    await clock.advance(10_000);
    await spoil(world, 'b');
    await clock.advance(70_000);
    expect(sync.state()).toMatchObject({ epoch: 2, state: 'synced' });
    expect(namesIn(central)).toEqual(['a', 'b']);
    await spoil(world, 'c');
    await clock.advance(30_000);
    const held = sync.state();
    expect(held.epoch).toBe(2);
    await clock.advance(4 * 60_000);
    expect(sync.state()).toMatchObject({ epoch: 3, state: 'synced' });
    expect(namesIn(central)).toEqual(['a', 'b', 'c']);
  });

  test('a row that central cannot take is told of, until a later version of it is taken', async () => {
    const { clock, sync, put } = scene();
    put('good');
    put('large', { description: 'x'.repeat(300_000) });
    await clock.advance(10_000);
    expect(sync.state()).toMatchObject({
      state: 'synced',
      quarantined: [{ key: 'instance/large', code: 'tooLarge' }],
    });
    put('large', { description: 'small' });
    await clock.advance(10_000);
    expect(sync.state().quarantined).toEqual([]);
  });

  test('a copy of it that runs too stops the stream of both, until a person has seen to it', async () => {
    const { clock, central, sync, put, again } = scene();
    put('a');
    await clock.advance(10_000);
    const copy = again();
    await clock.advance(10_000);
    for (const name of ['b', 'c', 'd']) {
      put(name);
      await clock.advance(10_000);
    }
    for (const each of [sync, copy]) {
      expect(each.state()).toMatchObject({ alarm: expect.stringContaining('two agents'), epoch: 1 });
    }
    expect(namesIn(central)).not.toContain('d');
    await copy.stop();
    await clock.advance(3_600_000);
    expect(sync.state()).toMatchObject({ state: 'backing off', alarm: expect.stringContaining('two agents') });
    sync.release();
    await clock.advance(10_000);
    expect(sync.state().alarm).toBeUndefined();
    expect(sync.state()).toMatchObject({ state: 'synced', epoch: 1 });
    expect(namesIn(central)).toEqual(['a', 'b', 'c', 'd']);
  });

  test('what has to wait for its next epoch says so, and begins it when a person releases it', async () => {
    const world = scene({ heartbeatMs: 60_000 });
    const { clock, central, sync } = world;
    world.put('a');
    await clock.advance(10_000);
    await spoil(world, 'b');
    await clock.advance(70_000);
    expect(sync.state()).toMatchObject({ epoch: 2, state: 'synced' });
    expect(sync.state().alarm).toBeUndefined();
    await spoil(world, 'c');
    await clock.advance(10 * 60_000);
    expect(sync.state()).toMatchObject({ epoch: 2, alarm: expect.stringContaining('`diffo central release`') });
    sync.release();
    await clock.advance(70_000);
    expect(sync.state()).toMatchObject({ epoch: 3, state: 'synced' });
    expect(sync.state().alarm).toBeUndefined();
    expect(namesIn(central)).toEqual(['a', 'b', 'c']);
  });

  test('a stop waits for nobody', async () => {
    const { clock, central, sync, put } = scene();
    put('a');
    let end = (): void => {};
    central.push = () => new Promise((_, reject) => (end = () => reject(new Error('closed'))));
    central.close = async () => end();
    await clock.advance(2_000);
    await sync.stop();
    expect(sync.state().state).toBe('connecting');
  });
});
