/** `diffo evaluate`, for people. */
import { isArray, type Json } from '../core/json.ts';
import { listAt, part, textAt } from './read.ts';
import { type Screen, verdictPaint } from './screen.ts';
import { count } from './words.ts';

/** What is outstanding stands in one line as long as a person sees it at once. */
const LINE = 100;

export function evaluationText(answer: Json, screen: Screen): string {
  if (!isArray(answer)) return oneText(answer, screen);
  const each = answer.map((one, i) => `${i + 1}. ${oneText(one, screen)}`).join('');
  return `${each}${count(answer.length, 'question')}\n`;
}

function oneText(answer: Json, screen: Screen): string {
  const { paint } = screen;
  const verdict = textAt(answer, 'verdict') ?? '';
  const leaves = listAt(answer, 'explain').map(leaf => {
    const of = textAt(leaf, 'verdict') === 'unknown' ? paint.doubtful : paint.bad;
    return `  ${paint.bold(textAt(leaf, 'path') || '(as a whole)')}: ${of(textAt(leaf, 'sentence') ?? '')}\n`;
  });
  const rest = part(answer, 'outstanding') ?? null;
  const outstanding = rest === null ? '' : `${paint.dim('outstanding')} ${paint.bad(inLines(rest))}\n`;
  return `${verdictPaint(verdict, screen)(verdict.toUpperCase())}\n${leaves.join('')}${outstanding}`;
}

function inLines(value: Json): string {
  const line = JSON.stringify(value);
  return line.length > LINE ? JSON.stringify(value, null, 2) : line;
}
