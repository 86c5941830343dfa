/** A kind: what an instance is one of, as data. Firmware profiles bring their own. */
import type { Instance, InstanceType } from './instance.ts';
import { characteristicArray } from './instance.ts';
import type { Json, JsonObject } from './json.ts';
import type { Via } from './model/hop.ts';
import type { Path } from './path.ts';
import { segments } from './path.ts';

export interface KindCharacteristic {
  readonly name: string;
  /** JSON Schema of the value. */
  readonly schema: JsonObject;
  readonly unit?: string;
  readonly description?: string;
  /** The value of a new instance whose maker says nothing of it. */
  readonly default?: Json;
  /** Whoever makes an instance must say it. */
  readonly mandatory?: true;
  /** Who knows it: the driver that observes it, or the record that a client writes. */
  readonly owner: 'driver' | 'record';
  /** Moves all the time: kept in memory, served fresh, never a change. */
  readonly telemetry?: boolean;
}

/** A feature that every instance of the kind is made with. */
export interface KindFeature {
  readonly name: string;
  readonly description?: string;
  readonly isEnabled: boolean;
  readonly characteristic: readonly KindCharacteristic[];
}

export const algorithms = ['lowest', 'highest', 'random'] as const;
/** Which free value is handed out to whoever does not ask for one. */
export type Algorithm = (typeof algorithms)[number];

/** Numbers that an instance hands out, one to each who needs one. Its bounds stand in a characteristic of its name. */
export interface KindPool {
  readonly name: string;
  /** What a number stands for, such as `port`. Pools of one thing share it: a number is handed out once. */
  readonly thing: string;
  readonly description?: string;
  /** The bounds of a new instance; both belong to the pool. */
  readonly first: number;
  readonly last: number;
  readonly algorithm: Algorithm;
  /** What TMF would call the type of the thing, such as `GPON`. */
  readonly type?: string;
}

/** What every instance of the kind gets from a pool of another, from its making to its end. */
export interface KindAssignment {
  /** The name under which the assignee knows it; traversals begin here. */
  readonly alias: string;
  /** The kind of the owner of the pool, or one it is composed of. */
  readonly from: string;
  readonly pool: string;
  /**
   * How the owner is found when the maker names none: over these hops from the new instance, else the first of the
   * kind with a free value.
   */
  readonly via?: Via;
  /** The characteristic of the new instance that says which number it is; the pool chooses when it says none. */
  readonly read?: string;
  /** Made without it as long as nobody names an owner or a value. */
  readonly optional?: true;
}

/** A role that a party or a place has for an instance. */
export interface KindRole {
  readonly role: string;
  readonly description?: string;
  /** The kind, or the TMF type, of what stands in the role, such as `Organization`; any when absent. */
  readonly type?: string;
  readonly min: number;
  /** Absent: as many as there are. */
  readonly max?: number;
  /** A reference to what is kept elsewhere: its type is believed, its record not looked for. */
  readonly reference?: true;
}

export type Collapse = 'first' | 'last';

/** A characteristic that is not an instance's own: read from those that the hops lead to. */
export interface InheritedCharacteristic {
  /** The name it has here. */
  readonly name: string;
  readonly via: Via;
  /** The name it has there. */
  readonly read: string;
  /** One of several, by their creation; all, as an array, when absent. */
  readonly collapse?: Collapse;
}

/** A party or place that is inherited: in this role here, in that role there. */
export interface InheritedRole {
  readonly role: string;
  readonly via: Via;
  readonly sourceRole: string;
  readonly collapse?: Collapse;
}

/** A characteristic calculated from the edge that a hop follows, or from what it leads to. */
export interface KindField {
  readonly name: string;
  readonly description?: string;
  readonly via: Via;
  /** The last edge itself (its value, alias, pool, thing, type), or the instance it leads to. */
  readonly of: 'edge' | 'instance';
  /** A member of the edge, or a path into the instance. */
  readonly read: string;
  readonly collapse?: Collapse;
}

