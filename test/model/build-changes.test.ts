import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import { type InstanceId, instanceId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Kinds } from '../../src/core/kind.ts';
import { change } from '../../src/core/model/changes.ts';
import { remove } from '../../src/core/model/remove.ts';
import {
  annotate,
  type Domain,
  define,
  give,
  relate,
  rename,
  respecify,
  setAxes,
  setFeature,
  step,
  takeBack,
  unrelate,
} from '../../src/core/model/standard-changes.ts';
import type { Store } from '../../src/ports/store.ts';
import {
  access,
  documentOf,
  given,
  island,
  kinds,
  make,
  NOW,
  of,
  ofCard,
  ofShelf,
  patch,
  shelf,
} from '../kit/domain.ts';
import { memoryStore } from '../kit/memory-store.ts';
import { commit } from '../kit/pools.ts';

const LATER = Date.parse('2026-02-01T00:00:00Z');

function act(store: Store, deed: (domain: Domain) => unknown, now = LATER): void {
  commit(store, drafts => void deed({ drafts, kinds, given: given(now) }));
}

/** What the refusal says; nothing may have been written by then. */
function refusal(store: Store, deed: () => void): AgentError {
  const seq = store.seq();
  try {
    deed();
  } catch (error) {
    expect(store.seq()).toBe(seq);
    if (error instanceof AgentError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
const refused = (store: Store, deed: (domain: Domain) => unknown): AgentError => refusal(store, () => act(store, deed));

function characteristic(store: Store, id: InstanceId, name: string): Json | undefined {
  const { resourceCharacteristic, serviceCharacteristic } = documentOf(store, id);
  const all = (resourceCharacteristic ?? serviceCharacteristic) as readonly JsonObject[];
  return all.find(each => each.name === name)?.value;
}

/** A shelf with two cards, and a service. */
function domain() {
  const store = memoryStore();
  return {
    store,
    shelf: make(store, 'resource', ofShelf(), 'shelf'),
    a: make(store, 'resource', ofCard(), 'a'),
    b: make(store, 'resource', ofCard(), 'b'),
    line: make(store, 'service', of(access), 'line'),
  };
}

describe('define', () => {
  test('merges fields into what is there, takes away what is null, and replaces what is no object', () => {
    const { store, a, line } = domain();
    act(store, at => define(at, a, { card: { model: 'X9', power: 40 } }));
    act(store, at => define(at, a, { card: { power: 41.5 } }));
    expect(characteristic(store, a, 'card')).toEqual({ model: 'X9', power: 41.5 });
    act(store, at => define(at, a, { card: { model: null } }));
    expect(characteristic(store, a, 'card')).toEqual({ power: 41.5 });
    act(store, at => define(at, line, { speed: 500 }));
    expect(characteristic(store, line, 'speed')).toBe(500);
  });

  test('given a name that neither the kind nor the instance has, then it is refused with the nearest', () => {
    const { store, a } = domain();
    const unknown = refused(store, at => define(at, a, { crad: {} }));
    expect(unknown).toMatchObject({ code: 'invalid', pointer: '/characteristic/crad' });
    expect(unknown.message).toMatch(/a card has no characteristic crad; .*did you mean card\?/);
  });

  test('given an unknown field or a wrong type, then it is refused with its place', () => {
    const { store, a } = domain();
    expect(refused(store, at => define(at, a, { card: { colour: 'red' } })).code).toBe('invalid');
    expect(refused(store, at => define(at, a, { card: { power: 'much' } })).pointer).toMatch(/\/value\/power$/);
  });

  test('moves the bounds of a pool, but not away from what is handed out', () => {
    const { store, shelf } = domain();
    act(store, at => define(at, shelf, { slots: { last: 9 } }));
    expect(characteristic(store, shelf, 'slots')).toMatchObject({ first: 1, last: 9, assigned: 2, free: 7 });
    expect(refused(store, at => define(at, shelf, { slots: { first: 2 } })).message).toMatch(/slot 1 outside/);
    expect(refused(store, at => define(at, shelf, { slots: { free: 3 } })).message).toMatch(/counted/);
    expect(refused(store, at => define(at, shelf, { slots: { first: 9, last: 3 } })).code).toBe('invalid');
  });

  test.each<[string, Json]>([
    ['false', false],
    ['a text', ''],
    ['zero', 0],
    ['a fraction', 1.5],
    ['null', null],
    ['a list', [1, 2]],
    ['an object', { a: 1 }],
  ])('keeps %s as it is, whatever stood there before', (_, value) => {
    const { store, line } = domain();
    patch(store, line, { serviceCharacteristic: [{ name: 'free', value: 'x' }] });
    act(store, at => define(at, line, { free: value }));
    expect(characteristic(store, line, 'free')).toEqual(value);
  });

  test('moves a number with the characteristic that says it', () => {
    const { store, a, b } = domain();
    act(store, at => define(at, a, { position: 4 }));
    expect(store.assignmentsTo(a)).toMatchObject([{ owner: 'shelf', alias: 'slot', value: 4 }]);
    expect(refused(store, at => define(at, b, { position: 4 })).pointer).toMatch(
      /^\/resourceCharacteristic\/\d\/value$/,
    );
    expect(store.assignmentsTo(b)).toMatchObject([{ value: 2 }]);
  });
});

describe('features', () => {
  test('are enabled and not, and their characteristics defined', () => {
    const { store, line } = domain();
    act(store, at =>
      setFeature(at, line, { name: 'shaping', isEnabled: true, characteristic: { goal: 'throughput' } }),
    );
    expect(documentOf(store, line).feature).toMatchObject([
      { name: 'shaping', isEnabled: true, featureCharacteristic: [{ name: 'goal', value: 'throughput' }] },
    ]);
    act(store, at => setFeature(at, line, { name: 'shaping', isEnabled: false }));
    expect(documentOf(store, line).feature).toMatchObject([{ isEnabled: false }]);
  });

  test('given an unknown one, or a value that does not fit, or one name twice, then it is refused', () => {
    const { store, line } = domain();
    expect(refused(store, at => setFeature(at, line, { name: 'shapin' })).message).toMatch(/did you mean shaping\?/);
    expect(
      refused(store, at => setFeature(at, line, { name: 'shaping', characteristic: { goal: 'fun' } })).pointer,
    ).toBe('/feature/0/featureCharacteristic/0/value');
    const twice = [{ name: 'x' }, { name: 'x' }];
    const feature = [{ name: 'shaping', isEnabled: true, featureCharacteristic: twice }];
    expect(refusal(store, () => patch(store, line, { feature })).code).toBe('invalid');
  });
});

describe('relate', () => {
  test('makes a relationship found from both ends; with an alias its target is listed as supporting', () => {
    const { store, a, line } = domain();
    act(store, at => relate(at, line, a, { type: 'runsOn', alias: 'primary', characteristic: { pair: 12 } }));
    const document = documentOf(store, line);
    expect(document.resourceRelationship).toEqual([
      {
        '@type': 'ResourceRelationship',
        relationshipType: 'runsOn',
        alias: 'primary',
        resource: { id: 'a', '@type': 'ResourceRef' },
        resourceRelationshipCharacteristic: [{ name: 'pair', value: 12 }],
      },
    ]);
    expect(document.supportingResource).toEqual([{ id: 'a', alias: 'primary', '@type': 'ResourceRef' }]);
    expect(store.linksTo(a, 'relationship')).toMatchObject([{ source: 'line', alias: 'primary' }]);
  });

  test('goes by the type of the target, both ways at once', () => {
    const { store, line } = domain();
    const other = make(store, 'service', of(access), 'other');
    act(store, at => relate(at, line, other, { type: 'uses' }));
    act(store, at => relate(at, other, line, { type: 'uses' }));
    expect(documentOf(store, line).serviceRelationship).toHaveLength(1);
    expect(store.linksTo(line, 'relationship')).toMatchObject([{ source: 'other' }]);
  });

  test('again with the same type and alias sets its characteristics', () => {
    const { store, a, line } = domain();
    const words = { type: 'runsOn', alias: 'primary' };
    act(store, at => relate(at, line, a, { ...words, characteristic: { pair: 12, colour: 'red' } }));
    act(store, at => relate(at, line, a, { ...words, characteristic: { pair: 13 } }));
    expect(documentOf(store, line).resourceRelationship).toMatchObject([
      {
        resourceRelationshipCharacteristic: [
          { name: 'colour', value: 'red' },
          { name: 'pair', value: 13 },
        ],
      },
    ]);
  });

  test('given source none or target none, then it is refused naming that end; an unknown target too', () => {
    const { store, line } = domain();
    const alone = make(store, 'service', of(island), 'alone');
    expect(refused(store, at => relate(at, alone, line, { type: 'uses' })).message).toMatch(/never the source/);
    expect(refused(store, at => relate(at, line, alone, { type: 'uses' })).message).toMatch(/never the target/);
    expect(refused(store, at => relate(at, line, instanceId('nobody'), { type: 'uses' })).code).toBe('notFound');
    expect(documentOf(store, alone)).not.toHaveProperty('serviceRelationship');
  });

  test('given an alias that the source has already, then it is refused', () => {
    const { store, a, b, line } = domain();
    act(store, at => relate(at, line, a, { type: 'runsOn', alias: 'primary' }));
    const second = refused(store, at => relate(at, line, b, { type: 'runsOn', alias: 'primary' }));
    expect(second.pointer).toBe('/resourceRelationship/1/alias');
  });

  test('unrelate takes away all that is meant, and what it listed as supporting', () => {
    const { store, a, b, line } = domain();
    act(store, at => relate(at, line, a, { type: 'runsOn', alias: 'primary' }));
    act(store, at => relate(at, line, b, { type: 'runsOn', alias: 'backup' }));
    act(store, at => unrelate(at, line, { alias: 'primary' }));
    expect(store.linksFrom(line)).toMatchObject([{ target: 'b' }]);
    expect(documentOf(store, line).supportingResource).toEqual([{ id: 'b', alias: 'backup', '@type': 'ResourceRef' }]);
    const gone = refused(store, at => unrelate(at, line, { alias: 'primary' }));
    expect(gone).toMatchObject({ code: 'notFound', message: expect.stringMatching(/it has runsOn backup b/) });
    act(store, at => unrelate(at, line, { target: 'b' }));
    expect(documentOf(store, line)).not.toHaveProperty('resourceRelationship');
    expect(documentOf(store, line)).not.toHaveProperty('supportingResource');
  });

  test('given another alias by a patch, then its type is kept and it is checked anew', () => {
    const { store, a, b } = domain();
    act(store, at => relate(at, a, b, { type: 'protects', alias: 'backup' }));
    const protects = (alias: string): JsonObject => ({
      relationshipType: 'protects',
      alias,
      resource: { id: 'b', '@type': 'ResourceRef' },
    });
    const others = (documentOf(store, a).resourceRelationship as JsonObject[]).filter(each => each.alias === 'slot');
    const renamed = { resourceRelationship: [...others, protects('primary')] };
    expect(refusal(store, () => patch(store, a, renamed)).message).toMatch(/source of relationships/);
    const line = make(store, 'service', of(access, { resourceRelationship: [protects('backup')] }));
    patch(store, line, { resourceRelationship: [protects('primary')] });
    expect(store.linksFrom(line)).toMatchObject([{ type: 'protects', alias: 'primary', target: 'b' }]);
    expect(documentOf(store, line).supportingResource).toEqual([{ id: 'b', alias: 'primary', '@type': 'ResourceRef' }]);
  });
});

describe('numbers', () => {
  test('are handed out lowest first, known by alias, and taken back', () => {
    const { store, a, line } = domain();
    act(store, at => give(at, { owner: a, pool: 'ports', assignee: line }));
    act(store, at => give(at, { owner: a, pool: 'ports', assignee: line, alias: 'second' }));
    expect(store.assignmentsTo(line).map(each => [each.alias, each.value])).toEqual([
      ['port', 1],
      ['second', 2],
    ]);
    expect(characteristic(store, a, 'ports')).toMatchObject({ assigned: 2, free: 46 });
    act(store, at => takeBack(at, { owner: a, assignee: line, value: 1 }));
    expect(store.assignmentsTo(line)).toHaveLength(1);
    expect(refused(store, at => takeBack(at, { owner: a, assignee: line, value: 1 })).code).toBe('notFound');
    expect(refused(store, at => give(at, { owner: a, pool: 'ports', assignee: line, value: 2 })).code).toBe('conflict');
  });

  test('given an owner that is not there yet or no longer, then none is handed out', () => {
    const { store, a, line } = domain();
    const wish = { owner: a, pool: 'ports', assignee: line };
    act(store, at => setAxes(at, a, { lifecycleState: 'pendingRemoval' }));
    expect(refused(store, at => give(at, wish)).message).toMatch(
      /pendingRemoval; it does while that is planned or inst/,
    );
    act(store, at => setAxes(at, a, { lifecycleState: null }));
    expect(refused(store, at => give(at, wish)).code).toBe('conflict');
  });

  test('that the kind gives are kept to the end, and may be exchanged', () => {
    const { store, shelf, a } = domain();
    const kept = refused(store, at => takeBack(at, { owner: shelf, assignee: a }));
    expect(kept.message).toMatch(/a card has one of the slots of a shelf as slot from its making to its end/);
    const { resourceRelationship } = documentOf(store, a);
    expect(refusal(store, () => patch(store, a, { resourceRelationship: null })).code).toBe('conflict');
    const [element] = resourceRelationship as readonly JsonObject[];
    const moved = [{ ...element, resourceRelationshipCharacteristic: [{ name: 'slots', value: 4 }] }];
    patch(store, a, { resourceRelationship: moved });
    expect(store.assignmentsTo(a)).toMatchObject([{ owner: 'shelf', value: 4, alias: 'slot' }]);
    expect(characteristic(store, shelf, 'slots')).toMatchObject({ assigned: 2 });
  });

  test('follow the elements of the document: one added is given, one taken away goes back', () => {
    const { store, a, line } = domain();
    const element = { relationshipType: 'assignedFrom', resource: { id: 'a' } };
    patch(store, line, { resourceRelationship: [element] });
    expect(store.assignmentsTo(line)).toMatchObject([{ owner: 'a', value: 1, alias: 'line' }]);
    const seq = store.seq();
    patch(store, line, { resourceRelationship: [element] });
    expect(store.seq()).toBe(seq);
    patch(store, line, { resourceRelationship: null });
    expect(store.assignmentsTo(line)).toEqual([]);
    expect(documentOf(store, line)).not.toHaveProperty('supportingResource');
    expect(characteristic(store, a, 'ports')).toMatchObject({ assigned: 0 });
  });
});

describe('the state of a service', () => {
  const state = (store: Store, id: InstanceId) => {
    const { state: is, operatingStatus, startDate, endDate } = documentOf(store, id);
    return [is, operatingStatus, startDate, endDate];
  };
  const at = new Date(LATER).toISOString();

  test('given initial, when cancelled, then unknown and ended; when terminated, then it is refused', () => {
    const { store, line } = domain();
    expect(refused(store, at => step(at, line, { name: 'terminate' }))).toMatchObject({
      code: 'conflict',
      pointer: '/state',
    });
    act(store, at => step(at, line, { name: 'cancel' }));
    expect(state(store, line)).toEqual(['cancelled', 'unknown', undefined, at]);
  });

  test('given a feasibility check, then its finding; given a step of the kind, then its own', () => {
    const { store, line } = domain();
    act(store, at => step(at, line, { name: 'feasibilityCheck' }));
    expect(state(store, line)).toEqual(['feasibilityChecked', undefined, undefined, undefined]);
    const other = make(store, 'service', of(access));
    act(store, at => step(at, other, { name: 'qualify' }));
    expect(state(store, other)).toEqual(['feasibilityChecked', 'feasible', undefined, undefined]);
    expect(refused(store, at => step(at, other, { name: 'qualify' })).code).toBe('conflict');
  });

  test('given active, then starting and started; running stays active; suspended is limited; terminated has both dates', () => {
    const { store, line } = domain();
    act(store, at => step(at, line, { name: 'activate' }));
    expect(state(store, line)).toEqual(['active', 'starting', at, undefined]);
    act(store, at => step(at, line, { name: 'status', operatingStatus: 'running' }));
    expect(state(store, line)).toEqual(['active', 'running', at, undefined]);
    patch(store, line, { state: 'suspended' });
    expect(state(store, line)).toEqual(['suspended', 'limited', at, undefined]);
    patch(store, line, { state: 'terminated' }, LATER);
    expect(state(store, line)).toEqual(['terminated', 'stopping', at, at]);
  });

  test('given a state by a patch to which no step leads, then it is refused and says which do', () => {
    const { store, line } = domain();
    const wrong = refusal(store, () => patch(store, line, { state: 'suspended', name: 'x' }));
    expect(wrong.message).toMatch(/is initial .* cannot become suspended; from there it can become/);
    expect(documentOf(store, line)).not.toHaveProperty('name');
    expect(refusal(store, () => patch(store, line, { state: null })).pointer).toBe('/state');
  });

  test('is none for a resource, nor are axes for a service', () => {
    const { store, a, line } = domain();
    expect(refused(store, at => step(at, a, { name: 'activate' })).code).toBe('invalid');
    expect(refused(store, at => setAxes(at, line, { usageState: 'idle' })).code).toBe('invalid');
    act(store, at => setAxes(at, a, { administrativeState: 'locked', usageState: 'idle' }));
    expect(refused(store, at => setAxes(at, a, { usageState: 'busy' })).pointer).toBe('/usageState');
  });
});

describe('respecify', () => {
  test('given major 2 of the name, then it is of that kind, has what that gives, and keeps what it had', () => {
    const { store, line } = domain();
    patch(store, line, {
      serviceCharacteristic: [
        { name: 'speed', value: 70 },
        { name: 'own', value: 1 },
      ],
    });
    act(store, at => respecify(at, line, 'spec-access-2'));
    expect(store.instance(line)?.kind).toBe('access2');
    expect(documentOf(store, line)).toMatchObject({
      serviceSpecification: { id: 'spec-access-2', name: 'access', version: '2.0.0' },
      serviceCharacteristic: [
        { name: 'contention', value: '1:1' },
        { name: 'own', value: 1 },
        { name: 'speed', value: 70 },
      ],
    });
  });

  test('given all moved, then none is found by the old kind', () => {
    const { store } = domain();
    for (const { id } of [...store.instances({ kind: 'access' })]) act(store, at => respecify(at, id, 'spec-access-2'));
    expect([...store.instances({ kind: 'access' })]).toEqual([]);
    expect([...store.instances({ kind: 'access2' })]).toHaveLength(1);
  });

  test('given values that do not fit there, another name, another type, a frozen or an unknown one, then it is refused', () => {
    const { store, line, a } = domain();
    act(store, at => define(at, line, { speed: 20 }));
    expect(refused(store, at => respecify(at, line, 'spec-access-2')).pointer).toBe('/serviceCharacteristic/0/value');
    expect(refused(store, at => respecify(at, line, 'spec-island-1')).message).toMatch(/it can become 2\.0\.0/);
    expect(refused(store, at => respecify(at, line, 'spec-card-1')).code).toBe('invalid');
    expect(refused(store, at => respecify(at, a, 'spec-access-2')).code).toBe('invalid');
    expect(refused(store, at => respecify(at, line, 'nothing')).code).toBe('notFound');
    const wild = { serviceSpecification: { id: 'x', name: 'wild' } };
    expect(refusal(store, () => patch(store, line, wild)).message).toMatch(/is not known here/);
    expect(store.instance(line)?.kind).toBe('access');
  });

  test('given one of no kind, then it takes on one whose rules it meets', () => {
    const store = memoryStore();
    const id = make(store, 'resource', { name: 'R', lifecycleState: 'installed' });
    expect(refused(store, at => respecify(at, id, shelf.specification.id)).message).toMatch(/installer.*|rack/);
    const { relatedParty, resourceCharacteristic, resourceSpecification } = ofShelf() as Record<string, Json>;
    patch(store, id, {
      relatedParty: relatedParty ?? null,
      resourceCharacteristic: resourceCharacteristic ?? null,
      resourceSpecification: resourceSpecification ?? null,
    });
    expect(store.instance(id)?.kind).toBe('shelf');
    expect(characteristic(store, id, 'slots')).toMatchObject({ free: 4 });
  });

  test('given one of no kind, then it is supported by what it still has an alias for, and by nothing else', () => {
    const { store, line } = domain();
    const owner = make(store, 'resource', ofShelf());
    const free = make(store, 'service', { name: 'F', state: 'active' });
    act(store, at => relate(at, free, owner, { type: 'uses', alias: 'primary' }));
    act(store, at => relate(at, free, line, { type: 'uses', alias: 'backup' }));
    act(store, at => give(at, { owner, pool: 'slots', assignee: free }));
    act(store, at => takeBack(at, { owner, assignee: free }));
    act(store, at => unrelate(at, free, { target: owner }));
    act(store, at => respecify(at, free, access.specification.id));
    const { supportingResource, supportingService } = documentOf(store, free);
    expect(supportingResource).toBeUndefined();
    expect(supportingService).toEqual([{ id: line, alias: 'backup', '@type': 'ServiceRef' }]);
  });
});

test('given a kind that is not loaded now, then its instances are free, and of it again when it is', () => {
  const { store, line } = domain();
  const write = (loaded: Kinds, members: JsonObject): void =>
    commit(store, drafts => {
      const before = drafts.need(line);
      change(drafts, loaded, before, { ...before.document, ...members }, given());
    });
  write(new Map(), { state: 'whatever' });
  expect(store.instance(line)?.kind).toBe('access');
  write(kinds, { state: 'whatever', name: 'again' });
  write(new Map(), { serviceSpecification: { id: 'x', name: 'wild' } });
  expect(store.instance(line)?.kind).toBe('service');
});

describe('annotate', () => {
  test('given two notes one after another, then both are there, each with a date and an id of its own', () => {
    const { store, line } = domain();
    act(store, at => annotate(at, line, { note: { text: 'one', author: 'ACME' } }), NOW);
    act(store, at => annotate(at, line, { note: { text: 'two', id: 'N2' } }));
    expect(documentOf(store, line).note).toMatchObject([
      { text: 'one', author: 'ACME', date: '2026-01-05T02:03:04.567Z', id: expect.any(String) },
      { text: 'two', id: 'N2', date: '2026-02-01T00:00:00.000Z' },
    ]);
    const again = refused(store, at => annotate(at, line, { note: { text: 'three', id: 'N2' } }));
    expect(again.message).toMatch(/a note with the id "N2" already/);
    patch(store, line, { note: [{ text: 'without' }, { text: 'an id' }] });
    expect(refusal(store, () => patch(store, line, { note: [{ author: 'x' }] })).pointer).toBe('/note/0/text');
  });

  test('given process statuses, then the newest is first; without code, severity or message, then it is refused', () => {
    const { store, line } = domain();
    const status = (code: string) => ({ processStatus: { code, severity: 'WARN' as const, message: 'unreachable' } });
    act(store, at => annotate(at, line, status('CPE-1')), NOW);
    act(store, at => annotate(at, line, status('CPE-2')));
    expect(documentOf(store, line).processStatus).toMatchObject([{ code: 'CPE-2' }, { code: 'CPE-1' }]);
    const whole = { code: 'X', severity: 'INFO', message: 'm' };
    for (const name of ['code', 'severity', 'message']) {
      const less = { ...whole, [name]: null };
      expect(refusal(store, () => patch(store, line, { processStatus: [less] })).pointer).toBe(
        `/processStatus/0/${name}`,
      );
    }
    const old = { ...whole, timeStamp: '2020-01-01T00:00:00Z' };
    patch(store, line, { processStatus: [old, { ...whole, code: 'new', parameterizedMessage: { host: 'a' } }] });
    expect(documentOf(store, line).processStatus).toMatchObject([{ code: 'new' }, { code: 'X' }]);
  });

  test('given an external identifier without type, id and owner, then it is refused, made or changed to that', () => {
    const { store, line } = domain();
    act(store, at => annotate(at, line, { externalIdentifier: { owner: 'ACME' } }));
    expect(documentOf(store, line).externalIdentifier).toMatchObject([{ owner: 'ACME' }]);
    expect(refused(store, at => annotate(at, line, { externalIdentifier: {} })).pointer).toBe('/externalIdentifier/1');
    expect(refusal(store, () => patch(store, line, { externalIdentifier: [{}] })).code).toBe('invalid');
  });
});

describe('a name', () => {
  test('means one instance of a kind', () => {
    const { store, a, b } = domain();
    act(store, at => rename(at, a, 'card 1'));
    expect(refused(store, at => rename(at, b, 'card 1')).pointer).toBe('/name');
    act(store, at => rename(at, a, null));
    act(store, at => rename(at, b, 'card 1'));
  });
});

describe('removing', () => {
  const removed = (store: Store, id: string) => commit(store, drafts => remove(drafts, kinds, instanceId(id)));

  test('given relationships to it, then it is refused and names them; after they are gone, then ok', () => {
    const { store, a, line } = domain();
    act(store, at => relate(at, line, a, { type: 'runsOn', alias: 'primary' }));
    const refusedBy = refusal(store, () => removed(store, 'a'));
    expect(refusedBy).toMatchObject({ code: 'conflict' });
    expect(refusedBy.message).toMatch(/line relates to it \(runsOn primary\)/);
    act(store, at => unrelate(at, line, { alias: 'primary' }));
    removed(store, 'a');
    expect(store.instance(a)).toBeUndefined();
  });

  test('given numbers of it that others have, then it is refused; its own go back', () => {
    const { store, shelf, a } = domain();
    expect(refusal(store, () => removed(store, 'shelf')).message).toMatch(/a has slot 1 of it, b has slot 2 of it/);
    removed(store, 'a');
    expect(store.assignmentsTo(a)).toEqual([]);
    expect(characteristic(store, shelf, 'slots')).toMatchObject({ assigned: 1, free: 3 });
    removed(store, 'b');
    removed(store, 'shelf');
  });

  test('takes its own relationships along, and goes freely where no kind is in it', () => {
    const { store, a, line } = domain();
    act(store, at => relate(at, line, a, { type: 'runsOn', alias: 'primary' }));
    removed(store, 'line');
    expect(store.linksTo(a)).toEqual([]);
    make(store, 'service', { serviceRelationship: [{ relationshipType: 'uses', service: { id: 'y' } }] }, 'x');
    make(store, 'service', {}, 'y');
    removed(store, 'y');
    expect(store.linksTo('y')).toHaveLength(1);
  });
});
