/** Where in documents telemetry stands, which moves without a change of the document. */
import { characteristicArray } from '../core/instance.ts';
import type { Kinds } from '../core/kind.ts';
import { type Path, segment } from '../core/path.ts';

export function telemetryPaths(kinds: Kinds): readonly Path[] {
  const paths = [...kinds.values()].flatMap(({ type, characteristic }) =>
    characteristic.filter(each => each.telemetry).map(({ name }) => `/${characteristicArray[type]}/${segment(name)}`),
  );
  return [...new Set(paths)];
}
