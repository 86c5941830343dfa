/** Commands about peers: who is there, and who we are to them. */
import { isArray } from '../../core/json.ts';
import type { Command } from '../command.ts';
import { identityText, peersText } from '../show-peers.ts';

export const peers: Command = {
  name: 'peers',
  words: '',
  takes: [0, 0],
  about: 'the agents this one works with: there or not, over what, what is left to send, what went wrong',
  examples: ['diffo peers', 'diffo peers --json'],
  run: async (_, { client }) => ({
    answer: [...(await client.list('/diffo/v1/peers'))],
    show: (answer, screen) => peersText(isArray(answer) ? answer : [], screen),
  }),
};

export const identity: Command = {
  name: 'identity',
  words: '',
  takes: [0, 0],
  about: 'the name and public key by which other agents have this one as their peer',
  examples: ['diffo identity', 'diffo identity --json'],
  run: async (_, { client }) => ({ answer: await client.get('/diffo/v1/identity'), show: identityText }),
};
