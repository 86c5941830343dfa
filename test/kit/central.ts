/** A central in memory, for tests that let time pass: it takes batches as the graph does, and can fail in its ways. */

import { AgentError } from '../../src/core/errors.ts';
import { isObject, type Json, property } from '../../src/core/json.ts';
import type { Batch, Reply, RowError } from '../../src/core/stream/batch.ts';
import { areTwo, hearLife, noLives } from '../../src/core/stream/double.ts';
import { type Guard, newReceiver, type Receiver, receive, refuse } from '../../src/core/stream/receiver.ts';
import type { Central } from '../../src/ports/central.ts';

export interface FakeCentral extends Central {
  /** What is shown, by key. */
  readonly bodies: ReadonlyMap<string, Json>;
  readonly pushed: readonly Batch[];
  /** Instead of taking the next batches; undefined lets them through again. */
  fail: ((batch: Batch) => Error | undefined) | undefined;
  /** Takes the batch and then fails, as when the answer is lost. */
  loseAnswers: boolean;
  copy(): () => void;
}

export function fakeCentral(): FakeCentral {
  let state = { receiver: newReceiver as Receiver, guards: new Map<string, Guard>(), bodies: new Map<string, Json>() };
  let lives = noLives;
  const pushed: Batch[] = [];
  const take = (batch: Batch): Reply => {
    const { guards, bodies } = state;
    let reception = receive(state.receiver, batch, key => guards.get(key));
    const unread = reception.rows.flatMap(({ item }): RowError[] =>
      item.deleted || ['instance/1', 'verdict/1'].includes(item.schema)
        ? []
        : [{ key: item.key, seq: item.seq, code: 'unsupported', message: item.schema }],
    );
    reception = refuse(reception, unread);
    for (const { item, guard } of reception.rows) {
      guards.set(item.key, guard);
      if (item.deleted) bodies.delete(item.key);
      else bodies.set(item.key, item.body ?? null);
    }
    for (const { item, guard } of reception.quarantine) guards.set(item.key, guard);
    for (const [key, { epoch }] of reception.reconcileBefore === undefined ? [] : [...guards]) {
      if (epoch >= reception.receiver.epoch) continue;
      guards.delete(key);
      bodies.delete(key);
    }
    state.receiver = reception.receiver;
    return reception.reply;
  };
  const fake: FakeCentral = {
    get bodies() {
      return state.bodies;
    },
    pushed,
    fail: undefined,
    loseAnswers: false,
    push: async (batch, { boot, isReleased }) => {
      pushed.push(batch);
      const failure = fake.fail?.(batch);
      if (failure) throw failure;
      lives = hearLife(isReleased ? noLives : lives, { boot });
      if (areTwo(lives)) throw new AgentError('conflict', 'two agents report in one name');
      const reply = take(structuredClone(batch));
      if (fake.loseAnswers) throw new Error('the answer was lost');
      return reply;
    },
    close: async () => {},
    copy: () => {
      const kept = structuredClone(state);
      return () => {
        state = structuredClone(kept);
      };
    },
  };
  return fake;
}

/** The names of the instances in it, in order. */
export function namesIn({ bodies }: Pick<FakeCentral, 'bodies'>): readonly string[] {
  return [...bodies]
    .filter(([key]) => key.startsWith('instance/'))
    .map(([, body]) => String(property(isObject(body) ? body.document : undefined, 'name')))
    .sort();
}
