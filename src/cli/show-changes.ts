/** `diffo changes`: each change as a line for people. */
import type { Json } from '../core/json.ts';
import { isArray, isObject } from '../core/json.ts';
import { listAt, part, textAt } from './read.ts';
import type { Screen } from './screen.ts';
import { wishesText } from './short-form.ts';
import { shorten, width } from './tables.ts';
import { moment, shortId, valueText } from './words.ts';

/** The instance a change is about, which has a better name than its id. */
export function instanceOf(change: Json): string | undefined {
  const id = textAt(change, 'id');
  switch (textAt(change, 'subject')) {
    case 'instance':
      return id;
    case 'verdict':
      return /^[^:]+:(.+)$/.exec(id ?? '')?.[1];
    default:
      return undefined;
  }
}

/** `name` is what the instance is called, where the change is about one. */
export function changeLine(change: Json, name: string | undefined, screen: Screen): string {
  const { paint, columns, now } = screen;
  const at = moment(textAt(change, 'at'), now);
  const subject = subjectText(change, name);
  const what = whatText(change);
  const by = causeText(part(change, 'cause'));
  const room = columns === undefined ? undefined : Math.max(20, columns - width(at) - width(subject) - 4);
  const rest = `${what}  ${by}`;
  if (room !== undefined && width(rest) > room) {
    // Who did it is worth less than what was done.
    return `${paint.dim(at)}  ${paint.bold(subject)}  ${shortenEnd(what, room)}\n`;
  }
  return `${paint.dim(at)}  ${paint.bold(subject)}  ${what}  ${paint.dim(by)}\n`;
}

function shortenEnd(text: string, most: number): string {
  return width(text) <= most ? text : shorten(`${text} `, most);
}

function subjectText(change: Json, name: string | undefined): string {
  const subject = textAt(change, 'subject') ?? '';
  const id = textAt(change, 'id') ?? '';
  switch (subject) {
    case 'instance':
      return name ?? shortId(id);
    case 'verdict':
      return `verdict on ${name ?? shortId(id)}`;
    default:
      return `${subject} ${shortId(id)}`;
  }
}

const MOVES_SHOWN = 3;
const VALUE_WIDTH = 60;

function whatText(change: Json): string {
  const type = textAt(change, 'type');
  if (type === 'delete') return 'deleted';
  const document = part(change, 'document');
  if (type === 'create') return `created${summaryOf(document)}`;
  // Of records, times and what an undo needs tell a person nothing that the line does not.
  const moves = listAt(change, 'paths').filter(
    move => textAt(change, 'subject') === 'instance' || !/^\/(since|before|\w+At)$/.test(textAt(move, 'path') ?? ''),
  );
  const told = moves.slice(0, MOVES_SHOWN).map(moveText);
  const more = moves.length - told.length;
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join(', ');
}

/** What a new record says of itself. */
function summaryOf(document: Json | undefined): string {
  const expected = part(document, 'expect');
  const words = [
    expected === undefined ? undefined : wishesText(expected),
    textAt(document, 'step', 'summary'),
    textAt(document, 'verdict'),
    textAt(document, 'resourceSpecification', 'name') ?? textAt(document, 'serviceSpecification', 'name'),
  ].flatMap(each => each ?? []);
  return words.length === 0 ? '' : `: ${words.join(', ')}`;
}

function moveText(move: Json): string {
  const path = textAt(move, 'path') || 'it';
  const [old, now] = [part(move, 'old'), part(move, 'new')];
  if (isWhole(old) || isWhole(now)) return `${path} changed`;
  if (old === undefined) return `${path} is now ${brief(now)}`;
  return now === undefined ? `${path} ${brief(old)} is gone` : `${path} ${brief(old)} → ${brief(now)}`;
}

/** A whole object tells nothing on one line. */
function isWhole(value: Json | undefined): boolean {
  return isObject(value) || (isArray(value) && value.some(isObject));
}

function brief(value: Json | undefined): string {
  return shorten(valueText(value), VALUE_WIDTH);
}

function causeText(cause: Json | undefined): string {
  const why = textAt(cause, 'why');
  return `by ${textAt(cause, 'principal') ?? '?'}${why === undefined ? '' : `: ${why}`}`;
}
