/**
 * Whatever happens to the world, what is expected of it and the time, judging only what moved comes to the same as judging
 * everything: after each step of random lives, every verdict that stands is the one a fresh agent would come to, and so is
 * what it would do about what is outstanding.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import type { Expectation, Target } from '../../src/core/expectation.ts';
import { readExpected } from '../../src/core/expected.ts';
import { expectationId, type Instant, instanceId } from '../../src/core/ids.ts';
import type { Instance } from '../../src/core/instance.ts';
import { asJson, canonical, type Json, type JsonObject } from '../../src/core/json.ts';
import { type Kinds, ownerOf } from '../../src/core/kind.ts';
import { isOutstanding, type Judgement, judge } from '../../src/core/outstanding.ts';
import { type Draft, plan, type Unmet } from '../../src/core/planner.ts';
import { sceneOf } from '../../src/core/prediction.ts';
import { isGone, isValid, mayMean } from '../../src/core/target.ts';
import type { Driver } from '../../src/ports/driver.ts';
import { silentLog } from '../../src/ports/log.ts';
import type { Store, Writer } from '../../src/ports/store.ts';
import { Loop } from '../../src/reconcile/loop.ts';
import { tmfKeyedArrays as keyed } from '../../src/tmf/keyed-arrays.ts';
import { handClock } from '../kit/clock.ts';
import { kind } from '../kit/model.ts';

const port = kind('port', {
  type: 'resource',
  observed: ['name', '@type', 'administrativeState', 'operationalState'],
  characteristic: [
    { name: 'mtu', schema: { type: 'integer' }, owner: 'driver' },
    { name: 'rxPower', schema: { type: 'number' }, owner: 'driver', telemetry: true },
  ],
});
const line = kind('line');
const kinds: Kinds = new Map([port, line].map(each => [each.name, each]));

const START = Date.parse('2026-03-10T23:59:00Z');
const FRESHNESS_MS = 180_000;
const LOOK_EVERY_MS = 60_000;

const element = (name: string) =>
  readElements([
    {
      kind: 'port',
      key: name,
      facts: {
        '@type': 'Resource',
        name,
        administrativeState: 'unlocked',
        operationalState: 'enabled',
        resourceCharacteristic: [{ name: 'mtu', value: 1500 }],
      },
      settable: [{ path: '/resourceCharacteristic/mtu/value' }],
      telemetry: [{ name: 'rxPower', value: -10, perSecond: -0.1 }],
    },
  ]).flat();

// A life.

type Lay = {
  readonly does: 'lay';
  readonly id: string;
  readonly laid: Partial<Expectation> & { readonly for: Target };
};
type Step =
  | { readonly does: 'put'; readonly id: string; readonly kind: string; readonly document: JsonObject }
  | { readonly does: 'remove'; readonly id: string }
  | Lay
  | { readonly does: 'withdraw'; readonly id: string }
  | { readonly does: 'element'; readonly name: string; readonly path: string; readonly value: Json }
  | { readonly does: 'come' | 'go'; readonly name: string }
  | { readonly does: 'blind'; readonly is: boolean }
  | { readonly does: 'withhold'; readonly why: string | undefined }
  | { readonly does: 'doubt'; readonly name: string; readonly path: string; readonly why: string | undefined }
  | { readonly does: 'pass'; readonly ms: number };

const when = (ms: number): string => new Date(START + ms).toISOString();
const moment = fc.integer({ min: -5, max: 40 }).map(n => when(n * 17_000));
const scalar = fc.oneof(fc.constantFrom<Json>(1, 'a', 1500), moment);
const characteristics = fc.uniqueArray(fc.record({ name: fc.constantFrom('mtu', 'speed', 'seen'), value: scalar }), {
  selector: each => each.name,
  maxLength: 3,
});
const place = fc.array(
  fc.record({ role: fc.constantFrom('site', 'pop'), id: fc.constantFrom('1', '2') }, { requiredKeys: ['role'] }),
  { maxLength: 2 },
);
const recorded = fc.record(
  {
    name: fc.constantFrom('one', 'two', 'p1'),
    state: scalar,
    description: fc.string({ maxLength: 2 }),
    serviceCharacteristic: characteristics,
    place,
    tags: fc.array(scalar, { maxLength: 2 }),
  },
  { requiredKeys: [] },
);

const since = fc.constantFrom<Json>(
  { $gte: { $now: '-PT1M' } },
  { $lt: { $now: 'PT30S' } },
  { $between: [{ $now: '-PT2M' }, { $now: 'PT1M' }] },
  { $within: { of: { $now: 'PT0S' }, tolerance: { $duration: 'PT45S' } } },
);
const wish: fc.Arbitrary<Json> = fc.oneof(
  scalar,
  since,
  fc.constantFrom<Json>({ $present: true }, { $absent: true }, { $type: 'string' }, { $gt: 1 }, { $anyOf: ['a', 1] }),
  since.map(each => ({ $noneOf: [each, 'a'] })),
);
const wishedCharacteristics = fc
  .uniqueArray(fc.record({ name: fc.constantFrom('mtu', 'speed', 'seen', 'rxPower'), value: wish }), {
    selector: each => each.name,
    minLength: 1,
    maxLength: 2,
  })
  .chain(items =>
    fc.constantFrom<Json>(items, { $keyed: { by: ['name'], items, closed: true } }, { $contains: [...items] }),
  );
const part: fc.Arbitrary<JsonObject> = fc.oneof(
  wish.map(state => ({ state })),
  wish.map(state => ({ state })),
  fc.constantFrom<Json>('x', { $absent: true }).map(description => ({ description })),
  wishedCharacteristics.map(serviceCharacteristic => ({ serviceCharacteristic })),
  wishedCharacteristics.map(resourceCharacteristic => ({ resourceCharacteristic })),
  fc.constantFrom('locked', 'unlocked').map(administrativeState => ({ administrativeState })),
  fc.constantFrom<Json>({ $present: true }, 'one', 'p1').map(name => ({ name })),
  place.map(each => ({ place: { $eq: each } })),
  fc
    .constantFrom<Json>([{ role: 'site', id: '1' }], [{ role: 'pop', state: { $absent: true } }], { $absent: true })
    .map(each => ({ place: each })),
  fc.array(wish, { maxLength: 2 }).map(tags => ({ tags })),
);
const expected: fc.Arbitrary<JsonObject> = fc.oneof(
  { weight: 3, arbitrary: part },
  { weight: 1, arbitrary: fc.tuple(part, part).map(([a, b]) => ({ ...a, ...b })) },
);

const target: fc.Arbitrary<Target> = fc.oneof(
  fc.constantFrom('i1', 'i2', 'i3').map(id => ({ id: instanceId(id) })),
  fc.record({ kind: fc.constantFrom('port', 'line'), name: fc.constantFrom('one', 'two', 'p1', 'p2') }),
  fc.record({ kind: fc.constantFrom('port', 'line', 'service'), where: expected }),
  fc.record({ where: expected }),
);
const times = {
  validFor: fc.record({ startDateTime: moment, endDateTime: moment }, { requiredKeys: [] }),
  freshnessMs: fc.constantFrom(30_000, 100_000),
};
/** Of anything. */
const laidAnywhere = fc.record(
  { for: target, expect: expected, when: expected, priority: fc.constantFrom(10, 50), ...times },
  { requiredKeys: ['for', 'expect'] },
);
/** Of what a driver sees, which may become too old. */
const laidOnElements = fc.record(
  {
    for: fc.constantFrom<Target>(
      { kind: 'port', name: 'p1' },
      { kind: 'port', name: 'p2' },
      { kind: 'port', where: { administrativeState: 'unlocked' } },
    ),
    expect: fc.constantFrom<Json>(
      { administrativeState: 'unlocked' },
      { description: { $absent: true }, resourceCharacteristic: [{ name: 'mtu', value: 1500 }] },
      { resourceCharacteristic: [{ name: 'rxPower', value: { $gte: -20 } }] },
      { resourceCharacteristic: [{ name: 'rxPower', value: { $gte: -20 } }] },
      { resourceCharacteristic: [{ name: 'rxPower', value: { $lt: -15 } }, { name: 'txPower' }] },
      { resourceCharacteristic: { $contains: [{ name: 'rxPower', value: { $lt: -12 } }] } },
    ),
    when: fc.constantFrom<Json>(
      { resourceCharacteristic: [{ name: 'rxPower', value: { $lt: -11 } }] },
      { resourceCharacteristic: [{ name: 'mtu', value: 1500 }] },
    ),
    ...times,
  },
  { requiredKeys: ['for', 'expect'] },
);
const laid = fc.oneof(
  { weight: 2, arbitrary: laidAnywhere },
  { weight: 2, arbitrary: fc.record({ for: target, expect: expected }) },
  { weight: 2, arbitrary: laidOnElements },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('put' as const),
      id: fc.constantFrom('i1', 'i2', 'i3'),
      kind: fc.constantFrom('line', 'service'),
      document: recorded as fc.Arbitrary<JsonObject>,
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('remove' as const), id: fc.constantFrom('i1', 'i2', 'i3') }) },
  {
    weight: 4,
    arbitrary: fc.record({ does: fc.constant('lay' as const), id: fc.constantFrom('e1', 'e2', 'e3', 'e4'), laid }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('withdraw' as const), id: fc.constantFrom('e1', 'e2', 'e3') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('element' as const),
      name: fc.constantFrom('p1', 'p2'),
      path: fc.constant('/resourceCharacteristic/mtu/value'),
      value: fc.constantFrom<Json>(1500, 1400, 2),
    }),
  },
  { weight: 1, arbitrary: fc.record({ does: fc.constantFrom('come', 'go'), name: fc.constantFrom('p1', 'p2') }) },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('blind' as const), is: fc.constantFrom(true, true, false) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('withhold' as const),
      why: fc.constantFrom('the meter does not answer', undefined),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      does: fc.constant('doubt' as const),
      name: fc.constantFrom('p1', 'p1', 'p2'),
      path: fc.constantFrom(
        '/resourceCharacteristic/rxPower',
        '/resourceCharacteristic/rxPower',
        '/administrativeState',
        '/resourceCharacteristic/mtu/value',
      ),
      why: fc.constantFrom('the sensor is broken', 'the sensor is broken', undefined),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      does: fc.constant('pass' as const),
      ms: fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 200_000 })),
    }),
  },
);

