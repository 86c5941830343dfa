/** The shape of a firmware profile: which device this is, which kinds it has, which drivers observe and act on it. */
import * as z from 'zod';
import { AgentError } from './errors.ts';
import { modes } from './expectation.ts';
import type { JsonObject } from './json.ts';
import type { Kind } from './kind.ts';
import { segment } from './path.ts';
import { uuidOf } from './uuid.ts';

const name = z.string().regex(/^[a-z][a-zA-Z0-9]*$/, 'a lower camel case name such as networkInterface');
const version = z.string().regex(/^\d+\.\d+\.\d+$/, 'a version such as 1.0.0');

const characteristic = z.strictObject({
  name: z.string().min(1),
  description: z.string().optional(),
  schema: z.looseObject({}).describe('JSON Schema of the value'),
  unit: z.string().optional(),
  owner: z.enum(['driver', 'record']).default('record'),
  telemetry: z.boolean().optional(),
});

const kind = z.strictObject({
  name,
  type: z.enum(['service', 'resource']),
  description: z.string().optional(),
  category: z.string().optional(),
  specification: z.strictObject({ id: z.uuid().optional(), version: version.default('1.0.0') }).default({
    version: '1.0.0',
  }),
  observed: z.array(z.string().min(1)).default([]),
  characteristic: z.array(characteristic).default([]),
});

const profile = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a lower case name such as linux-host'),
  description: z.string(),
  mode: z.enum(modes),
  drivers: z.array(z.strictObject({ driver: z.string().min(1), settings: z.looseObject({}).default({}) })).default([]),
  kinds: z.array(kind).default([]),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});

export interface DriverChoice {
  readonly driver: string;
  readonly settings: JsonObject;
}

export interface FirmwareProfile {
  readonly name: string;
  readonly description: string;
  /** What the agent may do for those who are not the local operator, and when an expectation names no mode. */
  readonly mode: (typeof modes)[number];
  readonly drivers: readonly DriverChoice[];
  readonly kinds: readonly Kind[];
  /** Values for the settings of the agent, below flags, variables and file. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** One mistake in a profile. */
export interface Finding {
  /** JSON pointer into the profile. */
  readonly pointer: string;
  readonly message: string;
}

/** Every mistake at once; empty when there is none. */
export function checkProfile(source: unknown): readonly Finding[] {
  const read = profile.safeParse(source);
  if (!read.success) {
    return read.error.issues.map(issue => ({
      pointer: issue.path.map(part => `/${segment(String(part))}`).join(''),
      message: issue.message,
    }));
  }
  const findings: Finding[] = [];
  const seen = new Set<string>();
  read.data.kinds.forEach((each, i) => {
    if (seen.has(each.name)) {
      findings.push({ pointer: `/kinds/${i}/name`, message: `the kind ${each.name} is declared twice` });
    }
    seen.add(each.name);
    const names = new Set<string>();
    each.characteristic.forEach((one, j) => {
      if (names.has(one.name)) {
        findings.push({
          pointer: `/kinds/${i}/characteristic/${j}/name`,
          message: `the characteristic ${one.name} is declared twice in ${each.name}`,
        });
      }
      names.add(one.name);
    });
  });
  return findings;
}

/** Throws `invalid` with every finding in one message; `from` names the file or profile. */
export function readProfile(source: unknown, from: string): FirmwareProfile {
  const findings = checkProfile(source);
  const [first] = findings;
  if (first) {
    const all = findings.map(finding => `${finding.pointer || '/'}: ${finding.message}`).join('; ');
    throw new AgentError('invalid', `the profile ${from} cannot be used: ${all}`, { pointer: first.pointer });
  }
  const read = profile.parse(source);
  return {
    ...read,
    drivers: read.drivers.map(choice => ({ driver: choice.driver, settings: choice.settings as JsonObject })),
    kinds: read.kinds.map(toKind),
  };
}

function toKind(read: z.infer<typeof kind>): Kind {
  const { description, category, specification, characteristic: characteristics, ...rest } = read;
  return {
    ...rest,
    ...(description === undefined ? {} : { description }),
    ...(category === undefined ? {} : { category }),
    // Diffo's identity of a specification is its name and major version.
    specification: {
      id: specification.id ?? uuidOf('specification', read.name, specification.version.split('.')[0] ?? '1'),
      name: read.name,
      version: specification.version,
      tmfVersion: 5,
    },
    characteristic: characteristics.map(({ description: about, unit, telemetry, schema, ...one }) => ({
      ...one,
      schema: schema as JsonObject,
      ...(about === undefined ? {} : { description: about }),
      ...(unit === undefined ? {} : { unit }),
      ...(telemetry === undefined ? {} : { telemetry }),
    })),
  };
}
