import { expect, test } from 'vitest';
import { checkProfile } from '../../src/core/profile/check.ts';
import { checkText } from '../../src/core/profile/check-text.ts';
import { TEXT_LENGTH } from '../../src/core/profile/form.ts';
import { chanceOf } from '../kit/chance.ts';
import { spoilAndCheck } from '../kit/mutated-profiles.ts';

test('a profile spoilt at random leads to findings, never to a failure', async () => {
  let withFindings = 0;
  for (let seed = 1; seed <= 5_000; seed++) {
    const { findings, wrong } = await spoilAndCheck(chanceOf(seed));
    expect(wrong, `seed ${seed}`).toBeUndefined();
    if (findings > 0) withFindings++;
  }
  // Else the mutations would hardly spoil anything, or spoil all of it.
  expect(withFindings).toBeGreaterThan(2_500);
  expect(withFindings).toBeLessThan(5_000);
}, 120_000);

const kinds = (count: number, make: (i: number) => object) => ({
  name: 'large',
  description: 'built to keep a check busy',
  mode: 'warn',
  kinds: Array.from({ length: count }, (_, i) => make(i)),
});

test('a profile that multiplies is refused before it does', () => {
  const characteristic = Array.from({ length: 1_000 }, (_, i) => ({ name: `c${i}`, schema: {} }));
  const chain = kinds(1_000, i => ({
    name: `k${i}`,
    type: 'resource',
    ...(i === 0 ? { characteristic } : { extends: `k${i - 1}` }),
  }));
  const { profile, findings } = checkProfile(chain);
  expect(profile).toBeUndefined();
  expect(findings.some(each => each.message.includes('is composed of 65 kinds'))).toBe(true);
  const star = kinds(1_000, i => ({
    name: `k${i}`,
    type: 'resource',
    ...(i === 0 ? { characteristic } : { extends: 'k0' }),
  }));
  expect(checkProfile(star).findings[0]?.expected).toBe('at most 100000');
});

test('a profile of nothing but mistakes tells the first thousand', () => {
  const wrong = kinds(1_000, i => ({
    name: `k${i}`,
    type: 'resource',
    assignment: Array.from({ length: 40 }, (_, j) => ({ alias: `a${j}`, from: `k${i}x`, pool: 'ports' })),
  }));
  const { findings } = checkProfile(wrong);
  expect(findings).toHaveLength(1_001);
  expect(findings.at(-1)?.message).toBe('there are 39000 more findings; mend these first');
});

test.each([
  ['brackets', '['.repeat(TEXT_LENGTH)],
  ['dashes', '- '.repeat(TEXT_LENGTH / 2)],
  ['question marks', '? '.repeat(TEXT_LENGTH / 2)],
  ['steps to the right', Array.from({ length: 1_400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  [
    'aliases of aliases',
    `a: &a [1]\n${[...'bcdefghijk'].map((each, i) => `${each}: &${each} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(', ')}]`).join('\n')}`,
  ],
  ['one more character than is read', ' '.repeat(TEXT_LENGTH + 1)],
])('a text of %s is refused', async (_, text) => {
  const { profile, findings } = await checkText(text, 'yaml');
  expect(profile).toBeUndefined();
  expect(findings.length).toBeGreaterThan(0);
});
