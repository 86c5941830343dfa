/** What a firmware profile says to the driver `exec`: the commands by which a device is looked at and acted on. */
import * as z from 'zod';
import { durationMs } from '../duration.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';

const path = z.string().regex(/^\/./, 'a path such as /administrativeState');
const pathOrWhole = z.string().regex(/^(\/.*)?$/, 'a path such as /administrativeState, or "" for the whole thing');
const pointer = z.string().regex(/^(\/.*)?$/, 'a JSON pointer such as /fans/0, or "" for all of it');
const folder = z.string().regex(/^\/[^\0]*$/, 'a folder such as /var/lib/fans');
const name = z.string().min(1, 'a name');
const json = z.custom<Json>(given => given !== undefined, 'a value');
const schema = z.custom<JsonObject>(isObject, 'a JSON Schema, such as {"type": "array"}');
const span = z
  .string()
  .refine(text => durationMs(text) !== undefined, 'a time such as 500ms or 10s')
  .transform(text => durationMs(text) ?? 0);
const exitCodes = z.array(z.int('an exit code').min(1, 'an exit code from 1').max(255, 'an exit code up to 255'));
const variables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable'),
  z.string().regex(/^[^\0]*$/, 'a text without a NUL character'),
);

const written = z.string('a word').regex(/^[^\0]*$/, 'a word without a NUL character');
const word = z.union(
  [written, z.strictObject({ text: written, mayBeginWithDash: z.literal(true) })],
  'a word, or { text: WORD, mayBeginWithDash: true }',
);

/** What holds for all commands, unless one says otherwise. */
const limits = {
  timeLimit: span.exactOptional(),
  outputBytes: z.int('a number of bytes').min(1, 'a number of bytes').exactOptional(),
  directory: folder.exactOptional(),
};

const command = z.strictObject({
  run: z.array(word, 'a list of words').min(1, 'a list that begins with a program'),
  /** `json`: the thing and what is wanted of it, as JSON, on its input. */
  stdin: z.literal('json', 'json, or leave it out').exactOptional(),
  ...limits,
  environment: variables.exactOptional(),
  /** What other codes than 0 mean; any that is not named is a refusal. */
  exit: z.strictObject({ moved: exitCodes.default([]), unreachable: exitCodes.default([]) }).exactOptional(),
});

/** Where a value comes from: a pointer into an item of the output; `#`, its place in its list or its name there. */
const source = z.union(
  [
    z.literal('#'),
    pointer,
    z.strictObject({
      at: z.union([z.literal('#'), pointer]),
      /** Whether the list that stands there has this in it. */
      has: json.exactOptional(),
      /** What each value is in words of TMF, by its text. */
      as: z.record(z.string(), json).exactOptional(),
      /** What it is when nothing, or nothing that `as` knows, stands there. */
      otherwise: json.exactOptional(),
    }),
    z.strictObject({ value: json }),
  ],
  'a JSON pointer such as /id, #, { at, has, as, otherwise } or { value }',
);

const listed = {
  /** The list in the output, or an object whose members are the items; empty: the output itself. */
  list: pointer.default(''),
  /** Only items that have these values, by pointer. */
  where: z.record(pointer, json).exactOptional(),
  kind: name,
  key: source,
};

const thing = z.strictObject({
  ...listed,
  type: z.enum(['service', 'resource']).default('resource'),
  /** As `key`, where it says nothing else. */
  name: source.exactOptional(),
  handle: source.exactOptional(),
  /** By the path at which it stands in the document of the thing. */
  facts: z.record(path, source).default({}),
  supportedBy: z.array(z.strictObject({ kind: name, key: source })).default([]),
});

const sampled = z.strictObject({ ...listed, characteristics: z.record(name, source) });

const verb = z.enum(['set', 'remove', 'make']);
const otherThing = z.strictObject({ kind: name, name: written.min(1, 'a name') });
const need = z.strictObject({
  of: otherThing.exactOptional(),
  path: pathOrWhole.default(''),
  expect: json,
  because: z.string().min(1, 'what has to be so, in words'),
  /** Only of a step to this value; only of one of these. */
  to: json.exactOptional(),
  on: verb.exactOptional(),
});
const effect = z.strictObject({
  of: otherThing.exactOptional(),
  path,
  /** Left out: nothing will stand there. */
  value: json.exactOptional(),
  unsure: z.string().min(1, 'why nobody can know').exactOptional(),
  to: json.exactOptional(),
  on: verb.exactOptional(),
});

const ability = z.strictObject({
  kind: name,
  path: pathOrWhole,
  way: name.exactOptional(),
  /** What can be asked of it. */
  accepts: schema.exactOptional(),
  /** What the commands call a value, by its text: `{ unlocked: on, locked: off }`. */
  called: z.record(z.string(), json).exactOptional(),
  set: command.exactOptional(),
  remove: command.exactOptional(),
  make: command.exactOptional(),
  /** What a thing that was made is like, what is wanted of it aside. */
  facts: z.record(path, json).exactOptional(),
  type: z.enum(['service', 'resource']).default('resource'),
  /** Prints `{"already": true}` or false, where a look cannot tell. */
  examine: command.exactOptional(),
  /** Takes it back, where setting the old value would not. */
  undo: command.exactOptional(),
  /** Why nobody can see whether it was done. */
  unseen: z.string().min(1, 'why it cannot be seen').exactOptional(),
  needs: z.array(need).default([]),
  cost: z
    .strictObject({
      blastRadius: z.int('a whole number').min(1, 'a whole number from 1').default(1),
      downtimeMs: z.number('a number of milliseconds').min(0, 'a number from 0').default(0),
      reversible: z.boolean('true or false').exactOptional(),
    })
    .default({ blastRadius: 1, downtimeMs: 0 }),
  lasting: z.enum(['lasts', 'untilRestart']).default('untilRestart'),
  predict: z.array(effect).default([]),
  removes: z.literal(true, 'true, or leave it out').exactOptional(),
  sideEffects: z.array(z.string().min(1)).exactOptional(),
});

export const execForm = z.strictObject({
  ...limits,
  /** All that a command finds in its environment. */
  environment: variables.default({}),
  /** Variables of the agent's own environment that are handed on. */
  handOn: z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable')).default([]),
  /** How many commands may run at one time. */
  atOnce: z.int('a whole number').min(1, 'a whole number from 1').max(64, 'at most 64').default(4),
  look: command.extend({
    schema: schema.exactOptional(),
    /** Left out: it prints a list of sightings. */
    things: z.array(thing).exactOptional(),
    /** Where the output names the run of the element since it last started. */
    boot: pointer.exactOptional(),
  }),
  sample: command.extend({ schema: schema.exactOptional(), things: z.array(sampled).exactOptional() }).exactOptional(),
  watch: command.omit({ timeLimit: true, outputBytes: true, stdin: true, exit: true }).exactOptional(),
  abilities: z.array(ability).default([]),
});

export type ExecSettings = z.output<typeof execForm>;
export type ExecCommand = z.output<typeof command>;
export type ExecWatch = NonNullable<ExecSettings['watch']>;
export type ExecAbility = z.output<typeof ability>;
export type ExecThing = z.output<typeof thing>;
export type ExecSampled = z.output<typeof sampled>;
export type ExecSource = z.output<typeof source>;
export type ExecVerb = z.output<typeof verb>;
