/** The profiles that an expectation may name: which arrays are sets by a key, and whether any property may be named. */
import { didYouMean } from '../../core/did-you-mean.ts';
import { AgentError } from '../../core/errors.ts';
import type { ExpectationProfiles } from '../../core/expectation-profile.ts';
import { type Json, property } from '../../core/json.ts';
import { entities } from './all.ts';
import type { Comparator } from './comparator.ts';
import { checkProperties } from './strict.ts';

/** Those that say what a document of their API may have; those without let every name stand. */
const properties: Readonly<Record<string, ((expected: Json) => readonly Comparator[]) | undefined>> = {
  'tmf@1': undefined,
  'tmf638@1': expected => (isEvent(expected) ? [entities.event.service] : [entities.service]),
  'tmf639@1': expected => (isEvent(expected) ? [entities.event.resource] : entities.resource),
};

/** Of what no instance is: for documents that are compared by themselves. */
const ofOthers: typeof properties = {
  'tmf633@1': () => [entities.specification.service],
  'tmf634@1': () => [entities.specification.resource],
};

/** What an expectation of an instance may name; `tmf@1` is what holds where none is named. */
export const expectationProfileNames = ['tmf@1', 'tmf638@1', 'tmf639@1'] as const;

/** What a question may name: also the specifications of the catalogues, and arrays that all go by position. */
export const questionProfileNames = [...expectationProfileNames, 'tmf633@1', 'tmf634@1', 'plain'] as const;

function isEvent(expected: Json): boolean {
  return ['eventType', 'eventId', 'event'].some(name => property(expected, name) !== undefined);
}

/** Throws `invalid` for a name that is not known; it lists those that are. */
export function checkProfileName(name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const sentence = `there is no profile ${name}: known are ${known.join(', ')}${didYouMean(name, known)}`;
  throw new AgentError('invalid', sentence, { pointer: '' });
}

/** Throws `invalid` with the pointer of a property that documents of the profile cannot have. */
export function checkByProfile(expected: Json, profile: string): void {
  const of = properties[profile] ?? ofOthers[profile];
  if (of) checkProperties(expected, of(expected), profile);
}

export const tmfProfiles: ExpectationProfiles = {
  names: expectationProfileNames,
  checkName: name => checkProfileName(name, expectationProfileNames),
  check: checkByProfile,
};
