/**
 * Firmware profiles for those who program: the same data as in a file, with names that the compiler knows. What is
 * defined here goes through the same check as a file; the types only find the mistakes sooner.
 */
import type { Json } from '../json.ts';
import type { partyTypes, placeTypes } from '../kind.ts';
import type { operatingStatuses, ServiceState } from '../model/service-states.ts';
import type {
  WrittenAssignment,
  WrittenCharacteristic,
  WrittenFeature,
  WrittenHop,
  WrittenKind,
  WrittenPool,
  WrittenProfile,
  WrittenRecordKind,
  WrittenRole,
} from './form.ts';
import type { ValueOf } from './value-type.ts';

type ByName<Of> = { readonly [name: string]: Of };
type Collapse = 'first' | 'last';

type CharacteristicDefinition = Omit<WrittenCharacteristic, 'name'>;
type FeatureDefinition = Omit<WrittenFeature, 'name' | 'characteristic'> & {
  readonly characteristic?: ByName<CharacteristicDefinition>;
};

/** Which pool of which kind: what `olt.pool('ports')` gives. */
export interface PoolReference {
  readonly kind: string;
  readonly pool: string;
}

type AssignmentDefinition = Omit<WrittenAssignment, 'alias' | 'from' | 'pool'> & { readonly from: PoolReference };

/** A kind of its own, a TMF type, or any when absent. */
type RoleDefinition<Base extends string> = Omit<WrittenRole, 'role' | 'type'> & {
  readonly type?: Base | { readonly data: { readonly name: string; readonly type: 'party' | 'place' } };
};

interface TransitionDefinition {
  readonly from: readonly ServiceState[];
  readonly to: ServiceState;
  readonly operatingStatus?: (typeof operatingStatuses)[number];
  readonly stamp?: 'startDate' | 'endDate';
}

interface InheritedDefinition {
  readonly via?: readonly WrittenHop[];
  readonly collapse?: Collapse;
}

interface FieldDefinition extends InheritedDefinition {
  readonly description?: string;
  readonly of?: 'edge' | 'instance';
  readonly read: 'value' | 'alias' | 'pool' | 'thing' | 'type' | `/${string}`;
}

type PartyType = (typeof partyTypes)[number];
type PlaceType = (typeof placeTypes)[number];

interface Composable {
  readonly data: { readonly name: string };
}

/** What a kind of service or resource is defined by: lists by name. */
export interface KindDefinition
  extends Pick<WrittenKind, 'abstract' | 'description' | 'category' | 'specification' | 'observed' | 'relationship'> {
  readonly extends?: readonly Composable[];
  readonly characteristic?: ByName<CharacteristicDefinition>;
  readonly feature?: ByName<FeatureDefinition>;
  readonly pool?: ByName<Omit<WrittenPool, 'name'>>;
  readonly assignment?: ByName<AssignmentDefinition>;
  readonly party?: ByName<RoleDefinition<PartyType>>;
  readonly place?: ByName<RoleDefinition<PlaceType>>;
  readonly transition?: ByName<TransitionDefinition>;
  readonly inheritedCharacteristic?: ByName<InheritedDefinition & { readonly read?: string }>;
  readonly inheritedParty?: ByName<InheritedDefinition & { readonly sourceRole?: string }>;
  readonly inheritedPlace?: ByName<InheritedDefinition & { readonly sourceRole?: string }>;
  readonly field?: ByName<FieldDefinition>;
  readonly reference?: ByName<{
    readonly id: string;
    readonly to: 'service' | 'resource' | 'party' | 'place' | 'entity';
  }>;
}

export interface RecordKindDefinition<Base extends string> {
  readonly base?: Base;
  readonly description?: string;
  readonly extends?: readonly Composable[];
  readonly characteristic?: ByName<CharacteristicDefinition>;
  readonly party?: ByName<RoleDefinition<PartyType>>;
  readonly place?: ByName<RoleDefinition<PlaceType>>;
}

/** What a definition has under a list, with what it extends; its own word goes before theirs. */
type ListOf<Definition, List extends string> = OwnList<Definition, List> &
  Omit<AboveList<Definition, List>, keyof OwnList<Definition, List>>;
