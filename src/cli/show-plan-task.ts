/** A task of a plan as a difference: what changes from what to what, for whom, at what risk, and how it goes back. */
import { placeWords, withShortIds } from '../core/explain-sentence.ts';
import { isArray, isObject, type Json, sameJson } from '../core/json.ts';
import { lasting } from '../core/lasting.ts';
import { listAt, numberAt, part, textAt } from './read.ts';
import type { Screen } from './screen.ts';
import { wishesText } from './short-form.ts';
import { count, shortId, valueText } from './words.ts';

const LABEL = 8;
const INDENT = ' '.repeat(5);

/** `carriedOut`: what came of it, once the plan has begun. */
export function plannedText(task: Json, carriedOut: Json | undefined, screen: Screen): string {
  const { paint } = screen;
  const error = textAt(carriedOut, 'error');
  const risk = textAt(task, 'protected', 'because');
  const own = listAt(task, 'changes').filter(each => isOwn(each, task));
  const others = listAt(task, 'changes').filter(each => !isOwn(each, task));
  return [
    error === undefined ? '' : `${INDENT}${paint.bad(error)}\n`,
    ...own.map(each => changeText(each, screen)),
    row('why', whyText(task)),
    risk === undefined ? '' : `${INDENT}${paint.bad(`protected: ${risk}`)}\n`,
    riskText(task, screen),
    ...listAt(task, 'step', 'sideEffects').map(each => row('beside', paint.doubtful(String(each)))),
    ...others.flatMap(each => alsoLines(each, screen)).map((line, i) => row(i === 0 ? 'moves' : '', line)),
    row('undo', undoText(task, screen)),
    surpriseText(carriedOut, screen),
  ].join('');
}

function row(label: string, text: string): string {
  return text === '' ? '' : `${INDENT}${label.padEnd(LABEL)}${text}\n`;
}

/** What the task is for; all else goes with it. */
function isOwn(change: Json, task: Json): boolean {
  const isSame = (name: string): boolean => textAt(change, 'of', name) === textAt(task, 'of', name);
  const [path, leaf] = [textAt(change, 'path') ?? '', textAt(task, 'path') ?? ''];
  return (
    isSame('kind') && isSame('name') && (path === leaf || path.startsWith(`${leaf}/`) || leaf.startsWith(`${path}/`))
  );
}

/** What goes with it, a line for each value, or for each item. */
function alsoLines(change: Json, { paint }: Screen): readonly string[] {
  const name = textAt(change, 'of', 'name') ?? '';
  const path = textAt(change, 'path') ?? '';
  const [from, to] = [part(change, 'from'), part(change, 'to')];
  const place = path === '' ? `${textAt(change, 'of', 'kind') ?? ''} ${name}` : placeWords(path, name);
  const unsure = textAt(change, 'unsure');
  const perhaps = unsure === undefined ? '' : paint.doubtful(`  perhaps: ${unsure}`);
  if (path !== '' && !isArray(from) && !isArray(to)) {
    return [`${place}: ${paint.bad(valueText(from))} → ${paint.good(valueText(to))}${perhaps}`];
  }
  const [gone, come] = path === '' ? wholes(from, to, place) : items(from, to);
  const lines = [...gone.map(each => paint.bad(`- ${each}`)), ...come.map(each => paint.good(`+ ${each}`))];
  return lines.length === 0 ? [`${place}${perhaps}`] : lines.map(line => `${place}: ${line}${perhaps}`);
}

/** From and to, as a difference; of a list only the items that go and come. */
function changeText(change: Json, { paint }: Screen): string {
  const kind = textAt(change, 'of', 'kind') ?? '';
  const name = textAt(change, 'of', 'name') ?? '';
  const path = textAt(change, 'path') ?? '';
  const [from, to] = [part(change, 'from'), part(change, 'to')];
  const unsure = textAt(change, 'unsure');
  const [gone, come] = path === '' ? wholes(from, to, `${kind} ${name}`) : items(from, to);
  return [
    `${INDENT}${paint.bold(path === '' ? `${kind} ${name}` : placeWords(path, name))}${unsure === undefined ? '' : paint.doubtful(`  perhaps: ${unsure}`)}\n`,
    ...gone.map(each => `${INDENT}${paint.bad(`  - ${each}`)}\n`),
    ...come.map(each => `${INDENT}${paint.good(`  + ${each}`)}\n`),
  ].join('');
}

