/** A plan as a difference: of each task what stands there before it, and what will after it. */

import type { Json } from './json.ts';
import { sameJson } from './json.ts';
import type { Path } from './path.ts';
import type { PlannedTask } from './plan.ts';
import type { Named } from './task.ts';

export interface PlannedChange {
  readonly of: Named;
  /** Empty: the whole thing comes or goes. */
  readonly path: Path;
  /** Absent where nothing stands. */
  readonly from?: Json;
  /** Absent where nothing will. */
  readonly to?: Json;
  /** Why nobody can be sure of it. */
  readonly unsure?: string;
}

/** `stands` tells what stood at a place when the plan was made; what one task leaves, the next one finds. */
export function changesOf(
  tasks: readonly PlannedTask[],
  stands: (of: Named, path: Path) => Json | undefined,
): readonly (readonly PlannedChange[])[] {
  const left = new Map<string, Json | undefined>();
  return tasks.map(({ effects = [] }) =>
    effects.flatMap(({ of, path, value, unsure }): PlannedChange[] => {
      const place = `${of.kind}\0${of.name}\0${path}`;
      const from = left.has(place) ? left.get(place) : stands(of, path);
      left.set(place, value);
      if (unsure === undefined && sameJson(from, value)) return [];
      return [
        {
          of,
          path,
          ...(from === undefined ? {} : { from }),
          ...(value === undefined ? {} : { to: value }),
          ...(unsure === undefined ? {} : { unsure }),
        },
      ];
    }),
  );
}
