/** The value of a characteristic as Diffo keeps it. */
import { canonical, isArray, type Json, property } from '../../core/json.ts';
import { type Properties, texts } from './properties.ts';

export function valueProperties(value: Json | undefined): Properties {
  if (isArray(value)) return { isArray: true, values: value.map(wrapped) };
  return { isArray: false, ...(value === undefined || value === null ? {} : { value: wrapped(value) }) };
}

export function valueIn({ isArray: many, value, values }: Properties): Json | undefined {
  if (many === true) return texts(values).map(unwrapped);
  return typeof value === 'string' ? unwrapped(value) : undefined;
}

/** As Diffo keeps a value: its type beside it, as JSON. What is no primitive is `dynamic`. */
function wrapped(value: Json): string {
  if (typeof value === 'string') return canonical({ type: 'string', value });
  if (typeof value === 'boolean') return canonical({ type: 'boolean', value });
  if (typeof value === 'number') return canonical({ type: Number.isInteger(value) ? 'integer' : 'float', value });
  return canonical({ type: 'dynamic', value: { type: 'json', value } });
}

function unwrapped(value: string): Json {
  const { type, value: inner } = JSON.parse(value) as { readonly type: string; readonly value: Json };
  return type === 'dynamic' ? (property(inner, 'value') ?? null) : inner;
}
