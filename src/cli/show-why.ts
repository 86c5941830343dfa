/** `diffo why` and `diffo outstanding --list`, for people: a few sentences, or a line for each leaf. */
import { placeWords, withShortIds } from '../core/explain-sentence.ts';
import type { Json } from '../core/json.ts';
import { listAt, part, textAt } from './read.ts';
import { type Screen, verdictPaint } from './screen.ts';
import { countsText, targetText, whenText } from './show-outstanding.ts';
import { type Cell, table, width } from './tables.ts';
import { ago, count, shortId, valueText } from './words.ts';

/** What is expected of a thing and why that is not so; of a place, whatever it is. */
export function whyText(answer: Json, about: string, everything: boolean, screen: Screen): string {
  const { paint } = screen;
  const leaves = listAt(answer, 'leaves');
  if (leaves.length === 0) return `nothing is expected of ${about}\n`;
  const of = (verdict: string): readonly Json[] => leaves.filter(leaf => textAt(leaf, 'verdict') === verdict);
  const open = [...of('unmet'), ...of('unknown')];
  const told = everything ? leaves : open;
  const met = of('met').length;
  const rest = [...(met === 0 ? [] : [`${met} met`]), ...asideText(of('inapplicable').length)].join(', ');
  if (told.length === 0) return `${paint.good(`nothing is outstanding of ${about}`)}: ${rest}\n`;
  const aside = everything || rest === '' ? '' : paint.dim(`${rest}\n`);
  return `${told.map(leaf => paragraph(leaf, screen)).join('')}${aside}`;
}

function asideText(inapplicable: number): readonly string[] {
  return inapplicable === 0 ? [] : [`${inapplicable} that ${inapplicable === 1 ? 'does' : 'do'} not apply now`];
}

function paragraph(leaf: Json, screen: Screen): string {
  const verdict = textAt(leaf, 'verdict') ?? '';
  const sentence = textAt(leaf, 'sentence') ?? '';
  const head = verdict.toUpperCase();
  const [first = '', ...more] = wrapped(
    sentence,
    screen.columns === undefined ? undefined : screen.columns - 2,
    width(head),
  );
  const lines = [`${verdictPaint(verdict, screen)(head)}  ${first}`, ...more.map(line => `  ${line}`)];
  return `${lines.join('\n')}\n`;
}

/** Lines of whole words; the first has so much less room. */
function wrapped(text: string, columns: number | undefined, less: number): readonly string[] {
  if (columns === undefined) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const room = Math.max(20, columns - (lines.length === 0 ? less : 0));
    if (line !== '' && width(line) + 1 + width(word) > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** One line for each leaf: what it is, for how long, what came last, what is next and when, and what is left. */
export function outstandingTable(entries: readonly Json[], screen: Screen): string {
  if (entries.length === 0) return 'nothing is outstanding\n';
  const rows = entries.flatMap(entry => {
    const leaves = listAt(entry, 'leaves');
    return leaves.length === 0 ? [entryRow(entry, screen)] : leaves.map(leaf => leafRow(entry, leaf, screen));
  });
  const columns = ['VERDICT', 'OF', 'WANTED', 'IS', 'SINCE', 'LAST', 'NEXT', 'WHEN', 'BUDGET', 'SO FAR'].map(head => ({
    head,
  }));
  return table(columns, rows, screen) + screen.paint.dim(`${count(rows.length, 'leaf', 'leaves')}\n`);
}

function leafRow(entry: Json, leaf: Json, screen: Screen): Cell[] {
  const verdict = textAt(leaf, 'verdict') ?? '';
  const name = textAt(entry, 'instance', 'name') ?? targetText(part(entry, 'for'));
  const [left, limit] = [part(leaf, 'budget', 'left'), part(leaf, 'budget', 'limit')];
  const stalled = textAt(leaf, 'stalled', 'because');
  return [
    { text: verdict, paint: verdictPaint(verdict, screen) },
    placeWords(textAt(leaf, 'path') ?? '', name),
    valueText(part(leaf, 'expected')),
    valueText(part(leaf, 'actual')),
    ago(textAt(entry, 'since'), screen.now),
    lastCell(leaf, screen),
    withShortIds(textAt(leaf, 'next') ?? ''),
    whenText(leaf),
    left === undefined ? '' : `${left} of ${limit}`,
    stalled === undefined ? countsText(leaf) : { text: 'stalled', paint: screen.paint.bad },
  ];
}

function entryRow(entry: Json, screen: Screen): Cell[] {
  const verdict = textAt(entry, 'verdict') ?? '';
  return [
    { text: verdict, paint: verdictPaint(verdict, screen) },
    textAt(entry, 'instance', 'name') ?? targetText(part(entry, 'for')),
    shortId(textAt(entry, 'expectation') ?? ''),
    '',
    ago(textAt(entry, 'since'), screen.now),
    '',
    textAt(entry, 'next') ?? '',
    '',
    '',
    '',
  ];
}

function lastCell(leaf: Json, { now }: Screen): string {
  const came = textAt(leaf, 'lastAction', 'came');
  return came === undefined ? '' : `${came}, ${ago(textAt(leaf, 'lastAction', 'at'), now)}`;
}
