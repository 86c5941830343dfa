/** `POST /diffo/v1/evaluate`: the difference engine by itself; stores nothing. */
import { AgentError } from '../../core/errors.ts';
import { readExpected } from '../../core/expected.ts';
import { asJson, type JsonObject } from '../../core/json.ts';
import { explain, judge } from '../../core/outstanding.ts';
import { type KeyedArrays, noKeyedArrays } from '../../core/path.ts';
import { parse } from '../../core/read-body.ts';
import { type App, resourceAt } from '../server.ts';
import { question, questions } from './evaluate-body.ts';
import type { DiffoParts } from './parts.ts';

export function evaluateRoutes(app: App, { clock, keyed }: Pick<DiffoParts, 'clock' | 'keyed'>): void {
  resourceAt(app, '/diffo/v1/evaluate', {
    POST: (request, reply) => {
      const now = clock.now();
      if (!Array.isArray(request.body)) return reply.send(answer(request.body, now, keyed));
      const asked = parse(questions, request.body);
      return reply.send(
        asked.map((one, i) => {
          try {
            return answer(one, now, keyed);
          } catch (error) {
            if (!(error instanceof AgentError)) throw error;
            throw new AgentError(error.code, `question ${i}: ${error.message}`, {
              pointer: `/${i}${error.pointer ?? ''}`,
            });
          }
        }),
      );
    },
  });
}

function answer(body: unknown, now: number, tmf: KeyedArrays): JsonObject {
  const { expected, actual, profile, now: asOf } = parse(question, body);
  const keyed = profile === 'plain' ? noKeyedArrays : tmf;
  const context = { now: asOf === undefined ? now : Date.parse(asOf), keyed };
  const read = readExpected(expected, { keyed });
  const { verdict, residual } = judge(read, actual, context);
  const leaves = explain(read, actual, context).filter(leaf => leaf.verdict !== 'met');
  return { verdict, outstanding: residual ?? null, explain: leaves.map(asJson) };
}
