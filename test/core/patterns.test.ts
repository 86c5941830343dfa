/** What many ask for is kept once, and all compiled patterns together within a bound. */
import { expect, test } from 'vitest';
import { Alike } from '../../src/core/alike.ts';
import { PatternMemory } from '../../src/core/expected/patterns.ts';
import { ReadOnce } from '../../src/core/expected/read-once.ts';
import { readExpected } from '../../src/core/expected.ts';

const plain = { ignoreCase: false, dotAll: false };
const KIB = 1024;

test('patterns of the same text and flags are one, others are not', () => {
  const memory = new PatternMemory();
  const one = memory.patternOf('^a+', plain);
  expect(memory.patternOf('^a+', plain)).toBe(one);
  expect(memory.patternOf('^a+', { ...plain, ignoreCase: true })).not.toBe(one);
  expect(memory.size.compiled).toBe(2);
  expect(() => memory.patternOf('(a', plain)).toThrow();
  expect(memory.size.compiled).toBe(2);
});

test('all patterns together stay within the bound, and each answers as it should however often it is forgotten', () => {
  const memory = new PatternMemory(300 * KIB, 150 * KIB);
  const all = Array.from({ length: 200 }, (_, i) => memory.patternOf(`^v${i}\\.[0-9]{1,3}$`, plain));
  for (let round = 0; round < 3; round++) {
    all.forEach((pattern, i) => {
      expect(pattern.isIn(`v${i}.77`)).toBe(true);
      expect(pattern.isIn(`v${i + 1}.77`)).toBe(false);
      expect(memory.size.bytes).toBeLessThanOrEqual(300 * KIB);
    });
  }
  expect(memory.size.compiled).toBeLessThan(40);
  expect(memory.size.compiled).toBeGreaterThan(0);
});

test('the states that matching finds on its way count too', () => {
  const memory = new PatternMemory(600 * KIB, 100 * KIB);
  const greedy = Array.from({ length: 4 }, (_, i) => memory.patternOf(`[ab]*a[ab]{${10 + i}}[cd]`, plain));
  const before = memory.size.bytes;
  let most = 0;
  for (let i = 0; i < 400; i++) {
    const text = Array.from({ length: 60 }, (_, k) =>
      (i * 31 + k * k * 7 + ((i * k) % 13)) % 3 === 0 ? 'a' : 'b',
    ).join('');
    for (const pattern of greedy) {
      expect(pattern.isIn(text)).toBe(false);
      expect(memory.size.bytes).toBeLessThanOrEqual(600 * KIB);
      most = Math.max(most, memory.size.bytes);
    }
  }
  expect(most).toBeGreaterThan(4 * before);
  expect(greedy[0]?.isIn(`ba${'b'.repeat(10)}c`)).toBe(true);
});

test('what says the same is one object, and read once under the same circumstances', () => {
  const wants = () => ({ resourceCharacteristic: Array.from({ length: 10 }, (_, i) => ({ name: `c${i}`, value: i })) });
  const alike = new Alike();
  const [one, other] = [alike.one(wants()), alike.one(wants())];
  expect(other).toBe(one);
  expect(alike.one({ ...wants(), state: 'up' })).not.toBe(one);
  const once = new ReadOnce();
  const read = (under: string) => once.read(one, under, source => readExpected(source, { keyed: {} }));
  const first = read('of port');
  expect(read('of port')).toBe(first);
  expect(read('of interface')).not.toBe(first);
});
