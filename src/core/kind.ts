/** A kind: what an instance is one of, as data. Firmware profiles bring their own. */
import type { Instance, InstanceType } from './instance.ts';
import { characteristicArray } from './instance.ts';
import type { JsonObject } from './json.ts';
import type { Path } from './path.ts';
import { segments } from './path.ts';

export interface KindCharacteristic {
  readonly name: string;
  /** JSON Schema of the value. */
  readonly schema: JsonObject;
  readonly unit?: string;
  readonly description?: string;
  /** Who knows it: the driver that observes it, or the record that a client writes. */
  readonly owner: 'driver' | 'record';
  /** Moves all the time: kept in memory, served fresh, never a change. */
  readonly telemetry?: boolean;
}

export interface Kind {
  readonly name: string;
  readonly type: InstanceType;
  readonly description?: string;
  readonly category?: string;
  /** TMF specification: identity is name and major version. */
  readonly specification: { readonly id: string; readonly version: string };
  /** First-level attributes that the driver observes; all others are recorded. */
  readonly observed: readonly string[];
  readonly characteristic: readonly KindCharacteristic[];
}

export type Kinds = ReadonlyMap<string, Kind>;

export type Owner = 'driver' | 'record';

/** Who owns what stands at a path of an instance: without a driver everything is recorded. */
export function ownerOf(kind: Kind | undefined, instance: Pick<Instance, 'type' | 'observedBy'>, path: Path): Owner {
  if (!kind || instance.observedBy === undefined) return 'record';
  const [first, second] = segments(path);
  if (first === undefined) return 'record';
  if (first === characteristicArray[instance.type]) {
    if (second === undefined) return 'record';
    return kind.characteristic.find(each => each.name === second)?.owner ?? 'record';
  }
  return kind.observed.includes(first) ? 'driver' : 'record';
}