// The same said without any memory of what was.

const met: Judgement = { verdict: 'met', leaves: [] };

/** By the name of the element: the places that it said to be bad when it was last seen. */
type Doubts = ReadonlyMap<string, ReadonlySet<string>>;
type Known = 'known' | 'stale' | 'never' | 'bad';

function knownOf(loop: Loop, of: Instance, age: number, now: Instant, doubts: Doubts): (path: string) => Known {
  const fresh = (at: Instant | undefined): Known => (at === undefined ? 'never' : now - at > age ? 'stale' : 'known');
  const looked = fresh(loop.sight.of('simulator').at);
  const sampled = fresh(loop.sampling.sampledAt(of.id));
  const bad = [
    ...[...(doubts.get(String(of.document.name)) ?? [])].filter(each => !each.endsWith('rxPower')),
    ...Object.keys(loop.sampling.sampleOf(of.id)?.bad ?? {}).map(name => `/resourceCharacteristic/${name}`),
  ];
  return path => {
    if (of.observedBy === undefined) return 'known';
    if (path === '') return looked;
    const from: Known[] = [];
    if (path === '/resourceCharacteristic') from.push(looked, sampled);
    else if (path.startsWith('/resourceCharacteristic/rxPower')) from.push(sampled);
    else if (ownerOf(kinds.get(of.kind), of, path) === 'driver') from.push(looked);
    if (bad.some(each => each.startsWith(path) || path.startsWith(each))) from.push('bad');
    return (['never', 'stale', 'bad'] as const).find(each => from.includes(each)) ?? 'known';
  };
}

