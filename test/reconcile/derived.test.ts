/** Expectations of what an instance derives from others: judged as it is shown, and again when that moves. */
import { expect, onTestFinished, test } from 'vitest';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId, instanceId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kinds } from '../../src/core/kind.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Writer } from '../../src/ports/store.ts';
import { Loop } from '../../src/reconcile/loop.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { characteristic, handOut, over, put, related } from '../kit/hops.ts';
import { kind, modelStore } from '../kit/model.ts';

const card = kind('card', {
  type: 'resource',
  pool: [{ name: 'ports', thing: 'port', first: 1, last: 8, algorithm: 'lowest' }],
});
const access = kind('access', {
  inheritedCharacteristic: [
    { name: 'model', via: [over.owner('primary')], read: 'model', collapse: 'first' },
    { name: 'users', via: [over.source('uses')], read: 'userName' },
  ],
  reference: [{ name: 'installer', id: 'installerId', to: 'party' }],
});
const plain = kind('plain');
const kinds: Kinds = new Map([card, access, plain].map(each => [each.name, each]));

async function world() {
  const { store, clock, write } = modelStore();
  const loop = new Loop({
    store,
    drivers: [],
    kinds,
    keyed,
    clock,
    log: silentLog,
    newId: () => 'id',
    chance: () => 0.5,
    profileMode: 'warn',
    lookEveryMs: 60_000,
    freshnessMs: 180_000,
  });
  write(writer => {
    card1(writer, 'X9');
    put(writer, access, 'line', {
      resourceRelationship: [related('resource', 'card1', 'assignedFrom', 'primary')],
      serviceCharacteristic: [characteristic('installerId', 'acme')],
    });
    handOut(writer, 'card1', 'line', 'primary', 1);
  });
  await loop.start();
  onTestFinished(() => loop.stop());
  const change = async (call: (writer: Writer) => unknown): Promise<void> => {
    write(call);
    loop.ring();
    await loop.settle();
  };
  let laid = 0;
  const lay = async (expect: Json, more: Partial<Expectation> = {}): Promise<() => string | undefined> => {
    const id = expectationId(`e${++laid}`);
    await change(writer =>
      writer.putExpectation({
        id,
        for: { id: instanceId('line') },
        expect,
        priority: 50,
        principal: 'operator',
        createdAt: clock.now(),
        ...more,
      }),
    );
    return () => store.verdicts({ expectation: id })[0]?.verdict;
  };
  return { store, change, lay };
}

const card1 = (writer: Writer, model: string): unknown =>
  put(writer, card, 'card1', { resourceCharacteristic: [characteristic('model', model)] });
const wants = (name: string, value: Json): JsonObject => ({ serviceCharacteristic: [{ name, value }] });

test('what is inherited is judged as it is shown, and again when it moves there', async () => {
  const { lay, change } = await world();
  const verdict = await lay(wants('model', 'X9'));
  expect(verdict()).toBe('met');
  await change(writer => card1(writer, 'X10'));
  expect(verdict()).toBe('unmet');
  await change(writer => card1(writer, 'X9'));
  expect(verdict()).toBe('met');
});

test('what comes to refer to an instance, and ceases to, is heard though the instance itself does not move', async () => {
  const { lay, change } = await world();
  const verdict = await lay(wants('users', ['ann']));
  expect(verdict()).toBe('unmet');
  const ann = (relationshipType: string) => (writer: Writer) =>
    put(writer, plain, 'ann', {
      serviceCharacteristic: [characteristic('userName', 'ann')],
      serviceRelationship: [related('service', 'line', relationshipType)],
    });
  await change(ann('knows'));
  expect(verdict()).toBe('unmet');
  await change(ann('uses'));
  expect(verdict()).toBe('met');
  await change(ann('knows'));
  expect(verdict()).toBe('unmet');
  await change(ann('uses'));
  await change(writer => writer.removeInstance(instanceId('ann')));
  expect(verdict()).toBe('unmet');
});

test('a record that an id leads to is heard when it comes', async () => {
  const { lay, change } = await world();
  const verdict = await lay({ relatedParty: [{ role: 'installer', partyOrPartyRole: { name: 'Acme' } }] });
  expect(verdict()).toBe('unmet');
  await change(writer =>
    writer.putShared({
      class: 'party',
      id: 'acme',
      kind: 'Organization',
      document: { id: 'acme', name: 'Acme' },
      createdAt: 1,
    }),
  );
  expect(verdict()).toBe('met');
});

test('numbers handed out are judged at their owner, also one that goes from one to another', async () => {
  const { lay, change } = await world();
  const has = (id: string): JsonObject => ({
    serviceRelationship: [{ relationshipType: 'assignedTo', service: { id } }],
  });
  const forCard = { for: { id: instanceId('card1') } };
  const [line, other] = [await lay(has('line'), forCard), await lay(has('other'), forCard)];
  expect([line(), other()]).toEqual(['met', 'unmet']);
  await change(writer => {
    writer.removeAssignment(instanceId('card1'), 'port', 1);
    put(writer, access, 'line');
    put(writer, access, 'other', { resourceRelationship: [related('resource', 'card1', 'assignedFrom', 'primary')] });
    handOut(writer, 'card1', 'other', 'primary', 1);
  });
  expect([line(), other()]).toEqual(['unmet', 'met']);
});

test('whom a condition means follows what is derived', async () => {
  const { lay, change, store } = await world();
  const verdict = await lay({ name: 'named' }, { for: { kind: 'access', where: wants('model', 'X10') } });
  expect(verdict()).toBeUndefined();
  await change(writer => card1(writer, 'X10'));
  expect(verdict()).toBe('unmet');
  await change(writer => card1(writer, 'X9'));
  expect(verdict()).toBeUndefined();
  const seq = store.seq();
  await change(() => {});
  expect(store.seq()).toBe(seq);
});
