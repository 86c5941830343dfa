/** What every store promises to those who use it. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Cause, Change } from '../../src/core/change.ts';
import type { Expectation } from '../../src/core/expectation.ts';
import { expectationId, instanceId, listenerId, planId, taskId } from '../../src/core/ids.ts';
import type { Instance } from '../../src/core/instance.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { KeyedArrays } from '../../src/core/path.ts';
import type { Plan } from '../../src/core/plan.ts';
import { ruleId } from '../../src/core/rule.ts';
import type { Task } from '../../src/core/task.ts';
import type { StandingVerdict } from '../../src/core/verdict.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { CurrentRow, Store, Unwritten, Writer } from '../../src/ports/store.ts';
import { handClock } from '../kit/clock.ts';

/** What a store is opened with in these tests. */
export interface StoreParts {
  readonly clock: Clock;
  readonly keyed: KeyedArrays;
  readonly newId: () => string;
  readonly keep?: { rows?: number; bytes?: number; days?: number };
}

export const keyed: KeyedArrays = { characteristic: [['name']] };
export const cause: Cause = { principal: 'client', kind: 'request', why: 'because' };

export function service(id: string, document: JsonObject = {}): Unwritten<Instance> {
  return {
    id: instanceId(id),
    type: 'service',
    kind: 'line',
    document: { id, '@type': 'Service', name: `name of ${id}`, ...document },
    createdAt: 1,
  };
}

export function expectation(id: string): Unwritten<Expectation> {
  return {
    id: expectationId(id),
    for: { id: instanceId('a') },
    expect: { state: 'active' },
    priority: 50,
    principal: 'operator',
    createdAt: 1,
  };
}

export function verdict(of: string, instance: string | undefined): Unwritten<StandingVerdict> {
  return {
    expectation: expectationId(of),
    ...(instance === undefined ? {} : { instance: instanceId(instance) }),
    verdict: 'unmet',
    residual: { state: 'active' },
    since: 1,
  };
}

const plan: Unwritten<Plan> = {
  id: planId('p'),
  state: 'proposed',
  hash: 'h',
  tasks: [],
  waiting: [],
  readSet: [],
  expectations: [],
  madeBy: 'loop',
  madeAt: 1,
};

const task: Unwritten<Task> = {
  id: taskId('t'),
  plan: planId('p'),
  instance: instanceId('a'),
  driver: 'linux',
  step: { op: 'setMtu', args: {}, summary: 'set mtu', order: 1 },
  path: '/mtu',
  state: 'acknowledged',
};

let lastId = 0;
export const newId = (): string => `id-${++lastId}`;

const names = (list: readonly { readonly id: string }[]): string[] => list.map(({ id }) => id);

