/** The routes of `status`: of the agent's own API, and those at the top. */
import * as z from 'zod';
import { endings } from '../../core/tally.ts';
import { guards } from '../../core/waits-on.ts';
import { answer, failing } from '../describe/answers.ts';
import { centralBriefly } from './central-described.ts';
import { type Describe, mode, text, time, whole } from './describing.ts';
import { peerBriefly } from './peers-described.ts';
import { pause } from './plans-described.ts';
import { profileStanding } from './profile-described.ts';

export const statusDescribed: Describe = schemas => {
  const status = schemas.shown(
    'Status',
    z.strictObject({
      version: text,
      profile: text,
      mode,
      entity: text,
      profileState: profileStanding.extend({ findings: whole }),
      agent: z.uuid(),
      ready: z.boolean(),
      cursor: text,
      counts: z.strictObject({
        services: whole,
        resources: whole,
        expectations: whole,
        plansWaiting: whole,
        listeners: whole,
        wrongPredictions: whole,
        stalled: whole,
      }),
      verdicts: z.strictObject({ met: whole, unmet: whole, unknown: whole, inapplicable: whole }),
      lastPass: z.strictObject({ at: time.nullable(), ms: z.number(), passes: whole }),
      loop: z.strictObject({
        since: time,
        compliance: z.strictObject({
          count: whole,
          meanSeconds: z.number().nullable(),
          meanSteps: z.number().nullable(),
        }),
        replans: whole,
        plans: z.record(z.enum(endings), whole),
        tasksUndone: whole,
        predictions: z.strictObject({ right: whole, wrong: whole, alarm: z.boolean() }),
        blocked: z.record(z.enum(guards), whole),
        stalled: z.strictObject({ now: whole, total: whole }),
      }),
      drivers: z.array(z.strictObject({ name: text, observedAt: time.nullable(), failure: text.exactOptional() })),
      paused: z.array(pause),
      suspendedListeners: z.array(z.strictObject({ id: text, callback: text, because: text })),
      store: z.strictObject({
        instances: whole,
        changes: whole,
        oldestChange: whole,
        databaseBytes: whole,
        logBytes: whole,
      }),
      peers: z.array(peerBriefly),
      central: centralBriefly.nullable(),
    }),
  );
  return {
    '/status': {
      get: {
        operationId: 'getStatus',
        summary: 'How the agent is: what it knows, does and waits for',
        responses: { 200: answer('The status', status), ...failing() },
      },
    },
  };
};

/** What stands at the top, beside the APIs. */
export const healthDescribed: Describe = schemas => {
  const alive = schemas.shown('Alive', z.strictObject({ status: z.literal('ok') }));
  const ready = schemas.shown('Ready', z.strictObject({ status: z.literal('ready') }));
  return {
    '/healthz': {
      get: {
        operationId: 'getHealth',
        summary: 'Whether the agent is alive; asks for no token',
        security: [],
        responses: { 200: answer('It is', alive, {}, { status: 'ok' }), ...failing() },
      },
    },
    '/readyz': {
      get: {
        operationId: 'getReadiness',
        summary: 'Whether the first look at the element has ended; asks for no token',
        security: [],
        responses: { 200: answer('It has', ready, {}, { status: 'ready' }), ...failing('notReady') },
      },
    },
    '/metrics': {
      get: {
        operationId: 'getMetrics',
        summary: 'The figures of the agent, as Prometheus reads them',
        responses: {
          200: {
            description: 'Figures in the text format 0.0.4',
            content: { 'text/plain': { schema: { type: 'string' } } },
          },
          ...failing(),
        },
      },
    },
  };
};
