/** `diffo standing`: what is expected of one thing by all, and who is overruled by whom. */
import type { Command } from '../command.ts';
import { oneInstance } from '../resolve.ts';
import { standingText } from '../show-standing.ts';
import { harmless } from '../words.ts';

export const standing: Command = {
  name: 'standing',
  words: 'NAME|ID',
  takes: [1, 1],
  about: 'what all expect of it together: whose each part is, and who is overruled by whom',
  examples: ['diffo standing lo', 'diffo standing lo --json'],
  run: async ({ words: [word = ''] }, { client }) => {
    const instance = await oneInstance(client, word);
    return {
      answer: await client.get('/diffo/v1/standing', { instance: instance.id }),
      show: (answer, screen) => standingText(answer, harmless(instance.name ?? instance.id), screen),
    };
  },
};
