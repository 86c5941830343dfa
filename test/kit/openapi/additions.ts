/** What is served here beyond the official files, declared in the documents that are served: operations and statuses. */
import type { Operation } from './description.ts';

export interface AdditionalOperation {
  readonly method: string;
  /** Below the root of an API. */
  readonly path: RegExp;
  readonly reason: string;
}

export const additionalOperations: readonly AdditionalOperation[] = [
  { method: 'OPTIONS', path: /^/, reason: 'a path tells what it answers to, as HTTP has it' },
  { method: 'GET', path: /^$/, reason: 'TMF630 has an entry point at the root of each API' },
  { method: 'GET', path: /^\/openapi\.json$/, reason: 'each API tells what it really keeps' },
  { method: 'GET', path: /^\/hub$/, reason: 'whoever registered can look what became of it' },
  { method: 'GET', path: /^\/hub\/[^/]+$/, reason: 'as TMF639 v5 has it, in all four APIs' },
  {
    method: 'PATCH',
    path: /^\/(service|resource)$/,
    reason: 'TMF630 creates several by a JSON Patch of the collection',
  },
];

export interface AdditionalStatus {
  readonly status: number;
  /** The methods that may answer so. */
  readonly methods: readonly string[];
  /** The status of the file whose body it has, or that it has none. */
  readonly as: '200' | '201' | 'empty';
  readonly reason: string;
}

/** Those above 400 need no place here: whatever fails answers with the file's Error. */
export const additionalStatuses: readonly AdditionalStatus[] = [
  {
    status: 202,
    methods: ['PATCH'],
    as: '200',
    reason:
      'what a driver owns is expected of it, and the entity as it is now is shown; v4 has no 202, v5 one without body',
  },
  { status: 206, methods: ['GET'], as: '200', reason: 'TMF630 answers so when a page is less than the whole' },
  { status: 304, methods: ['GET'], as: 'empty', reason: 'an entity that is as its entity tag says is not sent again' },
];

/** Why an operation that the file lacks is served; undefined where nobody says so. */
export function additionalOperation(method: string, path: string): string | undefined {
  return additionalOperations.find(each => each.method === method && each.path.test(path))?.reason;
}

/** The status of the file that a status stands for; undefined where it stands for itself. */
export function additionalStatus({ method }: Operation, status: number): AdditionalStatus['as'] | undefined {
  return additionalStatuses.find(each => each.status === status && each.methods.includes(method))?.as;
}
