import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId, instanceId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Peer } from '../../src/core/peer.ts';
import type { StandingVerdict } from '../../src/core/verdict.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { PeerState } from '../../src/ports/peers.ts';
import type { Store } from '../../src/ports/store.ts';
import { Gate } from '../../src/sync/peer-gate.ts';
import { PeerSync } from '../../src/sync/peer-sync.ts';
import { type Chance, chanceOf } from '../kit/chance.ts';
import { type HandClock, handClock } from '../kit/clock.ts';
import { type Ether, fair, makeEther } from '../kit/ether.ts';

const FRESHNESS_MS = 180_000;
const operator = { principal: 'operator', kind: 'request' } as const;

/** A store and what speaks for it; the judging is done by hand. */
interface Party {
  readonly name: string;
  readonly other: string;
  readonly store: Store;
  sync: PeerSync;
  gate: Gate;
  restart(): Promise<void>;
}

interface World {
  readonly clock: HandClock;
  readonly ether: Ether;
  readonly chance: Chance;
  readonly a: Party;
  readonly b: Party;
}

/** As Node's timers do, which count from when its loop began to turn. */
function firingEarly({ now, monotonic, after }: Clock): Clock {
  return { now, monotonic, after: (ms, call) => after(Math.max(ms - 1, Math.min(ms, 1)), call) };
}

async function makeWorld(seed = 1): Promise<World> {
  const chance = chanceOf(seed);
  const clock = handClock();
  const ether = makeEther(clock, chance);
  const keys = { a: generateKeyPairSync('ed25519').privateKey, b: generateKeyPairSync('ed25519').privateKey };
  const make = async (name: 'a' | 'b', other: 'a' | 'b'): Promise<Party> => {
    const store = openStore({ path: ':memory:', clock, keyed: {}, newId: randomUUID });
    const peer: Peer = { name: other, publicKey: '', key: createPublicKey(keys[other]) };
    let incarnation = 0;
    const begin = async (): Promise<Pick<Party, 'sync' | 'gate'>> => {
      const self = {
        realm: 'default',
        node: name,
        key: keys[name],
        incarnation: ++incarnation,
        storeId: store.agent,
        boot: randomUUID(),
      };
      const gate = new Gate({ self, peers: [peer], clock, log: silentLog, newId: randomUUID });
      const sync = new PeerSync({
        store,
        keyed: {},
        clock: firingEarly(clock),
        steady: () => clock.now(),
        log: silentLog,
        chance: chance.one,
        gate,
        peers: [peer],
        links: [ether.link(name)],
        freshnessMs: FRESHNESS_MS,
        ring: () => {},
      });
      await sync.start();
      return { sync, gate };
    };
    const party: Party = {
      name,
      other,
      store,
      ...(await begin()),
      restart: async () => {
        await party.sync.stop();
        Object.assign(party, await begin());
      },
    };
    onTestFinished(async () => {
      await party.sync.stop();
      store.close();
    });
    return party;
  };
  const a = await make('a', 'b');
  const b = await make('b', 'a');
  await clock.advance(100);
  return { clock, ether, chance, a, b };
}

function lay({ store, other }: Party, id: string, more: Partial<Expectation> = {}): void {
  store.transact(operator, writer =>
    writer.putExpectation({
      id: expectationId(id),
      for: { kind: 'resource', name: 'port-1', peer: other },
      expect: { description: 'uplink' },
      priority: 50,
      principal: 'operator',
      createdAt: 1,
      ...more,
    }),
  );
}

function withdraw({ store }: Party, id: string): void {
  store.transact(operator, writer => writer.removeExpectation(expectationId(id)));
}

/** What the loop does: judges what has no verdict yet, or says something new. */
function judge({ store, other }: Party, verdict: 'met' | 'unmet', now: number, only?: string): void {
  const mine = store.expectations().filter(each => each.principal === `peer:${other}`);
  store.transact({ principal: 'loop', kind: 'judgement' }, writer => {
    for (const { id } of mine) {
      if (only !== undefined && id !== only) continue;
      const instance = instanceId('port');
      writer.putVerdict({
        expectation: id,
        instance,
        verdict,
        ...(verdict === 'met' ? {} : { residual: { description: 'uplink' } }),
        since: now,
      });
    }
  });
}

