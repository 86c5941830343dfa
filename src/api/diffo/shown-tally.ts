/** How well the loop does, as data and as families of Prometheus. */
import type { JsonObject } from '../../core/json.ts';
import { stalledReasons } from '../../core/settle/leaf-record.ts';
import { endings, isAlarming, type Measured, type TallyFigures } from '../../core/tally.ts';
import { type GuardName, guards } from '../../core/waits-on.ts';
import type { DiffoParts } from './parts.ts';
import { iso } from './parts.ts';
import { family, one, type Sample } from './prometheus.ts';

export function showTally(
  tally: TallyFigures,
  blocked: Readonly<Record<GuardName, number>>,
  { store }: Pick<DiffoParts, 'store'>,
): JsonObject {
  const { toCompliance, steps, predictions, stalled } = tally;
  return {
    since: iso(tally.since),
    compliance: { count: toCompliance.count, meanSeconds: mean(toCompliance), meanSteps: mean(steps) },
    replans: tally.replans,
    plans: { ...tally.plans },
    tasksUndone: tally.tasksUndone,
    predictions: { ...predictions, alarm: isAlarming(predictions) },
    blocked: { ...blocked },
    stalled: { now: stalledNow(store).length, total: Object.values(stalled).reduce((sum, each) => sum + each, 0) },
  };
}

function mean({ count, sum }: Measured): number | null {
  return count === 0 ? null : Math.round((sum / count) * 1_000) / 1_000;
}

function stalledNow(store: DiffoParts['store']) {
  return store.leafRecords().flatMap(each => each.stalled ?? []);
}

export function tallyFamilies(
  tally: TallyFigures,
  blocked: Readonly<Record<GuardName, number>>,
  { store }: Pick<DiffoParts, 'store'>,
): readonly string[] {
  const now = stalledNow(store);
  return [
    histogram('diffo_time_to_compliance_seconds', 'From unmet to met.', tally.toCompliance),
    histogram('diffo_convergence_steps', 'Tasks done from unmet to met.', tally.steps),
    one('diffo_replans_total', 'counter', 'Plans made for what had a plan before, since it was met.', tally.replans),
    family(
      'diffo_plans_ended_total',
      'counter',
      'Plans that have ended, by how.',
      endings.map((ending): Sample => [{ ending }, tally.plans[ending]]),
    ),
    one('diffo_tasks_undone_total', 'counter', 'Tasks that were taken back.', tally.tasksUndone),
    family('diffo_predictions_total', 'counter', 'Tasks by whether they came as foreseen.', [
      [{ came: 'asForeseen' }, tally.predictions.right],
      [{ came: 'otherwise' }, tally.predictions.wrong],
    ]),
    one(
      'diffo_prediction_alarm',
      'gauge',
      'Whether more than one in twenty predictions is wrong.',
      isAlarming(tally.predictions) ? 1 : 0,
    ),
    family(
      'diffo_blocked_total',
      'counter',
      'How often something began to wait for a guard, since the start.',
      guards.map((guard): Sample => [{ guard }, blocked[guard]]),
    ),
    family(
      'diffo_stalled_leaves',
      'gauge',
      'Leaves that are not tried any more, by why.',
      stalledReasons.map((reason): Sample => [{ reason }, now.filter(each => each.reason === reason).length]),
    ),
    family(
      'diffo_stalled_total',
      'counter',
      'How often a leaf came to a standstill, by why.',
      stalledReasons.map((reason): Sample => [{ reason }, tally.stalled[reason] ?? 0]),
    ),
  ];
}

function histogram(name: string, help: string, { bounds, within, count, sum }: Measured): string {
  const buckets = [...bounds.map((bound, i) => [String(bound), within[i] ?? 0] as const), ['+Inf', count] as const];
  return [
    `# HELP ${name} ${help}\n# TYPE ${name} histogram\n`,
    ...buckets.map(([le, n]) => `${name}_bucket{le="${le}"} ${n}\n`),
    `${name}_sum ${sum}\n${name}_count ${count}\n`,
  ].join('');
}
