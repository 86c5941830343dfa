/** The elements of a simulator and what can be made on it, as the settings of a profile say them. */
import * as z from 'zod';
import { AgentError } from '../../core/errors.ts';
import type { InstanceType } from '../../core/instance.ts';
import type { JsonObject } from '../../core/json.ts';
import type { NaturalKey } from '../../ports/driver.ts';
import type { Consequence, Settable, SimulatedTemplate } from './simulator-abilities.ts';

/** A characteristic that moves: `value` at the start of the element, and what is added each second. */
export interface SimulatedTelemetry {
  readonly name: string;
  readonly value: number;
  readonly perSecond: number;
}

export interface SimulatedElement extends NaturalKey {
  readonly type: InstanceType;
  /** TMF v5 shape, with a name that is its own within its kind. */
  readonly facts: JsonObject;
  readonly supportedBy: readonly NaturalKey[];
  readonly telemetry: readonly SimulatedTelemetry[];
  readonly settable: readonly Settable[];
  readonly consequences: readonly Consequence[];
}

const path = z.string().regex(/^\//, 'a path such as /administrativeState');
const json = z.json();
const naturalKey = z.strictObject({ kind: z.string().min(1), key: z.string().min(1) });
const thing = z.strictObject({ kind: z.string().min(1), name: z.string().min(1) });
const need = z.strictObject({
  of: thing.exactOptional(),
  path: z.union([path, z.literal('')]).default(''),
  expect: json,
  because: z.string().min(1),
});
const cost = z
  .strictObject({
    blastRadius: z.number().int().min(1).default(1),
    downtimeMs: z.number().min(0).default(0),
    reversible: z.boolean().default(true),
  })
  .exactOptional();
const settable = z.strictObject({
  path,
  oneOf: z.array(json).exactOptional(),
  way: z.string().min(1).exactOptional(),
  needs: z.array(need.extend({ to: json.exactOptional() })).exactOptional(),
  cost,
  lasting: z.enum(['lasts', 'untilRestart']).exactOptional(),
});
const consequence = z.strictObject({
  when: z.strictObject({ path, is: json }),
  on: thing.exactOptional(),
  also: z.record(path, json),
});
const element = naturalKey.extend({
  type: z.enum(['service', 'resource']).default('resource'),
  facts: z.record(z.string(), json).refine(facts => typeof facts.name === 'string', 'an element needs a name'),
  supportedBy: z.array(naturalKey).default([]),
  telemetry: z
    .array(z.strictObject({ name: z.string().min(1), value: z.number().default(0), perSecond: z.number().default(0) }))
    .default([]),
  settable: z.array(settable).default([]),
  consequences: z.array(consequence).default([]),
});
const elementList = z.array(element);
const templateList = z.array(
  z.strictObject({
    kind: z.string().min(1),
    type: z.enum(['service', 'resource']).default('resource'),
    facts: z.record(z.string(), json),
    settable: z.array(settable).default([]),
    consequences: z.array(consequence).default([]),
    needs: z.array(need).default([]),
    needsToGo: z.array(need).default([]),
    cost,
  }),
);

/** Reads from the settings of a profile what can be made; throws `invalid` with the place. */
export function readTemplates(source: unknown): SimulatedTemplate[] {
  return readList(templateList, source, 'the simulated templates');
}

function readList<T>(list: z.ZodType<T>, source: unknown, what: string): T {
  const read = list.safeParse(source);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const pointer = (issue?.path ?? []).map(part => `/${String(part)}`).join('');
  throw new AgentError('invalid', `${what} cannot be used: ${pointer}: ${issue?.message}`, { pointer });
}

/** Reads the elements from the settings of a profile; throws `invalid` with the place. */
export function readElements(source: unknown): SimulatedElement[] {
  const read = readList(elementList, source, 'the simulated elements');
  const names = new Set<string>();
  read.forEach((each, i) => {
    for (const name of [`key ${each.key}`, `name ${String(each.facts.name)}`]) {
      if (names.has(`${each.kind} ${name}`)) {
        const pointer = `/${i}`;
        throw new AgentError('invalid', `there are two simulated elements of kind ${each.kind} with the ${name}`, {
          pointer,
        });
      }
      names.add(`${each.kind} ${name}`);
    }
  });
  return read;
}
