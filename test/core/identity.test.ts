import { expect, test } from 'vitest';
import { type Binding, identify, type Named } from '../../src/core/identity.ts';

/** Sees the things one after another, keeping the bindings as the agent does. */
function world() {
  let known: readonly Binding[] = [];
  return (...things: readonly Named[]) => {
    const { ids, bindings } = identify('agent', things, known);
    known = [
      ...known.filter(old => !bindings.some(each => each.kind === old.kind && each.key === old.key)),
      ...bindings,
    ];
    return ids;
  };
}
const veth = (key: string, handle: string): Named => ({ kind: 'networkInterface', key, handle });

test('the same thing has the same id at every look, and on every agent its own', () => {
  const see = world();
  const [first] = see(veth('eth0', 'boot/2'));
  expect(see(veth('eth0', 'boot/2'))).toEqual([first]);
  expect(identify('another agent', [veth('eth0', 'boot/2')], []).ids).not.toEqual([first]);
});

test('a rename keeps the id, within the boot by its handle and afterwards by its new name', () => {
  const see = world();
  const [id] = see(veth('veth1', 'boot/5'));
  expect(see(veth('uplink', 'boot/5'))).toEqual([id]);
  expect(see(veth('uplink', 'next boot/3'))).toEqual([id]);
});

test('what is deleted and added again is the same thing', () => {
  const see = world();
  const [id] = see(veth('veth1', 'boot/5'));
  expect(see()).toEqual([]);
  expect(see(veth('veth1', 'boot/9'))).toEqual([id]);
});

test('a new thing under the old name of a renamed one is another thing', () => {
  const see = world();
  const [id] = see(veth('veth1', 'boot/5'));
  see(veth('uplink', 'boot/5'));
  const [renamed, fresh] = see(veth('uplink', 'boot/5'), veth('veth1', 'boot/9'));
  expect(renamed).toBe(id);
  expect(fresh).not.toBe(id);
  expect(see(veth('veth1', 'boot/9'), veth('uplink', 'boot/5'))).toEqual([fresh, id]);
});

test('two that swap their names keep their ids', () => {
  const see = world();
  const [a, b] = see(veth('a', 'boot/1'), veth('b', 'boot/2'));
  expect(see(veth('b', 'boot/1'), veth('a', 'boot/2'))).toEqual([a, b]);
});

test('ids have the shape of a version 4 uuid', () => {
  expect(world()(veth('x', 'y'))[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('looking again at a quiet world binds nothing', () => {
  const first = identify('agent', [veth('a', 'h')], []);
  expect(identify('agent', [veth('a', 'h')], first.bindings).bindings).toEqual([]);
});
