/** What `diffo apply -f` is about to do and `diffo sets` lists, for people. */
import type { Json } from '../core/json.ts';
import { listAt, numberAt, part, textAt } from './read.ts';
import type { Screen } from './screen.ts';
import { wishesText } from './short-form.ts';
import { targetText } from './show-outstanding.ts';
import { table } from './tables.ts';
import { count, type NamesById, shortId, valueText } from './words.ts';

/** Longer names push what matters off the screen. */
const NAME_WIDTH = 32;

/** Everything that differs, set by set, whom it collides with, and how much that is. */
export function differencesText(answer: Json, names: NamesById, screen: Screen): string {
  const sets = listAt(answer, 'sets');
  const total = (what: string): number => sets.reduce((sum: number, each) => sum + listAt(each, what).length, 0);
  const [added, changed, removed] = [total('added'), total('changed'), total('removed')];
  const sum =
    added + changed + removed === 0
      ? 'nothing differs'
      : screen.paint.bold(`${added} to add, ${changed} to change, ${removed} to remove`);
  const unlooked =
    part(answer, 'conflictsAreAll') === false ? ['there may be more collisions; these were looked for'] : [];
  return [
    ...sets.map(each => setText(each, names, screen)),
    ...listAt(answer, 'conflicts').map(each => conflictText(each, screen)),
    ...unlooked.map(text => `${screen.paint.doubtful(text)}\n`),
    `${sum}\n`,
  ].join('');
}

function conflictText(conflict: Json, { paint }: Screen): string {
  const [path, id, stands] = [textAt(conflict, 'path') || '/', textAt(conflict, 'id'), textAt(conflict, 'stands')];
  const others = listAt(conflict, 'with').filter(each => textAt(each, 'expectation') !== id);
  const who = others.map(each => {
    const owner = textAt(each, 'owner');
    const principal = textAt(each, 'principal') ?? '?';
    const by = `${principal}${owner === undefined ? '' : ` for ${owner}`}, priority ${numberAt(each, 'priority') ?? '?'}`;
    return `${shortId(textAt(each, 'expectation') ?? '?')} (${by}) wants ${valueText(part(each, 'wants'))}`;
  });
  const end =
    stands === undefined ? 'no value can meet it' : stands === id ? 'this one stands' : `${shortId(stands)} stands`;
  const head = `  ! ${textAt(conflict, 'set')}/${textAt(conflict, 'name')} wants ${valueText(part(conflict, 'wants'))} at ${path}`;
  return `${paint.bad([head, ...who, end].join('; '))}\n`;
}

function setText(set: Json, names: NamesById, { paint }: Screen): string {
  const nameOf = (item: Json): string => textAt(item, 'name') ?? '?';
  const about = (item: Json): string => names.get(textAt(item, 'for', 'id') ?? '') ?? targetText(part(item, 'for'));
  const parts = ['added', 'changed', 'removed'].flatMap(what => listAt(set, what));
  const width = Math.min(NAME_WIDTH, Math.max(0, ...parts.map(item => nameOf(item).length)));
  const whole = (item: Json): string =>
    `${nameOf(item).padEnd(width)}  ${about(item)}: ${wishesText(part(item, 'expect') ?? null)}`;
  const changed = (item: Json): string =>
    [
      `${paint.doubtful(`  ~ ${nameOf(item).padEnd(width)}  ${about(item)}`)}\n`,
      ...listAt(item, 'paths').map(
        each => `      ${textAt(each, 'path')}: ${valueText(part(each, 'old'))} → ${valueText(part(each, 'new'))}\n`,
      ),
    ].join('');
  const [same, left] = [listAt(set, 'same').length, listAt(set, 'left').length];
  const rest = [
    ...(same === 0 ? [] : [`${same} the same`]),
    ...(left === 0 ? [] : [`${left} not said any more and left as ${left === 1 ? 'it is' : 'they are'} (see --prune)`]),
  ];
  return [
    `${paint.bold(`set ${textAt(set, 'set') ?? '?'}`)}\n`,
    ...listAt(set, 'added').map(item => `${paint.good(`  + ${whole(item)}`)}\n`),
    ...listAt(set, 'changed').map(changed),
    ...listAt(set, 'removed').map(item => `${paint.bad(`  - ${whole(item)}`)}\n`),
    ...(rest.length === 0 ? [] : [`${paint.dim(`  = ${rest.join(', ')}`)}\n`]),
  ].join('');
}

export function setsText(sets: readonly Json[], screen: Screen): string {
  if (sets.length === 0) return `there are no sets yet; lay one with ${screen.command('apply -f FILE')}\n`;
  const rows = sets.map(each => [
    textAt(each, 'name') ?? '',
    textAt(each, 'principal') ?? '',
    String(numberAt(each, 'size') ?? ''),
    standText(each),
  ]);
  const heads = ['BY', 'EXPECTATIONS', 'OUTSTANDING'].map(head => ({ head }));
  return table([{ head: 'SET', whole: true }, ...heads], rows, screen);
}

/** Unknown is told beside unmet: being blind must not look healthy. */
function standText(set: Json): string {
  const [unmet, unknown] = [numberAt(set, 'unmet') ?? 0, numberAt(set, 'unknown') ?? 0];
  const told = [...(unmet === 0 ? [] : [`${unmet} unmet`]), ...(unknown === 0 ? [] : [`${unknown} unknown`])];
  return told.join(', ') || 'nothing';
}

export function wholeSetText(set: Json, names: NamesById, screen: Screen): string {
  const rows = listAt(set, 'expectations').map(each => [
    textAt(each, 'name') ?? '',
    names.get(textAt(each, 'for', 'id') ?? '') ?? targetText(part(each, 'for')),
    wishesText(part(each, 'expect') ?? null),
    textAt(each, 'mode') ?? 'profile',
    String(numberAt(each, 'priority') ?? ''),
    textAt(each, 'why') ?? '',
  ]);
  const heads = ['FOR', 'EXPECTED', 'MODE', 'PRIORITY', 'WHY'].map(head => ({ head }));
  return [
    `${count(rows.length, 'expectation')} of the set ${textAt(set, 'name')}, outstanding: ${standText(set)}\n`,
    table([{ head: 'NAME', whole: true }, ...heads], rows, screen),
  ].join('');
}
