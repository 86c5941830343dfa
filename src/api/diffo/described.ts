/** The agent's own API, and what stands at the top, as OpenAPI has them. */
import type { JsonObject } from '../../core/json.ts';
import { commonComponents, errorSchema, failing } from '../describe/answers.ts';
import type { Described, PathItem } from '../describe/document.ts';
import { ZodSchemas } from '../describe/zod-schemas.ts';
import { centralDescribed } from './central-described.ts';
import { changesDescribed } from './changes-described.ts';
import type { Describe } from './describing.ts';
import { evaluateDescribed } from './evaluate-described.ts';
import { expectationsDescribed } from './expectations-described.ts';
import { instancesDescribed } from './instances-described.ts';
import { kindsDescribed } from './kinds-described.ts';
import { locatedDescribed } from './located-described.ts';
import { outstandingDescribed } from './outstanding-described.ts';
import { peersDescribed } from './peers-described.ts';
import { plansDescribed } from './plans-described.ts';
import { profileDescribed } from './profile-described.ts';
import { refinementsDescribed } from './refinements-described.ts';
import { rulesDescribed } from './rules-described.ts';
import { schemasDescribed } from './schemas-described.ts';
import { setsDescribed } from './sets-described.ts';
import { sharedDescribed } from './shared-described.ts';
import { specificationsDescribed } from './specifications-described.ts';
import { standingDescribed } from './standing-described.ts';
import { healthDescribed, statusDescribed } from './status-described.ts';
import { versionsDescribed } from './versions-described.ts';

const routes: readonly Describe[] = [
  statusDescribed,
  kindsDescribed,
  schemasDescribed,
  profileDescribed,
  specificationsDescribed,
  locatedDescribed,
  instancesDescribed,
  changesDescribed,
  evaluateDescribed,
  expectationsDescribed,
  versionsDescribed,
  setsDescribed,
  refinementsDescribed,
  standingDescribed,
  outstandingDescribed,
  plansDescribed,
  rulesDescribed,
  peersDescribed,
  centralDescribed,
];

/** What is below `/diffo/v1`. */
export function ownDescribed(): Described {
  const shared = sharedDescribed();
  return {
    name: 'diffo',
    title: 'Diffo Edge',
    version: '1.0.0',
    about: 'What is expected, what is outstanding, why, and what is done about it; the kinds and all that is shared.',
    root: '/diffo/v1',
    ...gathered(routes, shared.paths, shared.schemas),
  };
}

/** What stands beside the APIs. */
export function topDescribed(documents: readonly string[]): Described {
  const paths = Object.fromEntries(documents.map(path => [path, { get: documentOperation(path) }]));
  return {
    name: 'agent',
    title: 'The agent',
    version: '1.0.0',
    about: 'Whether the agent is well, its figures, and the descriptions of its APIs.',
    root: '',
    ...gathered([healthDescribed], paths, {}),
  };
}

function gathered(
  describes: readonly Describe[],
  more: Readonly<Record<string, PathItem>>,
  besides: JsonObject,
): Pick<Described, 'paths' | 'components'> {
  const schemas = new ZodSchemas();
  const paths = Object.assign({}, ...describes.map(each => each(schemas)), more);
  const whole = { type: 'integer', minimum: 0 };
  return {
    paths,
    components: {
      ...commonComponents(),
      parameters: {
        Offset: { name: 'offset', in: 'query', description: 'How many to skip', schema: whole },
        Limit: {
          name: 'limit',
          in: 'query',
          description: 'How many to show at most; no more than 1000',
          schema: whole,
        },
      },
      schemas: { ...schemas.components(), ...besides, Error: errorSchema() },
    },
  };
}

/** The operation that answers with a description, such as this one. */
export function documentOperation(path: string): JsonObject {
  const isEvents = path.endsWith('/asyncapi.json');
  return {
    operationId: isEvents ? 'getEvents' : 'getDescription',
    summary: isEvents ? 'The events of this agent, as AsyncAPI has them' : 'This document',
    'x-tmf-extension': true,
    responses: {
      200: { description: 'The document', content: { 'application/json': { schema: { type: 'object' } } } },
      ...failing(),
    },
  };
}
