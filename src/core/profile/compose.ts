/** Composes kinds: what a kind extends comes first, a later one wins over an earlier, its own word over all. */
import type { Kind, KindSpecification, Permitted, RecordKind } from '../kind.ts';
import { uuidOf } from '../uuid.ts';
import type { Declared, DeclaredKind, DeclaredRecord } from './declared.ts';
import type { Findings } from './finding.ts';
import { mergeKindLists, mergeRecordLists } from './merge.ts';

/** A chain of kinds longer than this is a mistake. */
const LINEAGE_AT_MOST = 64;

/** Every entry of every kind costs memory on the device, those that came by composition too. */
const ENTRIES_IN_ALL = 100_000;

export interface Composed<Of> {
  readonly kind: Of;
  readonly pointer: string;
  /** What was declared here or in what it is composed of and could not be read. */
  readonly broken: ReadonlySet<string>;
}

export interface Composition {
  readonly kinds: ReadonlyMap<string, Composed<Kind>>;
  readonly recordKinds: ReadonlyMap<string, Composed<RecordKind>>;
}

/** Those that cannot be composed are left out, with a finding. */
export function compose(
  declared: ReadonlyMap<string, Declared>,
  unreadable: ReadonlySet<string>,
  findings: Findings,
): Composition {
  const composer = new Composer(declared, unreadable, findings);
  for (const each of declared.values()) composer.compose(each);
  const inOrder = <Of>(composed: ReadonlyMap<string, Composed<Of>>): ReadonlyMap<string, Composed<Of>> =>
    new Map(
      [...declared.keys()].flatMap(name => {
        const found = composed.get(name);
        return found ? [[name, found] as const] : [];
      }),
    );
  return { kinds: inOrder(composer.kinds), recordKinds: inOrder(composer.recordKinds) };
}

class Composer {
  readonly kinds = new Map<string, Composed<Kind>>();
  readonly recordKinds = new Map<string, Composed<RecordKind>>();
  readonly #declared: ReadonlyMap<string, Declared>;
  readonly #unreadable: ReadonlySet<string>;
  readonly #findings: Findings;
  readonly #open: string[] = [];
  readonly #done = new Set<string>();
  #entries = 0;

  constructor(declared: ReadonlyMap<string, Declared>, unreadable: ReadonlySet<string>, findings: Findings) {
    this.#declared = declared;
    this.#unreadable = unreadable;
    this.#findings = findings;
  }

