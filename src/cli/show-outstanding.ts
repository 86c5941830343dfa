/** `diffo outstanding` and `diffo explain`, for people. */

import { reasonSentences, withShortIds } from '../core/explain-sentence.ts';
import type { Json } from '../core/json.ts';
import { lasting } from '../core/lasting.ts';
import type { Reason } from '../core/outstanding.ts';
import { listAt, numberAt, part, textAt } from './read.ts';
import { type Screen, verdictPaint } from './screen.ts';
import { wishesText } from './short-form.ts';
import { ago, count, moment, shortId, valueText } from './words.ts';

/** How the whole stands, where nothing is outstanding. */
export interface Standing {
  readonly met: number;
  readonly inapplicable: number;
  readonly expectations: number;
  readonly ready: boolean;
}

export function outstandingText(entries: readonly Json[], standing: Standing, of: string, screen: Screen): string {
  const { paint } = screen;
  const blind = standing.ready
    ? ''
    : `${paint.bold(paint.doubtful('NOT READY'))}: the first look has not ended, so this may change\n`;
  if (entries.length > 0) {
    const met = standing.met === 0 ? '' : `\n${paint.dim(`${standing.met} met`)}\n`;
    return `${blind}${entries.map(entry => entryText(entry, screen)).join('\n')}${met}`;
  }
  if (standing.expectations === 0) {
    return `${blind}nothing is outstanding${of}, for nothing is expected; say what with ${screen.command('expect --help')}\n`;
  }
  const aside = standing.inapplicable === 0 ? '' : `, ${standing.inapplicable} inapplicable`;
  return `${blind}${paint.good(`nothing is outstanding${of}`)}: ${standing.met} met${aside}\n`;
}

function entryText(entry: Json, screen: Screen): string {
  const { paint, now } = screen;
  const verdict = textAt(entry, 'verdict') ?? '';
  const since = textAt(entry, 'since');
  const about = [
    ...(since === undefined ? [] : [`for ${lasting(now - Date.parse(since))}`]),
    `expectation ${shortId(textAt(entry, 'expectation') ?? '')}`,
    `mode ${textAt(entry, 'mode') ?? (textAt(entry, 'peer') === undefined ? '?' : 'of the peer')}`,
  ].join(', ');
  const head = `${verdictPaint(verdict, screen)(verdict.toUpperCase())}  ${paint.bold(subjectOf(entry))}  ${paint.dim(about)}\n`;
  if (textAt(entry, 'peer') !== undefined) {
    const rest = part(entry, 'outstanding') ?? null;
    return `${head}${rest === null ? '' : `  lacks    ${wishesText(rest)}\n`}${nextText(entry, '  next     ', screen)}`;
  }
  return (
    head +
    listAt(entry, 'leaves')
      .map(leaf => leafText(leaf, verdict, screen))
      .join('')
  );
}

/** What an entry speaks of: an instance, or what is yet to come. */
function subjectOf(entry: Json): string {
  const instance = part(entry, 'instance');
  if (textAt(entry, 'peer') !== undefined) return targetText(part(entry, 'for'));
  if (instance !== undefined) {
    return `${textAt(instance, 'name') ?? textAt(instance, 'id') ?? '?'} (${textAt(instance, 'kind') ?? '?'})`;
  }
  return `${targetText(part(entry, 'for'))}, which does not exist`;
}

/** Whom an expectation speaks of, as it would be typed. */
export function targetText(target: Json | undefined): string {
  const peer = textAt(target, 'peer');
  return peer === undefined ? targetHere(target) : `${targetHere(target)} at ${peer}`;
}

function targetHere(target: Json | undefined): string {
  const [id, kind, name] = [textAt(target, 'id'), textAt(target, 'kind'), textAt(target, 'name')];
  if (id !== undefined) return id;
  if (name !== undefined) return `${kind ?? ''}/${name}`;
  const where = part(target, 'where');
  if (where === undefined) return 'something';
  return `${kind ?? 'all'} where ${JSON.stringify(where)}`;
}

function leafText(leaf: Json, verdictAbove: string, screen: Screen): string {
  const { paint } = screen;
  const verdict = textAt(leaf, 'verdict') ?? '';
  const own = verdict === verdictAbove ? '' : ` ${verdictPaint(verdict, screen)(verdict.toUpperCase())}`;
  return [
    `  ${textAt(leaf, 'path') || '(as a whole)'}${own}\n`,
    `    expected ${valueText(part(leaf, 'expected'))}\n`,
    `    actual   ${actualText(leaf, screen)}\n`,
    verdict === 'unknown' ? `    ${paint.doubtful(`unknown  ${becauseText(leaf)}`)}\n` : '',
    verdict === 'unmet' && textAt(leaf, 'on') !== undefined ? `    because  ${becauseText(leaf)}\n` : '',
    nextText(leaf, '    next     ', screen),
    lastText(leaf, screen),
    restText(leaf, screen),
  ].join('');
}

/** What was done last, when, and what came of it. */
function lastText(leaf: Json, { now }: Screen): string {
  const what = textAt(leaf, 'lastAction', 'what');
  if (what === undefined) return '';
  const at = textAt(leaf, 'lastAction', 'at');
  return `    last     ${what}${at === undefined ? '' : `, ${ago(at, now)}`}: ${textAt(leaf, 'lastAction', 'came') ?? ''}\n`;
}

