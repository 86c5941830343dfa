/** The routes of `peers`. */
import * as z from 'zod';
import { answer, failing } from '../describe/answers.ts';
import { rowError } from './central-described.ts';
import { type Describe, inPath, listOf, paged, text, time, whole } from './describing.ts';

export const peerBriefly = z.strictObject({
  name: text,
  presence: z.enum(['alive', 'suspect', 'dead']),
  carrier: text.nullable(),
  answeredAt: time.nullable(),
  lag: whole,
  agreed: z.boolean(),
  alarm: text.exactOptional(),
});

export const peersDescribed: Describe = schemas => {
  const peer = schemas.shown(
    'Peer',
    peerBriefly.extend({
      publicKey: text,
      incarnation: whole.exactOptional(),
      links: z.array(
        z.strictObject({
          carrier: text,
          up: z.boolean(),
          since: time,
          at: text.exactOptional(),
          lastError: text.exactOptional(),
        }),
      ),
      out: z.strictObject({
        epoch: whole,
        cursor: whole,
        rows: whole,
        lag: whole,
        agreed: z.boolean(),
        errors: z.array(rowError),
      }),
      in: z.strictObject({
        epoch: whole,
        cursor: whole,
        quarantine: z.array(z.strictObject({ key: text, code: text, message: text })),
      }),
      messages: z.strictObject({ sent: whole, received: whole }),
      refused: z.record(text, whole),
      lastError: z.strictObject({ at: time, because: text }).nullable(),
    }),
  );
  const identity = schemas.shown('Identity', z.strictObject({ node: text, realm: text, publicKey: text }));
  return {
    '/peers': {
      get: {
        operationId: 'listPeers',
        summary: 'Who is there, and how each link stands',
        parameters: [...paged],
        responses: { 200: listOf('The peers', peer), ...failing() },
      },
    },
    '/peers/{name}/release': {
      post: {
        operationId: 'releasePeer',
        summary: 'Goes on after a person has seen to what had stopped the streams of a peer',
        parameters: [inPath('name', 'The name of the peer')],
        responses: { 200: answer('How it stands now', peer), ...failing() },
      },
    },
    '/identity': {
      get: {
        operationId: 'getIdentity',
        summary: 'What others configure to have this agent as their peer',
        responses: { 200: answer('The identity', identity), ...failing() },
      },
    },
  };
};
