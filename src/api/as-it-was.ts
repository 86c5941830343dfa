/** An instance as it stood when it was chosen for an answer, whatever became of it since. */
import type { Instance, InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import type { InstanceMark } from '../ports/instance-index.ts';
import type { Reader } from '../ports/store.ts';
import { tmfKeyedArrays } from '../tmf/keyed-arrays.ts';
import { before } from '../tmf/rewind.ts';

/** More changes of one instance than an answer takes to send. */
const MAX_CHANGES = 1_000;

/** `now` is what stands in its row. Undefined when it is gone and nothing tells any more what it was. */
export function asItWas(
  store: Pick<Reader, 'changesOf'>,
  { id, seq }: InstanceMark,
  type: InstanceType,
  now: Instance | undefined,
): Instance | undefined {
  if (now?.seq === seq) return now;
  let document: JsonObject | undefined = now?.document;
  for (const change of store.changesOf(id, MAX_CHANGES)) {
    if (change.seq <= seq) break;
    if (change.type === 'delete') document = change.document;
    else if (change.type === 'create') document = undefined;
    else if (document) document = before(document, change, tmfKeyedArrays);
  }
  return document && { kind: '', createdAt: 0, ...now, id, type, seq, document };
}
