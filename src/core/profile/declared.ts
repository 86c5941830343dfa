/** What each kind of a profile declares itself, read entry by entry: one bad entry hides no other finding. */
import * as z from 'zod';
import { isObject, type JsonObject, property } from '../json.ts';
import type { InheritedRole, Kind, KindCharacteristic, KindFeature, KindRole, RecordKind } from '../kind.ts';
import type { Via } from '../model/hop.ts';
import { type Findings, show } from './finding.ts';
import {
  assignmentForm,
  characteristicForm,
  featureForm,
  fieldForm,
  inheritedCharacteristicForm,
  inheritedRoleForm,
  kindHead,
  kindLists,
  poolForm,
  recordHead,
  recordLists,
  referenceForm,
  roleForm,
  transitionForm,
} from './form.ts';
import { readForm } from './issues.ts';
import { readVia } from './via.ts';

export type KindLists = Pick<Kind, keyof typeof kindLists>;
export type RecordLists = Pick<RecordKind, keyof typeof recordLists>;

interface DeclaredAs {
  /** JSON pointer to the kind. */
  readonly pointer: string;
  /** What was declared and could not be read, as `pool/ports`: it is there, though nothing is known of it. */
  readonly broken: ReadonlySet<string>;
}

export interface DeclaredKind extends DeclaredAs {
  readonly of: 'instance';
  readonly head: z.output<typeof kindHeadForm>;
  readonly lists: Partial<KindLists>;
}

export interface DeclaredRecord extends DeclaredAs {
  readonly of: 'record';
  readonly head: z.output<typeof recordHeadForm>;
  readonly lists: Partial<RecordLists>;
}

export type Declared = DeclaredKind | DeclaredRecord;

/** Where each entry of a list was declared. */
export type Origins = Map<object, string>;

const kindHeadForm = z.strictObject(kindHead);
const recordHeadForm = z.strictObject(recordHead);
const kindTypes = ['service', 'resource', 'party', 'place'];

/** Undefined, with findings, when too little can be read to go on with it. */
export function readDeclared(
  source: unknown,
  pointer: string,
  findings: Findings,
  origins: Origins,
): Declared | undefined {
  if (!isObject(source)) {
    findings.add({ pointer, message: `a kind cannot be ${show(source)}`, found: show(source), expected: 'an object' });
    return undefined;
  }
  const type = property(source, 'type');
  const name = property(source, 'name');
  const what = typeof name === 'string' ? `the kind ${name.slice(0, 64)}` : 'a kind';
  const broken = new Set<string>();
  const lists = new ListReader(source, pointer, what, findings, origins, broken);
  switch (type) {
    case 'service':
    case 'resource': {
      const head = readHead(kindHeadForm, source, Object.keys(kindLists), what, pointer, findings);
      const read = kindListsOf(lists);
      return head && { of: 'instance', pointer, broken, head, lists: read };
    }
    case 'party':
    case 'place': {
      const head = readHead(recordHeadForm, source, Object.keys(recordLists), what, pointer, findings);
      const read = recordListsOf(lists);
      return head && { of: 'record', pointer, broken, head, lists: read };
    }
    default: {
      const at = `${pointer}/type`;
      if (typeof type === 'string') findings.unknown(at, `${what} has no type "${type}"`, type, kindTypes);
      else
        findings.add({ pointer: at, message: `${what} must say type`, expected: 'service, resource, party or place' });
      return undefined;
    }
  }
}

/** What cannot be read is left out, so that the rest is looked at all the same; without a name there is no rest. */
function readHead<Shape extends z.ZodRawShape>(
  form: z.ZodObject<Shape, z.core.$strict>,
  source: JsonObject,
  listNames: readonly string[],
  what: string,
  pointer: string,
  findings: Findings,
): z.output<z.ZodObject<Shape, z.core.$strict>> | undefined {
  const members = Object.entries(source);
  const head = Object.fromEntries(members.filter(([key]) => !listNames.includes(key)));
  const read = readForm(form, head, what, pointer, findings, listNames);
  if (read !== undefined) return read;
  const fits = Object.entries(head).filter(([key]) => form.shape[key] !== undefined && isFine(form, key, head));
  const rest = form.safeParse(Object.fromEntries(fits));
  return rest.success ? rest.data : undefined;
}

function isFine(form: z.ZodObject, key: string, head: Readonly<Record<string, unknown>>): boolean {
  return z.safeParse(form.shape[key] ?? z.never(), head[key]).success;
}