type OwnList<Definition, List extends string> = List extends keyof Definition ? NonNullable<Definition[List]> : unknown;
type AboveList<Definition, List extends string> = Definition extends { readonly extends: infer Above }
  ? AllOf<Above, List>
  : unknown;
type AllOf<Above, List extends string> = Above extends readonly [infer First, ...infer Rest]
  ? (First extends { readonly definition?: infer One } ? ListOf<NonNullable<One>, List> : unknown) & AllOf<Rest, List>
  : unknown;
type NamesOf<Definition, List extends string> = keyof ListOf<Definition, List> & string;

/** What the names of one list say in another. */
interface Agreeing<Definition> {
  readonly characteristic?: {
    readonly [Name in keyof OwnList<Definition, 'characteristic'>]: OwnList<
      Definition,
      'characteristic'
    >[Name] extends {
      readonly schema: infer Schema;
    }
      ? { readonly default?: ValueOf<Schema> }
      : unknown;
  };
  readonly assignment?: {
    readonly [Alias in keyof OwnList<Definition, 'assignment'>]: {
      readonly read?: NamesOf<Definition, 'characteristic'>;
    };
  };
  readonly reference?: {
    readonly [Name in keyof OwnList<Definition, 'reference'>]: { readonly id: NamesOf<Definition, 'characteristic'> };
  };
}

type SchemaOf<Definition, Name> = Name extends keyof ListOf<Definition, 'characteristic'>
  ? ListOf<Definition, 'characteristic'>[Name] extends { readonly schema: infer Schema }
    ? Schema
    : never
  : never;

/** Values of characteristics by name, as the schemas have them. */
type ValuesOf<Definition> = {
  readonly [Name in NamesOf<Definition, 'characteristic'>]?: ValueOf<SchemaOf<Definition, Name>>;
};

/** A kind that was defined: its data, and its names for whoever speaks of it. */
export interface Defined<Name extends string, Data, Definition> {
  readonly name: Name;
  /** What stands in a profile. */
  readonly data: Data;
  /** For the compiler alone; there is nothing in it. */
  readonly definition?: Definition;
  characteristic<One extends NamesOf<Definition, 'characteristic'>>(name: One): One;
  /** Characteristics as TMF has them, for the document of an instance. */
  values(values: ValuesOf<Definition>): readonly { readonly name: string; readonly value: Json }[];
  feature<One extends NamesOf<Definition, 'feature'>>(name: One): One;
  pool<One extends NamesOf<Definition, 'pool'>>(name: One): { readonly kind: Name; readonly pool: One };
  assignment<One extends NamesOf<Definition, 'assignment'>>(alias: One): One;
  role<One extends NamesOf<Definition, 'party'> | NamesOf<Definition, 'place'>>(role: One): One;
}

export type DefinedKind<Name extends string, Definition> = Defined<Name, WrittenKind, Definition>;
export type DefinedRecordKind<Name extends string, Definition> = Defined<Name, WrittenRecordKind, Definition>;

export function defineService<const Name extends string, const Definition extends KindDefinition>(
  name: Name,
  definition: Definition & Agreeing<Definition>,
): DefinedKind<Name, Definition> {
  return defined(name, kindData(name, 'service', definition));
}

export function defineResource<const Name extends string, const Definition extends Omit<KindDefinition, 'transition'>>(
  name: Name,
  definition: Definition & Agreeing<Definition>,
): DefinedKind<Name, Definition> {
  return defined(name, kindData(name, 'resource', definition));
}

export function defineParty<const Name extends string, const Definition extends RecordKindDefinition<PartyType>>(
  name: Name,
  definition: Definition & Pick<Agreeing<Definition>, 'characteristic'>,
): DefinedRecordKind<Name, Definition> {
  return defined(name, recordData(name, 'party', definition));
}

export function definePlace<const Name extends string, const Definition extends RecordKindDefinition<PlaceType>>(
  name: Name,
  definition: Definition & Pick<Agreeing<Definition>, 'characteristic'>,
): DefinedRecordKind<Name, Definition> {
  return defined(name, recordData(name, 'place', definition));
}