const shown = ({ store }: Party): readonly string[] => store.verdicts().map(each => each.verdict);
const stateOf = ({ sync }: Party): PeerState => sync.states()[0] as PeerState;

/** Each side's rows of a stream, as they ought to be equal. */
function laidBy(party: Party, holder: Party): readonly unknown[][] {
  const bare = ({ id, for: meant, expect: wanted, priority, createdAt }: Expectation): unknown[] => {
    const { peer: _, ...target } = meant;
    return [id, target, wanted, priority, createdAt];
  };
  const byId = (x: unknown[], y: unknown[]): number => (String(x[0]) < String(y[0]) ? -1 : 1);
  const here = party.store.expectations().filter(each => each.for.peer === holder.name);
  const there = holder.store.expectations().filter(each => each.principal === `peer:${party.name}`);
  expect(there.map(bare).sort(byId)).toEqual(here.map(bare).sort(byId));
  const word = ({ expectation, instance, verdict, residual, since }: StandingVerdict): unknown[] => [
    `${expectation} ${instance}`,
    verdict,
    residual,
    since,
  ];
  const ids = new Set<string>(there.map(each => each.id));
  const told = party.store.verdicts().filter(each => each.peer === holder.name);
  const own = holder.store.verdicts().filter(each => ids.has(each.expectation));
  expect(told.map(word).sort(byId)).toEqual(own.map(word).sort(byId));
  return told.map(word);
}

test('an expectation is unknown until the peer has judged it, and follows its verdict', async () => {
  const { a, b, clock } = await makeWorld();
  lay(a, 'e1');
  await clock.advance(10);
  expect(shown(a)).toEqual(['unknown']);
  expect(b.store.expectations()).toMatchObject([{ id: 'e1', principal: 'peer:a', for: { name: 'port-1' } }]);
  judge(b, 'unmet', clock.now());
  await clock.advance(10);
  expect(a.store.verdicts()).toMatchObject([{ verdict: 'unmet', peer: 'b', residual: { description: 'uplink' } }]);
  judge(b, 'met', clock.now());
  await clock.advance(10);
  expect(shown(a)).toEqual(['met']);
  laidBy(a, b);
  await clock.advance(2_000);
  expect(stateOf(a)).toMatchObject({ presence: 'alive', out: { agreed: true, lag: 0 } });
});

test('what is changed is unknown until that version is judged, even when it is judged the same', async () => {
  const { a, b, clock } = await makeWorld();
  lay(a, 'e1');
  await clock.advance(10);
  judge(b, 'met', clock.now());
  await clock.advance(10);
  lay(a, 'e1', { priority: 70 });
  await clock.advance(10);
  expect(shown(a)).toEqual(['unknown']);
  expect(b.store.verdicts()).toEqual([]);
  judge(b, 'met', clock.now());
  await clock.advance(10);
  expect(shown(a)).toEqual(['met']);
});

test('a change that is taken back before the peer hears of it leaves the verdict as it was', async () => {
  const { a, b, clock, ether } = await makeWorld();
  lay(a, 'e1');
  await clock.advance(10);
  judge(b, 'met', clock.now());
  await clock.advance(10);
  ether.cut();
  lay(a, 'e1', { priority: 70 });
  await clock.advance(10);
  expect(shown(a)).toEqual(['unknown']);
  lay(a, 'e1');
  await clock.advance(10);
  ether.mend();
  await clock.advance(10);
  expect(shown(a)).toEqual(['met']);
  laidBy(a, b);
});

