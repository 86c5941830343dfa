/** The route of the schema of the language. */
import * as z from 'zod';
import { answer, failing } from '../describe/answers.ts';
import { anyJson, type Describe, text } from './describing.ts';

export const schemasDescribed: Describe = schemas => {
  const schema = schemas.shown('ExpectationSchema', z.looseObject({ $schema: text, $defs: anyJson }));
  return {
    '/schemas/expectation': {
      get: {
        operationId: 'getExpectationSchema',
        summary: 'The JSON Schema of expectations; its $comment says what is refused beside',
        responses: { 200: answer('The schema', schema), ...failing() },
      },
    },
  };
};