const kindListsOf = (read: ListReader): Partial<KindLists> =>
  withoutEmpty({
    characteristic: read.entries('characteristic', 'a characteristic', characteristicForm, one => one),
    feature: read.entries('feature', 'a feature', featureForm, toFeature(read)),
    pool: read.entries('pool', 'a pool', poolForm, one => one),
    assignment: read.entries('assignment', 'an assignment', assignmentForm, ({ via, ...one }, at) => {
      const hops = via === undefined ? undefined : read.via(via, one.alias, at);
      return { ...one, ...(hops === undefined ? {} : { via: hops }) };
    }),
    party: read.entries('party', 'a role of a party', roleForm, toRole),
    place: read.entries('place', 'a role of a place', roleForm, toRole),
    transition: read.entries('transition', 'a transition', transitionForm, one => one),
    inheritedCharacteristic: read.entries(
      'inheritedCharacteristic',
      'an inherited characteristic',
      inheritedCharacteristicForm,
      ({ via, ...one }, at) => {
        const hops = read.via(via, one.name, at);
        return hops && { ...one, via: hops, read: one.read ?? one.name };
      },
    ),
    inheritedParty: read.entries('inheritedParty', 'an inherited party', inheritedRoleForm, toInheritedRole(read)),
    inheritedPlace: read.entries('inheritedPlace', 'an inherited place', inheritedRoleForm, toInheritedRole(read)),
    field: read.entries('field', 'a field', fieldForm, ({ via, ...one }, at) => {
      const hops = read.via(via, one.name, at);
      return hops && { ...one, via: hops };
    }),
    reference: read.entries('reference', 'a reference', referenceForm, one => one),
  });

const recordListsOf = (read: ListReader): Partial<RecordLists> =>
  withoutEmpty({
    characteristic: read.entries('characteristic', 'a characteristic', characteristicForm, one => one),
    party: read.entries('party', 'a role of a party', roleForm, toRole),
    place: read.entries('place', 'a role of a place', roleForm, toRole),
  });

function toFeature(read: ListReader): (one: z.output<typeof featureForm>, at: string) => KindFeature {
  return (one, at) => {
    read.place(one.characteristic, `${at}/characteristic`);
    return one;
  };
}

function toRole({ max, ...one }: z.output<typeof roleForm>): KindRole {
  return max === 'many' ? one : { ...one, max };
}

function toInheritedRole(read: ListReader) {
  return ({ via, ...one }: z.output<typeof inheritedRoleForm>, at: string): InheritedRole | undefined => {
    const hops = read.via(via, one.role, at);
    return hops && { ...one, via: hops, sourceRole: one.sourceRole ?? one.role };
  };
}

/** Members that are lists with something in them. */
export function withoutEmpty<Lists extends { readonly [name: string]: readonly object[] | undefined }>(
  lists: Lists,
): { [Name in keyof Lists]?: NonNullable<Lists[Name]> } {
  const kept: { [Name in keyof Lists]?: NonNullable<Lists[Name]> } = {};
  for (const name in lists) {
    const list = lists[name];
    if (list !== undefined && list.length > 0) kept[name] = list;
  }
  return kept;
}

/** More entries than a kind can need; keeps the check of a hostile profile short. */
const ENTRIES_AT_MOST = 1_000;

/** Reads the lists of one kind. */
class ListReader {
  readonly #source: JsonObject;
  readonly #pointer: string;
  readonly #what: string;
  readonly #findings: Findings;
  readonly #origins: Origins;
  readonly #broken: Set<string>;

  constructor(
    source: JsonObject,
    pointer: string,
    what: string,
    findings: Findings,
    origins: Origins,
    broken: Set<string>,
  ) {
    this.#source = source;
    this.#pointer = pointer;
    this.#what = what;
    this.#findings = findings;
    this.#origins = origins;
    this.#broken = broken;
  }

  entries<Form extends z.ZodType, Entry extends object>(
    list: string,
    what: string,
    form: Form,
    make: (read: z.output<Form>, pointer: string) => Entry | undefined,
  ): readonly Entry[] | undefined {
    const written = property(this.#source, list);
    if (written === undefined) return undefined;
    const pointer = `${this.#pointer}/${list}`;
    if (!Array.isArray(written) || written.length > ENTRIES_AT_MOST) {
      this.#findings.add({
        pointer,
        message: `${list} of ${this.#what} cannot be ${show(written)}`,
        found: show(written),
        expected: `a list of at most ${ENTRIES_AT_MOST}`,
      });
      this.#broken.add(list);
      return undefined;
    }
    return written.flatMap((each, i) => {
      const at = `${pointer}/${i}`;
      const read = readForm(form, each, `${what} of ${this.#what}`, at, this.#findings);
      const made = read === undefined ? undefined : make(read, at);
      if (made === undefined) {
        this.#broken.add(`${list}/${String(nameOf(each) ?? '')}`);
        return [];
      }
      this.#origins.set(made, at);
      return [made];
    });
  }

  via(written: unknown, name: string, at: string): Via | undefined {
    return readVia(written, name, `${at}/via`, this.#findings);
  }

  place(characteristics: readonly KindCharacteristic[], at: string): void {
    characteristics.forEach((each, i) => {
      this.#origins.set(each, `${at}/${i}`);
    });
  }
}

function nameOf(entry: unknown): unknown {
  if (!isObject(entry)) return undefined;
  return property(entry, 'name') ?? property(entry, 'alias') ?? property(entry, 'role');
}
