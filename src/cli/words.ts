/** What came from the network or an element, as words that are safe to show a person. */
import type { Instant } from '../core/ids.ts';
import { isArray, isObject, type Json } from '../core/json.ts';
import { lasting } from '../core/lasting.ts';

/** Control, format and line-breaking characters: a name may not move the cursor, change colours or reverse a line. */
const unruly = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The same text with every character that a terminal would obey spelt out. */
export function harmless(text: string): string {
  return text.replace(unruly, each => named[each] ?? `\\u{${each.codePointAt(0)?.toString(16)}}`);
}

/** What instances are called, by id. */
export type NamesById = ReadonlyMap<string, string>;

export function harmlessNames(names: NamesById): NamesById {
  return new Map([...names].map(([id, name]) => [harmless(id), harmless(name)]));
}

/** The same for all text in a value, names of properties too. */
export function harmlessJson(value: Json): Json {
  if (typeof value === 'string') return harmless(value);
  if (isArray(value)) return value.map(harmlessJson);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [harmless(key), harmlessJson(each)]));
}

/** JSON for scripts: the same value, and nothing in its text that a terminal would obey. */
export function jsonText(value: Json, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(unruly, each =>
    each === '\n'
      ? each
      : [...Array(each.length).keys()].map(i => `\\u${each.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** A value in a line: text bare, unless it could be taken for a number, a boolean or JSON. */
export function valueText(value: Json | undefined): string {
  if (value === undefined || value === null) return '(nothing)';
  if (typeof value !== 'string') return JSON.stringify(value);
  return value === '' || looksLikeJson(value) ? JSON.stringify(value) : value;
}

function looksLikeJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Ids of ours are shown by their beginning, which every command accepts; others are somebody's own words. */
export function shortId(id: string): string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(id) ? id.slice(0, 8) : id;
}

export function ago(instant: string | undefined, now: Instant): string {
  const at = instant === undefined ? Number.NaN : Date.parse(instant);
  return Number.isNaN(at) ? 'never' : `${lasting(now - at)} ago`;
}

/** The local time of day, with its date when that is not today. */
export function moment(instant: string | undefined, now: Instant): string {
  const at = instant === undefined ? Number.NaN : Date.parse(instant);
  if (Number.isNaN(at)) return '';
  const [day, time] = local(at);
  return day === local(now)[0] ? time : `${day} ${time}`;
}

function local(at: Instant): [day: string, time: string] {
  const date = new Date(at);
  const two = (number: number): string => String(number).padStart(2, '0');
  return [
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
  ];
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
