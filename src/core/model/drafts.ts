/** Instances as they are being changed within one commit, so that each is written once however often it is touched. */
import { AgentError } from '../errors.ts';
import type { InstanceId } from '../ids.ts';
import type { Instance } from '../instance.ts';
import type { JsonObject } from '../json.ts';
import type { ModelWriter } from './model-store.ts';

export type Draft = Omit<Instance, 'seq'>;

export class Drafts {
  readonly writer: ModelWriter;
  readonly #drafted = new Map<InstanceId, Draft>();

  constructor(writer: ModelWriter) {
    this.writer = writer;
  }

  /** As drafted so far, else as it is kept. */
  get(id: InstanceId): Draft | undefined {
    return this.#drafted.get(id) ?? this.writer.instance(id);
  }

  /** Of what type and kind it is, for those who need no more of it. */
  kind(id: InstanceId): Pick<Draft, 'type' | 'kind'> | undefined {
    return this.#drafted.get(id) ?? this.writer.instanceKind(id);
  }

  /** The same as `get`, for those who cannot go on without it. Throws `notFound`. */
  need(id: InstanceId): Draft {
    const draft = this.get(id);
    if (!draft) throw new AgentError('notFound', `There is no instance with the id "${id}"`);
    return draft;
  }

  put(draft: Draft): void {
    this.#drafted.set(draft.id, draft);
  }

  putDocument(id: InstanceId, document: JsonObject): void {
    this.put({ ...this.need(id), document });
  }

  /** Writes what was drafted, in the order in which it was first touched; what is as before writes nothing. */
  flush(): ReadonlyMap<InstanceId, Instance> {
    const written = new Map<InstanceId, Instance>();
    for (const [id, draft] of this.#drafted) written.set(id, this.writer.putInstance(draft));
    this.#drafted.clear();
    return written;
  }
}