function everyVerdict(
  store: Store,
  loop: Loop,
  now: Instant,
  doubts: Doubts = new Map(),
): { verdicts: Map<string, Json>; unmet: Unmet[]; reasons: Set<string> } {
  const all = [...store.instances({})];
  const verdicts = new Map<string, Json>();
  const unmet: Unmet[] = [];
  const reasons = new Set<string>();
  const context = { now, keyed };
  const read = (source: Json) => readExpected(source, { keyed, lenient: true });
  for (const expectation of store.expectations()) {
    const { for: of } = expectation;
    const meant = all.filter(instance => {
      if (!mayMean(of, instance)) return false;
      if (!('where' in of)) return true;
      const isNobody = JSON.stringify(of.where) === '{}';
      return !isNobody && !isOutstanding(read(of.where), loop.sampling.withTelemetry(instance), context);
    });
    const whom = meant.length > 0 || 'where' in of ? meant : [undefined];
    for (const instance of whom) {
      const actual = instance && !isGone(instance) ? loop.sampling.withTelemetry(instance) : undefined;
      const age = expectation.freshnessMs ?? FRESHNESS_MS;
      const absence = (): Known => {
        const { at } = loop.sight.of('simulator');
        return !('name' in of) ? 'known' : at === undefined ? 'never' : now - at > age ? 'stale' : 'known';
      };
      const known = instance === undefined ? absence : knownOf(loop, instance, age, now, doubts);
      const when = expectation.when === undefined ? met : judge(read(expectation.when), actual, { ...context, known });
      const judged =
        !isValid(expectation.validFor, now) || when.verdict === 'unmet'
          ? { verdict: 'inapplicable', leaves: [], residual: undefined }
          : when.verdict === 'unknown'
            ? { verdict: 'unknown', leaves: when.leaves, residual: undefined }
            : judge(read(expectation.expect), actual, { ...context, known });
      const { residual, leaves } = judged;
      if (judged.verdict === 'unmet' && residual !== undefined) {
        unmet.push({ expectation, instance, residual, leaves, mode: 'warn' });
      }
      for (const { path, reason, verdict } of leaves) {
        if (verdict === 'unknown') reasons.add(`${path.includes('rxPower') ? 'sampled' : 'seen'} ${reason}`);
      }
      verdicts.set(`${expectation.id} ${instance?.id}`, {
        verdict: judged.verdict,
        residual: residual ?? null,
        unknown: leaves.filter(leaf => leaf.verdict === 'unknown').map(({ path }) => path),
      });
    }
  }
  return { verdicts, unmet, reasons };
}

