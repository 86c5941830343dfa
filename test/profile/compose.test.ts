import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { isA } from '../../src/core/kind.ts';
import { type FirmwareProfile, readProfile } from '../../src/core/profile/profile.ts';
import { uuidOf } from '../../src/core/uuid.ts';

function read(...kinds: readonly object[]): FirmwareProfile {
  return readProfile({ name: 'tried', description: 'for tests', mode: 'warn', kinds }, 'tried');
}

const text = { type: 'string' };
const port = {
  name: 'port',
  type: 'resource',
  abstract: true,
  category: 'network',
  observed: ['name'],
  characteristic: [
    { name: 'mtu', schema: text, owner: 'driver' },
    { name: 'speed', schema: text },
  ],
  relationship: { source: 'none' },
};
const powered = {
  name: 'powered',
  type: 'resource',
  abstract: true,
  category: 'power',
  observed: ['name', 'operationalState'],
  characteristic: [
    { name: 'speed', schema: text, unit: 'rpm' },
    { name: 'watts', schema: text },
  ],
  pool: [{ name: 'sockets', thing: 'socket', last: 4 }],
};

test('of what a kind extends the later wins, and its own word over all', () => {
  const own = {
    name: 'poePort',
    type: 'resource',
    extends: ['port', 'powered'],
    characteristic: [{ name: 'watts', schema: { type: 'number' } }],
    relationship: { target: ['feed'] },
  };
  const kind = read(own, port, powered).kinds[0];
  expect(kind).toEqual({
    name: 'poePort',
    type: 'resource',
    category: 'power',
    lineage: ['port', 'powered'],
    specification: { id: uuidOf('specification', 'poePort', '1'), name: 'poePort', version: '1.0.0', tmfVersion: 5 },
    observed: ['name', 'operationalState'],
    characteristic: [
      { name: 'mtu', schema: text, owner: 'driver' },
      { name: 'speed', schema: text, unit: 'rpm', owner: 'record' },
      { name: 'watts', schema: { type: 'number' }, owner: 'record' },
    ],
    pool: [{ name: 'sockets', thing: 'socket', first: 1, last: 4, algorithm: 'lowest' }],
    relationship: { source: 'none', target: ['feed'] },
  });
});

test('a kind is one of all that it is composed of, near and far', () => {
  const { kinds, recordKinds } = read(
    port,
    powered,
    { name: 'a', type: 'resource', extends: 'port' },
    { name: 'b', type: 'resource', extends: ['a', 'powered', 'port'] },
    { name: 'customer', type: 'party', base: 'Organization' },
    { name: 'key', type: 'party', extends: 'customer' },
  );
  const b = kinds.find(each => each.name === 'b');
  expect(b?.lineage).toEqual(['a', 'port', 'powered']);
  expect(['a', 'b', 'port', 'powered', 'c'].filter(name => isA(b, name))).toEqual(['a', 'b', 'port', 'powered']);
  expect(b?.abstract).toBeUndefined();
  expect(recordKinds[1]).toEqual({
    name: 'key',
    type: 'party',
    base: 'Organization',
    lineage: ['customer'],
    characteristic: [],
  });
});

test('what a kind does not declare is absent, and costs nothing', () => {
  expect(Object.keys(read({ name: 'a', type: 'service', pool: [] }).kinds[0] ?? {})).toEqual([
    'name',
    'type',
    'specification',
    'observed',
    'characteristic',
  ]);
  const { kinds } = read(powered, { name: 'a', type: 'resource', extends: 'powered' });
  // What a kind only has from another is the other's.
  expect(kinds[1]?.pool).toBe(kinds[0]?.pool);
});

test('hops have short forms', () => {
  const kind = read({
    name: 'line',
    type: 'service',
    inheritedCharacteristic: [
      { name: 'model' },
      { name: 'vendor', via: ['card', { direction: 'forward', relationship: 'uses' }], read: 'maker' },
    ],
    inheritedParty: [{ role: 'owner', via: [{ direction: 'reverse', relationship: { alias: 'main' } }] }],
    field: [{ name: 'number', via: [{ direction: 'forward', assignment: 'a' }], read: 'value' }],
  }).kinds[0];
  expect(kind?.inheritedCharacteristic).toEqual([
    { name: 'model', via: [{ direction: 'reverse', assignment: 'model' }], read: 'model' },
    {
      name: 'vendor',
      via: [
        { direction: 'reverse', assignment: 'card' },
        { direction: 'forward', relationship: { type: 'uses' } },
      ],
      read: 'maker',
    },
  ]);
  expect(kind?.inheritedParty).toEqual([
    { role: 'owner', via: [{ direction: 'reverse', relationship: { alias: 'main' } }], sourceRole: 'owner' },
  ]);
  expect(kind?.field).toEqual([
    { name: 'number', via: [{ direction: 'forward', assignment: 'a' }], of: 'edge', read: 'value' },
  ]);
});

test('a role is for one at most, unless it says otherwise', () => {
  const kind = read({ name: 'a', type: 'service', party: [{ role: 'r' }, { role: 's', min: 2, max: 'many' }] })
    .kinds[0];
  expect(kind?.party).toEqual([
    { role: 'r', min: 0, max: 1 },
    { role: 's', min: 2 },
  ]);
});

test('versions side by side have one name and an id each, which stays what it was', () => {
  const { kinds } = read(
    { name: 'broadband', type: 'service' },
    { name: 'broadbandTwo', type: 'service', specification: { name: 'broadband', version: '2.3.1' } },
    { name: 'given', type: 'service', specification: { id: '5a0c1f64-1b7d-4b0e-8c9a-0d6b1f5b7e21' } },
  );
  expect(kinds.map(each => each.specification.id)).toEqual([
    uuidOf('specification', 'broadband', '1'),
    uuidOf('specification', 'broadband', '2'),
    '5a0c1f64-1b7d-4b0e-8c9a-0d6b1f5b7e21',
  ]);
});

test('an agent with a shipped profile loads nothing that checks profiles, nor the parser of YAML', () => {
  const src = resolve(import.meta.dirname, '../../src');
  const loaded = new Set<string>();
  const load = (file: string): void => {
    if (loaded.has(file)) return;
    loaded.add(file);
    if (!file.startsWith(src)) return;
    // Types are gone by then, and `import(...)` waits until it is reached.
    const imports = readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s(?!type\b)[^'";]*?from\s+'([^']+)'/gm);
    for (const [, from = ''] of imports) load(from.startsWith('.') ? resolve(dirname(file), from) : from);
  };
  load(join(src, 'main.ts'));
  load(join(src, 'agent.ts'));
  expect(loaded).toContain(join(src, 'core/profile/profile.ts'));
  const verifiers = readdirSync(join(src, 'core/profile/verify')).map(name => join(src, 'core/profile/verify', name));
  for (const each of ['yaml', join(src, 'core/profile/check.ts'), join(src, 'core/profile/text.ts'), ...verifiers]) {
    expect(loaded).not.toContain(each);
  }
});
