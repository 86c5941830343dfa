import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Batch, type Item, readBatch, readReply } from '../../src/core/stream/batch.ts';
import {
  type Guard,
  newReceiver,
  type Receiver,
  type Reception,
  receive,
  refuse,
} from '../../src/core/stream/receiver.ts';
import {
  defaultLimits,
  heard,
  type Limits,
  newSender,
  next,
  released,
  resumed,
  type Sender,
  type Source,
  unanswered,
  unsent,
} from '../../src/core/stream/sender.ts';
import { hashOf, noRows, sameSum, sumOf, withoutRow, withRow } from '../../src/core/stream/sum.ts';

const HOUR_MS = 3_600_000;
const start = { now: 1_700_000_000_000, chance: 0.5 };
const after = (ms: number) => ({ ...start, now: start.now + ms });

function row(key: string, seq: number, value: unknown = seq): Item {
  const body = { value: value as number };
  return { key, seq, deleted: false, hash: hashOf(body), schema: 'thing@1.0', body };
}
const gone = (key: string, seq: number): Item => ({ key, seq, deleted: true });

function source(rows: readonly Item[], { seq = rows.at(-1)?.seq ?? 0, purged = 0 } = {}): Source {
  return {
    seq,
    purged,
    rowsAfter: (cursor, limit) => rows.filter(each => each.seq > cursor).slice(0, limit),
    sum: () => sumOf(rows.flatMap(each => (each.deleted ? [] : [[each.key, each.hash] as const]))),
  };
}

/** A receiver that keeps guards only. */
class Follower {
  receiver: Receiver = newReceiver;
  guards = new Map<string, Guard>();

  take(batch: Batch, refused: readonly string[] = []): Reception {
    const decided = receive(this.receiver, batch, key => this.guards.get(key));
    const errors = decided.rows.filter(({ item }) => refused.includes(item.key));
    const reception = refuse(
      decided,
      errors.map(({ item }) => ({ key: item.key, seq: item.seq, code: 'invalid', message: 'no such kind' })),
    );
    for (const { item, guard } of [...reception.rows, ...reception.quarantine]) this.guards.set(item.key, guard);
    const until = reception.reconcileBefore ?? 0;
    for (const [key, guard] of this.guards) if (guard.epoch < until) this.guards.delete(key);
    this.receiver = reception.receiver;
    return reception;
  }

  shown(): Record<string, string> {
    return Object.fromEntries(
      [...this.guards].flatMap(([key, { shown }]) => (shown === null ? [] : [[key, shown]])).sort(),
    );
  }
}

function batchOf(sender: Sender, rows: Source, limits: Limits = defaultLimits, at = start): Batch {
  const step = next(sender, rows, at, limits);
  if (step.step !== 'send') throw new Error(`it does not send: ${JSON.stringify(step)}`);
  return step.batch;
}

function beginning(sender: Sender, rows: Source, at = start): Sender {
  const step = next(sender, rows, at);
  if (step.step !== 'begin') throw new Error(`it does not begin: ${JSON.stringify(step)}`);
  return step.sender;
}

