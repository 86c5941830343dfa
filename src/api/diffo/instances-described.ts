/** The routes of `instances` and of `derived`: what is made of a kind, what is done to one, and what is shown with it. */
import * as z from 'zod';
import type { JsonObject } from '../../core/json.ts';
import { unknownReasons } from '../../core/model/unknown.ts';
import { answer, failing, headers } from '../describe/answers.ts';
import type { PathItem } from '../describe/document.ts';
import { whiches } from '../twins.ts';
import {
  anyJson,
  bodyOf,
  type Describe,
  inHeader,
  inPath,
  inQuery,
  linksById,
  listOf,
  paged,
  text,
} from './describing.ts';
import * as bodies from './instance-bodies.ts';

const someMember = { minProperties: 1 };

/** Each deed with its body, what zod cannot tell of it, and a body that is one. */
const deeds: Readonly<Record<string, readonly [about: string, z.ZodType, besides: JsonObject, example: JsonObject]>> = {
  define: ['Says values of characteristics', bodies.definition, {}, { characteristic: { mtu: 1500 } }],
  feature: ['Enables or disables a feature', bodies.feature, {}, { name: 'vectoring', isEnabled: true }],
  relate: [
    'Relates it to another',
    bodies.relationship,
    { oneOf: [{ required: ['to'] }, { required: ['from'] }] },
    { to: 'port-1', type: 'uses' },
  ],
  unrelate: [
    'Takes a relationship away',
    bodies.relationshipMeant,
    { ...someMember, not: { required: ['to', 'from'] } },
    { to: 'port-1' },
  ],
  assign: ['Hands out a number of a pool', bodies.assignment, {}, { pool: 'ports', to: 'line-1' }],
  unassign: ['Takes a number back', bodies.assignmentMeant, {}, { to: 'line-1' }],
  respecify: [
    'Moves it to another version of its specification',
    bodies.specification,
    {},
    { specification: '6ba7b810-9dad-41d1-80b4-00c04fd430c8' },
  ],
  annotate: [
    'Hangs a note, a status or an identifier on it',
    bodies.annotation,
    someMember,
    { note: { text: 'seen' } },
  ],
  transition: ['Takes a step of its state machine', bodies.transition, {}, { step: 'activate' }],
  lifecycle: ['Says where it stands', bodies.lifecycle, someMember, { administrativeState: 'locked' }],
  rename: ['Gives it another name, or none', bodies.naming, {}, { name: 'wan' }],
};

export const instancesDescribed: Describe = schemas => {
  const shown = schemas.shown(
    'Instance',
    z.looseObject({ id: text, href: text, '@type': text, name: text.exactOptional() }),
  );
  const made = schemas.taken('Instance_New', z.looseObject({ kind: text, id: text.nullish(), name: text.nullish() }));
  const derived = schemas.shown(
    'DerivedPart',
    z.strictObject({
      is: z.enum(['specification', 'assignment', 'characteristic', 'party', 'place', 'field', 'reference']),
      name: text,
      shownIn: text.exactOptional(),
      over: z.array(z.record(text, anyJson)).exactOptional(),
      found: z.array(z.strictObject({ element: z.record(text, anyJson), from: z.array(text) })),
      unknown: z.array(z.strictObject({ reason: z.enum(unknownReasons), context: text })).exactOptional(),
    }),
  );
  const id = inPath('id', 'The id of the instance');
  const deedPaths = Object.entries(deeds).map(([name, [about, body, besides, example]]): [string, PathItem] => [
    `/instances/{id}/${name}`,
    {
      post: {
        operationId: name === 'feature' ? 'setFeature' : name,
        summary: about,
        parameters: [id],
        requestBody: bodyOf(schemas.taken(`Body_${name}`, body, besides), example),
        responses: {
          200: answer('As it is now', shown, { headers: headers('ETag') }),
          ...failing('conflict', 'unsupported'),
        },
      },
    },
  ]);
  return {
    '/instances': {
      post: {
        operationId: 'makeInstance',
        summary: 'Makes an instance of a kind, with the members of a TMF v5 document',
        requestBody: bodyOf(made, { kind: 'card', name: 'slot 1' }),
        responses: {
          201: answer('Made', shown, {
            headers: headers('Location', 'ETag'),
            ...linksById([
              ...Object.keys(deeds).map(name => (name === 'feature' ? 'setFeature' : name)),
              'listDerived',
            ]),
          }),
          ...failing('conflict'),
        },
      },
    },
    '/instances/{id}': {
      get: {
        operationId: 'getInstance',
        summary: 'An instance as TMF v5 has it: as it is, as it is expected, or what of that is outstanding',
        parameters: [
          id,
          inHeader('If-None-Match', 'Answers 304 if the entity tag is one of these'),
          inQuery('which', 'The exact expectation stands in `expectation`', {
            type: 'string',
            enum: [...whiches],
            default: 'actual',
          }),
        ],
        responses: {
          200: answer('The instance, or its twin', shown, { headers: headers('ETag', 'Link') }),
          304: { description: 'It is still what If-None-Match names', headers: headers('ETag', 'Link') },
          ...failing(),
        },
      },
    },
    '/instances/{id}/derived': {
      get: {
        operationId: 'listDerived',
        summary: 'What is shown with an instance and is not its own: from where, or why it is unknown',
        parameters: [id, ...paged],
        responses: { 200: listOf('The parts', derived), ...failing() },
      },
    },
    ...Object.fromEntries(deedPaths),
  };
};
