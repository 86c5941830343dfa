/** Goes from an instance over hops to others: by the links and assignments that are kept, without reading documents. */
import { type InstanceId, instanceId } from '../ids.ts';
import type { Instance } from '../instance.ts';
import type { Hop, Via } from './hop.ts';
import type { Link } from './link.ts';
import { assignedTo } from './links.ts';
import type { ModelReader } from './model-store.ts';
import { Reads } from './reads.ts';
import type { SharedRecord } from './shared-record.ts';
import type { Unknown } from './unknown.ts';

/** What a hop went over; what it says of itself can be shown as a characteristic. */
export interface Edge {
  readonly from: InstanceId;
  readonly to: InstanceId;
  /** Of a relationship its type, of an assignment `assignedTo`. */
  readonly type?: string;
  readonly alias?: string;
  readonly pool?: string;
  readonly thing?: string;
  readonly value?: number;
}

export interface Reached {
  /** Each once, the oldest first; the start itself when there are no hops. */
  readonly instances: readonly Instance[];
  /** Those of the last hop, in the order of the instances they lead to. */
  readonly edges: readonly Edge[];
  readonly unknown: readonly Unknown[];
}

/**
 * So many edges are followed in one walk: more than a device has of anything, and few enough to be walked over between
 * two requests.
 */
export const MAX_EDGES = 10_000;

/** Walks from one instance; what several declarations reach over the same hops is looked for once. */
export class Walk {
  readonly reads: Reads;
  readonly #reader: ModelReader;
  readonly #start: Instance;
  readonly #walked = new Map<string, Reached>();

  constructor(reader: ModelReader, start: Instance, reads: Reads = new Reads(reader)) {
    this.#reader = reader;
    this.#start = start;
    this.reads = reads;
  }

  /** What stands in a role of an instance on the way. */
  record(of: 'party' | 'place', id: string): SharedRecord | undefined {
    this.reads.note(of, id);
    return this.#reader.shared(of, id);
  }

  over(via: Via): Reached {
    const name = JSON.stringify(via);
    const known = this.#walked.get(name);
    if (known) return known;
    const reached = this.#walk(via);
    this.#walked.set(name, reached);
    return reached;
  }

  #walk(via: Via): Reached {
    if (via.length === 0) return { instances: [this.#start], edges: [], unknown: [] };
    const unknown: Unknown[] = [];
    let ids: ReadonlySet<InstanceId> = new Set([this.#start.id]);
    let edges: readonly Edge[] = [];
    let followed = 0;
    for (const hop of via) {
      const next: Edge[] = [];
      for (const id of ids) {
        for (const edge of this.#edges(id, hop)) next.push(edge);
        if (followed + next.length > MAX_EDGES)
          return { instances: [], edges: [], unknown: [tooMany(this.#start, hop)] };
      }
      followed += next.length;
      const here = new Set<InstanceId>();
      for (const { from, to } of next) {
        if (here.has(to)) continue;
        if (to === this.#start.id || this.reads.note('instance', to).seq !== undefined) here.add(to);
        else
          unknown.push({ reason: 'noTarget', context: `${from} leads over ${shown(hop)} to ${to}, which is not here` });
      }
      ids = here;
      edges = next;
    }
    const instances = this.#read([...ids]);
    return { instances, edges: inOrderOf(instances, edges), unknown };
  }

  #edges(id: InstanceId, hop: Hop): readonly Edge[] {
    const reader = this.#reader;
    if ('assignment' in hop) {
      if (hop.direction === 'reverse') {
        return reader
          .assignmentsTo(id, hop.assignment)
          .map(({ owner, assignee, ...edge }) => ({ from: assignee, to: owner, type: assignedTo, ...edge }));
      }
      return this.reads
        .handedOut(id)
        .filter(each => each.alias === hop.assignment)
        .map(({ owner, assignee, ...edge }) => ({ from: owner, to: assignee, type: assignedTo, ...edge }));
    }
    const { type, alias } = hop.relationship;
    const isMeant = (link: Link): boolean =>
      (type === undefined || link.type === type) && (alias === undefined || link.alias === alias);
    const links = hop.direction === 'forward' ? reader.linksFrom(id, 'relationship') : this.reads.referrers(id);
    return links.filter(isMeant).map(({ source, target, class: _, ...edge }) => {
      const [from, to] = hop.direction === 'forward' ? [source, target] : [target, source];
      return { from: instanceId(from), to: instanceId(to), ...edge };
    });
  }

  #read(ids: readonly InstanceId[]): readonly Instance[] {
    const [first, second] = ids;
    if (first === undefined) return [];
    if (second !== undefined) return [...this.#reader.instances({ ids })];
    const one = this.#reader.instance(first);
    return one ? [one] : [];
  }
}

/** One walk by itself. */
export function traverse(reader: ModelReader, start: Instance, via: Via): Reached {
  return new Walk(reader, start).over(via);
}

function inOrderOf(instances: readonly Instance[], edges: readonly Edge[]): readonly Edge[] {
  if (edges.length < 2) return instances.length === 0 ? [] : edges;
  const to = new Map<InstanceId, Edge[]>(instances.map(({ id }) => [id, []]));
  for (const edge of edges) to.get(edge.to)?.push(edge);
  return [...to.values()].flat();
}

function tooMany({ id }: Instance, hop: Hop): Unknown {
  return {
    reason: 'tooMany',
    context: `more than ${MAX_EDGES} edges lead from ${id} over ${shown(hop)}; no more are followed, and none of them is shown`,
  };
}

/** A hop as the sentences of the model call it. */
export function shown(hop: Hop): string {
  if ('assignment' in hop) return `the assignment "${hop.assignment}" (${hop.direction})`;
  const { type, alias } = hop.relationship;
  const names = [...(type === undefined ? [] : [type]), ...(alias === undefined ? [] : [`"${alias}"`])];
  return `the relationship ${names.join(' ')} (${hop.direction})`;
}
