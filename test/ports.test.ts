/** The time, chance, the element and all else from outside come to what decides through ports, or it could not be replayed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { reachesOutside } from './kit/outside-world.ts';

const src = resolve(import.meta.dirname, '../src');
const rooms = ['core', 'tmf', 'reconcile', 'ports'];

/** Where something is taken from outside all the same, and why that is no matter of a decision. */
const allowed: Readonly<Record<string, string>> = {
  'core/alike.ts WeakRef': 'what is kept once for all who say it: equal whether it is the same one or made again',
  'core/alike.ts FinalizationRegistry': 'forgets the names of what nobody keeps any more',
  'core/expected/patterns.ts WeakRef':
    'a pattern is compiled once for all who use it; compiled again it matches the same',
  'core/expected/patterns.ts FinalizationRegistry': 'counts what the compiled ones take together',
  'core/expected/read-once.ts WeakRef': 'what was read once is read again to the same',
  'reconcile/tally.ts node:timers/promises': 'counts for people what was decided; nothing is decided from it',
  'reconcile/tally.ts setImmediate': 'the same',
  'reconcile/portions.ts node:timers/promises': 'yields between portions; a recording keeps after which step',
  'reconcile/portions.ts setImmediate': 'the same',
  'reconcile/portions.ts performance':
    'tells when a portion has lasted long enough; a recording keeps after which step',
};

const files = rooms.flatMap(room =>
  readdirSync(join(src, room), { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => `${room}/${file}`),
);

const found = files.flatMap(file =>
  reachesOutside(readFileSync(join(src, file), 'utf8')).map(({ line, what }) => ({ file, line, what })),
);

test('what decides takes nothing from outside but through ports', () => {
  const strange = found.filter(({ file, what }) => allowed[`${file} ${what}`] === undefined);
  expect(strange.map(({ file, line, what }) => `${file}:${line} ${what}`)).toEqual([]);
});

test('nothing is allowed that is not there any more', () => {
  const there = new Set(found.map(({ file, what }) => `${file} ${what}`));
  expect(Object.keys(allowed).filter(each => !there.has(each))).toEqual([]);
});

test.each([
  ['Date.now()', 'Date.now'],
  ['new Date()', 'new Date()'],
  ['new Date(...given)', 'new Date()'],
  ['Date()', 'all of Date'],
  ['const { now } = Date', 'all of Date'],
  ["Date['now']()", 'Date.now'],
  ['Date[which]()', 'all of Date'],
  ['new Date(0).getHours()', 'getHours'],
  ['performance.now()', 'performance'],
  ['process.hrtime()', 'process'],
  ['const { env } = process', 'process'],
  ['Math.random()', 'Math.random'],
  ["Math['random']()", 'Math.random'],
  ['const { random } = Math', 'all of Math'],
  ['crypto.randomUUID()', 'crypto'],
  ['crypto.getRandomValues(new Uint8Array(1))', 'crypto'],
  ["import { randomUUID } from 'node:crypto'", 'randomUUID of node:crypto'],
  ["import * as crypto2 from 'node:crypto'", 'all of node:crypto'],
  ["import { randomBytes as bytes, hash } from 'node:crypto'", 'randomBytes of node:crypto'],
  ["export * from 'node:crypto'", 'all of node:crypto'],
  ["export { readFile } from 'node:fs/promises'", 'node:fs/promises'],
  ['setTimeout(call, 1)', 'setTimeout'],
  ['setInterval(call, 1)', 'setInterval'],
  ['await new Promise(setImmediate)', 'setImmediate'],
  ['globalThis.setTimeout(call)', 'globalThis'],
  ["import { setTimeout as wait } from 'node:timers/promises'", 'node:timers/promises'],
  ["import { readFileSync } from 'node:fs'", 'node:fs'],
  ["import net from 'node:net'", 'node:net'],
  ["import { spawn } from 'node:child_process'", 'node:child_process'],
  ["import 'node:http'", 'node:http'],
  ["const fs = await import('node:fs')", 'import(node:fs)'],
  ['const other = await import(which)', 'import(…)'],
  ["const fs = require('node:fs')", 'require'],
  ["await fetch('http://192.0.2.1/')", 'fetch'],
  ['class A { #began = performance.now() }', 'performance'],
  ['const given = { at: Date.now() }', 'Date.now'],
  ['const given = { [Date.now()]: 1 }', 'Date.now'],
  ['const shorthand = { performance }', 'performance'],
  ['function f(now = Date.now()) { return now }', 'Date.now'],
  ['const now = Date.now as () => number', 'Date.now'],
  ['const rounded = `a`.padEnd(Math.random())', 'Math.random'],
])('%s is found', (text, what) => {
  expect(reachesOutside(`const a = 1;\n${text};`).map(each => [each.line, each.what])).toContainEqual([2, what]);
});

test.each([
  '// Date.now() is not for us',
  "const text = 'Date.now()'",
  'const at = Date.parse(text)',
  'const at = new Date(given)',
  'const is = given instanceof Date',
  'const most = Math.max(1, 2)',
  'const given = parts.performance.now',
  'const given = { process: 1, setTimeout: 2 }',
  'interface Parts { performance: Date; fetch(): void }',
  'let at: Date | undefined',
  "import { hash } from 'node:crypto'",
  "import type { Socket } from 'node:net'",
  "import { other } from './net.ts'",
  "const late = await import('./late.ts')",
  'clock.now()',
])('%s is none', text => {
  expect(reachesOutside(text)).toEqual([]);
});
