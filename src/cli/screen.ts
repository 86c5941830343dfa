/** What texts are made for: how wide, in which colours, at what time. */
import type { Instant } from '../core/ids.ts';

type Paint = (text: string) => string;

export interface Paints {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly bad: Paint;
  readonly doubtful: Paint;
  readonly good: Paint;
}

export interface Screen {
  /** Undefined where lines may be as long as they like. */
  readonly columns: number | undefined;
  readonly paint: Paints;
  /** The agent's time, where it told it: ages must not depend on this machine's clock. */
  readonly now: Instant;
  /** A further command for the same agent, as it would be typed. */
  command(words: string): string;
}

const code =
  (on: number, off: number): Paint =>
  text =>
    text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`;
const bare: Paint = text => text;

export const plainPaints: Paints = { bold: bare, dim: bare, bad: bare, doubtful: bare, good: bare };
export const colours: Paints = {
  bold: code(1, 22),
  dim: code(2, 22),
  bad: code(31, 39),
  doubtful: code(33, 39),
  good: code(32, 39),
};

/** Unknown is as loud as unmet: being blind must not look healthy. */
export function verdictPaint(verdict: string | undefined, { paint }: Screen): Paint {
  if (verdict === 'unmet') return text => paint.bold(paint.bad(text));
  if (verdict === 'unknown') return text => paint.bold(paint.doubtful(text));
  return verdict === 'met' ? paint.good : paint.dim;
}
