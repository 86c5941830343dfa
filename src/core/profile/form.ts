/** The written form of a firmware profile: what a person writes, in JSON or YAML; everything but its meaning. */
import * as z from 'zod';
import { modes } from '../expectation.ts';
import { SET_SIZE } from '../expectation-set.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { algorithms, partyTypes, placeTypes } from '../kind.ts';
import type { Hop } from '../model/hop.ts';
import { ruleForm } from '../rule-form.ts';
import { itemForm } from '../set-form.ts';

/** A hand-written profile is a tenth of it. */
export const TEXT_LENGTH = 1024 * 1024;

/** Keeps names fit for paths, URLs and tables. */
const NAME_LENGTH = 128;

const camel = z
  .string()
  .max(NAME_LENGTH)
  .regex(/^[a-z][a-zA-Z0-9]*$/, 'a lower camel case name such as networkInterface');
const word = z
  .string()
  .regex(/^[^\p{Cc}]{1,128}$/u, `a name of 1 to ${NAME_LENGTH} characters, none of which is a control character`);
const whole = z.int('a whole number').min(0, 'a whole number from 0');
const version = z.string().regex(/^\d{1,9}\.\d{1,9}\.\d{1,9}$/, 'a version such as 1.0.0');
const yes = z.literal(true, 'true, or leave it out');
const schema = z.custom<JsonObject>(isObject, 'a JSON Schema, such as {"type": "integer"}');
const value = z.custom<Json>(given => given !== undefined, 'a value');
const list = <Item extends z.ZodType>(item: Item) => z.array(item, 'a list').max(1_000, 'a list of at most 1000');

/** A hop in its short form is read by `readVia`, which knows better what may be wrong with it. */
export type WrittenHop = string | Hop | { readonly direction: 'forward' | 'reverse'; readonly relationship: string };
const via = z.custom<readonly WrittenHop[]>().exactOptional();

export const characteristicForm = z.strictObject({
  name: word,
  description: z.string().exactOptional(),
  schema,
  unit: z.string().exactOptional(),
  default: value.exactOptional(),
  mandatory: yes.exactOptional(),
  owner: z.enum(['driver', 'record']).default('record'),
  telemetry: z.boolean().exactOptional(),
});

export const featureForm = z.strictObject({
  name: word,
  description: z.string().exactOptional(),
  isEnabled: z.boolean().default(true),
  characteristic: list(characteristicForm).default([]),
});

export const poolForm = z.strictObject({
  name: word,
  thing: word,
  description: z.string().exactOptional(),
  first: whole.default(1),
  last: whole,
  algorithm: z.enum(algorithms).default('lowest'),
  type: z.string().min(1, 'a text that is not empty').exactOptional(),
});

export const assignmentForm = z.strictObject({
  alias: word,
  from: word,
  pool: word,
  via,
  read: word.exactOptional(),
  optional: yes.exactOptional(),
});

export const roleForm = z.strictObject({
  role: word,
  description: z.string().exactOptional(),
  type: word.exactOptional(),
  min: whole.default(0),
  max: z.union([z.int().min(0), z.literal('many')], 'a whole number from 0, or many').default(1),
  reference: yes.exactOptional(),
});

export const transitionForm = z.strictObject({
  name: word,
  from: list(z.string()).min(1, 'a list of at least one state'),
  to: z.string(),
  operatingStatus: z.string().exactOptional(),
  stamp: z.enum(['startDate', 'endDate']).exactOptional(),
});

const collapse = z.enum(['first', 'last']).exactOptional();

export const inheritedCharacteristicForm = z.strictObject({ name: word, via, read: word.exactOptional(), collapse });

export const inheritedRoleForm = z.strictObject({ role: word, via, sourceRole: word.exactOptional(), collapse });

export const fieldForm = z.strictObject({
  name: word,
  description: z.string().exactOptional(),
  via,
  of: z.enum(['edge', 'instance']).default('edge'),
  read: z.string().min(1, 'a text that is not empty'),
  collapse,
});

export const referenceForm = z.strictObject({
  name: word,
  id: word,
  to: z.enum(['service', 'resource', 'party', 'place', 'entity']),
});

const permitted = z
  .union([z.enum(['all', 'none']), list(word).min(1)], 'all, none, or a list of aliases that is not empty')
  .exactOptional();

