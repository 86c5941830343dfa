/** A question to a list as data: what is asked, apart from how it is written in an address. */
export type Relation = 'eq' | 'gt' | 'gte' | 'lt' | 'lte' | 'regex';

export interface Pair {
  readonly path: readonly string[];
  readonly relation: Relation;
  /** Any of these. */
  readonly values: readonly string[];
}

export type Condition =
  | { readonly is: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly is: 'not'; readonly of: Condition }
  | { readonly is: 'exists'; readonly path: readonly string[] }
  | {
      readonly is: 'compare';
      readonly path: readonly string[];
      readonly relation: Relation | 'ne';
      readonly to: string | number | boolean;
    }
  /** Some element of the array is so. */
  | { readonly is: 'element'; readonly path: readonly string[]; readonly of: Condition };

export interface SortKey {
  readonly path: readonly string[];
  readonly descending: boolean;
}

export interface Question {
  /** All of these; of each one pair. */
  readonly pairs: readonly (readonly Pair[])[];
  readonly filter: Condition | undefined;
  readonly sort: readonly SortKey[];
  /** First-level names; undefined: all of the entity. */
  readonly fields: readonly string[] | undefined;
}
