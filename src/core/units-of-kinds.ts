/** The units that kinds declare for the values of their characteristics: what a bare number there is counted in. */
import type { Target } from './expectation.ts';
import type { InstanceId } from './ids.ts';
import type { KindCharacteristic, Kinds } from './kind.ts';
import { type Path, segments } from './path.ts';

/** By path, of one kind or, where none is named, of all. */
export type Units = (path: Path, kind?: string) => string | undefined;

/** Undefined where no kind says, and where two say different things. */
export function unitsOf(kinds: Kinds): Units {
  return (path, named) => {
    const names = segments(path);
    const [array, name, value, ...more] = names[0]?.toLowerCase().endsWith('feature') ? names.slice(2) : names;
    if (more.length > 0 || value !== 'value' || !/^(service|resource|feature)Characteristic$/.test(array ?? '')) {
      return undefined;
    }
    const only = named === undefined ? undefined : kinds.get(named);
    const declared = new Set<string>();
    for (const kind of only ? [only] : kinds.values()) {
      const places: readonly (readonly KindCharacteristic[])[] =
        names.length === 3
          ? [kind.characteristic]
          : (kind.feature ?? []).filter(each => each.name === names[1]).map(each => each.characteristic);
      for (const { unit } of places.flat().filter(each => each.name === name)) {
        if (unit !== undefined) declared.add(unit);
      }
    }
    const [first] = declared;
    return declared.size === 1 ? first : undefined;
  };
}

/** For what is expected of a target: of the kind that it names, or that the instance it names is of; of peers nothing. */
export function unitsFor(
  units: Units,
  target: Target,
  kindOf?: (id: InstanceId) => string | undefined,
): ((path: Path) => string | undefined) | undefined {
  if (target.peer !== undefined) return undefined;
  const kind = 'id' in target ? kindOf?.(target.id) : target.kind;
  return path => units(path, kind);
}