export const specificationForm = z.strictObject({
  id: z.uuidv4('a uuid of version 4').exactOptional(),
  name: camel.exactOptional(),
  version: version.default('1.0.0'),
  tmfVersion: z.int('a whole number from 1').min(1, 'a whole number from 1').default(5),
  frozen: yes.exactOptional(),
});

const composed = z.union([word, list(word)], 'the name of a kind, or a list of them').exactOptional();

/** What a kind of service or resource says once. */
export const kindHead = {
  name: camel,
  type: z.enum(['service', 'resource']),
  extends: composed,
  abstract: yes.exactOptional(),
  description: z.string().exactOptional(),
  category: z.string().exactOptional(),
  specification: specificationForm.exactOptional(),
  /** First-level attributes that the driver observes. */
  observed: list(word).exactOptional(),
  relationship: z.strictObject({ source: permitted, target: permitted }).exactOptional(),
};

/** What a kind of service or resource lists. */
export const kindLists = {
  characteristic: characteristicForm,
  feature: featureForm,
  pool: poolForm,
  assignment: assignmentForm,
  party: roleForm,
  place: roleForm,
  transition: transitionForm,
  inheritedCharacteristic: inheritedCharacteristicForm,
  inheritedParty: inheritedRoleForm,
  inheritedPlace: inheritedRoleForm,
  field: fieldForm,
  reference: referenceForm,
};

/** What a kind of party or place says once. */
export const recordHead = {
  name: camel,
  type: z.enum(['party', 'place']),
  extends: composed,
  base: z.enum([...partyTypes, ...placeTypes]).exactOptional(),
  description: z.string().exactOptional(),
};

/** What a kind of party or place lists. */
export const recordLists = { characteristic: characteristicForm, party: roleForm, place: roleForm };

export const profileHead = {
  name: z
    .string()
    .max(NAME_LENGTH)
    .regex(/^[a-z][a-z0-9-]*$/, 'a lower case name such as linux-host'),
  description: z.string(),
  mode: z.enum(modes),
  drivers: list(
    z.strictObject({ driver: z.string().min(1), settings: z.custom<JsonObject>(isObject, 'an object').default({}) }),
  ).default([]),
  settings: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()], 'a text, a number, true or false'))
    .default({}),
};

/** As many as a device can be expected to know. */
const KINDS_AT_MOST = 1_000;
/** A list that is searched at every leaf. */
const RULES_AT_MOST = 100;

const listsOf = <Lists extends Readonly<Record<string, z.ZodType>>>(lists: Lists) =>
  // Each member is made from the form of its own name.
  Object.fromEntries(Object.entries(lists).map(([name, item]) => [name, list(item).exactOptional()])) as {
    readonly [Name in keyof Lists]: z.ZodExactOptional<z.ZodArray<Lists[Name]>>;
  };

export const kindForm = z.strictObject({ ...kindHead, ...listsOf(kindLists) });
export const recordForm = z.strictObject({ ...recordHead, ...listsOf(recordLists) });
export const kindsForm = z.array(z.unknown(), 'a list of kinds').max(KINDS_AT_MOST, `at most ${KINDS_AT_MOST} kinds`);

/** What the device is expected to be, whoever uses it; each is read by `itemForm`. */
export const expectationsForm = z
  .array(z.unknown(), 'a list of expectations')
  .max(SET_SIZE, `at most ${SET_SIZE} expectations`);

/** What may be done on the device, below what its operator says; each is read by the form of its sort. */
export const rulesForm = z.array(z.unknown(), 'a list of rules').max(RULES_AT_MOST, `at most ${RULES_AT_MOST} rules`);

/** The whole of it: what the builder writes and what a profile file holds. */
export const profileForm = z.strictObject({
  ...profileHead,
  kinds: z.array(z.discriminatedUnion('type', [kindForm, recordForm])).default([]),
  expectations: z.array(itemForm).default([]),
  rules: z.array(ruleForm).default([]),
});

export type WrittenCharacteristic = z.input<typeof characteristicForm>;
export type WrittenFeature = z.input<typeof featureForm>;
export type WrittenPool = z.input<typeof poolForm>;
export type WrittenAssignment = z.input<typeof assignmentForm>;
export type WrittenRole = z.input<typeof roleForm>;
export type WrittenKind = z.input<typeof kindForm>;
export type WrittenRecordKind = z.input<typeof recordForm>;
export type WrittenProfile = z.input<typeof profileForm>;