function wholes(from: Json | undefined, to: Json | undefined, named: string): [readonly string[], readonly string[]] {
  return [from === undefined ? [] : [named], to === undefined ? [] : isObject(to) ? [wishesText(to)] : [named]];
}

function items(from: Json | undefined, to: Json | undefined): [readonly string[], readonly string[]] {
  if ((isArray(from) || from === undefined) && (isArray(to) || to === undefined) && (isArray(from) || isArray(to))) {
    const [before, after] = [isArray(from) ? from : [], isArray(to) ? to : []];
    const without = (all: readonly Json[], others: readonly Json[]): readonly string[] =>
      all.filter(item => !others.some(each => sameJson(each, item))).map(itemText);
    const [gone, come] = [without(before, after), without(after, before)];
    if (gone.length + come.length > 0) return [gone, come];
  }
  return [from === undefined ? [] : [valueText(from)], to === undefined ? [] : [valueText(to)]];
}

/** An item of a list as `name=value`, where it is more than a value. */
function itemText(item: Json): string {
  if (!isObject(item)) return valueText(item);
  return Object.entries(item)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(' ');
}

function whyText(task: Json): string {
  const expectation = shortId(textAt(task, 'expectation') ?? '');
  const also = listAt(task, 'also').length;
  const more = also === 0 ? '' : `, and ${count(also, 'other')} with it`;
  const principal = textAt(task, 'wantedBy', 'principal');
  const place = placeWords(textAt(task, 'path') ?? '', textAt(task, 'of', 'name'));
  if (principal === undefined) return `for expectation ${expectation} at ${place}${more}`;
  const owner = textAt(task, 'wantedBy', 'owner');
  const why = textAt(task, 'wantedBy', 'why');
  const by = owner === undefined ? principal : `${owner} (${principal})`;
  return `${by} wants it${why === undefined ? '' : `: ${why}`} (${place}, expectation ${expectation}${more})`;
}

/** What it may cost, in the order in which it hurts. */
function riskText(task: Json, { paint }: Screen): string {
  const cost = part(task, 'step', 'cost');
  const [radius, downMs] = [numberAt(cost, 'blastRadius') ?? 1, numberAt(cost, 'downtimeMs') ?? 0];
  const isFinal = part(cost, 'reversible') === false;
  const kept = textAt(task, 'step', 'lasting');
  const words = [
    ...(isFinal ? [paint.bad('cannot be taken back')] : []),
    ...(downMs > 0 ? [paint.doubtful(`out of service for ${lasting(Math.max(downMs, 1_000))}`)] : []),
    ...(radius > 1 ? [paint.doubtful(`${radius} things feel it`)] : []),
    ...(part(task, 'step', 'removes') === true ? ['takes something away'] : []),
    ...(kept === 'lasts' ? ['lasts over a restart'] : kept === 'untilRestart' ? ['gone after a restart'] : []),
  ];
  return row('risk', words.length === 0 ? 'nothing that anybody would feel' : words.join(', '));
}

function undoText(task: Json, { paint }: Screen): string {
  if (part(task, 'step', 'cost', 'reversible') === false) return paint.bad('there is no way back');
  const own = listAt(task, 'changes').find(each => textAt(each, 'path') === textAt(task, 'path'));
  if (own === undefined) return 'puts back what was there';
  const [from, to] = [part(own, 'from'), part(own, 'to')];
  const [gone, come] = items(from, to);
  if (isArray(from) || isArray(to)) {
    return [
      ...(come.length === 0 ? [] : [`takes away ${come.join(', ')}`]),
      ...(gone.length === 0 ? [] : [`puts back ${gone.join(', ')}`]),
    ].join(', ');
  }
  if (textAt(own, 'path') === '') return from === undefined ? 'takes it away again' : 'makes it again';
  return from === undefined ? 'takes it away again' : `puts back ${valueText(from)}`;
}

/** Where the element did otherwise than was foreseen. */
function surpriseText(carriedOut: Json | undefined, { paint }: Screen): string {
  if (part(carriedOut, 'foreseen', 'asForeseen') !== false) return '';
  const differs = listAt(carriedOut, 'foreseen', 'differs').map(each => {
    const place = placeWords(textAt(each, 'path') ?? '', textAt(each, 'of', 'name'));
    return `${place} was to be ${valueText(part(each, 'foreseen'))} and is ${valueText(part(each, 'found'))}`;
  });
  return row(
    'but',
    paint.bad(withShortIds(differs.length === 0 ? 'it came otherwise than foreseen' : differs.join('; '))),
  );
}
