import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const src = resolve(import.meta.dirname, '../src');

/** What each room may import besides itself; the floors are drawn in the README. */
const mayImport: Record<string, readonly string[]> = {
  core: [],
  tmf: ['core'],
  ports: ['core'],
  api: ['core', 'tmf', 'ports'],
  reconcile: ['core', 'tmf', 'ports'],
  sync: ['core', 'tmf', 'ports'],
  adapters: ['core', 'tmf', 'ports', 'firmware-profiles'],
  config: ['core'],
  cli: ['core', 'tmf'],
  agent: ['core', 'tmf', 'ports', 'api', 'reconcile', 'sync', 'adapters', 'config', 'package.json'],
  main: ['core', 'agent', 'config', 'cli', 'adapters', 'package.json'],
};

/** Files inside a room that must not know each other: each adapter stands alone. */
const standAlone = ['adapters/sqlite', 'adapters/drivers/linux', 'adapters/drivers/frr', 'adapters/drivers/exec'];

/** The pure rooms get by on these: computation, no input or output. */
const pureModules = [
  'node:crypto',
  'node:util',
  're2js',
  'yaml',
  'zod',
  '@turf/boolean-point-in-polygon',
  '@turf/distance',
  '@turf/nearest-point-on-line',
];

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));

const imports = files.flatMap(file => {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s[^'";]*?from\s+'([^']+)'|\bimport\('([^']+)'\)/gm)].map(match => ({
    file,
    from: match[1] ?? match[2] ?? '',
  }));
});

function roomOf(path: string): string {
  return (path.split('/')[0] ?? '').replace(/\.ts$/, '');
}

function target(file: string, from: string): string {
  const path = relative(src, resolve(src, dirname(file), from));
  return path.startsWith('../') ? path.slice(3) : path;
}

test('every import points down', () => {
  const upward = imports
    .filter(({ from }) => from.startsWith('.'))
    .map(({ file, from }) => ({ file, from, room: roomOf(file), to: roomOf(target(file, from)) }))
    .filter(({ room, to }) => room !== to && !(mayImport[room] ?? []).includes(to) && target('', '') !== to)
    .map(({ file, from }) => `${file} imports ${from}`);
  expect(upward).toEqual([]);
});

test('every room is on the map', () => {
  expect([...new Set(files.map(roomOf))].filter(room => !(room in mayImport))).toEqual([]);
});

test('core and tmf are pure', () => {
  const impure = imports
    .filter(({ file }) => ['core', 'tmf'].includes(roomOf(file)))
    .filter(({ from }) => !from.startsWith('.') && !pureModules.includes(from))
    .map(({ file, from }) => `${file} imports ${from}`);
  expect(impure).toEqual([]);
  const clocks = files
    .filter(file => ['core', 'tmf'].includes(roomOf(file)))
    .filter(file =>
      /\bDate\.now\(\)|new Date\(\)|Math\.random\(\)|\bperformance\.now\(\)/.test(
        readFileSync(join(src, file), 'utf8'),
      ),
    );
  expect(clocks).toEqual([]);
});

test('adapters do not know one another', () => {
  const crossing = imports
    .filter(({ from }) => from.startsWith('.'))
    .flatMap(({ file, from }) => {
      const home = standAlone.find(each => file.startsWith(`${each}/`));
      const to = target(file, from);
      return home !== undefined && to.startsWith('adapters/') && !to.startsWith(`${home}/`)
        ? [`${file} imports ${from}`]
        : [];
    });
  expect(crossing).toEqual([]);
});

test('zod is imported as a namespace, so that a bundle holds only what is used of it', () => {
  const whole = files.filter(file =>
    /import \{[^}]*\bz\b[^}]*\} from 'zod'/.test(readFileSync(join(src, file), 'utf8')),
  );
  expect(whole).toEqual([]);
});
