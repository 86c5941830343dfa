/** What has moved since a cursor, as far as it can matter to a verdict. */
import type { Change, ChangeSubject } from '../core/change.ts';
import { AgentError } from '../core/errors.ts';
import { type ExpectationId, expectationId, type InstanceId, instanceId } from '../core/ids.ts';
import { property } from '../core/json.ts';
import { type SharedClass, sharedClasses } from '../core/model/shared-record.ts';
import type { Path } from '../core/path.ts';
import type { Reader } from '../ports/store.ts';
import type { Portions } from '../ports/turns.ts';

export interface Moved {
  /** The change up to which this was read. */
  readonly upTo: number;
  /** The paths of each; the empty path where who it is has moved, or whether it is there. */
  readonly instances: Map<InstanceId, readonly Path[]>;
  readonly records: readonly (readonly [SharedClass, string])[];
  readonly expectations: ReadonlySet<ExpectationId>;
  /** The instances on which something is expected no more. */
  readonly released: ReadonlySet<InstanceId>;
  /** Whether any plan has moved. */
  readonly plans: boolean;
}

/** Keeps the memory of a pass small after a long silence. */
const CHANGES_PER_READ = 250;
/** So many paths are held against each expectation one by one; of more, everything is taken to have moved. */
const PATHS_AT_MOST = 50;

/** Undefined when the changes are not all kept any more. */
export async function movedAfter(store: Reader, cursor: number, portions: Portions): Promise<Moved | undefined> {
  const instances = new Map<InstanceId, readonly Path[]>();
  const expectations = new Set<ExpectationId>();
  const records: [SharedClass, string][] = [];
  const released = new Set<InstanceId>();
  let plans = false;
  let from = cursor;
  for (;;) {
    let rows: readonly Change[];
    try {
      rows = store.changesAfter(from, CHANGES_PER_READ);
    } catch (error) {
      if (error instanceof AgentError && error.code === 'gone') return undefined;
      throw error;
    }
    for (const change of rows) {
      const { subject, id } = change;
      if (subject === 'instance') {
        const before = instances.get(instanceId(id)) ?? [];
        const paths = [...before, ...pathsOf(change)];
        instances.set(instanceId(id), paths.length > PATHS_AT_MOST ? [''] : paths);
      } else if (subject === 'expectation') expectations.add(expectationId(id));
      else if (subject === 'plan') plans = true;
      else if (isShared(subject)) records.push([subject, id]);
      else if (subject === 'verdict' && change.type === 'delete') {
        const instance = property(change.document, 'instance');
        if (typeof instance === 'string') released.add(instanceId(instance));
      }
      from = change.seq;
    }
    if (rows.length < CHANGES_PER_READ) return { upTo: from, instances, records, expectations, released, plans };
    await portions.breathe();
  }
}

/** What an instance is found by, or whether it counts as there at all. */
const whoItIs: readonly Path[] = ['/name', '/availabilityStatus'];

/** A change that names no path is one of the kind or the observer. */
function pathsOf({ type, paths }: Change): readonly Path[] {
  if (type === 'create' || type === 'delete' || paths.length === 0) return [''];
  const moved = paths.map(({ path }) => path);
  return moved.some(path => whoItIs.some(each => path === each || path.startsWith(`${each}/`))) ? [''] : moved;
}

function isShared(subject: ChangeSubject): subject is SharedClass {
  return sharedClasses.some(each => each === subject);
}