/** A reference made from an id that stands in a characteristic: what it leads to, or why it is unknown. */
export interface ProjectedReference {
  readonly name: string;
  /** The characteristic that holds the id. */
  readonly id: string;
  readonly to: 'service' | 'resource' | 'party' | 'place' | 'entity';
}

/** Which relationships an instance may have: with any alias, with none, or with these aliases. */
export type Permitted = 'all' | 'none' | readonly string[];

/** A further step of the state machine of a service. */
export interface KindTransition {
  readonly name: string;
  readonly from: readonly string[];
  readonly to: string;
  readonly operatingStatus?: string;
  /** The date it sets. */
  readonly stamp?: 'startDate' | 'endDate';
}

export interface KindSpecification {
  readonly id: string;
  /** The kind's own name unless said otherwise; versions side by side share one. */
  readonly name: string;
  readonly version: string;
  /** The major version of the TMF catalogue API. */
  readonly tmfVersion: number;
  /** No further instances are made; those that are live on. */
  readonly frozen?: true;
}

export interface Kind {
  readonly name: string;
  readonly type: InstanceType;
  readonly description?: string;
  readonly category?: string;
  /** The kinds it is composed of, directly and through others: an instance of it is one of those too. */
  readonly lineage?: readonly string[];
  /** Only there to be composed: no instance is made of it. */
  readonly abstract?: true;
  /** TMF specification: identity is name and major version. */
  readonly specification: KindSpecification;
  /** First-level attributes that the driver observes; all others are recorded. */
  readonly observed: readonly string[];
  readonly characteristic: readonly KindCharacteristic[];
  // What follows is absent where a kind declares none, and costs nothing then.
  readonly feature?: readonly KindFeature[];
  readonly pool?: readonly KindPool[];
  readonly assignment?: readonly KindAssignment[];
  readonly party?: readonly KindRole[];
  readonly place?: readonly KindRole[];
  /** As the source and as the target of relationships; all where it says nothing. */
  readonly relationship?: { readonly source: Permitted; readonly target: Permitted };
  readonly transition?: readonly KindTransition[];
  readonly inheritedCharacteristic?: readonly InheritedCharacteristic[];
  readonly inheritedParty?: readonly InheritedRole[];
  readonly inheritedPlace?: readonly InheritedRole[];
  readonly field?: readonly KindField[];
  readonly reference?: readonly ProjectedReference[];
}

/** By name. A profile that is read again replaces all of them at once, in the same map. */
export type Kinds = ReadonlyMap<string, Kind>;

/** Remembers what follows from all kinds together, and works it out anew when they have been replaced. */
export function perKinds<Of>(workOut: (kinds: Kinds) => Of): (kinds: Kinds) => Of {
  const known = new WeakMap<Kinds, { readonly size: number; readonly first: Kind | undefined; readonly of: Of }>();
  return kinds => {
    const { size } = kinds;
    const first: Kind | undefined = kinds.values().next().value;
    const before = known.get(kinds);
    if (before && before.size === size && before.first === first) return before.of;
    const of = workOut(kinds);
    known.set(kinds, { size, first, of });
    return of;
  };
}

/** The TMF types that a kind of party or place builds upon. */
export const partyTypes = ['Individual', 'Organization'] as const;
export const placeTypes = ['GeographicAddress', 'GeographicSite', 'GeographicLocation'] as const;

/** A kind of party or place: a TMF type with characteristics of its own. */
export interface RecordKind {
  readonly name: string;
  readonly type: 'party' | 'place';
  readonly base: (typeof partyTypes)[number] | (typeof placeTypes)[number];
  readonly description?: string;
  readonly lineage?: readonly string[];
  readonly characteristic: readonly KindCharacteristic[];
  readonly party?: readonly KindRole[];
  readonly place?: readonly KindRole[];
}

export type RecordKinds = ReadonlyMap<string, RecordKind>;

/** Whether an instance of the kind is one of the named kind too. */
export function isA(kind: Kind | RecordKind | undefined, name: string): boolean {
  return kind !== undefined && (kind.name === name || (kind.lineage?.includes(name) ?? false));
}

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