/** How often it was tried, how often it fell back, and why nothing is tried any more. */
function restText(leaf: Json, { paint }: Screen): string {
  const stalled = textAt(leaf, 'stalled', 'because');
  const counts = countsText(leaf);
  return [
    counts === '' ? '' : `    so far   ${counts}\n`,
    stalled === undefined ? '' : `    ${paint.bad(`STALLED  ${stalled}`)}\n`,
  ].join('');
}

export function countsText(leaf: Json): string {
  const [attempts, flaps] = [numberAt(leaf, 'attempts') ?? 0, numberAt(leaf, 'flaps') ?? 0];
  return [
    ...(attempts === 0 ? [] : [`${count(attempts, 'try', 'tries')} in vain`]),
    ...(flaps === 0 ? [] : [count(flaps, 'flap')]),
  ].join(', ');
}

/** An older agent tells none. */
function sentenceText(leaf: Json): string {
  const sentence = textAt(leaf, 'sentence');
  return sentence === undefined ? '' : `    in short ${sentence}\n`;
}

function actualText(leaf: Json, { paint }: Screen): string {
  const age = numberAt(leaf, 'ageMs');
  const by = textAt(leaf, 'observedBy');
  const seen =
    age === undefined ? (by === undefined ? '' : `not seen by ${by} since the start`) : `seen ${lasting(age)} ago`;
  return `${valueText(part(leaf, 'actual'))}${seen === '' ? '' : paint.dim(`  ${seen}`)}`;
}

function nextText(leaf: Json, label: string, { now }: Screen): string {
  const next = textAt(leaf, 'next');
  if (next === undefined) return '';
  const words = whenText(leaf);
  const at = textAt(leaf, 'when', 'at');
  // What comes soon needs no time of day.
  const time = at === undefined || Date.parse(at) - now < SOON_MS ? '' : `, at ${moment(at, now)}`;
  return `${label}${withShortIds(next)}\n${words === '' ? '' : `${label.replace('next', 'when')}${words}${time}\n`}`;
}

const SOON_MS = 60_000;

/** When it is next, and what a person would type for it. */
export function whenText(leaf: Json): string {
  const [words, say] = [textAt(leaf, 'when', 'words'), textAt(leaf, 'when', 'say')];
  // It stands behind a label that says it.
  return withShortIds(`${(words ?? '').replace(/^when /, '')}${say === undefined ? '' : `: ${say}`}`);
}

/** Why it is so, or waits. */
export function becauseText(leaf: Json): string {
  const because = textAt(leaf, 'because');
  return because === undefined ? reasonText(leaf) : withShortIds(because);
}

/** For an older agent, which says no more. */
function reasonText(leaf: Json): string {
  const reason = textAt(leaf, 'reason') ?? '';
  return Object.hasOwn(reasonSentences, reason) ? reasonSentences[reason as Reason] : reason;
}

/** Leaf by leaf: wanted by whom, have since when from where, because, what is next and when. */
export function explainText(answer: Json, about: string, screen: Screen): string {
  const { paint } = screen;
  const leaves = listAt(answer, 'leaves');
  if (leaves.length === 0) return `nothing is expected of ${about}\n`;
  return `${paint.bold(about)}\n${leaves.map(leaf => explainLeaf(leaf, screen)).join('')}`;
}

function explainLeaf(leaf: Json, screen: Screen): string {
  const { now } = screen;
  const verdict = textAt(leaf, 'verdict') ?? '';
  const wanted = part(leaf, 'wantedBy');
  const owner = textAt(wanted, 'owner');
  const why = textAt(wanted, 'why');
  const by = [
    `${textAt(wanted, 'principal') ?? '?'}${owner === undefined ? '' : ` for ${owner}`}`,
    `since ${moment(textAt(wanted, 'since'), now)}`,
    `priority ${numberAt(wanted, 'priority') ?? '?'}`,
    `mode ${textAt(wanted, 'mode') ?? '?'}`,
    `expectation ${shortId(textAt(wanted, 'expectation') ?? '')}`,
  ].join(', ');
  const [latest] = listAt(leaf, 'changes');
  const because = verdict === 'met' ? (textAt(leaf, 'because') ?? '') : becauseText(leaf);
  return [
    `  ${textAt(leaf, 'path') || '(as a whole)'}  ${verdictPaint(verdict, screen)(verdict.toUpperCase())}\n`,
    `    wanted   ${valueText(part(leaf, 'expected'))} by ${by}${why === undefined ? '' : `: ${why}`}\n`,
    `    have     ${actualText(leaf, screen)}\n`,
    `    since    ${latest === undefined ? sinceVerdict(leaf, now) : sinceText(latest, now)}\n`,
    because === '' ? '' : `    because  ${because}\n`,
    nextText(leaf, '    next     ', screen),
    sentenceText(leaf),
  ].join('');
}

/** Where nobody knows when it became what it is: since when it has been judged so. */
function sinceVerdict(leaf: Json, now: number): string {
  const since = textAt(leaf, 'since');
  return since === undefined ? 'nobody knows when' : `${moment(since, now)}: it has been judged so since then`;
}

/** When something became what it is, and through whom. */
function sinceText(change: Json, now: number): string {
  const cause = part(change, 'cause');
  const why = textAt(cause, 'why');
  const moved =
    textAt(change, 'type') === 'create'
      ? 'it came'
      : `${valueText(part(change, 'old'))} → ${valueText(part(change, 'new'))}`;
  const by = `${textAt(cause, 'principal') ?? '?'} (${textAt(cause, 'kind') ?? '?'})`;
  return `${moment(textAt(change, 'at'), now)}: ${moved} by ${by}${why === undefined ? '' : `, ${why}`}`;
}
