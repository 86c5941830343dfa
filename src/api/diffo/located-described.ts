/** The routes of `located` and of `references`: what is where, and who refers to what. */
import * as z from 'zod';
import type { JsonObject } from '../../core/json.ts';
import { linkClasses } from '../../core/model/link.ts';
import { answer, failing } from '../describe/answers.ts';
import { anyJson, type Describe, inQuery, listOf, paged, pageOf, text } from './describing.ts';

const position = { type: 'string', pattern: '^[^,]+,[^,]+$' };
const types = { type: 'string', enum: ['service', 'resource'] };

/** The questions about where things are. */
export const whereParameters: readonly JsonObject[] = [
  { ...inQuery('near', 'LONGITUDE,LATITUDE: the nearest first', position), example: '151.2,-33.8' },
  inQuery('within', 'How far from near, in metres', { type: 'number', minimum: 0 }),
  inQuery('inside', 'In this polygon: GeoJSON, or its corners as LON,LAT;LON,LAT;LON,LAT'),
  inQuery('insidePlace', 'In the area of this place'),
  inQuery('containing', 'LONGITUDE,LATITUDE: the areas around it', position),
];

export const locatedDescribed: Describe = schemas => {
  const found = schemas.shown(
    'Located',
    z.strictObject({
      id: text,
      href: text,
      name: anyJson.optional(),
      type: z.enum(['service', 'resource']),
      kind: text,
      role: text.exactOptional(),
      place: z.strictObject({ id: text, href: text, name: anyJson.optional() }),
      distanceMetres: z.number().min(0).exactOptional(),
    }),
  );
  const qualification = schemas.shown(
    'Qualification',
    z.strictObject({
      by: text,
      result: z.enum(['served', 'blocked', 'outOfFootprint']),
      allowed: z.array(text),
      blocked: z.array(text),
    }),
  );
  const reference = schemas.shown(
    'Reference',
    z.strictObject({
      class: z.enum(linkClasses),
      relationshipType: text.exactOptional(),
      role: text.exactOptional(),
      alias: text.exactOptional(),
      source: z.strictObject({ id: text, type: z.enum(['service', 'resource', 'party', 'place']) }),
      target: z.strictObject({ id: text }),
    }),
  );
  return {
    '/located': {
      get: {
        operationId: 'listLocated',
        summary: 'Instances by where their places are; one of the ways to say where must be said',
        parameters: [
          ...whereParameters,
          inQuery('type', 'Services or resources alone', types),
          inQuery('role', 'At places in this role alone'),
          ...paged,
        ],
        responses: { 200: pageOf('What was found', found), ...failing() },
      },
    },
    '/qualification': {
      get: {
        operationId: 'qualify',
        summary: 'Who serves a position: whoever refers to an area around it',
        parameters: [
          { ...inQuery('at', 'LONGITUDE,LATITUDE', position), required: true, example: '151.2,-33.8' },
          inQuery('allowed', 'The role of areas that are served; allowed if not said'),
          inQuery('blocked', 'The role of areas that are not; blocked if not said'),
          inQuery('for', 'Of one instance, party or place alone'),
        ],
        responses: { 200: answer('Each with its result', { type: 'array', items: qualification }), ...failing() },
      },
    },
    '/references': {
      get: {
        operationId: 'listReferences',
        summary: 'Who refers to what, in which role; from or to must be said',
        parameters: [
          inQuery('from', 'What this one refers to'),
          inQuery('to', 'What refers to this one'),
          inQuery('class', 'Of one sort alone', { type: 'string', enum: [...linkClasses] }),
          inQuery('role', 'In this role, or of this type, alone'),
          ...paged,
        ],
        responses: { 200: listOf('The references', reference), ...failing() },
      },
    },
  };
};
