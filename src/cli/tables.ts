/** Tables that fit the screen: columns nobody fills are left out, the widest cells are shortened. */
import type { Screen } from './screen.ts';

export interface Column {
  readonly head: string;
  /** Never shortened: what is meant to be copied. */
  readonly whole?: boolean;
}

export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

const GAP = '  ';
/** Below this a shortened cell tells nothing. */
const NARROWEST = 8;

/** Lines with their ends; `indent` goes before each. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  screen: Pick<Screen, 'columns' | 'paint'>,
  indent = '',
): string {
  const filled = columns.map((column, i) => ({ column, i })).filter(({ i }) => rows.some(row => textOf(row[i]) !== ''));
  const heads = filled.map(({ column }) => column.head);
  const cells = rows.map(row => filled.map(({ i }) => row[i] ?? ''));
  const widths = heads.map((head, i) => Math.max(width(head), ...cells.map(row => width(textOf(row[i])))));
  if (screen.columns !== undefined) {
    const whole = filled.map(({ column }) => column.whole ?? false);
    shrink(widths, heads, whole, screen.columns - indent.length - GAP.length * (widths.length - 1));
  }
  const line = (row: readonly Cell[]): string =>
    row
      .map((cell, i) => {
        const text = shorten(textOf(cell), widths[i] ?? 0);
        const padding = i === row.length - 1 ? '' : ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(text)));
        return (typeof cell === 'string' ? text : cell.paint(text)) + padding;
      })
      .join(GAP)
      .trimEnd();
  const head = heads.every(each => each === '') ? [] : [heads.map(text => ({ text, paint: screen.paint.dim }))];
  return [...head, ...cells].map(row => `${indent}${line(row)}\n`).join('');
}

function textOf(cell: Cell | undefined): string {
  return typeof cell === 'string' ? cell : (cell?.text ?? '');
}

/** Takes from the widest column that may give, until all fit or none can give more. */
function shrink(widths: number[], heads: readonly string[], whole: readonly boolean[], room: number): void {
  let over = widths.reduce((sum, each) => sum + each, 0) - room;
  while (over > 0) {
    let widest = -1;
    widths.forEach((each, i) => {
      const least = Math.max(NARROWEST, width(heads[i] ?? ''));
      if (!whole[i] && each > least && each > (widths[widest] ?? 0)) widest = i;
    });
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over--;
  }
}

/** Sentences lose their end; paths and names lose their middle, for both ends tell them apart. */
export function shorten(text: string, most: number): string {
  if (width(text) <= most) return text;
  if (most < 2) return '…'.slice(0, most);
  const tail = text.includes(' ') ? 0 : Math.floor((most - 1) / 2);
  const letters = [...text];
  const end = take(letters.toReversed(), tail).reverse();
  return [...take(letters, most - 1 - tail), '…', ...end].join('');
}

function take(letters: readonly string[], most: number): string[] {
  const taken: string[] = [];
  let room = most;
  for (const letter of letters) {
    room -= width(letter);
    if (room < 0) break;
    taken.push(letter);
  }
  return taken;
}

const nothing = /\p{M}/u;
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uff01-\uff60]/u;

/** How many columns of a terminal a text takes. */
export function width(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let columns = 0;
  for (const letter of text) columns += nothing.test(letter) ? 0 : wide.test(letter) ? 2 : 1;
  return columns;
}