/** What one plan for all that is unmet comes to. */
function wholePlan(store: Store, driver: Driver, unmet: readonly Unmet[], now: Instant): Json[] {
  return told(
    plan({
      now,
      unmet,
      context: { now, keyed },
      offers: driver.abilities.map(ability => ({ driver: driver.name, ability })),
      standing: id =>
        store
          .verdicts({ instance: id })
          .filter(each => each.verdict !== 'inapplicable')
          .flatMap(each => store.expectation(each.expectation) ?? []),
      standingOf: ({ kind: of, name }) =>
        store.expectations().filter(each => {
          if (!('name' in each.for) || each.for.kind !== of || each.for.name !== name) return false;
          return (store.verdict(each.id, undefined)?.verdict ?? 'inapplicable') !== 'inapplicable';
        }),
      scene: sceneOf([...store.instances({})].filter(each => !isGone(each))),
      held: () => undefined,
      tried: () => [],
    }),
  );
}

function told({ tasks, waiting }: Draft): Json[] {
  return [...tasks.map(each => canonical(asJson(each))), ...waiting.map(each => canonical(asJson(each))).sort()];
}

function standing(store: Store): Map<string, Json> {
  return new Map(
    store
      .verdicts()
      .map(({ expectation, instance, verdict, residual, unknown }) => [
        `${expectation} ${instance}`,
        { verdict, residual: residual ?? null, unknown: [...(unknown ?? [])] },
      ]),
  );
}

const sorted = (of: ReadonlyMap<string, Json>) => [...of].sort(([a], [b]) => (a < b ? -1 : 1));