test('a peer that is silent for too long is not believed any more, until it answers', async () => {
  const { a, b, clock, ether } = await makeWorld();
  lay(a, 'e1');
  lay(a, 'e2', { freshnessMs: 20_000 });
  await clock.advance(10);
  judge(b, 'met', clock.now());
  await clock.advance(60_000);
  expect(shown(a)).toEqual(['met', 'met']);
  const before = a.store.verdicts();

  ether.cut();
  await clock.advance(30_000);
  expect(shown(a)).toEqual(['met', 'unknown']);
  expect(stateOf(a).presence).toBe('suspect');
  await clock.advance(FRESHNESS_MS);
  expect(shown(a)).toEqual(['unknown', 'unknown']);
  expect(stateOf(a).presence).toBe('dead');
  // Quiet while nothing changes.
  const seq = a.store.seq();
  await clock.advance(3 * FRESHNESS_MS);
  expect(a.store.seq()).toBe(seq);

  // What it said last is known across a restart, and does not count by itself.
  await a.restart();
  await clock.advance(1_000);
  ether.mend();
  await clock.advance(1_000);
  const { seq: _, ...first } = before[0] as StandingVerdict;
  expect(a.store.verdicts()[0]).toMatchObject(first);
  expect(shown(a)).toEqual(['met', 'met']);
});

test('a peer that has died and come back within a second is met again within the next', async () => {
  const { a, b, clock, ether } = await makeWorld();
  await clock.advance(5_000);
  for (const state of ['alive', 'dead', 'alive']) {
    ether.inject('a', b.gate.seal({ to: undefined, type: 'presence', data: { state } }).text);
    await clock.advance(300);
  }
  expect(stateOf(a).presence).toBe('dead');
  await clock.advance(1_000);
  expect(stateOf(a).presence).toBe('alive');
});

test('an old recording does not make a silent peer speak', async () => {
  const { a, b, clock, ether } = await makeWorld();
  lay(a, 'e1');
  await clock.advance(10);
  judge(b, 'met', clock.now());
  await clock.advance(10);
  const recorded = [...ether.sent];
  await b.sync.stop();
  await clock.advance(FRESHNESS_MS + 1_000);
  expect(shown(a)).toEqual(['unknown']);
  const refused = { ...a.gate.refused('b') };
  for (const text of recorded) ether.inject('a', text);
  await clock.advance(1_000);
  expect(shown(a)).toEqual(['unknown']);
  expect(stateOf(a).presence).toBe('dead');
  // Also when its memory of ids is gone.
  await a.restart();
  await clock.advance(FRESHNESS_MS + 1_000);
  for (const text of recorded) ether.inject('a', text);
  await clock.advance(1_000);
  expect(shown(a)).toEqual(['unknown']);
  expect(refused).toEqual({});
  expect(a.gate.refused('b')).toMatchObject({ meaningless: expect.any(Number) });
});

test('a message altered, repeated, forged or from a stranger changes nothing and is counted', async () => {
  const { a, b, clock, ether } = await makeWorld();
  lay(a, 'e1');
  await clock.advance(10);
  judge(b, 'unmet', clock.now());
  await clock.advance(10);
  withdraw(a, 'e1');
  await clock.advance(2_000);
  const [seqA, seqB] = [a.store.seq(), b.store.seq()];

  for (const text of ether.sent) {
    ether.inject('a', text);
    ether.inject('b', text);
    ether.inject('b', text.replace('edge', 'edgy'));
    ether.inject('b', text.replace('"epoch":1', '"epoch":9'));
  }
  ether.inject('b', 'not JSON');
  ether.inject('b', 'x'.repeat(400_000));
  const stranger = new Gate({
    self: { realm: 'default', node: 'x', key: generateKeyPairSync('ed25519').privateKey, incarnation: 1, storeId: 'x' },
    peers: [],
    clock,
    log: silentLog,
    newId: randomUUID,
  });
  ether.inject('b', stranger.seal({ to: 'b', type: 'batch', data: {} }).text);
  ether.inject('b', a.gate.seal({ to: 'b', type: 'batch', data: { v: 1, stream: 'a>b' } }).text);
  ether.inject('b', a.gate.seal({ to: 'b', type: 'batch', data: { v: 7, stream: 'a>b' } }).text);
  ether.inject('b', a.gate.seal({ to: 'b', type: 'reply', data: {}, answers: 'x' }).text);
  ether.inject('b', a.gate.seal({ to: 'b', type: 'hello', data: {} }).text);
  await clock.advance(5_000);
  expect([a.store.seq(), b.store.seq()]).toEqual([seqA, seqB]);
  expect(b.gate.refused('a')).toMatchObject({
    repeated: expect.any(Number),
    forged: expect.any(Number),
    malformed: expect.any(Number),
    version: 1,
    meaningless: expect.any(Number),
  });
  expect(b.gate.refused()).toMatchObject({ malformed: expect.any(Number), tooLarge: 1, unknown: 1 });
  lay(a, 'e2');
  await clock.advance(50);
  expect(b.store.expectation(expectationId('e2'))).toBeDefined();
});