export function storeContract(name: string, open: (parts: StoreParts) => Store): void {
  const opened = (keep?: StoreParts['keep'], clock: Clock = handClock()): Store => {
    const store = open({ clock, keyed, newId, ...(keep ? { keep } : {}) });
    onTestFinished(() => store.close());
    return store;
  };
  const write = <T>(store: Store, call: (writer: Writer) => T): T => store.transact(cause, call);
  const last = (store: Store): Change | undefined => store.changesAfter(store.seq() - 1, 1)[0];

  describe(`${name}: instances and their changes`, () => {
    test('a created instance is read back with the seq of its change, which carries the whole document', () => {
      const store = opened();
      const put = write(store, writer => writer.putInstance(service('a')));
      expect(put).toEqual({ ...service('a'), seq: 1 });
      expect(store.instance(put.id)).toEqual(put);
      expect(store.instanceSeq(put.id)).toBe(1);
      expect(store.instanceKind(put.id)).toEqual({ type: 'service', kind: 'line' });
      expect(store.instanceKind(instanceId('nobody'))).toBeUndefined();
      expect(store.changesAfter(0, 10)).toEqual([
        {
          seq: 1,
          at: handClock().now(),
          subject: 'instance',
          id: 'a',
          instanceType: 'service',
          type: 'create',
          paths: [],
          cause,
          document: put.document,
        },
      ]);
    });

    test('a change names the paths that moved, keyed arrays by their keys, and when it was created stays', () => {
      const store = opened();
      const mtu = (value: number): JsonObject => ({ characteristic: [{ name: 'speed' }, { name: 'mtu', value }] });
      write(store, writer => writer.putInstance(service('a', mtu(1500))));
      const put = write(store, writer => writer.putInstance({ ...service('a', mtu(1400)), createdAt: 2 }));
      expect(put).toMatchObject({ seq: 2, createdAt: 1 });
      expect(store.instance(put.id)).toEqual(put);
      expect(last(store)).toMatchObject({
        type: 'attributeValueChange',
        paths: [{ path: '/characteristic/mtu/value', old: 1500, new: 1400 }],
      });
      expect(last(store)).not.toHaveProperty('document');
    });

    test('a change of a state attribute is a state change', () => {
      const store = opened();
      write(store, writer => writer.putInstance(service('a')));
      write(store, writer => writer.putInstance(service('a', { description: 'd', state: 'active' })));
      expect(last(store)?.type).toBe('stateChange');
    });

    test('a change of kind or observer alone is a change', () => {
      const store = opened();
      write(store, writer => writer.putInstance(service('a')));
      write(store, writer => writer.putInstance({ ...service('a'), observedBy: 'linux' }));
      expect(last(store)).toMatchObject({ seq: 2, type: 'attributeValueChange', paths: [] });
      expect([...store.instances({ observedBy: 'linux' })]).toHaveLength(1);
    });

    test('putting what is there already writes nothing and answers with what is there', () => {
      const store = opened();
      const elements = [{ name: 'a' }, { name: 'b' }];
      const first = write(store, writer => writer.putInstance(service('a', { characteristic: elements })));
      const turned = service('a', { characteristic: elements.toReversed() });
      expect(write(store, writer => writer.putInstance({ ...turned, createdAt: 9 }))).toEqual(first);
      expect(store.seq()).toBe(1);
    });

    test('a removed instance is gone and its change carries what it was', () => {
      const store = opened();
      const { id, document } = write(store, writer => writer.putInstance(service('a')));
      write(store, writer => writer.removeInstance(id));
      write(store, writer => writer.removeInstance(id));
      expect(store.instance(id)).toBeUndefined();
      expect(store.seq()).toBe(2);
      expect(last(store)).toMatchObject({ type: 'delete', document });
    });

    test('the changes of one id are told newest first, over its lives', () => {
      const store = opened();
      const id = instanceId('a');
      for (const state of ['one', 'two']) {
        write(store, writer => writer.putInstance(service('a', { state })));
        write(store, writer => writer.putInstance(service('b', { state })));
        write(store, writer => writer.putInstance(service('a', { state: 'later' })));
        write(store, writer => writer.removeInstance(id));
      }
      write(store, writer => writer.putInstance(service('a')));
      const all = store.changesAfter(0, 100).filter(change => change.id === 'a');
      expect(all).toHaveLength(7);
      expect(store.changesOf('a', 100)).toEqual(all.toReversed());
      expect(store.changesOf('a', 3)).toEqual(all.toReversed().slice(0, 3));
      expect(store.changesOf('nobody', 3)).toEqual([]);
    });

    test('queries answer in order of creation, by every equality, in pages', () => {
      const store = opened();
      write(store, writer => {
        for (let i = 0; i < 250; i++) {
          writer.putInstance({
            ...service(`s${String(999 - i)}`, { name: `n${i % 5}` }),
            kind: i % 2 === 0 ? 'even' : 'odd',
            ...(i % 10 === 0 ? { observedBy: 'linux' } : {}),
          });
        }
        writer.putInstance({ ...service('r'), type: 'resource' });
        writer.putInstance({ ...service('s999', { name: 'n0', state: 'touched' }), kind: 'even', observedBy: 'linux' });
      });
      const ids = (query: Parameters<Store['instances']>[0]): string[] =>
        [...store.instances(query)].map(({ id }) => id);
      expect(ids({})).toHaveLength(251);
      expect(ids({ type: 'service' })).toEqual(Array.from({ length: 250 }, (_, i) => `s${999 - i}`));
      expect(ids({ type: 'service', offset: 120, limit: 3 })).toEqual(['s879', 's878', 's877']);
      expect(ids({ offset: 100, limit: 110 })).toHaveLength(110);
      expect(ids({ offset: 251 })).toEqual([]);
      expect(ids({ kind: 'odd', name: 'n1', limit: 2 })).toEqual(['s998', 's988']);
      expect(ids({ observedBy: 'linux' })).toHaveLength(25);
      expect(ids({ ids: [instanceId('r'), instanceId('s999'), instanceId('nobody')] })).toEqual(['s999', 'r']);
      expect(ids({ ids: [] })).toEqual([]);
      expect(store.countInstances({})).toBe(251);
      expect(store.countInstances({ offset: 9, limit: 1 })).toBe(251);
      expect(store.countInstances({ kind: 'even', name: 'n0' })).toBe(25);
      expect(store.countInstances({ type: 'resource' })).toBe(1);
    });

    test('a walk over instances that is left half way holds nothing up', () => {
      const store = opened();
      write(store, writer => {
        for (let i = 0; i < 300; i++) writer.putInstance(service(`s${i}`));
      });
      expect(store.instances({}).next().value).toMatchObject({ id: 's0' });
      expect(write(store, writer => writer.putInstance(service('later')))).toMatchObject({ seq: 301 });
    });

    test('a key keeps its id, and the handle last seen', () => {
      const store = opened();
      const binding = { kind: 'port', key: 'eth0', id: instanceId('a') };
      write(store, writer => writer.bindKey(binding));
      write(store, writer => writer.bindKey({ ...binding, handle: 'ifindex:2' }));
      write(store, writer => writer.bindKey({ ...binding, key: 'eth1' }));
      expect(store.keyBindings()).toEqual([
        { ...binding, handle: 'ifindex:2' },
        { ...binding, key: 'eth1' },
      ]);
      expect(store.seq()).toBe(0);
    });
  });

  describe(`${name}: what the loop keeps`, () => {
    test('an expectation goes with its verdicts, and a change tells of each', () => {
      const store = opened();
      write(store, writer => {
        writer.putExpectation(expectation('e'));
        writer.putExpectation(expectation('other'));
        writer.putVerdict(verdict('e', 'a'));
        writer.putVerdict(verdict('e', undefined));
        writer.putVerdict(verdict('other', 'a'));
      });
      const e = expectationId('e');
      expect(store.expectation(e)).toEqual({ ...expectation('e'), seq: 1 });
      expect(store.verdict(e, instanceId('a'))).toEqual({ ...verdict('e', 'a'), seq: 3 });
      expect(store.verdict(e, undefined)).toEqual({ ...verdict('e', undefined), seq: 4 });
      expect(store.verdicts({ expectation: e })).toHaveLength(2);
      expect(store.verdicts({ instance: instanceId('a') })).toHaveLength(2);
      write(store, writer => writer.removeExpectation(e));
      expect(store.expectations().map(({ id }) => id)).toEqual(['other']);
      expect(store.verdicts().map(({ expectation }) => expectation)).toEqual(['other']);
      expect(store.changesAfter(5, 10).map(({ subject, id, type }) => [subject, id, type])).toEqual([
        ['verdict', 'e:a', 'delete'],
        ['verdict', 'e', 'delete'],
        ['expectation', 'e', 'delete'],
      ]);
    });

    test('an expectation that moved tells its paths; one that was read may be put back, seq and all', () => {
      const store = opened();
      const put = write(store, writer => writer.putExpectation(expectation('e')));
      expect(write(store, writer => writer.putExpectation(put))).toEqual(put);
      expect(store.seq()).toBe(1);
      write(store, writer => writer.putExpectation({ ...put, priority: 60 }));
      expect(last(store)).toMatchObject({
        subject: 'expectation',
        type: 'attributeValueChange',
        paths: [{ path: '/priority', old: 50, new: 60 }],
      });
    });

    test('a verdict of an expectation that is no longer there is refused as moved', () => {
      const store = opened();
      expect(() => write(store, writer => writer.putVerdict(verdict('e', 'a')))).toThrow(
        expect.objectContaining({ code: 'moved' }),
      );
      expect(store.seq()).toBe(0);
    });

    test('plans and tasks tell which properties moved, without repeating large ones', () => {
      const store = opened();
      write(store, writer => {
        writer.putPlan(plan);
        writer.putTask(task);
      });
      write(store, writer => writer.putTask({ ...task, state: 'inProgress', before: { routes: ['one'] } }));
      expect(last(store)).toMatchObject({
        subject: 'task',
        type: 'stateChange',
        paths: [{ path: '/state', old: 'acknowledged', new: 'inProgress' }, { path: '/before' }],
      });
      expect(store.task(task.id)).toEqual({ ...task, state: 'inProgress', before: { routes: ['one'] }, seq: 3 });
      expect(store.changesOf('t', 9).map(({ type }) => type)).toEqual(['stateChange', 'create']);
    });

    test('plans come newest first; tasks in the order of their plan, or newest first', () => {
      const store = opened();
      write(store, writer => {
        for (const id of ['p', 'q']) writer.putPlan({ ...plan, id: planId(id) });
        for (const id of ['t', 'u', 'v']) writer.putTask({ ...task, id: taskId(id) });
        writer.putTask({ ...task, id: taskId('w'), plan: planId('q'), state: 'done' });
        writer.putPlan({ ...plan, state: 'done' });
      });
      expect(names(store.plans())).toEqual(['q', 'p']);
      expect(names(store.plans({ states: ['done', 'failed'] }))).toEqual(['p']);
      expect(names(store.plans({ limit: 1 }))).toEqual(['q']);
      expect(names(store.tasks())).toEqual(['w', 'v', 'u', 't']);
      expect(names(store.tasks({ plan: planId('p'), limit: 2 }))).toEqual(['t', 'u']);
      expect(names(store.tasks({ states: ['acknowledged'], limit: 1 }))).toEqual(['v']);
      expect(names(store.tasks({ plan: planId('q'), states: ['acknowledged'] }))).toEqual([]);
      write(store, writer => {
        writer.putTask({ ...task, id: taskId('x'), key: 'k' });
        writer.putTask({ ...task, id: taskId('y'), plan: planId('q'), key: 'k' });
      });
      expect(names(store.tasks({ key: 'k' }))).toEqual(['y', 'x']);
      expect(names(store.tasks({ key: 'other' }))).toEqual([]);
    });

    test('a rule is told like every other record, and the list of them is the same while none of them moves', () => {
      const store = opened();
      const rule = {
        id: ruleId('r'),
        sort: 'mode',
        mode: 'warn',
        position: 1,
        principal: 'operator',
        for: { path: '/mtu' },
        createdAt: 1,
      } as const;
      const put = write(store, writer => writer.putRule(rule));
      expect(put).toEqual({ ...rule, seq: 1 });
      expect(last(store)).toMatchObject({ subject: 'rule', id: 'r', type: 'create', cause, document: rule });
      expect(store.rule(rule.id)).toEqual(put);
      expect(store.rules()).toEqual([put]);
      const list = store.rules();
      expect(store.rules()).toBe(list);
      expect(write(store, writer => writer.putRule(put))).toEqual(put);
      expect([store.seq(), store.rules()]).toEqual([1, list]);
      write(store, writer => writer.putRule({ ...rule, mode: 'enforce' }));
      expect(last(store)).toMatchObject({
        type: 'attributeValueChange',
        paths: [{ path: '/mode', old: 'warn', new: 'enforce' }],
      });
      expect(store.rules()).toMatchObject([{ mode: 'enforce', seq: 2 }]);
      expect(() =>
        write(store, writer => {
          writer.removeRule(rule.id);
          throw new Error('taken back');
        }),
      ).toThrow('taken back');
      expect(store.rules()).toMatchObject([{ mode: 'enforce', seq: 2 }]);
      write(store, writer => writer.removeRule(rule.id));
      write(store, writer => writer.removeRule(rule.id));
      expect(last(store)).toMatchObject({ subject: 'rule', type: 'delete', document: { mode: 'enforce' } });
      expect([store.rule(rule.id), store.rules(), store.seq()]).toEqual([undefined, [], 3]);
    });

    test('what was begun is read back from a time on, forgotten before one, and never lies ahead of a clock set back', () => {
      const store = opened();
      const begun = { expectation: expectationId('e'), instance: instanceId('a'), kind: 'port', path: '/mtu' };
      write(store, writer => {
        writer.putBegun({ ...begun, at: 10 });
        writer.putBegun({ ...begun, at: 30, removes: true });
        writer.putBegun({ ...begun, at: 20, set: 's', name: 'p1' });
      });
      expect(store.begun(20)).toEqual([
        { ...begun, at: 30, removes: true },
        { ...begun, at: 20, set: 's', name: 'p1' },
      ]);
      write(store, writer => writer.forgetBegun(20));
      expect(store.begun(0).map(({ at }) => at)).toEqual([30, 20]);
      write(store, writer => writer.redateBegun(25));
      expect(store.begun(0).map(({ at }) => at)).toEqual([25, 20]);
      write(store, writer => writer.shiftBegun(-30));
      expect(store.begun(-10).map(({ at }) => at)).toEqual([-5, -10]);
      expect(store.seq()).toBe(0);
    });

    test('tidying forgets the oldest ended plans with their tasks, and keys of what is gone, without a change', () => {
      const store = opened();
      store.transact(cause, writer => {
        for (const id of ['p', 'q', 'r']) {
          writer.putPlan({ ...plan, id: planId(id), state: 'done' });
          writer.putTask({ ...task, id: taskId(`task of ${id}`), plan: planId(id), state: 'done' });
        }
        writer.putPlan({ ...plan, id: planId('open'), state: 'proposed' });
        writer.putInstance(service('here'));
        for (const id of ['here', 'gone 1', 'gone 2']) {
          writer.bindKey({ kind: 'port', key: id, id: instanceId(id) });
        }
      });
      const seq = store.seq();
      store.transact(cause, writer => writer.tidy({ plans: 1, keys: 1 }));
      expect(names(store.plans()).sort()).toEqual(['open', 'r']);
      expect(names(store.tasks())).toEqual(['task of r']);
      store.transact(cause, writer => {
        for (const id of ['s', 't']) writer.putPlan({ ...plan, id: planId(id), state: 'done' });
        writer.tidy({ plans: 1, keys: 1, except: [planId('r')] });
      });
      expect(names(store.plans()).sort()).toEqual(['open', 'r', 't']);
      expect(store.keyBindings().map(each => each.key)).toEqual(['here', 'gone 2']);
      expect(store.seq()).toBe(seq + 2);
    });

    test('what is remembered of leaves, pauses and listeners are kept without a change', () => {
      const store = opened();
      let commits = 0;
      store.onCommit(() => commits++);
      const leaf = { leaf: 'l', attempts: 1, until: 5, because: 'refused' };
      const pause = { scope: 'all', by: 'operator', since: 1 };
      const listener = { id: listenerId('h'), hub: 'resource/v5', callback: 'http://x/', cursor: 0, createdAt: 1 };
      write(store, writer => {
        writer.putLeafRecord(leaf);
        writer.putLeafRecord({ ...leaf, attempts: 2, flaps: [3], did: { task: taskId('t'), at: 4, value: [1] } });
        writer.putPause(pause);
        writer.putListener(listener);
        writer.putListener({ ...listener, cursor: 7, suspended: 'no answer' });
      });
      const [kept] = store.leafRecords();
      expect(kept).toEqual({ ...leaf, attempts: 2, flaps: [3], did: { task: taskId('t'), at: 4, value: [1] } });
      const before = store.leafRecords();
      expect(() =>
        write(store, writer => {
          writer.clearLeafRecord('l');
          throw new Error('taken back');
        }),
      ).toThrow('taken back');
      expect(store.leafRecords()).toEqual(before);
      expect(store.leafRecords()).toBe(store.leafRecords());
      expect(store.pauses()).toEqual([pause]);
      expect(store.listener(listener.id)).toEqual({ ...listener, cursor: 7, suspended: 'no answer' });
      expect(store.listeners()).toHaveLength(1);
      write(store, writer => {
        writer.clearLeafRecord('l');
        writer.clearPause('all');
        writer.removeListener(listener.id);
      });
      expect([store.leafRecords(), store.pauses(), store.listeners()]).toEqual([[], [], []]);
      expect([store.seq(), commits]).toEqual([0, 0]);
    });
  });

  describe(`${name}: what state streams read and keep`, () => {
    test('current rows and what is gone come in order of seq, each once, however often it changed', () => {
      const store = opened();
      write(store, writer => {
        for (const id of ['a', 'b', 'c']) writer.putInstance(service(id));
        writer.putInstance(service('a', { note: 'again' }));
        writer.putExpectation(expectation('e'));
        writer.putVerdict(verdict('e', 'a'));
        writer.removeInstance(instanceId('b'));
        writer.removeInstance(instanceId('c'));
        writer.putInstance(service('c'));
      });
      const told = (rows: readonly CurrentRow[]) => rows.map(row => [row.subject, row.id, row.record !== undefined]);
      const all = store.rowsAfter(['instance', 'expectation', 'verdict'], 0, 100);
      expect(told(all)).toEqual([
        ['instance', 'a', true],
        ['expectation', 'e', true],
        ['verdict', 'e:a', true],
        ['instance', 'b', false],
        ['instance', 'c', true],
      ]);
      expect(all.map(row => row.seq)).toEqual([4, 5, 6, 7, 9]);
      expect(all[0]?.record).toMatchObject({ type: 'service', document: { id: 'a', note: 'again' } });
      expect(all[3]?.was).toMatchObject({ id: 'b' });
      expect(told(store.rowsAfter(['instance'], 4, 1))).toEqual([['instance', 'b', false]]);
      expect(store.rowsAfter(['instance'], 9, 100)).toEqual([]);
      expect(store.forgottenUpTo()).toBe(0);
    });

    test('the guards of incoming rows are kept for each stream, quarantine beside them, without a change', () => {
      const store = opened();
      const guard = { epoch: 1, seq: 5, hash: 'h', shown: 'h' };
      const aside = { code: 'invalid', message: 'no', body: { a: 1 } };
      write(store, writer => {
        writer.putIncoming('s', 'k', guard);
        writer.putIncoming('s', 'bad', { ...guard, shown: null }, aside);
        writer.putIncoming('s', 'k', { ...guard, seq: 6 });
        writer.putStreamState('s', { cursor: 6 });
      });
      expect(store.incoming('s', 'k')).toEqual({ ...guard, seq: 6 });
      expect([store.incoming('s', 'none'), store.incoming('t', 'k')]).toEqual([undefined, undefined]);
      expect(store.quarantine('s')).toEqual([{ key: 'bad', ...aside }]);
      expect(store.incomingBefore('s', 2)).toEqual(['k']);
      expect(store.streamState('s')).toEqual({ cursor: 6 });
      write(store, writer => {
        writer.removeIncomingBefore('s', 2);
        writer.removeStreamState('s');
      });
      expect([store.incoming('s', 'k'), store.quarantine('s'), store.streamState('s')]).toEqual([
        undefined,
        [],
        undefined,
      ]);
      expect(store.seq()).toBe(0);
    });
  });

  describe(`${name}: what expectations said before`, () => {
    const id = expectationId('e');
    const said = (store: Store) =>
      store.versions(id).map(({ expectation: { seq, priority }, cause: { why } }) => [seq, priority, why]);

    test('each version that says something else is kept, with who caused it, newest first', () => {
      const store = opened();
      expect(store.versions(id)).toEqual([]);
      const put = write(store, writer => writer.putExpectation(expectation('e')));
      write(store, writer => writer.putExpectation(put));
      const why = 'it matters more';
      store.transact({ ...cause, why }, writer => writer.putExpectation({ ...put, priority: 60 }));
      write(store, writer => writer.putExpectation(expectation('other')));
      expect(said(store)).toEqual([
        [2, 60, why],
        [1, 50, 'because'],
      ]);
      expect(store.versions(id)[0]).toMatchObject({ at: handClock().now(), expectation: store.expectation(id) });
    });

    test('what is taken back was never said', () => {
      const store = opened();
      write(store, writer => writer.putExpectation(expectation('e')));
      expect(() =>
        write(store, writer => {
          writer.putExpectation({ ...expectation('e'), priority: 60 });
          expect(writer.versions(id)).toHaveLength(2);
          throw new Error('changed my mind');
        }),
      ).toThrow('changed my mind');
      expect(said(store)).toEqual([[1, 50, 'because']]);
    });

    test('twenty are kept of each, and none of one that is removed', () => {
      const store = opened();
      for (let i = 1; i <= 50; i++) {
        write(store, writer => writer.putExpectation({ ...expectation('e'), priority: i }));
      }
      expect(store.versions(id).map(each => each.expectation.priority)).toEqual(
        Array.from({ length: 20 }, (_, i) => 50 - i),
      );
      write(store, writer => writer.removeExpectation(id));
      expect(store.versions(id)).toEqual([]);
      write(store, writer => writer.putExpectation(expectation('e')));
      expect(store.versions(id)).toHaveLength(1);
    });
  });

  describe(`${name}: transactions`, () => {
    test('what throws has written nothing and gives its seqs back', () => {
      const store = opened();
      write(store, writer => writer.putInstance(service('a')));
      expect(() =>
        write(store, writer => {
          writer.putInstance(service('b'));
          writer.removeInstance(instanceId('a'));
          expect(writer.seq()).toBe(3);
          throw new Error('changed my mind');
        }),
      ).toThrow('changed my mind');
      expect(store.seq()).toBe(1);
      expect([...store.instances({})].map(({ id }) => id)).toEqual(['a']);
      expect(write(store, writer => writer.putInstance(service('c'))).seq).toBe(2);
    });

    test('a transaction inside another, and an asynchronous one, are refused and leave nothing', async () => {
      const store = opened();
      expect(() => write(store, () => write(store, writer => writer.putInstance(service('a'))))).toThrow('inside');
      let held: Writer | undefined;
      expect(() =>
        write(store, async writer => {
          held = writer;
          writer.putInstance(service('a'));
        }),
      ).toThrow('asynchronous');
      expect(() => held?.putInstance(service('b'))).toThrow('after its transaction');
      await expect(store.submit(cause, () => write(store, () => 1))).rejects.toThrow('inside');
      expect([...store.instances({})]).toEqual([]);
    });

    test('those who submit together share a commit; the one that throws fails alone', async () => {
      const store = opened();
      const commits: number[] = [];
      store.onCommit(() => commits.push(store.seq()));
      const outcomes = await Promise.allSettled([
        store.submit(cause, writer => writer.putInstance(service('a')).seq),
        store.submit(cause, writer => {
          writer.putInstance(service('b'));
          throw new Error('not this one');
        }),
        store.submit(cause, async writer => writer.putInstance(service('c'))),
        store.submit(cause, writer => writer.putInstance(service('d')).seq),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
      expect(outcomes[3]).toMatchObject({ value: 2 });
      expect([...store.instances({})].map(({ id }) => id)).toEqual(['a', 'd']);
      expect(store.changesAfter(0, 9).map(({ seq, id }) => [seq, id])).toEqual([
        [1, 'a'],
        [2, 'd'],
      ]);
      expect(commits).toEqual([2]);
    });

    test('a transaction may go ahead of those who wait', async () => {
      const store = opened();
      const waits = store.submit(cause, writer => writer.putInstance(service('a')).seq);
      expect(write(store, writer => writer.putInstance(service('b')).seq)).toBe(1);
      expect(await waits).toBe(2);
    });

    test('closing commits those who wait; afterwards writes are refused', async () => {
      const store = opened();
      const waits = store.submit(cause, writer => writer.putInstance(service('a')).seq);
      store.close();
      store.close();
      expect(await waits).toBe(1);
      await expect(store.submit(cause, () => 1)).rejects.toMatchObject({ code: 'storage' });
      expect(() => write(store, () => 1)).toThrow('closed');
    });

    test('commits that wrote changes are announced after them, until one stops listening', () => {
      const store = opened();
      const heard: unknown[] = [];
      const stop = store.onCommit(() => heard.push(store.instance(instanceId('a'))?.seq));
      write(store, writer => writer.putInstance(service('a')));
      write(store, writer => writer.putInstance(service('a')));
      write(store, () => {});
      expect(() =>
        write(store, writer => {
          writer.putInstance(service('b'));
          throw new Error('no');
        }),
      ).toThrow('no');
      stop();
      write(store, writer => writer.putInstance(service('c')));
      expect(heard).toEqual([1]);
    });
  });

  describe(`${name}: how long changes are kept`, () => {
    const fill = (store: Store, times: number): void => {
      for (let i = 0; i < times; i++) write(store, writer => writer.putInstance(service('a', { state: `s${i}` })));
    };

    test('the oldest go when there are too many; who follows too slowly hears that they are gone', () => {
      const store = opened({ rows: 20 });
      fill(store, 200);
      const oldest = store.seq() - 20;
      expect(() => store.changesAfter(0, 1)).toThrow(expect.objectContaining({ code: 'gone' }));
      expect(() => store.changesAfter(0, 1)).toThrow(/oldest is 1[78]\d\b/);
      expect(store.changesAfter(oldest, 100)).toHaveLength(20);
      expect(store.changesOf('a', 100).length).toBeLessThan(25);
      expect(store.seq()).toBe(200);
    });

    test('the oldest go when they take too much room', () => {
      const store = opened({ bytes: 20_000 });
      fill(store, 1000);
      expect(store.changesOf('a', 1000).length).toBeLessThan(300);
    });

    test('the oldest go when they are too old, but never the newest', async () => {
      const clock = handClock();
      const store = opened({ days: 2, rows: 100 }, clock);
      fill(store, 50);
      await clock.advance(3 * 86_400_000);
      fill(store, 20);
      expect(store.changesOf('a', 100).length).toBeLessThanOrEqual(20);
      const tight = opened({ days: 0, rows: 1, bytes: 1 }, clock);
      fill(tight, 30);
      expect(tight.changesOf('a', 9)).toHaveLength(1);
      expect(tight.changesAfter(29, 9)).toHaveLength(1);
    });

    test('a follower of some subjects reads those alone', () => {
      const store = opened();
      fill(store, 3);
      const rule = {
        id: ruleId('r'),
        position: 1,
        principal: 'operator',
        sort: 'mode',
        mode: 'warn',
        createdAt: 1,
      } as const;
      write(store, writer => writer.putRule(rule));
      const ofRules = store.changesAfter(0, 10, ['rule', 'plan']);
      expect(ofRules.map(({ seq, subject }) => [seq, subject])).toEqual([[4, 'rule']]);
      expect(store.changesAfter(4, 10, ['rule'])).toEqual([]);
      expect(store.changesAfter(0, 10, [])).toEqual([]);
    });

    test('who has read all reads nothing more', () => {
      const store = opened();
      expect(store.changesAfter(0, 10)).toEqual([]);
      fill(store, 3);
      expect(store.changesAfter(3, 10)).toEqual([]);
      expect(store.changesAfter(1, 1).map(({ seq }) => seq)).toEqual([2]);
    });
  });
}
