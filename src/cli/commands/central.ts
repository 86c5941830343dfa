/** `diffo central`: whether the graph we report to has everything. */
import { AgentError } from '../../core/errors.ts';
import type { Command } from '../command.ts';
import { centralText } from '../show-central.ts';

export const central: Command = {
  name: 'central',
  words: '[release]',
  takes: [0, 1],
  about: 'the graph this agent reports to: whether it has everything, and what stands in the way',
  more: 'release: you have seen to what had stopped the stream to it, and it goes on',
  examples: ['diffo central', 'diffo central --json', 'diffo central release'],
  run: async ({ words: [order] }, { client }) => {
    if (order !== undefined && order !== 'release')
      throw new AgentError('invalid', 'after central only release can be said');
    const path = '/diffo/v1/central';
    const answer = await (order === undefined ? client.get(path) : client.order(`${path}/release`, {}));
    return { answer, show: centralText };
  },
};
