/** `diffo refine`, `refinements`, `unrefine` and `versions`, for people. */
import type { Json } from '../core/json.ts';
import { listAt, part, textAt } from './read.ts';
import type { Screen } from './screen.ts';
import { wishesText } from './short-form.ts';
import { table } from './tables.ts';
import { count, moment, valueText } from './words.ts';

/** An expectation that has just been refined. */
export function refinedText(expectation: Json, screen: Screen): string {
  const id = textAt(expectation, 'id') ?? '';
  const steps = listAt(expectation, 'refinements');
  const last = steps.at(-1);
  return [
    `refined at ${placeText(last)} to ${valueText(part(last, 'to'))}\n`,
    `  expected now: ${saidText(expectation)}\n`,
    `return with: ${screen.command(`unrefine ${id} ${steps.length - 1}`)}\n`,
  ].join('');
}

/** One that has been returned to. */
export function returnedText(expectation: Json): string {
  const left = listAt(expectation, 'refinements').length;
  const after = left === 0 ? 'as it was laid' : `with ${count(left, 'refinement')} left`;
  return `expected again, ${after}: ${saidText(expectation)}\n`;
}

export function refinementsText(steps: readonly Json[], id: string, screen: Screen): string {
  if (steps.length === 0) {
    return `${id} was not refined; say it more closely with ${screen.command('refine --help')}\n`;
  }
  const rows = steps.map((each, i) => [
    String(i),
    placeText(each),
    valueText(part(each, 'to')),
    textAt(each, 'cause', 'principal') ?? '',
    moment(textAt(each, 'at'), screen.now),
    textAt(each, 'why') ?? '',
  ]);
  return table(columns('N', 'PATH', 'TO', 'BY', 'WHEN', 'WHY'), rows, screen);
}

/** The newest first, as they are told. */
export function versionsText(versions: readonly Json[], screen: Screen): string {
  const rows = versions.map(each => [
    (textAt(each, 'hash') ?? '').slice(0, HASH_SHOWN),
    moment(textAt(each, 'at'), screen.now),
    textAt(each, 'cause', 'principal') ?? '',
    saidText(each),
    textAt(each, 'cause', 'why') ?? textAt(each, 'why') ?? '',
  ]);
  return table(columns('HASH', 'SINCE', 'BY', 'EXPECTED', 'WHY'), rows, screen);
}

/** Enough to tell two apart. */
const HASH_SHOWN = 'sha256:'.length + 8;

const columns = (...heads: readonly string[]) => heads.map(head => ({ head }));

function saidText(expectation: Json): string {
  return wishesText(part(expectation, 'refined') ?? part(expectation, 'expect') ?? null);
}

function placeText(step: Json | undefined): string {
  return textAt(step, 'path') || '(as a whole)';
}
