/** The routes of `shared`: parties, places and entities, each as the table of its attributes has it. */
import type { JsonObject } from '../../core/json.ts';
import { entityForm } from '../../core/model/entity.ts';
import { partyForm } from '../../core/model/party.ts';
import { placeForm } from '../../core/model/place.ts';
import type { AttributeType, SharedForm } from '../../core/model/shared-form.ts';
import { commonAttributes, pathCharacters } from '../../core/model/shared-rules.ts';
import { nullable } from '../../tmf/describe/values.ts';
import { answer, failing, headers } from '../describe/answers.ts';
import type { PathItem } from '../describe/document.ts';
import { inPath, inQuery, linksById, listOf, paged, removed } from './describing.ts';
import { whereParameters } from './located-described.ts';

interface SharedDescribed {
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly schemas: JsonObject;
}

const words = {
  party: { many: 'parties', title: 'Party', example: { '@type': 'Organization', name: 'Acme' } },
  place: { many: 'places', title: 'Place', example: { id: 'site-1', '@type': 'GeographicSite', name: 'north' } },
  entity: { many: 'entities', title: 'Entity', example: { id: 'cost-1', '@type': 'cost' } },
};

export function sharedDescribed(): SharedDescribed {
  const all = [partyForm, placeForm, entityForm].map(described);
  return {
    paths: Object.assign({}, ...all.map(each => each.paths)),
    schemas: Object.assign({}, ...all.map(each => each.schemas)),
  };
}

function described(form: SharedForm): SharedDescribed {
  const { many, title, example } = words[form.class];
  const of = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });
  const [shown, made, changed] = [of(title), of(`${title}_New`), of(`${title}_Change`)];
  const id = inPath('id', `The id of the ${form.class}`);
  const merge = { schema: changed, example: { description: 'what it is for' } };
  const paths: Record<string, PathItem> = {
    [`/${many}`]: {
      get: {
        operationId: `list${title}`,
        summary: `The ${many}, by name`,
        parameters: [
          inQuery('type', 'Of this type, and of kinds that build upon it, alone'),
          inQuery('name', 'Of this name alone'),
          inQuery('referredBy', 'Those that this instance, party or place refers to'),
          ...(form.class === 'place' ? whereParameters : []),
          ...paged,
        ],
        responses: { 200: listOf(`The ${many}`, shown), ...failing() },
      },
      post: {
        operationId: `make${title}`,
        summary: `Makes a ${form.class}, or says more of the one with that id`,
        requestBody: { required: true, content: { 'application/json': { schema: made, example } } },
        responses: {
          200: answer('It was there, and is so now', shown, { headers: headers('Location') }),
          201: answer('Made', shown, {
            headers: headers('Location'),
            ...linksById([`get${title}`, `change${title}`, `remove${title}`]),
          }),
          ...failing('conflict'),
        },
      },
    },
    [`/${many}/{id}`]: {
      get: {
        operationId: `get${title}`,
        summary: `A ${form.class}`,
        parameters: [id],
        responses: { 200: answer(`The ${form.class}`, shown), ...failing() },
      },
      patch: {
        operationId: `change${title}`,
        summary: `Changes a ${form.class} by a merge patch`,
        parameters: [id],
        requestBody: { required: true, content: { 'application/json': merge, 'application/merge-patch+json': merge } },
        responses: { 200: answer('As it is now', shown), ...failing('conflict') },
      },
      delete: {
        operationId: `remove${title}`,
        summary: `Removes a ${form.class} that nothing refers to`,
        parameters: [id],
        responses: removed,
      },
    },
  };
  return { paths, schemas: schemasOf(form, title) };
}

const types: Record<AttributeType, JsonObject> = {
  text: { type: 'string' },
  flag: { type: 'boolean' },
  number: { type: 'number' },
  date: { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}(T.*)?$' },
};

const reference: JsonObject = {
  type: 'array',
  items: { type: 'object', properties: { role: { type: 'string' } } },
};

function schemasOf({ class: of, attributes, needsId }: SharedForm, title: string): JsonObject {
  const named = { ...commonAttributes, ...attributes };
  const properties = Object.fromEntries(Object.entries(named).map(([name, type]) => [name, types[type]]));
  const arrays = { relatedParty: reference, place: reference };
  const orNull = Object.fromEntries(
    Object.entries({ ...properties, ...arrays }).map(([name, schema]) => [name, nullable(schema)]),
  );
  const id: JsonObject = { type: 'string', pattern: pathCharacters.source, not: { enum: ['.', '..'] } };
  return {
    [title]: {
      type: 'object',
      properties: {
        id: { type: 'string' },
        ...properties,
        ...arrays,
        ...(of === 'place' ? { distanceMetres: { type: 'number', minimum: 0 } } : {}),
      },
      required: ['id', 'href', '@type'],
    },
    [`${title}_New`]: {
      type: 'object',
      properties: { id: needsId ? id : { ...id, type: ['string', 'null'] }, ...orNull },
      ...(needsId ? { required: ['id'] } : {}),
    },
    [`${title}_Change`]: { type: 'object', properties: orNull },
  };
}
