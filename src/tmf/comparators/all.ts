/** The comparators of every TMF type that has a shape, found by walking from the entities through all that is in them. */

import { eventShape } from '../shape/event.ts';
import { specificationShapes } from '../shape/specification.ts';
import { resource, resourceTypes, service } from '../shape.ts';
import { type Comparator, comparatorOf } from './comparator.ts';
import { recordShapes } from './records.ts';

/** What is a document by itself. */
export const entities = {
  service: comparatorOf(service),
  resource: [...resourceTypes.values()].map(comparatorOf),
  event: {
    service: comparatorOf(eventShape('service', service)),
    resource: comparatorOf(eventShape('resource', resource)),
  },
  specification: {
    service: comparatorOf(specificationShapes.service),
    resource: comparatorOf(specificationShapes.resource),
  },
  record: recordShapes.map(comparatorOf),
} as const;

const roots: readonly Comparator[] = [
  entities.service,
  ...entities.resource,
  entities.event.service,
  entities.event.resource,
  entities.specification.service,
  entities.specification.resource,
  ...entities.record,
];

/** Each with the name under which it is met first: its type, or where it stands. */
export function allComparators(): ReadonlyMap<Comparator, string> {
  return comparatorsFrom(roots);
}

/** The same of some documents alone. */
export function comparatorsFrom(documents: readonly Comparator[]): ReadonlyMap<Comparator, string> {
  const found = new Map<Comparator, string>();
  const walk = (comparator: Comparator, place: string): void => {
    if (found.has(comparator)) return;
    const name = comparator.type ?? place;
    found.set(comparator, name);
    for (const [member, { of }] of comparator.properties) for (const each of of) walk(each, `${name}/${member}`);
  };
  for (const document of documents) walk(document, '');
  return found;
}