describe('the sender', () => {
  test('sends what stands beyond the cursor and says when that was all', () => {
    const rows = source([row('a', 1), gone('b', 4), row('c', 7)], { seq: 9 });
    expect(batchOf({ ...newSender('s'), acked: 1 }, rows)).toMatchObject({ from: 1, to: 9, caughtUp: true });
    const first = batchOf(newSender('s'), rows, { rows: 2, bytes: 10_000 });
    expect(first).toMatchObject({ from: 0, to: 4, caughtUp: false });
    expect(first.sum).toBeUndefined();
  });

  test('keeps a batch below its bytes, but sends at least one row', () => {
    const large = row('a', 1, 'x'.repeat(600));
    const rows = source([large, row('b', 2, 'x'.repeat(600))]);
    expect(batchOf(newSender('s'), rows, { rows: 10, bytes: 1000 }).items).toEqual([large]);
    const slow = { ...newSender('s'), pace: { ...newSender('s').pace, share: 1 / 64 } };
    expect(batchOf(slow, rows, { rows: 10, bytes: 1000 }).items).toEqual([large]);
  });

  test('tells of a row that is too large to travel, without its body', () => {
    const batch = batchOf(newSender('s'), source([row('a', 1, 'x'.repeat(2000)), row('b', 2)]), {
      rows: 10,
      bytes: 1000,
    });
    expect(batch.items.map(item => [item.key, 'body' in item])).toEqual([
      ['a', false],
      ['b', true],
    ]);
    const reception = new Follower().take(batch);
    expect(reception.quarantine.map(({ error }) => error.code)).toEqual(['tooLarge']);
    expect(reception.reply).toMatchObject({ reply: 'ack', agreed: true });
  });

  test('sends a row without its body when the carrier refuses it even alone', () => {
    const rows = source([row('a', 1, 'x'.repeat(2000))]);
    const sender = newSender('s');
    const refused = unanswered(sender, start, batchOf(sender, rows));
    expect(batchOf(refused, rows, defaultLimits, after(HOUR_MS)).items[0]).not.toHaveProperty('body');
  });

  test('is silent when the receiver has everything, until a heartbeat is due', () => {
    const rows = source([row('a', 1)]);
    const follower = new Follower();
    const sender = heard(newSender('s'), follower.take(batchOf(newSender('s'), rows)).reply, 1, start);
    expect(next(sender, rows, after(6_000))).toMatchObject({ step: 'wait', held: false });
    const heartbeat = batchOf(sender, rows, defaultLimits, after(20 * 60_000));
    expect(heartbeat).toMatchObject({ from: 1, to: 1, items: [], caughtUp: true });
    expect(follower.take(heartbeat)).toMatchObject({ moved: false, reply: { reply: 'ack', agreed: true } });
  });

  test('waits longer with each failure, and tries less', () => {
    let sender = newSender('s');
    const waits = [1, 2, 3, 20, 21].map(failures => {
      while (sender.pace.failures < failures) sender = unanswered(sender, start);
      return sender.pace.notBefore - start.now;
    });
    expect(waits).toEqual([500, 1000, 2000, 450_000, 450_000]);
    const rows = source([row('a', 1), row('b', 2)]);
    expect(batchOf(sender, rows, { rows: 64, bytes: 100_000 }, after(HOUR_MS)).items).toHaveLength(1);
    expect(unsent(newSender('s'), start).pace).toMatchObject({ failures: 1, share: 1 });
  });

  test('obeys the receiver', () => {
    const rows = source([row('a', 1), row('b', 2), row('c', 3)]);
    const { reply } = new Follower().take(batchOf(newSender('s'), rows, { rows: 1, bytes: 1000 }));
    const sender = heard(newSender('s'), { ...reply, retryAfterMs: 9_000, creditRows: 1 }, 3, start);
    expect(next(sender, rows, after(8_999))).toMatchObject({ step: 'wait', held: true });
    expect(batchOf(sender, rows, defaultLimits, after(9_000)).items).toHaveLength(1);
  });

  test('begins above a later epoch that the receiver has, and sends everything', () => {
    const rows = source([row('a', 5)]);
    const stale = { reply: 'stale', v: 1, stream: 's', epoch: 6, cursor: 90, errors: [] } as const;
    const sender = beginning(heard({ ...newSender('s'), acked: 5 }, stale, 5, start), rows);
    expect(sender).toMatchObject({ epoch: 7, acked: 0 });
    expect(batchOf(sender, rows)).toMatchObject({ epoch: 7, from: 0, caughtUp: true });
  });

  test('begins a new epoch when the receiver knows more of this one than there is', () => {
    const ack = { reply: 'ack', agreed: false, v: 1, stream: 's', epoch: 1, cursor: 90, errors: [] } as const;
    expect(next(heard(newSender('s'), ack, 5, start), source([row('a', 5)]), start)).toMatchObject({
      step: 'begin',
      because: 'rolledBack',
    });
  });

  test('begins a new epoch where tombstones are missing, and not for those from before the epoch', () => {
    const rows = source([row('a', 9)], { purged: 7 });
    expect(next({ ...newSender('s'), acked: 3 }, rows, start)).toMatchObject({ step: 'begin', because: 'purged' });
    expect(next({ ...newSender('s'), acked: 3, base: 8 }, rows, start)).toMatchObject({ step: 'send' });
    expect(next(newSender('s'), rows, start)).toMatchObject({ step: 'send' });
  });

  test('does not listen to what was said in another epoch', () => {
    const sender = { ...newSender('s'), epoch: 4, acked: 8 };
    for (const reply of ['ack', 'rewind', 'mismatch', 'stale'] as const) {
      expect(heard(sender, { reply, agreed: true, v: 1, stream: 's', epoch: 3, cursor: 2, errors: [] }, 9, start)).toBe(
        sender,
      );
    }
  });

  test('leaves an hour between two epochs, and after three waits for a person or for a day to pass', () => {
    const rows = source([row('a', 1)]);
    const mismatch = (sender: Sender) =>
      heard(sender, { reply: 'mismatch', v: 1, stream: 's', epoch: sender.epoch, cursor: 1, errors: [] }, 1, start);
    let sender = newSender('s');
    for (const hours of [0, 1, 2]) {
      if (hours > 0) {
        expect(next(mismatch(sender), rows, after(hours * HOUR_MS - 1))).toMatchObject({
          step: 'wait',
          until: start.now + hours * HOUR_MS,
        });
      }
      sender = beginning(mismatch(sender), rows, after(hours * HOUR_MS));
    }
    expect(sender.epoch).toBe(4);
    expect(next(mismatch(sender), rows, after(20 * HOUR_MS))).toMatchObject({
      step: 'wait',
      until: start.now + 24 * HOUR_MS,
      because: expect.stringContaining('release'),
    });
    // A restart does not forget it; a person may, and so does the day.
    expect(next(mismatch(resumed(sender)), rows, after(20 * HOUR_MS)).step).toBe('wait');
    expect(next(released(mismatch(sender)), rows, after(20 * HOUR_MS)).step).toBe('begin');
    expect(next(mismatch(sender), rows, after(24 * HOUR_MS)).step).toBe('begin');
  });

  test('still tells what changes while a mismatch waits for its epoch', () => {
    const sender = {
      ...newSender('s'),
      acked: 1,
      begun: [start.now],
      renewal: { because: 'mismatch', above: 1 } as const,
    };
    expect(batchOf(sender, source([row('a', 1), row('b', 2)]), defaultLimits, after(1000)).items).toHaveLength(1);
    const agreed = { reply: 'ack', agreed: true, v: 1, stream: 's', epoch: 1, cursor: 2, errors: [] } as const;
    expect(heard(sender, agreed, 2, start).renewal).toBeUndefined();
  });

  test('stops telling when it also turns out to be rolled back: the receiver would take nothing', () => {
    const sender = { ...newSender('s'), begun: [start.now], renewal: { because: 'mismatch', above: 1 } as const };
    const ack = { reply: 'ack', agreed: false, v: 1, stream: 's', epoch: 1, cursor: 9, errors: [] } as const;
    const rows = source([row('a', 1)]);
    expect(next(heard(sender, ack, 1, start), rows, start)).toMatchObject({ step: 'wait', held: true });
  });

  test('does not wait for a time that the clock had by mistake', () => {
    const sender = { ...newSender('s'), begun: [start.now + 10 * 365 * 24 * HOUR_MS] };
    const mismatch = { reply: 'mismatch', v: 1, stream: 's', epoch: 1, cursor: 0, errors: [] } as const;
    expect(next(heard(sender, mismatch, 0, start), source([]), start).step).toBe('begin');
  });
});

