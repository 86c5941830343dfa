import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadAddon, placeAddon } from '../../src/adapters/addon.ts';
import { makeDirectory } from '../kit/agent.ts';

const bytes = Buffer.from('an addon '.repeat(20_000));
const name = `better-sqlite3.${createHash('sha256').update(bytes).digest('hex')}.node`;

function place(directory: string): { file: string; wasRead: boolean } {
  let wasRead = false;
  const read = (): Uint8Array => {
    wasRead = true;
    return bytes;
  };
  const file = placeAddon({ name, read, directory });
  return { file, wasRead };
}

test('outside of an executable there is nothing to unpack', () => {
  const directory = makeDirectory();
  expect(loadAddon(directory)).toBeUndefined();
  expect(readdirSync(directory)).toEqual([]);
});

test('it is written once, for its owner to read and run; the next start finds it', () => {
  const directory = join(makeDirectory(), 'data');
  const { file, wasRead } = place(directory);
  expect(wasRead).toBe(true);
  expect(file).toBe(join(directory, name));
  expect(readFileSync(file).equals(bytes)).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o500);
  expect(readdirSync(directory)).toEqual([name]);
  expect(place(directory)).toEqual({ file, wasRead: false });
});

const spoilt: Record<string, (file: string) => void> = {
  'holds something else': file => {
    chmodSync(file, 0o700);
    writeFileSync(file, 'something else');
    chmodSync(file, 0o500);
  },
  'was cut off': file => {
    chmodSync(file, 0o700);
    writeFileSync(file, bytes.subarray(0, 70_000));
    chmodSync(file, 0o500);
  },
  'can be written by others': file => chmodSync(file, 0o722),
};

for (const [what, spoil] of Object.entries(spoilt)) {
  test(`a file that ${what} is replaced`, () => {
    const directory = makeDirectory();
    const { file } = place(directory);
    spoil(file);
    expect(place(directory).wasRead).toBe(true);
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o500);
  });
}

test('a link is not followed, and what it points to is left alone', () => {
  const directory = makeDirectory();
  const elsewhere = join(makeDirectory(), 'elsewhere');
  writeFileSync(elsewhere, bytes, { mode: 0o500 });
  symlinkSync(elsewhere, join(directory, name));
  const { file, wasRead } = place(directory);
  expect(wasRead).toBe(true);
  expect(statSync(file).ino).not.toBe(statSync(elsewhere).ino);
  expect(readFileSync(elsewhere).equals(bytes)).toBe(true);
});

test('those of other versions, and what a cut off start left, go; the rest of the directory stays', () => {
  const directory = makeDirectory();
  for (const other of [`better-sqlite3.${'0'.repeat(64)}.node`, `${name}.4711`, 'diffo.sqlite']) {
    writeFileSync(join(directory, other), '');
  }
  place(directory);
  expect(readdirSync(directory).sort()).toEqual([name, 'diffo.sqlite']);
});

test('where it cannot be written one sentence says what to do', () => {
  const directory = join(makeDirectory(), 'file');
  writeFileSync(directory, '');
  expect(() => place(directory)).toThrow(/cannot be written .* choose a data directory/);
  mkdirSync(`${directory}s/${name}`, { recursive: true });
  expect(() => place(`${directory}s`)).toThrow(/cannot be written .* choose a data directory/);
});
