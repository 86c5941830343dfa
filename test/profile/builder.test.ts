import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { canonical, type Json } from '../../src/core/json.ts';
import { defineResource, defineService } from '../../src/core/profile/builder.ts';
import { builderText } from '../../src/core/profile/builder-text.ts';
import { canonicalProfile } from '../../src/core/profile/canonical.ts';
import { checkProfile } from '../../src/core/profile/check.ts';
import { readProfile } from '../../src/core/profile/profile.ts';
import { readText } from '../../src/core/profile/text.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { makeDirectory } from '../kit/agent.ts';
import { access, broadband, customer, olt, ponPort } from './access.ts';

const folder = join(import.meta.dirname, '../../firmware-profiles');
const shipped: readonly Json[] = [
  ...['linux-host', 'simulator', 'inventory'].map(name =>
    JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')),
  ),
  ...['olt-shelf', 'cpe-router'].map(
    name => readText(readFileSync(join(folder, `${name}.yaml`), 'utf8')).source ?? null,
  ),
];
const yaml = readText(readFileSync(join(import.meta.dirname, 'access.yaml'), 'utf8'));

test('a domain written in YAML and by the builder is the same, to the byte', () => {
  expect(yaml.findings).toEqual([]);
  const fromYaml = canonicalProfile(yaml.source, 'access.yaml');
  expect(canonical(canonicalProfile(access, 'access.ts'))).toBe(canonical(fromYaml));
  expect(checkProfile(yaml.source, { keyed: tmfKeyedArrays }).findings).toEqual([]);
});

test('what is canonical is a profile, canonical again, and of the same kinds', () => {
  const once = canonicalProfile(yaml.source, 'access.yaml');
  const again: Json = JSON.parse(JSON.stringify(once));
  expect(canonical(canonicalProfile(again, 'again'))).toBe(canonical(once));
  expect(readProfile(again, 'again')).toEqual(readProfile(yaml.source, 'access.yaml'));
});

test('the source of a profile in TypeScript says the same again, and compiles into it', async () => {
  for (const source of [yaml.source, ...shipped]) {
    const once = canonicalProfile(source, 'once');
    const file = join(makeDirectory(), 'written.ts');
    writeFileSync(file, builderText(once, join(import.meta.dirname, '../../src/core/profile/builder.ts')));
    const { profile } = await import(file);
    expect(canonical(canonicalProfile(profile, 'again'))).toBe(canonical(once));
  }
});

test('what a definition names can be spoken of', () => {
  expect(broadband.characteristic('speed')).toBe('speed');
  expect(olt.pool('ports')).toEqual({ kind: 'olt', pool: 'ports' });
  expect(broadband.role('subscriber')).toBe('subscriber');
  // A role that it has from what it extends.
  expect(olt.role('site')).toBe('site');
  expect(broadband.assignment('ont')).toBe('ont');
  expect(broadband.feature('shaping')).toBe('shaping');
  expect(broadband.values({ speed: { down: 50 }, contract: 'C-1' })).toEqual([
    { name: 'speed', value: { down: 50 } },
    { name: 'contract', value: 'C-1' },
  ]);
});

/** Never runs: each line that expects an error fails the type check when there is none any more. */
export function wrongNamesDoNotCompile(): void {
  // @ts-expect-error there is no such characteristic
  broadband.characteristic('sped');
  // @ts-expect-error there is no such pool
  olt.pool('port');
  // @ts-expect-error broadband has no pools
  broadband.pool('ports');
  // @ts-expect-error there is no such role
  broadband.role('subscribers');
  // @ts-expect-error the role is one of what olt extends, and broadband does not
  broadband.role('site');
  // @ts-expect-error there is no such feature
  broadband.feature('shapeing');
  // @ts-expect-error there is no such assignment
  broadband.assignment('onu');
  // @ts-expect-error a text is no contract of numbers
  broadband.values({ contract: 3 });
  // @ts-expect-error down is missing
  broadband.values({ speed: { up: 3 } });
  // @ts-expect-error down is a number
  broadband.values({ speed: { down: 'fast' } });
  // @ts-expect-error there is no such characteristic
  ponPort.values({ wavelength: [1310] });
  // @ts-expect-error one of two words
  customer.values({ segment: 'carrier' });
  // @ts-expect-error the default is no number
  defineResource('a', { characteristic: { size: { schema: { type: 'integer' }, default: 'large' } } });
  defineResource('b', {
    characteristic: { size: { schema: { type: 'integer' } } },
    // @ts-expect-error there is no such characteristic to take the id from
    reference: { r: { id: 'sise', to: 'party' } },
  });
  defineResource('c', {
    characteristic: { index: { schema: { type: 'integer' } } },
    // @ts-expect-error there is no such characteristic to read the number from
    assignment: { a: { from: olt.pool('ports'), read: 'indx' } },
  });
  // @ts-expect-error there is no such state
  defineService('d', { transition: { t: { from: ['initail'], to: 'active' } } });
  // @ts-expect-error there is no such algorithm
  defineResource('e', { pool: { p: { thing: 't', last: 3, algorithm: 'middle' } } });
  // @ts-expect-error there is no such key
  defineResource('f', { characteristics: {} });
  // @ts-expect-error a resource has no steps between states
  defineResource('g', { transition: { t: { from: ['initial'], to: 'active' } } });
  // @ts-expect-error there is no such TMF type
  defineResource('h', { party: { owner: { type: 'Organisation' } } });
  // @ts-expect-error an edge has no such member
  defineService('i', { field: { f: { via: ['a'], read: 'vlaue' } } });
}