test('whose clock is far ahead is told so, and served when it is set', async () => {
  const { a, b, clock } = await makeWorld();
  await clock.advance(1_000);
  const day = 86_400_000;
  const ahead = { ...clock, now: () => clock.now() + day };
  const gate = new Gate({ self: a.gate.self, peers: [], clock: ahead, log: silentLog, newId: randomUUID });
  const { gate: real } = a;
  // Only what is signed is of the future; the rest of A goes on.
  const { seal } = real;
  real.seal = draft => gate.seal(draft);
  lay(a, 'e1');
  await clock.advance(100);
  expect(b.store.expectations()).toEqual([]);
  expect(stateOf(a).lastError?.because).toContain('set the clocks');
  expect(b.gate.refused('a').future).toBeGreaterThan(0);
  real.seal = seal;
  await clock.advance(60_000);
  expect(b.store.expectations()).toHaveLength(1);
});

test('an id that somebody else has taken is quarantined, told, and holds up nothing', async () => {
  const { a, b, clock } = await makeWorld();
  lay(b, 'e1', { for: { kind: 'resource', name: 'own' }, why: 'it is mine' });
  lay(a, 'e1');
  lay(a, 'e2');
  await clock.advance(2_000);
  expect(b.store.expectation(expectationId('e1'))).toMatchObject({ principal: 'operator', why: 'it is mine' });
  expect(b.store.expectation(expectationId('e2'))).toBeDefined();
  expect(stateOf(b).in.quarantine).toMatchObject([{ key: 'expectation/e1', code: 'conflict' }]);
  expect(stateOf(a).out).toMatchObject({ agreed: true, errors: [{ key: 'expectation/e1', code: 'conflict' }] });
  expect(stateOf(a).lastError?.because).toContain('of somebody else');
  withdraw(a, 'e1');
  await clock.advance(2_000);
  expect(b.store.expectation(expectationId('e1'))).toBeDefined();
  expect(stateOf(b).in.quarantine).toEqual([]);
  expect(stateOf(a).out).toMatchObject({ agreed: true, errors: [] });
});

test('an expectation that cannot be read, or a verdict that is not its to give, is quarantined', async () => {
  const { a, b, clock } = await makeWorld();
  lay(a, 'bad', { expect: { mtu: { $nonsense: 1 } } });
  lay(a, 'good');
  lay(b, 'own', { for: { kind: 'resource', name: 'own' } });
  await clock.advance(2_000);
  expect(b.store.expectations().map(each => each.id)).toEqual(['own', 'good']);
  expect(stateOf(b).in.quarantine).toMatchObject([{ key: 'expectation/bad', code: 'invalid' }]);
  expect(stateOf(a).out.agreed).toBe(true);
});

test('a name that is used again for something else ends what it meant to the peer', async () => {
  const { a, b, clock, ether } = await makeWorld();
  lay(a, 'e1');
  lay(b, 'e9');
  await clock.advance(10);
  judge(b, 'met', clock.now());
  judge(a, 'met', clock.now());
  await clock.advance(2_000);
  expect(a.store.verdicts()).toHaveLength(2);
  ether.cut();
  withdraw(a, 'e1');
  lay(a, 'e1', { for: { kind: 'resource', name: 'here' } });
  ether.mend();
  await clock.advance(2_000);
  expect(b.store.expectations().map(each => each.id)).toEqual(['e9']);
  expect([stateOf(a).out, stateOf(b).out]).toMatchObject([
    { agreed: true, epoch: 1 },
    { agreed: true, epoch: 1 },
  ]);
});