describe('the receiver', () => {
  test('takes a snapshot, and then ends what no batch of its epoch has brought', () => {
    const follower = new Follower();
    follower.take(batchOf(newSender('s'), source([row('a', 1), row('b', 2)])));
    const sender = { ...newSender('s'), epoch: 2 };
    const rows = source([row('b', 2), row('c', 3)]);
    const first = follower.take(batchOf(sender, rows, { rows: 1, bytes: 1000 }));
    expect(first.reconcileBefore).toBeUndefined();
    expect(Object.keys(follower.shown())).toEqual(['a', 'b']);
    const last = follower.take(batchOf({ ...sender, acked: 2 }, rows));
    expect(last).toMatchObject({ reconcileBefore: 2, reply: { reply: 'ack', agreed: true } });
    expect(Object.keys(follower.shown())).toEqual(['b', 'c']);
  });

  test('asks for what it is missing, and enters an epoch only by its snapshot', () => {
    const follower = new Follower();
    follower.take(batchOf(newSender('s'), source([row('a', 1)])));
    const rows = source([row('a', 1), row('b', 5)]);
    expect(follower.take(batchOf({ ...newSender('s'), acked: 4 }, rows))).toMatchObject({
      moved: false,
      reply: { reply: 'rewind', epoch: 1, cursor: 1 },
    });
    expect(follower.take(batchOf({ ...newSender('s'), epoch: 3, acked: 1 }, rows))).toMatchObject({
      moved: false,
      receiver: { epoch: 1, cursor: 1 },
      reply: { reply: 'rewind', epoch: 3, cursor: 0 },
    });
  });

  test('fences off an epoch that has ended', () => {
    const follower = new Follower();
    follower.take(batchOf({ ...newSender('s'), epoch: 4 }, source([row('a', 1)])));
    const late = follower.take(batchOf(newSender('s'), source([row('a', 9)])));
    expect(late).toMatchObject({ moved: false, rows: [], reply: { reply: 'stale', epoch: 4, cursor: 1 } });
  });

  test('tells a change once, and only where there is one', () => {
    const follower = new Follower();
    const effects = (rows: readonly Item[], epoch = 1) =>
      follower.take(batchOf({ ...newSender('s'), epoch }, source(rows))).rows.map(({ effect }) => effect);
    expect(effects([row('a', 1, 'x')])).toEqual(['create']);
    expect(effects([row('a', 1, 'x')])).toEqual([]);
    expect(effects([row('a', 2, 'x')])).toEqual([undefined]);
    expect(effects([row('a', 3, 'y')])).toEqual(['change']);
    expect(effects([row('a', 3, 'y')], 2)).toEqual([undefined]);
    expect(effects([gone('a', 4)], 2)).toEqual(['delete']);
    expect(effects([gone('a', 5)], 2)).toEqual([undefined]);
  });

  test('keeps a row aside that cannot be applied, and goes on; a later version clears it', () => {
    const follower = new Follower();
    follower.take(batchOf(newSender('s'), source([row('a', 1, 'good')])));
    const bad = source([row('a', 2, 'bad'), row('b', 3)]);
    const refused = follower.take(batchOf({ ...newSender('s'), acked: 1 }, bad), ['a']);
    expect(refused.reply).toMatchObject({ reply: 'ack', agreed: true, cursor: 3, errors: [{ key: 'a', seq: 2 }] });
    expect(follower.shown().a).toBe(hashOf({ value: 'good' }));
    const again = follower.take(batchOf({ ...newSender('s'), acked: 3 }, source([row('b', 3), row('a', 4, 'good')])));
    expect(again).toMatchObject({ rows: [{ effect: undefined }], quarantine: [], reply: { agreed: true, errors: [] } });
    expect(follower.guards.get('a')).toMatchObject({
      shown: hashOf({ value: 'good' }),
      hash: hashOf({ value: 'good' }),
    });
  });

  test('sees when two rows have exchanged their bodies', () => {
    const x = hashOf('x');
    const y = hashOf('y');
    expect(
      sumOf([
        ['a', x],
        ['b', y],
      ]),
    ).not.toEqual(
      sumOf([
        ['a', y],
        ['b', x],
      ]),
    );
  });
});

