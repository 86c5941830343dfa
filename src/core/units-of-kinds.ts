/** The units that kinds declare for the values of their characteristics: what a bare number there is counted in. */
import type { KindCharacteristic, Kinds } from './kind.ts';
import { type Path, segments } from './path.ts';

/** By path; undefined where no kind says, and where two say different things. */
export function unitsOf(kinds: Kinds): (path: Path) => string | undefined {
  return path => {
    const names = segments(path);
    const [array, name, value, ...more] = names[0]?.toLowerCase().endsWith('feature') ? names.slice(2) : names;
    if (more.length > 0 || value !== 'value' || !/^(service|resource|feature)Characteristic$/.test(array ?? '')) {
      return undefined;
    }
    const declared = new Set<string>();
    for (const kind of kinds.values()) {
      const places: readonly (readonly KindCharacteristic[])[] =
        names.length === 3
          ? [kind.characteristic]
          : (kind.feature ?? []).filter(each => each.name === names[1]).map(each => each.characteristic);
      for (const { unit } of places.flat().filter(each => each.name === name)) {
        if (unit !== undefined) declared.add(unit);
      }
    }
    const [only] = declared;
    return declared.size === 1 ? only : undefined;
  };
}
