import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/core/errors.ts';
import { instanceId } from '../../src/core/ids.ts';
import type { InstanceType } from '../../src/core/instance.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Kinds } from '../../src/core/kind.ts';
import {
  ensureSpecification,
  latestSpecification,
  specificationById,
  specificationOf,
  specifications,
} from '../../src/core/model/specification.ts';
import {
  bumpSpecification,
  changeSpecification,
  removeSpecification,
  type SpecificationWords,
  upsertSpecification,
} from '../../src/core/model/specification-changes.ts';
import { kind, modelStore } from '../kit/model.ts';

const noKinds: Kinds = new Map();

function opened(kinds: Kinds = noKinds) {
  const { store, clock, write } = modelStore();
  return {
    store,
    clock,
    make: (words: SpecificationWords) =>
      write(writer => upsertSpecification(writer, kinds, words, { now: clock.now(), newId: randomUUID })),
    bump: (id: string, what: 'minor' | 'patch') =>
      write(writer => bumpSpecification(writer, kinds, id, what, clock.now())),
    change: (id: string, change: Parameters<typeof changeSpecification>[3]) =>
      write(writer => changeSpecification(writer, kinds, id, change, clock.now())),
    remove: (id: string) => write(writer => removeSpecification(writer, kinds, id)),
    list: () => specifications(store, kinds).map(({ name, version }) => `${name} ${version}`),
    instance: (id: string, type: InstanceType, reference: JsonObject, of: string = type) =>
      write(writer => {
        const document = { id, [`${type}Specification`]: reference };
        writer.putInstance({ id: instanceId(id), type, kind: of, document, createdAt: clock.now() });
        return of === type ? ensureSpecification(writer, document, type, clock.now()) : undefined;
      }),
    removeInstance: (id: string) => write(writer => writer.removeInstance(instanceId(id))),
  };
}

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof AgentError) return error.code;
    throw error;
  }
  return 'none';
}