describe('what comes in', () => {
  const batch = batchOf(newSender('s'), source([row('a', 1), gone('b', 2)]));
  const read = (change: object): Batch => readBatch(JSON.parse(JSON.stringify({ ...batch, ...change })));

  test('is read as it was sent, unknown members left out, those of a body kept', () => {
    expect(read({})).toEqual(batch);
    expect(read({ color: 'red' })).toEqual(batch);
    const item = { ...row('a', 1), body: { value: 1, color: { of: ['red'] } } };
    expect(read({ items: [item] }).items).toEqual([item]);
  });

  test.for([
    ['no epoch', { epoch: 0 }, '/epoch'],
    ['a cursor that is no whole number', { from: 0.5 }, '/from'],
    ['an end before its start', { from: 3, to: 2, items: [] }, '/to'],
    ['a sum that is missing', { sum: undefined }, '/sum'],
    ['a sum that is too large', { sum: { a: 2 ** 32, b: 0 } }, '/sum/a'],
    ['rows out of order', { items: [row('a', 2), row('b', 1)] }, '/items/1/seq'],
    ['rows beyond its end', { items: [row('a', 3)] }, '/items/0/seq'],
    ['the same row twice', { items: [row('a', 1), row('a', 2)] }, '/items/1/key'],
    ['a hash that is none', { items: [{ ...row('a', 1), hash: 'abc' }] }, '/items/0/hash'],
    ['too many rows', { to: 999, items: Array.from({ length: 501 }, (_, i) => row(`${i}`, i + 1)) }, '/items'],
  ] as const)('is refused with %s', ([, change, pointer]) => {
    expect(() => read(change)).toThrow(expect.objectContaining({ code: 'invalid', pointer }));
  });

  test('is refused when it is of a later version', () => {
    expect(() => read({ v: 2 })).toThrow(expect.objectContaining({ code: 'unsupported' }));
  });

  test('an answer is read alike, and may not silence the sender for years', () => {
    const ack = { reply: 'ack', agreed: true, v: 1, stream: 's', epoch: 1, cursor: 2, errors: [] };
    expect(readReply({ ...ack, more: true })).toEqual(ack);
    expect(() => readReply({ ...ack, retryAfterMs: 1e12 })).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});

/** A store by what is done to it: `[key, value]`, no value deletes. */
const writes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.option(fc.nat(3))), { maxLength: 20 });