async function live(
  steps: readonly Step[],
): Promise<{ judged: number; kinds: Set<string>; reasons: ReadonlySet<string> }> {
  const clock = handClock(START);
  let ids = 0;
  const newId = () => `id${++ids}`;
  const store = openStore({ path: ':memory:', clock, keyed, newId });
  const driver = openSimulator({ clock, log: silentLog, elements: element('p1') });
  const loop = new Loop({
    store,
    drivers: [driver],
    kinds,
    keyed,
    clock,
    log: silentLog,
    newId,
    chance: () => 0.5,
    profileMode: 'warn',
    lookEveryMs: LOOK_EVERY_MS,
    freshnessMs: FRESHNESS_MS,
  });
  let judged = 0;
  const verdicts = new Set<string>();
  const reasons = new Set<string>();
  try {
    await loop.start();
    const write = (call: (writer: Writer) => unknown): void => {
      store.transact({ principal: 'operator', kind: 'request' }, call);
    };
    const there = new Set(['p1']);
    const doubts = new Map<string, Set<string>>();
    let seenDoubts: Doubts = new Map();
    for (const each of steps) {
      await take(each, { driver, clock, there, doubts, write });
      loop.ring();
      await loop.settle();
      const sees = loop.sight.of(driver.name).failure === undefined;
      if (sees) seenDoubts = new Map([...doubts].map(([name, places]) => [name, new Set(places)]));
      const stands = standing(store);
      const { verdicts: full, unmet, reasons: why } = everyVerdict(store, loop, clock.now(), seenDoubts);
      expect(sorted(stands), `after ${JSON.stringify(each)}`).toEqual(sorted(full));
      // What can be done is asked of the element itself, which may be another by now than the one last seen.
      if (sees) expect(told(loop.draft())).toEqual(wholePlan(store, driver, unmet, clock.now()));
      judged += stands.size;
      for (const { verdict } of store.verdicts()) verdicts.add(verdict);
      for (const each of why) reasons.add(each);
    }
  } finally {
    await loop.stop();
    store.close();
  }
  return { judged, kinds: verdicts, reasons };
}

interface World {
  readonly driver: ReturnType<typeof openSimulator>;
  readonly clock: ReturnType<typeof handClock>;
  /** The names of the elements that are there. */
  readonly there: Set<string>;
  /** What they do not vouch for now. */
  readonly doubts: Map<string, Set<string>>;
  readonly write: (call: (writer: Writer) => unknown) => void;
}

async function take(step: Step, { driver, clock, there, doubts, write }: World): Promise<void> {
  switch (step.does) {
    case 'put':
      return write(writer =>
        writer.putInstance({
          id: instanceId(step.id),
          type: 'service',
          kind: step.kind,
          document: { id: step.id, ...step.document },
          createdAt: START,
        } satisfies Omit<Instance, 'seq'>),
      );
    case 'remove':
      return write(writer => writer.removeInstance(instanceId(step.id)));
    case 'lay': {
      const { for: of, expect: wanted = {}, ...more } = step.laid;
      return write(writer =>
        writer.putExpectation({
          id: expectationId(step.id),
          for: of,
          expect: wanted,
          priority: 50,
          principal: 'operator',
          createdAt: START,
          ...more,
        }),
      );
    }
    case 'withdraw':
      return write(writer => writer.removeExpectation(expectationId(step.id)));
    case 'element':
      if (there.has(step.name)) driver.world.change('port', step.name, step.path, step.value);
      return;
    case 'come':
      if (!there.has(step.name)) for (const each of element(step.name)) driver.world.add(each);
      there.add(step.name);
      return;
    case 'go':
      if (there.delete(step.name)) driver.world.remove('port', step.name);
      doubts.delete(step.name);
      return;
    case 'withhold':
      return driver.world.withholdTelemetry(step.why);
    case 'doubt': {
      if (!there.has(step.name)) return;
      const places = doubts.get(step.name) ?? new Set();
      doubts.set(step.name, places);
      if (step.why === undefined) places.delete(step.path);
      else places.add(step.path);
      return driver.world.doubt('port', step.name, step.path, step.why);
    }
    case 'blind':
      driver.world.setUnreachable(step.is);
      return;
    case 'pass':
      await clock.advance(step.ms);
  }
}

test('incremental equals full, after each step of random lives', async () => {
  let judged = 0;
  const verdicts = new Set<string>();
  const reasons = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async steps => {
      const life = await live(steps);
      judged += life.judged;
      for (const each of life.kinds) verdicts.add(each);
      for (const each of life.reasons) reasons.add(each);
    }),
    { numRuns: 300 },
  );
  expect(judged).toBeGreaterThan(1_000);
  expect([...verdicts].sort()).toEqual(['inapplicable', 'met', 'unknown', 'unmet']);
  const often = ['sampled bad', 'sampled never', 'seen bad', 'seen stale'];
  expect([...reasons]).toEqual(expect.arrayContaining(often));
}, 300_000);

// Lives that chance seldom comes to.

const instance = (kindName: string, document: JsonObject): Step => ({
  does: 'put',
  id: 'i1',
  kind: kindName,
  document,
});