describe('a specification', () => {
  test('given only a name, when made, then it is of services, 1.0.0, for TMF 4, with a new id', () => {
    const { make } = opened();
    const { specification, isNew } = make({ name: 'access' });
    expect(isNew).toBe(true);
    expect(specification).toMatchObject({ type: 'service', name: 'access', version: '1.0.0', tmfVersion: 4 });
    expect(specification.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });

  test('given a name and major version that are there, when made again, then what is not said stays and what is said is added', () => {
    const { make, store } = opened();
    const first = make({ name: 'access', category: 'connectivity' }).specification;
    const again = make({ name: 'access', description: 'to the home', id: randomUUID() });
    expect(again.isNew).toBe(false);
    expect(again.specification).toMatchObject({ id: first.id, category: 'connectivity', description: 'to the home' });
    expect(store.countShared('specification')).toBe(1);
  });

  test('given the same words again, when made, then nothing is written', () => {
    const { make, store, clock } = opened();
    make({ name: 'access', category: 'c', minor: 2 });
    const seq = store.seq();
    void clock.advance(1_000);
    make({ name: 'access', category: 'c', minor: 2 });
    expect(store.seq()).toBe(seq);
  });

  test('given 1.0.0, when the patch, the minor and the patch version go on, then 1.0.1, 1.1.0 and 1.1.1', () => {
    const { make, bump } = opened();
    const { id } = make({ name: 'access' }).specification;
    expect(bump(id, 'patch').version).toBe('1.0.1');
    expect(bump(id, 'minor').version).toBe('1.1.0');
    expect(bump(id, 'patch').version).toBe('1.1.1');
    expect(codeOf(() => make({ name: 'access', minor: 0 }))).toBe('conflict');
    expect(make({ name: 'access', minor: 4 }).specification.version).toBe('1.4.0');
  });

  test('given several, when listed, then by name, and of one name the highest major version first', () => {
    const { make, list } = opened(new Map([['core', kind('core')]]));
    for (const major of [1, 10, 2]) make({ name: 'access', major });
    make({ name: 'zone' });
    expect(list()).toEqual(['access 10.0.0', 'access 2.0.0', 'access 1.0.0', 'core 1.0.0', 'zone 1.0.0']);
  });

  test('given three major versions, when the latest of the name is asked for, then the third, and never one of a longer name', () => {
    const { make, store } = opened();
    for (const major of [3, 1, 2]) make({ name: 'access', major });
    make({ name: 'accessor', major: 7 });
    expect(latestSpecification(store, noKinds, 'access')?.version).toBe('3.0.0');
    expect(latestSpecification(store, noKinds, 'acc')).toBeUndefined();
  });

  test('given one of the same name and major version of the other type, when made, then it is refused', () => {
    const { make } = opened();
    make({ name: 'access', type: 'resource' });
    expect(codeOf(() => make({ name: 'access', type: 'service' }))).toBe('conflict');
    expect(make({ name: 'access', type: 'service', major: 2 }).isNew).toBe(true);
  });

  test('given an instance that uses it, when deleted, then it is refused and names who; once that is gone, it goes', () => {
    const { make, instance, remove, removeInstance, store } = opened();
    const { id } = make({ name: 'access' }).specification;
    instance('line', 'service', { id });
    instance('named', 'service', { name: 'access', version: 'v1.4' });
    instance('elsewhere', 'service', { name: 'access', version: '2.0.0' });
    expect(() => remove(id)).toThrow(/specifies line, named;/);
    removeInstance('line');
    expect(() => remove(id)).toThrow(/specifies named;/);
    removeInstance('named');
    remove(id);
    expect(store.shared('specification', id)).toBeUndefined();
    expect(codeOf(() => remove(id))).toBe('notFound');
  });

  test('given a crowd that uses it, when deleted, then five of them are named', () => {
    const { make, instance, remove } = opened();
    const { id } = make({ name: 'access' }).specification;
    for (let i = 0; i < 9; i++) instance(`line${i}`, 'service', { id });
    expect(() => remove(id)).toThrow(/line0, line1, line2, line3, line4, \.\.\.;/);
  });
});

describe('the specification of a kind', () => {
  const shelf = kind('shelf', {
    type: 'resource',
    description: 'as the profile says',
    specification: { id: 'S1', name: 'shelf', version: '1.2.0', tmfVersion: 5 },
  });
  const kinds: Kinds = new Map([['shelf', shelf]]);

  test('given nothing said on the device, then it is what the profile says and no record is kept', () => {
    const { store } = opened(kinds);
    expect(specificationOf(store, kinds, 'shelf')).toEqual({
      id: 'S1',
      type: 'resource',
      name: 'shelf',
      version: '1.2.0',
      tmfVersion: 5,
      description: 'as the profile says',
      kind: 'shelf',
    });
    expect(specificationOf(store, kinds, 'card')).toBeUndefined();
    expect(store.seq()).toBe(0);
  });

  test('given a change on the device, then it stands over the profile until the profile is further', () => {
    const { bump, change, store } = opened(kinds);
    expect(bump('S1', 'patch').version).toBe('1.2.1');
    expect(change('S1', { description: 'ours', category: 'hardware' })).toMatchObject({
      description: 'ours',
      category: 'hardware',
    });
    const grown: Kinds = new Map([
      ['shelf', { ...shelf, specification: { ...shelf.specification, version: '1.10.0' } }],
    ]);
    expect(specificationById(store, grown, 'S1')).toMatchObject({ version: '1.10.0', category: 'hardware' });
    const next: Kinds = new Map([['shelf', { ...shelf, specification: { ...shelf.specification, version: '2.0.0' } }]]);
    expect(specificationById(store, next, 'S1')?.version).toBe('2.0.0');
    expect(change('S1', { description: null })).toMatchObject({ description: 'as the profile says' });
  });

  test('given a frozen one, when unfrozen on the device, then it is not frozen, whatever the profile says', () => {
    const { change } = opened(kinds);
    expect(change('S1', { frozen: true }).frozen).toBe(true);
    expect(change('S1', { frozen: false }).frozen).toBeUndefined();
    const old: Kinds = new Map([['shelf', { ...shelf, specification: { ...shelf.specification, frozen: true } }]]);
    const { change: changeOld } = opened(old);
    expect(changeOld('S1', { frozen: false }).frozen).toBeUndefined();
    expect(changeOld('S1', { frozen: true }).frozen).toBe(true);
  });

  test('given an instance of the kind, when deleted, then refused by it; without one, by the profile', () => {
    const { instance, remove, removeInstance } = opened(kinds);
    instance('shelf1', 'resource', { id: 'S1' }, 'shelf');
    expect(() => remove('S1')).toThrow(/specifies shelf1;/);
    removeInstance('shelf1');
    expect(() => remove('S1')).toThrow(/comes with the kind shelf/);
  });

  test('given versions side by side, then each has its own, and the latest of the name is the highest', () => {
    const two = kind('shelf2', {
      type: 'resource',
      specification: { id: 'S2', name: 'shelf', version: '2.0.0', tmfVersion: 5 },
    });
    const both: Kinds = new Map([...kinds, ['shelf2', two]]);
    const { store, bump } = opened(both);
    bump('S1', 'minor');
    expect(specifications(store, both).map(({ id, version }) => `${id} ${version}`)).toEqual(['S2 2.0.0', 'S1 1.3.0']);
    expect(latestSpecification(store, both, 'shelf')?.id).toBe('S2');
  });
});

describe('the specification of an instance without a kind', () => {
  test('given one nobody knows, when the instance is written, then there is a record of what it says', () => {
    const { instance, store } = opened();
    instance('a', 'resource', { id: 'x/1', name: 'Any Name', version: '7' });
    expect(specificationById(store, noKinds, 'x/1')).toMatchObject({
      type: 'resource',
      name: 'Any Name',
      version: '7',
    });
    instance('b', 'service', { id: 'bare' });
    expect(specificationById(store, noKinds, 'bare')).toMatchObject({
      type: 'service',
      name: 'bare',
      version: '1.0.0',
    });
    instance('c', 'service', {});
    expect(store.countShared('specification')).toBe(2);
  });

  test('given one that is known by its id, or by its name and major version, then nothing more is kept', () => {
    const { instance, store } = opened();
    instance('a', 'service', { id: 'x', name: 'line', version: '1.0.0' });
    instance('b', 'service', { id: 'x', name: 'other' });
    instance('c', 'service', { name: 'line', version: '1.7.0' });
    expect(store.countShared('specification')).toBe(1);
    instance('d', 'service', { name: 'line', version: '2.0.0' });
    instance('e', 'resource', { name: 'line', version: '1.0.0' });
    expect(store.countShared('specification')).toBe(3);
  });
});
