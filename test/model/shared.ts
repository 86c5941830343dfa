/** Parties, places and entities over a real store, for the tests of their rules. */
import { AgentError } from '../../src/core/errors.ts';
import { instanceId } from '../../src/core/ids.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { RecordKinds } from '../../src/core/kind.ts';
import type { SharedForm } from '../../src/core/model/shared-form.ts';
import {
  changeShared,
  needShared,
  presentShared,
  removeShared,
  type SharedGiven,
  upsertShared,
} from '../../src/core/model/shared-rules.ts';
import { mergePatch } from '../../src/tmf/merge-patch.ts';
import { modelStore } from '../kit/model.ts';

export const noRecordKinds: RecordKinds = new Map();

export function shared(form: SharedForm, recordKinds: RecordKinds = noRecordKinds) {
  const { store, clock, write } = modelStore();
  let made = 0;
  const hrefOf = (id: string): string => `/${form.class}/${id}`;
  const given = (): SharedGiven => ({ now: clock.now(), newId: () => `new${++made}`, recordKinds, hrefOf });
  const show = (id: string): JsonObject =>
    presentShared(store, needShared(store, form, id), (of, each) => `/${of}/${each}`, form.class);
  return {
    store,
    make: (body: JsonObject): JsonObject => {
      const { record } = write(writer => upsertShared(writer, form, body, given()));
      return show(record.id);
    },
    patch: (id: string, patch: Json): JsonObject => {
      write(writer => changeShared(writer, form, id, before => mergePatch(before, patch), given()));
      return show(id);
    },
    remove: (id: string) => write(writer => removeShared(writer, form, id)),
    show,
    instance: (id: string, document: JsonObject) =>
      write(writer =>
        writer.putInstance({
          id: instanceId(id),
          type: 'service',
          kind: 'service',
          document: { id, ...document },
          createdAt: clock.now(),
        }),
      ),
    removeInstance: (id: string) => write(writer => writer.removeInstance(instanceId(id))),
  };
}

/** The code and the pointer of what is thrown; `none` when nothing is. */
export function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof AgentError) return `${error.code} ${error.pointer ?? ''}`.trim();
    throw error;
  }
  return 'none';
}