test('what becomes of another kind while it changes is judged by those who mean that kind, and by no others', async () => {
  const ofLines: Lay = {
    does: 'lay',
    id: 'e1',
    laid: { for: { kind: 'line', where: { state: { $present: true } } }, expect: { description: 'x' } },
  };
  const ofServices: Step = {
    ...ofLines,
    id: 'e2',
    laid: { ...ofLines.laid, for: { kind: 'service', where: { state: 1 } } },
  };
  const put = (kindName: string, tag: number): Step => instance(kindName, { state: 1, tags: [tag] });
  const { judged } = await live([
    ofLines,
    ofServices,
    put('line', 1),
    put('line', 2),
    put('service', 3),
    put('line', 4),
  ]);
  expect(judged).toBe(4);
});

test('what was overruled is planned once what stood above it is withdrawn', async () => {
  const laidOn = (id: string, value: number, priority: number): Step => ({
    does: 'lay',
    id,
    laid: {
      for: { kind: 'port', name: 'p1' },
      expect: { resourceCharacteristic: [{ name: 'mtu', value }] },
      priority,
    },
  });
  const { judged } = await live([laidOn('e1', 1500, 60), laidOn('e2', 1400, 40), { does: 'withdraw', id: 'e1' }]);
  expect(judged).toBe(4);
});

test('what is sampled becomes too old by time alone, and known again with the next sample', async () => {
  const few: Lay = {
    does: 'lay',
    id: 'e1',
    laid: {
      for: { kind: 'port', name: 'p1' },
      expect: { resourceCharacteristic: [{ name: 'rxPower', value: { $gte: -100 } }] },
      freshnessMs: 30_000,
    },
  };
  const withhold = (why?: string): Step => ({ does: 'withhold', why });
  const pass = (ms: number): Step => ({ does: 'pass', ms });
  const { kinds: verdicts, reasons } = await live([few, withhold('it is busy'), pass(20_000), pass(20_000)]);
  expect([[...verdicts].sort(), [...reasons]]).toEqual([['met', 'unknown'], ['sampled stale']]);
  const again = await live([withhold('it is busy'), few, pass(90_000), withhold(), pass(90_000)]);
  expect([[...again.kinds].sort(), [...again.reasons]]).toEqual([['met', 'unknown'], ['sampled never']]);
});

// P31
test('while many are judged, others have their turn', async () => {
  const clock = handClock(START);
  let ids = 0;
  const newId = () => `id${++ids}`;
  const store = openStore({ path: ':memory:', clock, keyed, newId });
  const loop = new Loop({
    store,
    drivers: [],
    kinds,
    keyed,
    clock,
    log: silentLog,
    newId,
    chance: () => 0.5,
    profileMode: 'observe',
    lookEveryMs: LOOK_EVERY_MS,
    freshnessMs: FRESHNESS_MS,
  });
  const MANY = 5_000;
  await loop.start();
  try {
    store.transact({ principal: 'operator', kind: 'request' }, writer => {
      for (let i = 0; i < MANY; i++) {
        const id = instanceId(`i${i}`);
        writer.putInstance({ id, type: 'service', kind: 'line', document: { id, state: i % 2 }, createdAt: START });
      }
      writer.putExpectation({
        id: expectationId('e1'),
        for: { kind: 'line', where: { state: { $present: true } } },
        expect: { state: 1 },
        priority: 50,
        principal: 'operator',
        createdAt: START,
      });
    });
    // Somebody writes in the midst of it, time and again, on what has been judged and on what has not.
    let turns = 0;
    let judging = true;
    const write = (): void => {
      if (!judging) return;
      const id = instanceId(`i${(turns++ * 977) % MANY}`);
      store.transact({ principal: 'operator', kind: 'request' }, writer => {
        if (turns % 3 === 0) writer.removeInstance(id);
        else writer.putInstance({ id, type: 'service', kind: 'line', document: { id, state: 7 }, createdAt: START });
      });
      if (turns < 50) setImmediate(write);
    };
    setImmediate(write);
    loop.ring();
    await loop.settle();
    judging = false;
    expect(turns).toBeGreaterThan(2);
    await loop.settle();
    expect(sorted(standing(store))).toEqual(sorted(everyVerdict(store, loop, clock.now()).verdicts));
  } finally {
    await loop.stop();
    store.close();
  }
});