function stored(done: readonly (readonly [string, number | null])[]): readonly Item[] {
  const rows = new Map<string, Item>();
  done.forEach(([key, value], i) => {
    rows.delete(key);
    rows.set(key, value === null ? gone(key, i + 1) : row(key, i + 1, value));
  });
  return [...rows.values()];
}

describe('laws', () => {
  test('a running sum is the sum counted anew, in whatever order rows come and go', () => {
    fc.assert(
      fc.property(writes, done => {
        const live = new Map<string, string>();
        let sum = noRows;
        for (const [key, value] of done) {
          const old = live.get(key);
          if (old !== undefined) sum = withoutRow(sum, key, old);
          live.delete(key);
          if (value === null) continue;
          live.set(key, hashOf(value));
          sum = withRow(sum, key, hashOf(value));
        }
        return sameSum(sum, sumOf([...live].reverse()));
      }),
    );
  });

  test('a batch taken twice is a batch taken once', () => {
    fc.assert(
      fc.property(writes, writes, (early, late) => {
        const follower = new Follower();
        follower.take(batchOf(newSender('s'), source(stored(early), { seq: early.length })));
        const all = [...early, ...late];
        const batch = batchOf({ ...newSender('s'), acked: early.length }, source(stored(all), { seq: all.length }));
        follower.take(batch);
        const before = { receiver: follower.receiver, guards: new Map(follower.guards) };
        const again = follower.take(batch);
        expect(again).toMatchObject({ rows: [], moved: false });
        expect({ receiver: follower.receiver, guards: follower.guards }).toEqual(before);
      }),
    );
  });

  test('batches of every age, in any order and any number, then one that is caught up: both sides agree', () => {
    const deliveries = fc.array(
      fc.record({ read: fc.nat(20), from: fc.nat(20), rows: fc.integer({ min: 1, max: 6 }) }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(writes, deliveries, (done, sent) => {
        const follower = new Follower();
        for (const { read, from, rows } of sent) {
          const then = Math.min(read, done.length);
          const sender = { ...newSender('s'), acked: Math.min(from, then) };
          follower.take(batchOf(sender, source(stored(done.slice(0, then)), { seq: then }), { rows, bytes: 10_000 }));
        }
        const now = stored(done);
        const sender = { ...newSender('s'), acked: follower.receiver.cursor };
        const { reply } = follower.take(batchOf(sender, source(now, { seq: done.length })));
        expect(reply).toMatchObject({ reply: 'ack', agreed: true, cursor: done.length });
        const live = now.flatMap(each => (each.deleted ? [] : [[each.key, each.hash] as const]));
        expect(follower.shown()).toEqual(Object.fromEntries([...live].sort()));
      }),
      { numRuns: 1000 },
    );
  });

  test('a refused row moves neither cursor nor sum', () => {
    fc.assert(
      fc.property(writes, fc.subarray(['a', 'b', 'c', 'd', 'e']), (done, refused) => {
        const batch = batchOf(newSender('s'), source(stored(done), { seq: done.length }));
        const [one, other] = [new Follower(), new Follower()];
        one.take(batch);
        other.take(batch, refused);
        expect(other.receiver).toEqual(one.receiver);
      }),
    );
  });
});