test('a peer that is one no longer expects nothing any more', async () => {
  const { a, b, clock } = await makeWorld();
  lay(a, 'e1');
  lay(b, 'e2');
  await clock.advance(2_000);
  await b.sync.stop();
  const alone = new PeerSync({
    store: b.store,
    keyed: {},
    clock,
    steady: () => clock.now(),
    log: silentLog,
    chance: () => 0.5,
    gate: b.gate,
    peers: [],
    links: [],
    freshnessMs: FRESHNESS_MS,
    ring: () => {},
  });
  await alone.start();
  expect(b.store.expectations().map(each => each.id)).toEqual(['e2']);
  expect(b.store.verdicts()).toMatchObject([{ verdict: 'unknown' }]);
  await alone.stop();
  // Trusted again, it lays everything anew.
  await b.restart();
  await clock.advance(5_000);
  expect(
    b.store
      .expectations()
      .map(each => each.id)
      .sort(),
  ).toEqual(['e1', 'e2']);
});

test.each(Array.from({ length: 40 }, (_, i) => i + 1))(
  'through loss, repetition, reordering and restarts both end equal (seed %i)',
  async seed => {
    const world = await makeWorld(seed);
    const { chance, clock, ether } = world;
    ether.weather = { lost: 0.2, repeated: 0.15, longestMs: 3_000 };
    const parties = [world.a, world.b];
    let down = false;
    for (let step = 0; step < 60; step++) {
      const party = chance.pick(parties) ?? world.a;
      const id = `${party.name}${chance.whole(0, 8)}`;
      const roll = chance.one();
      if (roll < 0.35) lay(party, id, { priority: chance.whole(1, 101), createdAt: step });
      else if (roll < 0.5) withdraw(party, id);
      else if (roll < 0.8) judge(party, chance.happens(0.5) ? 'met' : 'unmet', clock.now());
      else if (roll < 0.87) await party.restart();
      else if (roll < 0.95) {
        down = !down;
        if (down) ether.cut();
        else ether.mend();
      }
      if (chance.happens(0.6)) await clock.advance(chance.whole(1, 8_000));
    }
    ether.weather = fair;
    if (down) ether.mend();
    // The loop judges what has no verdict yet.
    for (let round = 0; round < 3; round++) {
      await clock.advance(60_000);
      for (const party of parties) judge(party, 'unmet', 1);
    }
    await clock.advance(120_000);
    laidBy(world.a, world.b);
    laidBy(world.b, world.a);
    for (const party of parties) {
      expect(stateOf(party)).toMatchObject({ presence: 'alive', out: { agreed: true, lag: 0, epoch: 1 } });
      const other = party === world.a ? world.b : world.a;
      expect(stateOf(other).in.cursor).toBe(stateOf(party).out.cursor);
      expect(party.store.verdicts().some(each => each.told)).toBe(false);
    }
  },
);

/** Somebody else with the name, the key and the store of a party. */
function doubleOf({ gate, other }: Party, clock: HandClock): { say(ether: Ether): void } {
  const peers: Peer[] = [];
  const double = new Gate({
    self: { ...gate.self, boot: randomUUID() },
    peers,
    clock,
    log: silentLog,
    newId: randomUUID,
  });
  return {
    say: ether => ether.inject(other, double.seal({ to: other, type: 'presence', data: { state: 'alive' } }).text),
  };
}

test('two who speak in the name of a peer are both stopped, until a person has seen to it', async () => {
  const { clock, ether, a, b } = await makeWorld();
  lay(a, 'e1');
  await clock.advance(5_000);
  const double = doubleOf(a, clock);
  for (let i = 0; i < 3; i++) {
    double.say(ether);
    await clock.advance(61_000);
  }
  expect(stateOf(b).alarm).toContain('two agents run with the name and key of a');
  expect(stateOf(a).alarm).toContain('b has stopped our stream: two agents run');
  lay(a, 'e2');
  lay(b, 'e3');
  await clock.advance(300_000);
  expect(b.store.expectation(expectationId('e1'))).toBeDefined();
  expect(b.store.expectation(expectationId('e2'))).toBeUndefined();
  expect(a.store.expectation(expectationId('e3'))).toBeUndefined();
  expect([stateOf(a).out.epoch, stateOf(b).in.epoch]).toEqual([1, 1]);

  await b.restart();
  await clock.advance(60_000);
  expect(stateOf(b).alarm).toContain('two agents run');
  expect(b.sync.release('a')).toBe(true);
  expect(b.sync.release('nobody')).toBe(false);
  await clock.advance(60_000);
  expect(b.store.expectation(expectationId('e2'))).toBeDefined();
  expect(a.store.expectation(expectationId('e3'))).toBeDefined();
  expect([stateOf(a).alarm, stateOf(b).alarm]).toEqual([undefined, undefined]);
  judge(b, 'met', clock.now());
  await clock.advance(10_000);
  laidBy(a, b);
});

