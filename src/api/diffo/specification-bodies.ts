/** What a caller may say of a specification, as the bodies of its requests. */
import * as z from 'zod';

const word = z.string().min(1).nullish();
const number = (least: number) => z.int().min(least).max(999_999_999).nullish();
const type = z
  .enum([
    'service',
    'serviceSpecification',
    'ServiceSpecification',
    'resource',
    'resourceSpecification',
    'ResourceSpecification',
  ])
  .nullish();

const changes = {
  description: word,
  category: word,
  frozen: z.boolean().exactOptional(),
  /** TMF's word for whether it is frozen. */
  lifecycleStatus: z.enum(['Active', 'Retired']).nullish(),
};

/** To make one, or to say more of the one with that name and major version. */
export const words = z.strictObject({
  id: z.uuidv4('a version 4 uuid; leave it out to get one').nullish(),
  type,
  '@type': type,
  name: z.string().regex(/^[a-z][a-zA-Z0-9]*$/, 'a lower camel case name such as broadbandAccess'),
  version: z
    .string()
    .regex(/^v?\d{1,9}(\.\d{1,9}){0,2}$/, 'a version of the form 1.2.3')
    .nullish(),
  majorVersion: number(0),
  minorVersion: number(0),
  patchVersion: number(0),
  tmfVersion: number(1),
  ...changes,
  // What a GET shows beside these, so that its echo is understood.
  href: z.unknown().optional(),
  kind: z.unknown().optional(),
  lastUpdate: z.unknown().optional(),
});

export const change = z.strictObject(changes);
