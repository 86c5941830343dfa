/** The TypeScript type of the values that fit a JSON Schema, where the schema is a literal. */
import type { Json } from '../json.ts';

/** As far as types can say it: bounds, patterns and conditions are left to the check of the value. */
export type ValueOf<Schema> = Schema extends { readonly const: infer Only }
  ? Only
  : Schema extends { readonly enum: readonly (infer One)[] }
    ? One
    : Schema extends { readonly type: readonly (infer Types)[] }
      ? ValueOfType<Types, Schema>
      : Schema extends { readonly type: infer Type }
        ? ValueOfType<Type, Schema>
        : Json;

/** Distributes over a list of types. */
type ValueOfType<Type, Schema> = Type extends 'integer' | 'number'
  ? number
  : Type extends 'string'
    ? string
    : Type extends 'boolean'
      ? boolean
      : Type extends 'null'
        ? null
        : Type extends 'array'
          ? Schema extends { readonly items: infer Items }
            ? readonly ValueOf<Items>[]
            : readonly Json[]
          : Type extends 'object'
            ? ObjectOf<Schema>
            : Json;

type ObjectOf<Schema> = Schema extends { readonly properties: infer Members }
  ? Schema extends { readonly required: readonly (infer Needed)[] }
    ? { readonly [Name in keyof Members & Needed]: ValueOf<Members[Name]> } & {
        readonly [Name in Exclude<keyof Members, Needed>]?: ValueOf<Members[Name]>;
      }
    : { readonly [Name in keyof Members]?: ValueOf<Members[Name]> }
  : { readonly [name: string]: Json };
