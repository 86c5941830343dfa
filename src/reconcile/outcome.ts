/** What a plan will come to, foretold on a copy: of each expectation it serves, and of every other that it turns. */
import type { Expectation } from '../core/expectation.ts';
import type { ExpectationId, Instant } from '../core/ids.ts';
import type { KeyedArrays } from '../core/path.ts';
import type { Foretold, PlannedTask } from '../core/plan.ts';
import { spotOf } from '../core/planning/noted-scene.ts';
import { foresee, type Scene } from '../core/prediction.ts';
import type { Named } from '../core/task.ts';
import type { Reader } from '../ports/store.ts';
import type { Judge } from './judge.ts';
import type { StandingNow } from './standing-now.ts';

export interface OutcomeParts {
  readonly store: Pick<Reader, 'expectation'>;
  readonly judge: Judge;
  readonly standing: StandingNow;
  readonly scene: Scene;
}

export function outcomeOf(
  { store, judge, standing, scene }: OutcomeParts,
  tasks: readonly PlannedTask[],
  keyed: KeyedArrays,
  now: Instant,
): readonly Foretold[] {
  const after = foresee(
    scene,
    tasks.flatMap(task => task.effects ?? []),
    keyed,
  );
  const things = new Map<string, { readonly of: Named; readonly served: Set<ExpectationId> }>();
  const touch = (of: Named): Set<ExpectationId> => {
    const known = things.get(spotOf(of)) ?? { of, served: new Set() };
    things.set(spotOf(of), known);
    return known.served;
  };
  for (const { of, expectation, also = [], effects = [] } of tasks) {
    if (of) for (const each of [expectation, ...also]) touch(of).add(each);
    for (const effect of effects) touch(effect.of);
  }

  const found: Foretold[] = [];
  for (const { of, served } of things.values()) {
    const [is, will] = [scene.named(of), after.named(of)];
    const concerned = new Map<ExpectationId, Expectation>();
    for (const each of is ? standing.at(is.id) : standing.of(of)) concerned.set(each.id, each);
    for (const id of served) {
      const expectation = store.expectation(id);
      if (expectation) concerned.set(id, expectation);
    }
    for (const expectation of concerned.values()) {
      const before = judge.foretell(expectation, is, is, now).verdict;
      const { verdict, residual } = judge.foretell(expectation, is, will, now);
      if (before === verdict && !served.has(expectation.id)) continue;
      const { id } = expectation;
      found.push({ expectation: id, of, before, after: verdict, ...(residual === undefined ? {} : { residual }) });
    }
  }
  return found.sort((a, b) => (textOf(a) < textOf(b) ? -1 : 1));
}

function textOf({ expectation, of }: Foretold): string {
  return `${expectation}\0${spotOf(of)}`;
}
