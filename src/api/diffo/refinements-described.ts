/** The routes of refinements. */
import * as z from 'zod';
import { answer, failing } from '../describe/answers.ts';
import { anyJson, bodyOf, cause, type Describe, inPath, listOf, paged, path, text, time } from './describing.ts';
import { refinementForm } from './refinements.ts';

/** One step: from then on something closer was expected at a place. */
export const refinement = z.strictObject({ path, to: anyJson, at: time, cause, why: text.exactOptional() });

export const refinementsDescribed: Describe = schemas => {
  const shown = schemas.shown('Refinement', refinement);
  const taken = schemas.taken('Refinement_New', refinementForm);
  const id = inPath('id', 'The id of the expectation');
  const expectation = { $ref: '#/components/schemas/Expectation' };
  return {
    '/expectations/{id}/refinements': {
      get: {
        operationId: 'listRefinements',
        summary: 'How an expectation was refined, step by step',
        parameters: [id, ...paged],
        responses: { 200: listOf('The refinements, the first one first', shown), ...failing() },
      },
      post: {
        operationId: 'refineExpectation',
        summary: 'Expects something closer at a place, or what is so there now; never something wider',
        parameters: [id],
        requestBody: bodyOf(taken, { path: '/operationalState', observed: true }),
        responses: { 201: answer('As it is expected from now on', expectation), ...failing('conflict') },
      },
    },
    '/expectations/{id}/refinements/{number}': {
      delete: {
        operationId: 'returnToBeforeRefinement',
        summary: 'Returns to what was expected before a refinement, counted from 0, and with it all that came after',
        parameters: [id, inPath('number', 'Which refinement, counted from 0')],
        responses: { 200: answer('As it is expected from now on', expectation), ...failing('conflict') },
      },
    },
  };
};
