/** What `diffo expect` lays and lists, for people. */
import type { Json } from '../core/json.ts';
import { numberAt, part, textAt } from './read.ts';
import type { Screen } from './screen.ts';
import { wishesText } from './short-form.ts';
import { targetText } from './show-outstanding.ts';
import { conflictNotes } from './show-standing.ts';
import { table } from './tables.ts';
import { type NamesById, shortId } from './words.ts';

export function expectationsText(expectations: readonly Json[], names: NamesById, screen: Screen): string {
  if (expectations.length === 0) return `nothing is expected yet; say what with ${screen.command('expect --help')}\n`;
  const rows = expectations.map(each => {
    const owner = textAt(each, 'owner');
    const principal = textAt(each, 'principal') ?? '';
    const set = textAt(each, 'set');
    return [
      shortId(textAt(each, 'id') ?? ''),
      set === undefined ? '' : `${set}/${textAt(each, 'name') ?? ''}`,
      names.get(textAt(each, 'for', 'id') ?? '') ?? targetText(part(each, 'for')),
      wishesText(part(each, 'expect') ?? null),
      textAt(each, 'mode') ?? 'profile',
      String(numberAt(each, 'priority') ?? ''),
      owner === undefined ? principal : `${principal} for ${owner}`,
      textAt(each, 'why') ?? '',
    ];
  });
  const heads = ['OF SET', 'FOR', 'EXPECTED', 'MODE', 'PRIORITY', 'BY', 'WHY'].map(head => ({ head }));
  const collisions = expectations.flatMap(each =>
    conflictNotes(each).map(note => screen.paint.doubtful(`${shortId(textAt(each, 'id') ?? '')}: ${note}\n`)),
  );
  return [table([{ head: 'ID', whole: true }, ...heads], rows, screen), ...collisions].join('');
}

function profileWords(expectation: Json): string {
  const profile = textAt(expectation, 'profile');
  return profile === undefined ? '' : `, of the profile ${profile}`;
}

export function laidText(expectation: Json, about: string, notes: readonly string[], screen: Screen): string {
  const id = textAt(expectation, 'id') ?? '';
  return [
    `expected of ${about}: ${wishesText(part(expectation, 'expect') ?? null)}\n`,
    `  id ${id}, mode ${textAt(expectation, 'mode') ?? 'of the profile'}, priority ${numberAt(expectation, 'priority') ?? '?'}${profileWords(expectation)}\n`,
    ...[...notes, ...conflictNotes(expectation)].map(note => `  ${screen.paint.doubtful(`note: ${note}`)}\n`),
    `see: ${screen.command('outstanding')}\n`,
  ].join('');
}
