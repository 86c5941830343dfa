/** What a caller may ask of an instance, as the bodies of its requests. */
import * as z from 'zod';
import type { Json } from '../../core/json.ts';
import { severities } from '../../core/model/annotate.ts';

const json = z.custom<Json>(value => value !== undefined, 'any JSON');
const text = z.string().min(1).max(512);
const values = z.record(z.string().min(1), json);
const whole = z.int().min(0);

/** The other end: `to` a target, or `from` a source that this one is the target of. */
const ends = { to: text.exactOptional(), from: text.exactOptional() };
const oneEnd = ({ to, from }: { to?: string; from?: string }): boolean => (to === undefined) !== (from === undefined);

export const definition = z.strictObject({ characteristic: values });
export const feature = z.strictObject({
  name: text,
  isEnabled: z.boolean().exactOptional(),
  characteristic: values.exactOptional(),
});
export const relationship = z
  .strictObject({ ...ends, type: text, alias: text.exactOptional(), characteristic: values.exactOptional() })
  .refine(oneEnd, 'say "to" which target, or "from" which source');
export const relationshipMeant = z
  .strictObject({ ...ends, type: text.exactOptional(), alias: text.exactOptional() })
  .refine(({ to, from }) => to === undefined || from === undefined, 'say "to" or "from", not both')
  .refine(each => Object.keys(each).length > 0, 'say which: by "to" or "from", "type" or "alias"');
export const assignment = z.strictObject({
  pool: text,
  to: text,
  value: whole.exactOptional(),
  alias: text.exactOptional(),
});
export const assignmentMeant = z.strictObject({
  to: text,
  pool: text.exactOptional(),
  thing: text.exactOptional(),
  value: whole.exactOptional(),
  alias: text.exactOptional(),
});
export const specification = z.strictObject({ specification: text });
export const annotation = z
  .strictObject({
    note: z.strictObject({ text, id: text.exactOptional(), author: text.exactOptional() }).exactOptional(),
    processStatus: z
      .strictObject({
        code: text,
        severity: z.enum(severities),
        message: text,
        parameterizedMessage: z.record(z.string(), json).exactOptional(),
      })
      .exactOptional(),
    externalIdentifier: z
      .strictObject({
        externalIdentifierType: text.exactOptional(),
        id: text.exactOptional(),
        owner: text.exactOptional(),
      })
      .exactOptional(),
  })
  .refine(each => Object.keys(each).length > 0, 'say a "note", a "processStatus" or an "externalIdentifier"');
export const transition = z.strictObject({ step: text, operatingStatus: text.exactOptional() });
const word = text.nullable().exactOptional();
export const lifecycle = z
  .strictObject({
    lifecycleState: z.enum(['planned', 'installed', 'pendingRemoval']).nullable().exactOptional(),
    administrativeState: z.enum(['locked', 'unlocked', 'shuttingDown']).nullable().exactOptional(),
    operationalState: z.enum(['enabled', 'disabled']).nullable().exactOptional(),
    usageState: z.enum(['idle', 'active', 'busy']).nullable().exactOptional(),
    resourceVersion: word,
  })
  .refine(each => Object.keys(each).length > 0, 'say where it stands on at least one axis');
export const naming = z.strictObject({ name: z.string().min(1).max(2000).nullable() });
