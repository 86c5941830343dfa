import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openIdentity } from '../../src/adapters/identity.ts';
import { makeDirectory } from '../kit/agent.ts';

test('a key is made at the first start, and is the same ever after', () => {
  const directory = makeDirectory();
  const { publicKey } = openIdentity(directory);
  expect(publicKey).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(openIdentity(directory).publicKey).toBe(publicKey);
  expect(readdirSync(directory)).toEqual(['agent.key']);
  expect(statSync(join(directory, 'agent.key')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(directory, 'agent.key'), 'utf8')).toContain('BEGIN PRIVATE KEY');
});

test('a key that others may read, or that is none, stops the start with a sentence', () => {
  const directory = makeDirectory();
  openIdentity(directory);
  chmodSync(join(directory, 'agent.key'), 0o644);
  expect(() => openIdentity(directory)).toThrow('chmod 600');
  writeFileSync(join(directory, 'agent.key'), 'nothing');
  chmodSync(join(directory, 'agent.key'), 0o600);
  expect(() => openIdentity(directory)).toThrow('is no key of an agent');
});