test('restarts, and what earlier lives had sent, pass for no double', async () => {
  const { clock, ether, a, b } = await makeWorld();
  const late: string[] = [];
  for (let life = 0; life < 5; life++) {
    for (let i = 0; i < 3; i++) late.push(a.gate.seal({ to: 'b', type: 'presence', data: { state: 'alive' } }).text);
    await clock.advance(1_000);
    await a.restart();
    await clock.advance(1_000);
    for (const text of late.splice(0, 2)) {
      ether.inject('b', text);
      await clock.advance(61_000);
    }
  }
  lay(a, 'e1');
  await clock.advance(10_000);
  expect(stateOf(b).alarm).toBeUndefined();
  expect(b.store.expectation(expectationId('e1'))).toBeDefined();
});

test('a verdict goes with the answer to the batch that led to it, to whoever reads it there', async () => {
  const { clock, ether, a, b } = await makeWorld();
  await clock.advance(1_000);
  const stop = b.store.onCommit(() => {
    const unjudged = b.store.expectations().find(each => b.store.verdicts({ expectation: each.id }).length === 0);
    if (unjudged) judge(b, 'met', clock.now(), unjudged.id);
  });
  onTestFinished(stop);
  const saidByB = (from: number): readonly { type: string; correlationid?: string; data: JsonObject }[] =>
    ether.sent
      .slice(from)
      .map(text => JSON.parse(text))
      .filter(each => each.source === '//default/b');
  const before = ether.sent.length;
  lay(a, 'e1');
  await clock.advance(1_000);
  expect(saidByB(before).map(({ type, data }) => [type.split('.').at(-2), 'reply' in data])).toEqual([['batch', true]]);
  expect(shown(a)).toEqual(['met']);
  expect([stateOf(a).out, stateOf(b).out]).toMatchObject([
    { lag: 0, agreed: true },
    { lag: 0, agreed: true },
  ]);

  // An agent that does not know of it.
  const { epoch, cursor } = stateOf(b).in;
  const data = { v: 1, stream: 'a>b', epoch, from: cursor, to: cursor, items: [], caughtUp: false };
  const alone = ether.sent.length;
  const { id, text } = a.gate.seal({ to: 'b', type: 'batch', stream: 'a>b', data });
  b.store.transact(operator, writer => writer.putVerdict({ ...(b.store.verdicts()[0] as StandingVerdict), since: 7 }));
  ether.inject('b', text);
  await clock.advance(1_000);
  const answers = saidByB(alone).filter(each => each.correlationid === id);
  expect(answers.map(({ type }) => type.split('.').at(-2))).toEqual(['reply']);
});

test('a stream that has to wait for its next epoch says so, and begins it when a person releases it', async () => {
  const { clock, a, b } = await makeWorld();
  lay(a, 'e1');
  await clock.advance(5_000);
  const spoil = async (): Promise<void> => {
    await b.sync.stop();
    const kept = b.store.streamState('peer:a:in');
    b.store.transact(operator, writer => writer.putStreamState('peer:a:in', { ...kept, sum: { a: 1, b: 1 } }));
    await b.restart();
    await clock.advance(120_000);
  };
  await spoil();
  expect(stateOf(a)).toMatchObject({ out: { epoch: 2, agreed: true } });
  expect(stateOf(a).alarm).toBeUndefined();
  await spoil();
  expect(stateOf(a)).toMatchObject({
    out: { epoch: 2, agreed: false },
    alarm: expect.stringContaining('`diffo peers release b` at a lets it go on'),
  });
  a.sync.release('b');
  await clock.advance(5_000);
  expect(stateOf(a)).toMatchObject({ out: { epoch: 3, agreed: true } });
  expect(stateOf(a).alarm).toBeUndefined();
});
