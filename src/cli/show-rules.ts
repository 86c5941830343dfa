/** `diffo rules` and what lays them, for people. */
import { isArray, isObject, type Json, type JsonObject } from '../core/json.ts';
import { numberAt, part, textAt } from './read.ts';
import type { Screen } from './screen.ts';
import { type Cell, table } from './tables.ts';
import { moment, shortId, valueText } from './words.ts';

export function rulesText(rules: readonly Json[], screen: Screen): string {
  if (rules.length === 0) return `there are no rules; lay one: ${screen.command('rule add --help')}\n`;
  const rows = rules.map((rule): Cell[] => [
    shortId(textAt(rule, 'id') ?? ''),
    textAt(rule, 'sort') ?? '',
    String(numberAt(rule, 'position') ?? ''),
    textAt(rule, 'owner') ?? textAt(rule, 'principal') ?? '',
    ruleText(rule, screen),
    scopeText(part(rule, 'for')),
    moment(textAt(rule, 'until'), screen.now),
    textAt(rule, 'why') ?? '',
  ]);
  const heads = ['SORT', 'POSITION', 'BY', 'SAYS', 'FOR', 'UNTIL', 'WHY'].map(head => ({ head }));
  return table([{ head: 'RULE', whole: true }, ...heads], rows, screen);
}

/** What a rule says, beside whom it is for and until when. */
export function ruleText(rule: Json, { now }: Pick<Screen, 'now'>): string {
  switch (textAt(rule, 'sort')) {
    case 'mode':
      return textAt(rule, 'mode') ?? '';
    case 'outOfBand':
      return textAt(rule, 'policy') ?? '';
    case 'window': {
      const days = part(rule, 'days');
      const on = isArray(days) ? `${days.map(String).join(', ')} ` : '';
      return `${on}${textAt(rule, 'from') ?? ''}–${textAt(rule, 'to') ?? ''} ${textAt(rule, 'zone') ?? 'UTC'}`;
    }
    case 'freeze': {
      const from = textAt(rule, 'from');
      return from === undefined ? 'nothing is written' : `nothing is written from ${moment(from, now)}`;
    }
    default:
      return membersText(rule);
  }
}

const ofEvery: ReadonlySet<string> = new Set([
  'href',
  'id',
  'sort',
  'position',
  'principal',
  'for',
  'owner',
  'why',
  'until',
  'createdAt',
  'seq',
]);

function membersText(rule: Json): string {
  const own = isObject(rule) ? Object.entries(rule).filter(([name]) => !ofEvery.has(name)) : [];
  return own.map(([name, value]) => `${name}=${valueText(value)}`).join(' ');
}

export function scopeText(scope: Json | undefined): string {
  if (!isObject(scope) || Object.keys(scope).length === 0) return 'everything';
  const { path, ...rest }: JsonObject = scope;
  const named = Object.entries(rest).map(([name, value]) => `${name} ${shortId(String(value))}`);
  return [...named, ...(path === undefined ? [] : [String(path)])].join(', ');
}
