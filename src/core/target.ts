/** Whom an expectation speaks of. */
import type { Expectation, Target } from './expectation.ts';
import type { Instant } from './ids.ts';
import type { Instance } from './instance.ts';
import { property } from './json.ts';

/** Whether a target could mean this instance of our own; a `where` has still to be met. */
export function mayMean(target: Target, instance: Instance): boolean {
  if (target.peer !== undefined) return false;
  if ('id' in target) return target.id === instance.id;
  if ('name' in target) return target.kind === instance.kind && target.name === property(instance.document, 'name');
  return target.kind === undefined || target.kind === instance.kind;
}

/** An instance that is kept for its records or expectations although a look no longer finds it on the element. */
export function isGone(instance: Instance): boolean {
  return instance.observedBy !== undefined && property(instance.document, 'availabilityStatus') === 'notInstalled';
}

/** Whether an expectation applies at a time: TMF's `validFor`, its start included and its end excluded. */
export function isValid(validFor: Expectation['validFor'], now: Instant): boolean {
  if (validFor?.startDateTime !== undefined && now < Date.parse(validFor.startDateTime)) return false;
  return validFor?.endDateTime === undefined || now < Date.parse(validFor.endDateTime);
}

/** The next moment at which time alone starts or ends an expectation; undefined when none is ahead. */
export function nextBoundary(validFor: Expectation['validFor'], now: Instant): Instant | undefined {
  const ahead = [validFor?.startDateTime, validFor?.endDateTime]
    .flatMap(each => (each === undefined ? [] : [Date.parse(each)]))
    .filter(each => each > now);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}