  compose(one: Declared): void {
    const { name } = one.head;
    if (this.#done.has(name)) return;
    this.#done.add(name);
    this.#open.push(name);
    if (one.of === 'instance') this.#composeKind(one);
    else this.#composeRecord(one);
    this.#open.pop();
  }

  #composeKind(one: DeclaredKind): void {
    const above = this.#above(one, this.kinds);
    const parents = above?.parents.map(each => each.kind) ?? [];
    const lineage = lineageOf(parents);
    if (!above || !this.#fits(one, lineage)) return;
    const { name, type, description, category = last(parents, each => each.category), abstract } = one.head;
    const lists = mergeKindLists([...parents, one.lists]);
    const observed = [...new Set([...parents.flatMap(each => each.observed), ...(one.head.observed ?? [])])];
    const relationship = permittedOf(one, parents);
    const kind: Kind = {
      name,
      type,
      ...(description === undefined ? {} : { description }),
      ...(category === undefined ? {} : { category }),
      ...(lineage.length === 0 ? {} : { lineage }),
      ...(abstract === undefined ? {} : { abstract }),
      specification: specificationOf(one),
      observed,
      characteristic: lists.characteristic ?? [],
      ...lists,
      ...(relationship === undefined ? {} : { relationship }),
    };
    if (this.#isTooLarge(one, lists)) return;
    this.kinds.set(name, { kind, pointer: one.pointer, broken: above.broken });
  }

  #composeRecord(one: DeclaredRecord): void {
    const above = this.#above(one, this.recordKinds);
    const parents = above?.parents.map(each => each.kind) ?? [];
    const lineage = lineageOf(parents);
    if (!above || !this.#fits(one, lineage)) return;
    const { name, type, description, base = last(parents, each => each.base) } = one.head;
    if (base === undefined) {
      if (this.#findings.hasAt(`${one.pointer}/base`)) return;
      this.#findings.add({
        pointer: `${one.pointer}/base`,
        message: `the kind ${name} must say base, for it extends no kind that does`,
        expected:
          type === 'party' ? 'Individual or Organization' : 'GeographicAddress, GeographicSite or GeographicLocation',
      });
      return;
    }
    const lists = mergeRecordLists([...parents, one.lists]);
    const kind: RecordKind = {
      name,
      type,
      base,
      ...(description === undefined ? {} : { description }),
      ...(lineage.length === 0 ? {} : { lineage }),
      characteristic: lists.characteristic ?? [],
      ...lists,
    };
    if (this.#isTooLarge(one, lists)) return;
    this.recordKinds.set(name, { kind, pointer: one.pointer, broken: above.broken });
  }

  /** What it extends, composed; undefined when one of those cannot be. */
  #above<Of>(one: Declared, composed: ReadonlyMap<string, Composed<Of>>) {
    const broken = new Set(one.broken);
    const parents: Composed<Of>[] = [];
    let isWhole = true;
    const { extends: above = [] } = one.head;
    for (const [i, wanted] of (typeof above === 'string' ? [above] : above).entries()) {
      const pointer = `${one.pointer}/extends${typeof above === 'string' ? '' : `/${i}`}`;
      const parent = this.#parentOf(one, wanted, pointer, composed);
      if (parent) {
        parents.push(parent);
        for (const each of parent.broken) broken.add(each);
      } else isWhole = false;
    }
    return isWhole ? { parents, broken } : undefined;
  }

  #parentOf<Of>(
    { head: { name, type } }: Declared,
    wanted: string,
    pointer: string,
    composed: ReadonlyMap<string, Composed<Of>>,
  ): Composed<Of> | undefined {
    const parent = this.#declared.get(wanted);
    if (!parent) {
      if (this.#unreadable.has(wanted)) return undefined;
      const known = [...this.#declared.values()].filter(each => each.head.type === type && each.head.name !== name);
      const names = known.map(each => each.head.name);
      this.#findings.unknown(pointer, `the kind ${name} extends ${wanted}, which is no kind`, wanted, names);
      return undefined;
    }
    if (parent.head.type !== type) {
      this.#findings.add({
        pointer,
        message: `the kind ${name} is a ${type} and cannot extend ${wanted}, which is a ${parent.head.type}`,
        found: `a ${parent.head.type}`,
        expected: `a kind of ${type}`,
      });
      return undefined;
    }
    const since = this.#open.indexOf(wanted);
    if (since >= 0) {
      const circle = [...this.#open.slice(since), wanted];
      this.#findings.add({
        pointer,
        message: `kinds extend one another in a circle: ${circle.join(' extends ')}`,
        found: wanted,
        expected: 'a kind that does not extend this one',
      });
      return undefined;
    }
    this.compose(parent);
    return composed.get(wanted);
  }

  #fits({ head, pointer }: Declared, lineage: readonly string[]): boolean {
    if (lineage.length <= LINEAGE_AT_MOST) return true;
    this.#findings.add({
      pointer: `${pointer}/extends`,
      message: `the kind ${head.name} is composed of ${lineage.length} kinds`,
      found: String(lineage.length),
      expected: `at most ${LINEAGE_AT_MOST}`,
    });
    return false;
  }

  #isTooLarge({ head, pointer }: Declared, lists: Readonly<Record<string, unknown>>): boolean {
    for (const list of Object.values(lists)) if (Array.isArray(list)) this.#entries += list.length;
    if (this.#entries <= ENTRIES_IN_ALL) return false;
    this.#findings.add({
      pointer,
      message: `with the kind ${head.name} the kinds have ${this.#entries} entries together`,
      found: String(this.#entries),
      expected: `at most ${ENTRIES_IN_ALL}`,
    });
    return true;
  }
}

function lineageOf(parents: readonly (Kind | RecordKind)[]): readonly string[] {
  return [...new Set(parents.flatMap(each => [each.name, ...(each.lineage ?? [])]))];
}

function last<Of, Value>(parents: readonly Of[], of: (parent: Of) => Value | undefined): Value | undefined {
  return parents.map(of).findLast(each => each !== undefined);
}

/** Diffo's identity of a specification is its name and major version. */
function specificationOf({ head }: DeclaredKind): KindSpecification {
  const { id, name = head.name, version = '1.0.0', tmfVersion = 5, frozen } = head.specification ?? {};
  return {
    id: id ?? uuidOf('specification', name, version.split('.')[0] ?? '1'),
    name,
    version,
    tmfVersion,
    ...(frozen === undefined ? {} : { frozen }),
  };
}

function permittedOf({ head }: DeclaredKind, parents: readonly Kind[]): Kind['relationship'] {
  const side = (of: 'source' | 'target'): Permitted | undefined =>
    head.relationship?.[of] ?? last(parents, each => each.relationship?.[of]);
  const [source, target] = [side('source'), side('target')];
  return source === undefined && target === undefined
    ? undefined
    : { source: source ?? 'all', target: target ?? 'all' };
}
