/** The properties of a node or an edge, as the database keeps them. */
import type { Instant } from '../../core/ids.ts';

/** A value as the database keeps it: whole numbers as integers, and moments as what they are. */
export type Property = string | number | boolean | readonly string[] | { readonly dateTime: Instant };
export type Properties = { readonly [name: string]: Property };

export function compact(properties: { readonly [name: string]: Property | undefined }): Properties {
  return Object.fromEntries(
    Object.entries(properties).filter((each): each is [string, Property] => each[1] !== undefined),
  );
}

export function moment(at: Instant): Property {
  return { dateTime: at };
}

export function text(value: Property | undefined): string {
  return typeof value === 'string' ? value : '';
}

export function texts(value: Property | undefined): readonly string[] {
  return typeof value === 'object' && 'length' in value ? value : [];
}
