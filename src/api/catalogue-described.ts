/** TMF633 and TMF634 as OpenAPI has them: the routes of `catalogue-routes`, which read. */
import * as z from 'zod';
import type { InstanceType } from '../core/instance.ts';
import type { JsonObject } from '../core/json.ts';
import { catalogueRoot } from '../tmf/catalogue/roots.ts';
import type { Version } from '../tmf/version.ts';
import { answer, commonComponents, errorSchema, failing, headers } from './describe/answers.ts';
import type { Described, PathItem } from './describe/document.ts';
import { idParameter, parameters } from './describe/parameters.ts';
import { ZodSchemas } from './describe/zod-schemas.ts';
import { entryPoint, entryPointSchema } from './tmf-described.ts';

const names: Record<InstanceType, { readonly api: string; readonly title: string; readonly entity: string }> = {
  service: { api: 'tmf633', title: 'TMF633 Service Catalog Management', entity: 'ServiceSpecification' },
  resource: { api: 'tmf634', title: 'TMF634 Resource Catalog Management', entity: 'ResourceSpecification' },
};

export function catalogueDescribed(type: InstanceType, version: Version): Described {
  const { api, title, entity } = names[type];
  const schemas = new ZodSchemas();
  const shown = specification(schemas, type, version);
  const parameter = (name: string): JsonObject => ({ $ref: `#/components/parameters/${name}` });
  const list = { headers: headers('X-Total-Count', 'X-Result-Count', 'Link') };
  const path = `/${type}Specification`;
  const paths: Record<string, PathItem> = {
    '/': { get: entryPoint(`${type} specification`, 'retrieveEntryPoint') },
    [path]: {
      get: {
        operationId: `list${entity}`,
        summary: `Lists the ${type} specifications: those of the kinds that are loaded, and those that are referred to`,
        parameters: [...['Fields', 'Offset', 'Limit', 'SortOfOurs', 'FilterOfOurs'].map(parameter), attributes],
        responses: {
          200: answer('All, or the last page', { type: 'array', items: shown }, list),
          206: answer('One page of several', { type: 'array', items: shown }, { ...list, 'x-tmf-extension': true }),
          ...failing('notAcceptable', 'unsupported'),
        },
      },
    },
    [`${path}/{id}`]: {
      get: {
        operationId: `retrieve${entity}`,
        summary: `Shows a ${type} specification`,
        parameters: [idParameter, parameter('Fields')],
        responses: { 200: answer('The specification', shown), ...failing('notAcceptable', 'unsupported') },
      },
    },
  };
  return {
    name: `${api}${version}`,
    title: `${title} ${version}`,
    version: '1.0.0',
    about: `${title} ${version}, to be read: what instances of this agent are specified by.`,
    root: catalogueRoot[type][version],
    paths,
    components: {
      ...commonComponents(version),
      parameters,
      schemas: { ...schemas.components(), EntryPoint: entryPointSchema, Error: errorSchema(version) },
    },
  };
}

const attributes: JsonObject = {
  name: 'attributes',
  in: 'query',
  description: 'Any attribute by its name, and what it must be',
  style: 'form',
  explode: true,
  schema: { type: 'object', additionalProperties: { type: 'string' } },
  'x-tmf-extension': true,
};

/** With `fields` all but what identifies it may be left out. */
function specification(schemas: ZodSchemas, type: InstanceType, version: Version): JsonObject {
  const text = z.string();
  const typed = version === 'v5' ? { '@type': text } : {};
  const part = <T extends z.core.$ZodLooseShape>(shape: T) => z.strictObject({ ...shape, ...typed }).partial();
  const value = part({
    value: z.unknown(),
    valueType: text,
    isDefault: z.boolean(),
    valueFrom: z.int(),
    valueTo: z.int(),
    rangeInterval: z.enum(['open', 'closed', 'closedBottom', 'closedTop']),
    regex: text,
    unitOfMeasure: text,
  });
  const characteristic = (values: string) =>
    part({
      id: text,
      name: text,
      description: text,
      valueType: text,
      configurable: z.boolean(),
      minCardinality: z.int().min(0),
      maxCardinality: z.int().min(0),
      isUnique: z.boolean(),
      regex: text,
      [values]: z.array(value),
      '@valueSchemaLocation': text,
    });
  const ofService = type === 'service' || version === 'v5';
  const own = characteristic(ofService ? 'characteristicValueSpecification' : 'resourceSpecCharacteristicValue');
  const ofFeature = characteristic(
    version === 'v5' ? 'characteristicValueSpecification' : 'featureSpecCharacteristicValue',
  );
  const relationship = part({
    relationshipType: text,
    id: text,
    href: text,
    name: text,
    role: text,
    minimumQuantity: z.int(),
    maximumQuantity: z.int(),
  });
  const schema = z.strictObject({ '@type': text, '@schemaLocation': text }).partial();
  const ofType = {
    service: {
      specCharacteristic: z.array(own),
      serviceSpecRelationship: z.array(relationship),
      resourceSpecification: z.array(part({ id: text, href: text, name: text, version: text })),
      entitySpecRelationship: z.array(part({ relationshipType: text, role: text, name: text, '@referredType': text })),
      targetEntitySchema: schema,
    },
    resource: {
      resourceSpecCharacteristic: z.array(own),
      resourceSpecRelationship: z.array(relationship),
      ...(version === 'v5' ? { relatedParty: z.array(part({ role: text })) } : {}),
      targetResourceSchema: schema,
    },
  };
  const whole = z
    .strictObject({
      name: text,
      description: text,
      category: type === 'service' ? text.meta({ 'x-tmf-extension': true }) : text,
      version: text,
      lifecycleStatus: z.enum(['Active', 'Retired']),
      lastUpdate: z.iso.datetime(),
      isBundle: z.literal(false),
      featureSpecification: z.array(
        part({
          id: text,
          name: text,
          isEnabled: z.boolean(),
          isBundle: z.literal(false),
          featureSpecCharacteristic: z.array(ofFeature),
        }),
      ),
      ...ofType[type],
      '@baseType': text,
      '@schemaLocation': text,
    })
    .partial()
    .extend({ id: text, href: text, '@type': z.literal(names[type].entity) });
  schemas.shown('CharacteristicValueSpecification', value);
  schemas.shown('CharacteristicSpecification', own);
  return schemas.shown(names[type].entity, whole);
}
