/** What every central promises to a state stream, be it the real graph or a fake of it. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { type Batch, type Item, type LiveItem, STREAM_VERSION } from '../../src/core/stream/batch.ts';
import { hashOf, sumOf } from '../../src/core/stream/sum.ts';
import type { Central } from '../../src/ports/central.ts';

export interface CentralUnderTest {
  readonly central: Central;
  /** The names of the instances that are shown. */
  shown(): Promise<readonly string[]>;
}

const stream = '22222222-2222-4222-8222-222222222222';
const ids = ['a', 'b', 'c'].map((_, i) => `33333333-3333-4333-8333-33333333333${i}`);

export function instanceItem(seq: number, id: string, name: string, more: JsonObject = {}): LiveItem {
  const document = { id, '@type': 'Resource', name, ...more };
  const body = { type: 'resource', kind: 'resource', observedBy: null, createdAt: 0, document };
  return { key: `instance/${id}`, seq, deleted: false, hash: hashOf(body), schema: 'instance/1', body };
}

export function batch(epoch: number, from: number, to: number, items: readonly Item[], all?: readonly Item[]): Batch {
  const head = { v: STREAM_VERSION, stream, epoch, from, to, items };
  if (all === undefined) return { ...head, caughtUp: false };
  return { ...head, caughtUp: true, sum: sumOf(all.flatMap(each => (each.deleted ? [] : [[each.key, each.hash]]))) };
}

export function centralContract(name: string, open: () => Promise<CentralUnderTest>): void {
  describe(name, () => {
    let under: CentralUnderTest;
    const [a = '', b = '', c = ''] = ids;
    const gone = (seq: number, id: string): Item => ({ key: `instance/${id}`, seq, deleted: true });
    const push = (each: Batch, boot = 'one', isReleased = false) => under.central.push(each, { boot, isReleased });
    beforeEach(async () => {
      under = await open();
    });

    test('a snapshot is taken, shown and agreed upon', async () => {
      const rows = [instanceItem(1, a, 'one'), instanceItem(2, b, 'two')];
      const reply = await push(batch(1, 0, 2, rows, rows));
      expect(reply).toMatchObject({ reply: 'ack', epoch: 1, cursor: 2, agreed: true, errors: [] });
      expect(await under.shown()).toEqual(['one', 'two']);
      await under.central.close();
    });

    test('what is sent twice or late changes nothing', async () => {
      const first = [instanceItem(1, a, 'one')];
      const second = [instanceItem(2, a, 'one again')];
      await push(batch(1, 0, 1, first));
      await push(batch(1, 1, 2, second));
      expect(await push(batch(1, 0, 1, first))).toMatchObject({ reply: 'ack', cursor: 2 });
      expect(await push(batch(1, 1, 2, second, second))).toMatchObject({ reply: 'ack', cursor: 2, agreed: true });
      expect(await under.shown()).toEqual(['one again']);
      await under.central.close();
    });

    test('a gap is not jumped over', async () => {
      expect(await push(batch(1, 5, 6, [instanceItem(6, a, 'one')]))).toMatchObject({ reply: 'rewind', cursor: 0 });
      expect(await under.shown()).toEqual([]);
      await under.central.close();
    });

    test('what is deleted is gone, and a late delivery does not bring it back', async () => {
      await push(batch(1, 0, 1, [instanceItem(1, a, 'one')]));
      await push(batch(1, 1, 2, [gone(2, a)]));
      expect(await under.shown()).toEqual([]);
      expect(await push(batch(1, 0, 1, [instanceItem(1, a, 'one')]))).toMatchObject({ cursor: 2 });
      expect(await push(batch(1, 2, 2, [], []))).toMatchObject({ reply: 'ack', agreed: true });
      expect(await under.shown()).toEqual([]);
      await under.central.close();
    });

    test('a later epoch ends what it does not name, an earlier one is refused', async () => {
      const rows = [instanceItem(1, a, 'one'), instanceItem(2, b, 'two')];
      await push(batch(1, 0, 2, rows, rows));
      const left = [instanceItem(1, b, 'two'), instanceItem(2, c, 'three')];
      expect(await push(batch(2, 0, 2, left, left))).toMatchObject({ reply: 'ack', epoch: 2, agreed: true });
      expect(await under.shown()).toEqual(['three', 'two']);
      expect(await push(batch(1, 2, 3, [instanceItem(3, a, 'late')]))).toMatchObject({ reply: 'stale', epoch: 2 });
      expect(await under.shown()).toEqual(['three', 'two']);
      await under.central.close();
    });

    test('a different sum is told, and the rows are taken', async () => {
      const rows = [instanceItem(1, a, 'one')];
      const all = [...rows, instanceItem(2, b, 'lost')];
      expect(await push(batch(1, 0, 2, rows, all))).toMatchObject({ reply: 'mismatch', cursor: 2 });
      expect(await under.shown()).toEqual(['one']);
      await under.central.close();
    });

    test('a row that cannot be read is set aside, its neighbours get through, and a later version mends it', async () => {
      await push(batch(1, 0, 1, [instanceItem(1, a, 'one')]));
      const { body: _, ...withheld } = instanceItem(2, a, 'too large');
      const strange: LiveItem = { ...instanceItem(3, b, 'strange'), schema: 'nothing/9' };
      const good = instanceItem(4, c, 'good');
      const rows: Item[] = [withheld, strange, good];
      const reply = await push(batch(1, 1, 4, rows, rows));
      expect(reply).toMatchObject({ reply: 'ack', cursor: 4, agreed: true });
      expect(reply.errors.map(each => each.code).sort()).toEqual(['tooLarge', 'unsupported']);
      expect(await under.shown()).toEqual(['good', 'one']);
      const mended = [instanceItem(5, a, 'mended'), instanceItem(6, b, 'readable')];
      const all = [...mended, good];
      expect(await push(batch(1, 4, 6, mended, all))).toMatchObject({ reply: 'ack', agreed: true, errors: [] });
      expect(await under.shown()).toEqual(['good', 'mended', 'readable']);
      await under.central.close();
    });

    test('two who report in one name by turns are stopped, both, until one of them is released', async () => {
      const rows = [instanceItem(1, a, 'one')];
      await push(batch(1, 0, 1, rows, rows));
      // A restart, and what the life before had sent.
      expect(await push(batch(1, 1, 1, [], rows), 'two')).toMatchObject({ reply: 'ack', agreed: true });
      expect(await push(batch(1, 1, 1, [], rows), 'one')).toMatchObject({ reply: 'ack', agreed: true });
      const later = [instanceItem(2, a, 'another')];
      await expect(push(batch(1, 1, 2, later, later), 'two')).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('two agents report'),
      });
      await expect(push(batch(1, 1, 1, [], rows), 'one')).rejects.toMatchObject({ code: 'conflict' });
      expect(await under.shown()).toEqual(['one']);
      expect(await push(batch(1, 1, 2, later, later), 'two', true)).toMatchObject({ reply: 'ack', agreed: true });
      expect(await push(batch(1, 2, 2, [], later), 'two')).toMatchObject({ reply: 'ack', agreed: true });
      expect(await under.shown()).toEqual(['another']);
      await under.central.close();
    });
  });
}
