/** What the agent says in ten situations: to the letter, and with six facts in it that a tired person looks for. */
import { beforeAll, describe, expect, test } from 'vitest';
import { diffo } from '../cli/running.ts';
import { openScene, said, withoutIds } from '../kit/scene.ts';
import { type Fact, stories } from './stories.ts';

// Times of day are told as they are where whoever reads them is.
beforeAll(() => {
  process.env.TZ = 'UTC';
});

/** The lines of an explanation by their labels; of several leaves those of the last. */
function labelled(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/^ {4}(\S+(?: short)?) +(.*)$/gm)].map(([, label = '', words = '']) => [label, words]),
  );
}

const facts: readonly Fact[] = ['wanted', 'have', 'since', 'because', 'next', 'when'];

describe('a story', () => {
  test('there are ten, and each is another one', () => {
    expect(new Set(stories.map(({ about }) => about)).size).toBe(10);
  });

  // P05, P41
  test.each(stories)('$about', async ({ happens, name, path, explained, facts: told }) => {
    const scene = await openScene();
    await happens(scene);
    const { explain, why, leaves } = await said(scene, name, path);
    expect(explain.split('\n')).toEqual([...explained, '']);
    const lines = labelled(explain);
    for (const fact of facts) expect(lines.get(fact), fact).toContain(told[fact]);
    // The same as data, for whoever is no person.
    for (const leaf of leaves) {
      for (const fact of ['wantedBy', 'expected', 'actual', 'since', 'because', 'next', 'when'])
        expect(leaf).toHaveProperty(fact);
    }
    // And in a sentence, by the command that a person types.
    expect(why).toContain(withoutIds(leaves.at(-1).sentence));
    const typed = await diffo(['why', name, path, '--at', scene.agent.url]);
    expect(withoutIds(typed.out)).toBe(why);
  });
});