/** What a profile file holds; `JSON.stringify` writes one. */
export function defineProfile(
  profile: Omit<WrittenProfile, 'kinds'> & {
    readonly kinds?: readonly { readonly data: WrittenKind | WrittenRecordKind }[];
  },
): WrittenProfile {
  const { kinds, ...rest } = profile;
  return { ...rest, ...(kinds === undefined ? {} : { kinds: kinds.map(each => each.data) }) };
}

function defined<Name extends string, Data, Definition>(name: Name, data: Data): Defined<Name, Data, Definition> {
  return {
    name,
    data,
    characteristic: one => one,
    values: valuesIn,
    feature: one => one,
    pool: pool => ({ kind: name, pool }),
    assignment: alias => alias,
    role: role => role,
  };
}

/** A value that was left out is not there. */
function valuesIn(values: object): readonly { readonly name: string; readonly value: Json }[] {
  const entries: readonly (readonly [string, Json | undefined])[] = Object.entries(values);
  return entries.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value }]));
}

function kindData(name: string, type: 'service' | 'resource', definition: KindDefinition): WrittenKind {
  const { assignment, feature, party, place, ...rest } = definition;
  const {
    characteristic,
    pool,
    transition,
    inheritedCharacteristic,
    inheritedParty,
    inheritedPlace,
    field,
    reference,
    ...head
  } = rest;
  return {
    name,
    type,
    ...composed(head),
    ...listed('characteristic', 'name', characteristic),
    ...listed(
      'feature',
      'name',
      mapped(feature, ({ characteristic: inner, ...one }) => ({ ...one, ...listed('characteristic', 'name', inner) })),
    ),
    ...listed('pool', 'name', pool),
    ...listed(
      'assignment',
      'alias',
      mapped(assignment, ({ from, ...one }) => ({ from: from.kind, pool: from.pool, ...one })),
    ),
    ...listed('party', 'role', mapped(party, roleData)),
    ...listed('place', 'role', mapped(place, roleData)),
    ...listed(
      'transition',
      'name',
      mapped(transition, ({ from, ...one }) => ({ from: [...from], ...one })),
    ),
    ...listed('inheritedCharacteristic', 'name', inheritedCharacteristic),
    ...listed('inheritedParty', 'role', inheritedParty),
    ...listed('inheritedPlace', 'role', inheritedPlace),
    ...listed('field', 'name', field),
    ...listed('reference', 'name', reference),
  };
}

function recordData(
  name: string,
  type: 'party' | 'place',
  definition: RecordKindDefinition<PartyType | PlaceType>,
): WrittenRecordKind {
  const { characteristic, party, place, ...head } = definition;
  return {
    name,
    type,
    ...composed(head),
    ...listed('characteristic', 'name', characteristic),
    ...listed('party', 'role', mapped(party, roleData)),
    ...listed('place', 'role', mapped(place, roleData)),
  };
}

function composed<Head extends { readonly extends?: readonly Composable[] }>({ extends: above, ...head }: Head) {
  return { ...head, ...(above === undefined ? {} : { extends: above.map(each => each.data.name) }) };
}

function roleData({ type, ...role }: RoleDefinition<string>) {
  return { ...role, ...(type === undefined ? {} : { type: typeof type === 'string' ? type : type.data.name }) };
}

function mapped<From, To>(by: ByName<From> | undefined, map: (one: From) => To): ByName<To> | undefined {
  return by && Object.fromEntries(Object.entries(by).map(([name, one]) => [name, map(one)]));
}

/** A list of what stands by name, each with its name in it. */
function listed<List extends string, Key extends string, Of>(
  list: List,
  key: Key,
  by: ByName<Of> | undefined,
): { readonly [L in List]?: (Of & { readonly [K in Key]: string })[] } {
  if (by === undefined) return {};
  const entries = Object.entries(by).map(([name, one]) => ({ [key]: name, ...one }));
  // The key is the one that was asked for.
  return { [list]: entries } as { readonly [L in List]?: (Of & { readonly [K in Key]: string })[] };
}
