/** Where the official files contradict TMF630 or themselves: each with its reason, and a value that shows it. */
import type { Json } from '../../../src/core/json.ts';

export interface Deviation {
  readonly files: readonly string[];
  readonly reason: string;
  /** Puts it right in the file as it was read. */
  // biome-ignore lint/suspicious/noExplicitAny: a file of somebody else's, changed where it stands
  readonly mend: (document: any) => void;
  /** What the file refuses and should not: an answer or the body of a request. */
  readonly shown: { readonly schema: string; readonly value: Json };
}

const TMF638v5 = 'TMF638-Service_Inventory_Management-v5.0.0.oas.yaml';
const TMF638v4 = 'TMF638_Service_Inventory_Management_API_v4.0.0_swagger.json';
const TMF639v4 = 'TMF639_Resource_Inventory_Management_API_v4.0.0_swagger.json';
const TMF639v5 = 'TMF639-Resource_Inventory_Management-v5.0.0.oas.yaml';

export const deviations: readonly Deviation[] = [
  {
    files: [TMF639v4],
    reason: 'a resource to be made must have id and href, which the server gives and the schema has no place for',
    mend: ({ definitions }) => {
      definitions.Resource_Create.required = ['name'];
    },
    shown: { schema: 'POST /resource body', value: { name: 'eth0' } },
  },
  {
    files: [TMF639v4],
    reason: 'a patch must have id and href, which no patch may change and the schema has no place for',
    mend: ({ definitions }) => {
      definitions.Resource_Update.required = undefined;
    },
    shown: { schema: 'PATCH /resource/{id} body', value: { description: 'patched' } },
  },
  {
    files: [TMF638v4],
    reason: 'what v5 may leave out is mandatory inside others: what nobody said is not made up for v4',
    mend: ({ definitions }) => notAsked(definitions),
    shown: { schema: 'GET /service/{id} 200', value: { id: 'a', href: '/a', note: [{ text: 'x' }] } },
  },
  {
    files: [TMF639v4],
    reason: 'what v5 may leave out is mandatory inside others: what nobody said is not made up for v4',
    mend: ({ definitions }) => notAsked(definitions),
    shown: { schema: 'GET /resource/{id} 200', value: { id: 'a', href: '/a', activationFeature: [{ name: 'x' }] } },
  },
  {
    files: [TMF638v5],
    reason: 'a merge patch must have @type, although it says what differs and the type is known',
    mend: ({ components }) => untyped(components.requestBodies.Service_MVO, 'Service_MVO'),
    shown: { schema: 'PATCH /service/{id} body', value: { description: 'patched' } },
  },
  {
    files: [TMF639v5],
    reason: 'a merge patch must have @type, although it says what differs and the type is known',
    mend: ({ components }) => untyped(components.requestBodies.Resource_MVO, 'Resource'),
    shown: { schema: 'PATCH /resource/{id} body', value: { description: 'patched' } },
  },
  {
    files: [TMF638v5, TMF639v5],
    reason: 'whoever registers must say @type, which can only be Hub',
    mend: ({ components }) => untyped(components.requestBodies.Hub_FVO, 'Hub_FVO'),
    shown: { schema: 'POST /hub body', value: { callback: 'http://127.0.0.1/' } },
  },
  {
    files: [
      TMF638v4,
      TMF639v4,
      'TMF633_Service_Catalog_API_v4.0.0_swagger.json',
      'TMF634_Resource_Catalog_Management_API_v4.1.0_swagger.json',
    ],
    reason: 'what is called a URI is a reference to one: a server that knows no address of its own tells paths',
    mend: document => referring(document),
    shown: { schema: 'Error', value: { code: 'x', reason: 'x', '@schemaLocation': '/a' } },
  },
  {
    files: ['TMF634-Resource_Catalog_Management-v5.0.0.oas.yaml'],
    reason: 'what is called a URI is a reference to one: a server that knows no address of its own tells paths',
    mend: document => referring(document),
    shown: {
      schema: 'GET /resourceSpecification/{id} 200',
      value: {
        id: 'a',
        '@type': 'ResourceSpecification',
        targetResourceSchema: { '@type': 'card', '@schemaLocation': '/a' },
      },
    },
  },
];

// biome-ignore lint/suspicious/noExplicitAny: see above
function untyped(body: any, name: string): void {
  const isUntyped = { type: 'object', not: { required: ['@type'] } };
  for (const media of Object.values<{ schema: Json }>(body.content)) {
    if (JSON.stringify(media.schema).includes(`/${name}"`)) media.schema = { anyOf: [media.schema, isUntyped] };
  }
}

// biome-ignore lint/suspicious/noExplicitAny: see above
function referring(part: any): void {
  if (typeof part !== 'object' || part === null) return;
  if (part.format === 'uri') part.format = 'uri-reference';
  for (const each of Object.values(part)) referring(each);
}

/** The role, name or type that is told apart by is there in both versions. */
// biome-ignore lint/suspicious/noExplicitAny: see above
function notAsked(definitions: any): void {
  const both = new Map([
    ['Characteristic', ['name']],
    ['Feature', ['name']],
    ['FeatureRelationship', ['relationshipType']],
    ['Note', []],
    ['RelatedParty', []],
    ['RelatedServiceOrderItem', []],
    ['ResourceRefOrValue', []],
    ['ServiceRefOrValue', []],
    ['ServiceRelationship', ['relationshipType']],
  ]);
  for (const [name, required] of both) if (definitions[name]) definitions[name].required = required;
  definitions.Feature.properties.featureCharacteristic.minItems = undefined;
}
