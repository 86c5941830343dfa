/** `diffo central`: whether the graph we report to has everything. */
import type { Command } from '../command.ts';
import { centralText } from '../show-central.ts';

export const central: Command = {
  name: 'central',
  words: '',
  takes: [0, 0],
  about: 'the graph this agent reports to: whether it has everything, and what stands in the way',
  examples: ['diffo central', 'diffo central --json'],
  run: async (_, { client }) => ({ answer: await client.get('/diffo/v1/central'), show: centralText }),
};
