/** Commands about peers: who is there, and who we are to them. */
import { AgentError } from '../../core/errors.ts';
import { isArray } from '../../core/json.ts';
import type { Command } from '../command.ts';
import { identityText, peersText } from '../show-peers.ts';

export const peers: Command = {
  name: 'peers',
  words: '[release NAME]',
  takes: [0, 2],
  about: 'the agents this one works with: there or not, over what, what is left to send, what went wrong',
  more: 'release: you have seen to what had stopped the streams to and from a peer, and they go on',
  examples: ['diffo peers', 'diffo peers --json', 'diffo peers release NAME'],
  run: async ({ words: [order, name] }, { client }) => {
    if (order !== undefined && (order !== 'release' || name === undefined)) {
      throw new AgentError('invalid', 'after peers only release NAME can be said');
    }
    const answer =
      name === undefined
        ? [...(await client.list('/diffo/v1/peers'))]
        : [await client.order(`/diffo/v1/peers/${encodeURIComponent(name)}/release`, {})];
    return { answer, show: (each, screen) => peersText(isArray(each) ? each : [], screen) };
  },
};

export const identity: Command = {
  name: 'identity',
  words: '',
  takes: [0, 0],
  about: 'the name and public key by which other agents have this one as their peer',
  examples: ['diffo identity', 'diffo identity --json'],
  run: async (_, { client }) => ({ answer: await client.get('/diffo/v1/identity'), show: identityText }),
};
