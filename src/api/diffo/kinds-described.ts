/** The routes of `kinds`: each whole, and the JSON Schema of its documents. */
import * as z from 'zod';
import { algorithms, partyTypes, placeTypes } from '../../core/kind.ts';
import { answer, failing } from '../describe/answers.ts';
import { anyJson, type Describe, inPath, listOf, paged, text, whole } from './describing.ts';

const yes = z.literal(true).exactOptional();
const maybe = text.exactOptional();
const jsonSchema = z.record(text, anyJson);
const hop = z.union([
  z.strictObject({ direction: z.enum(['forward', 'reverse']), assignment: text }),
  z.strictObject({
    direction: z.enum(['forward', 'reverse']),
    relationship: z.strictObject({ type: maybe, alias: maybe }),
  }),
]);
const via = z.array(hop);
const collapse = z.enum(['first', 'last']).exactOptional();

const characteristic = z.strictObject({
  name: text,
  schema: jsonSchema,
  unit: maybe,
  description: maybe,
  default: anyJson.optional(),
  mandatory: yes,
  owner: z.enum(['driver', 'record']),
  telemetry: z.boolean().exactOptional(),
});
const role = z.strictObject({
  role: text,
  description: maybe,
  type: maybe,
  min: whole,
  max: whole.exactOptional(),
  reference: yes,
});
const inheritedRole = z.strictObject({ role: text, via, sourceRole: text, collapse });
const permitted = z.union([z.enum(['all', 'none']), z.array(text)]);
const lineage = z.array(text).exactOptional();
const characteristics = z.array(characteristic);
const roles = z.array(role).exactOptional();

const recordKind = z.strictObject({
  name: text,
  type: z.enum(['party', 'place']),
  base: z.enum([...partyTypes, ...placeTypes]),
  description: maybe,
  lineage,
  characteristic: characteristics,
  party: roles,
  place: roles,
});

const instanceKind = z.strictObject({
  name: text,
  type: z.enum(['service', 'resource']),
  description: maybe,
  category: maybe,
  lineage,
  abstract: yes,
  specification: z.strictObject({ id: text, name: text, version: text, tmfVersion: whole, frozen: yes }),
  observed: z.array(text),
  characteristic: characteristics,
  feature: z
    .array(z.strictObject({ name: text, description: maybe, isEnabled: z.boolean(), characteristic: characteristics }))
    .exactOptional(),
  pool: z
    .array(
      z.strictObject({
        name: text,
        thing: text,
        description: maybe,
        first: whole,
        last: whole,
        algorithm: z.enum(algorithms),
        type: maybe,
      }),
    )
    .exactOptional(),
  assignment: z
    .array(
      z.strictObject({ alias: text, from: text, pool: text, via: via.exactOptional(), read: maybe, optional: yes }),
    )
    .exactOptional(),
  party: roles,
  place: roles,
  relationship: z.strictObject({ source: permitted, target: permitted }).exactOptional(),
  transition: z
    .array(
      z.strictObject({
        name: text,
        from: z.array(text),
        to: text,
        operatingStatus: maybe,
        stamp: z.enum(['startDate', 'endDate']).exactOptional(),
      }),
    )
    .exactOptional(),
  inheritedCharacteristic: z.array(z.strictObject({ name: text, via, read: text, collapse })).exactOptional(),
  inheritedParty: z.array(inheritedRole).exactOptional(),
  inheritedPlace: z.array(inheritedRole).exactOptional(),
  field: z
    .array(
      z.strictObject({
        name: text,
        description: maybe,
        via,
        of: z.enum(['edge', 'instance']),
        read: text,
        collapse,
      }),
    )
    .exactOptional(),
  reference: z
    .array(z.strictObject({ name: text, id: text, to: z.enum(['service', 'resource', 'party', 'place', 'entity']) }))
    .exactOptional(),
});

export const kindsDescribed: Describe = schemas => {
  const kind = schemas.shown('Kind', z.union([instanceKind, recordKind]));
  const schema = schemas.shown('KindSchema', z.looseObject({ $schema: text, $id: text, title: text, type: text }));
  const name = inPath('name', 'The name of the kind');
  return {
    '/kinds': {
      get: {
        operationId: 'listKinds',
        summary: 'What instances, parties and places can be',
        parameters: [...paged],
        responses: { 200: listOf('The kinds', kind), ...failing() },
      },
    },
    '/kinds/{name}': {
      get: {
        operationId: 'getKind',
        summary: 'A kind, whole as it is after it was composed',
        parameters: [name],
        responses: { 200: answer('The kind', kind), ...failing() },
      },
    },
    '/kinds/{name}/schema': {
      get: {
        operationId: 'getKindSchema',
        summary: 'The JSON Schema of the documents of a kind, as it is now',
        parameters: [name],
        responses: { 200: answer('The schema; its $id names its version', schema), ...failing() },
      },
    },
    '/kinds/{name}/schema/{version}': {
      get: {
        operationId: 'getKindSchemaOfVersion',
        summary: 'The same at one version of its specification: the address that is its $id',
        parameters: [name, inPath('version', 'The version of the specification')],
        responses: { 200: answer('The schema', schema), ...failing() },
      },
    },
  };
};
