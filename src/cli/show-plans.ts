/** `diffo plan` and what is done with one, and `diffo tasks`, for people. */
import { placeWords, withShortIds } from '../core/explain-sentence.ts';
import type { Json } from '../core/json.ts';
import { lasting } from '../core/lasting.ts';
import { listAt, part, textAt } from './read.ts';
import { type Screen, verdictPaint } from './screen.ts';
import { wishesText } from './short-form.ts';
import { plannedText } from './show-plan-task.ts';
import { type Cell, table } from './tables.ts';
import { ago, count, moment, type NamesById, shortId } from './words.ts';

export function planText(plan: Json, names: NamesById, screen: Screen): string {
  if (textAt(plan, 'hash') === undefined) return nothingToDoText(plan, names, screen);
  const id = textAt(plan, 'id');
  const { paint, now } = screen;
  const state = textAt(plan, 'state') ?? '';
  const because = textAt(plan, 'because');
  const approvedBy = textAt(plan, 'approvedBy');
  const about = [
    `made by ${textAt(plan, 'madeBy') ?? '?'} ${ago(textAt(plan, 'madeAt'), now)}`,
    ...(approvedBy === undefined ? [] : [`approved by ${approvedBy}`]),
    ...expiryText(plan, state, screen),
    ...(textAt(plan, 'endedAt') === undefined ? [] : [`ended ${ago(textAt(plan, 'endedAt'), now)}`]),
  ];
  return [
    `${paint.bold(id === undefined ? 'plan, not kept' : `plan ${shortId(id)}`)}  ${statePaint(state, screen)(state)}  ${paint.dim(about.join(', '))}\n`,
    because === undefined ? '' : `  because ${because}\n`,
    ...listAt(plan, 'tasks').map((task, i) => taskText(task, i, listAt(plan, 'carriedOut')[i], screen)),
    outcomeText(plan, screen),
    waitingText(listAt(plan, 'waiting'), names, screen),
    id === undefined ? '' : whatNow(plan, shortId(id), state, screen),
  ].join('');
}

/** Until when somebody's word or the loop's turn is waited for. */
function expiryText(plan: Json, state: string, { now }: Screen): readonly string[] {
  const expires = Date.parse(textAt(plan, 'expiresAt') ?? '');
  if (Number.isNaN(expires) || (state !== 'proposed' && state !== 'approved')) return [];
  return [`for ${lasting(expires - now)} more`];
}

function nothingToDoText(answer: Json, names: NamesById, screen: Screen): string {
  const waiting = listAt(answer, 'waiting');
  if (waiting.length === 0) return 'there is nothing to do\n';
  return `there is nothing that could be done now\n${waitingText(waiting, names, screen)}`;
}

/** `carriedOut` follows the order of the tasks, once the plan has begun. */
function taskText(task: Json, index: number, carriedOut: Json | undefined, screen: Screen): string {
  const state = textAt(carriedOut, 'state');
  const already = part(carriedOut, 'already') === true ? ' already' : '';
  const mark = state === undefined ? '' : `  ${statePaint(state, screen)(`${state}${already}`)}`;
  const summary = screen.paint.bold(textAt(task, 'step', 'summary') ?? '');
  return `  ${index + 1}. ${summary}${mark}\n${plannedText(task, carriedOut, screen)}`;
}

/** What expectations will come to when all of it is done. */
function outcomeText(plan: Json, screen: Screen): string {
  const outcome = listAt(plan, 'outcome');
  const after = textAt(plan, 'after');
  const rows = outcome.map(each => {
    const verdict = textAt(each, 'after') ?? '';
    const rest = part(each, 'residual');
    const left = rest === undefined ? '' : `, still lacking ${wishesText(rest)}`;
    const before = textAt(each, 'before') ?? '';
    const name = `${textAt(each, 'of', 'name') ?? '?'}, expectation ${shortId(textAt(each, 'expectation') ?? '')}`;
    return `    ${name}: ${before} → ${verdictPaint(verdict, screen)(verdict)}${left}\n`;
  });
  if (rows.length === 0 && after === undefined) return '';
  return `  ${screen.paint.bold('after it')}\n${rows.join('')}${after === undefined ? '' : `    ${after}\n`}`;
}

function waitingText(waiting: readonly Json[], names: NamesById, { now, paint }: Screen): string {
  if (waiting.length === 0) return '';
  const lines = waiting.map(each => {
    const id = textAt(each, 'instance');
    const subject =
      id === undefined ? `expectation ${shortId(textAt(each, 'expectation') ?? '')}` : (names.get(id) ?? id);
    const until = textAt(each, 'until') ?? untilOf(part(each, 'until'));
    const when = until === undefined ? '' : ` (until ${moment(until, now)})`;
    const place = placeWords(textAt(each, 'path') ?? '', subject);
    return `    ${place}: ${withShortIds(textAt(each, 'because') ?? '')}${when}\n`;
  });
  return `  ${paint.bold('waits')}\n${lines.join('')}`;
}

/** Within a plan an instant may still be a number. */
function untilOf(until: Json | undefined): string | undefined {
  return typeof until === 'number' ? new Date(until).toISOString() : undefined;
}

function whatNow(plan: Json, id: string, state: string, { command, paint, now }: Screen): string {
  const hash = textAt(plan, 'hash') ?? '';
  // Only a person with a name can say yes to what may cut somebody off.
  const named = listAt(plan, 'tasks').some(each => part(each, 'protected') !== undefined) ? ' --by YOUR-NAME' : '';
  switch (state) {
    case 'proposed':
      return [
        `  ${paint.dim(`hash ${hash}`)}\n`,
        `approve: ${command(`approve ${id} --hash ${hash}${named} --wait`)}\n`,
        `discard: ${command(`discard ${id}`)}\n`,
      ].join('');
    case 'approved': {
      const because = textAt(plan, 'held', 'because');
      const until = textAt(plan, 'held', 'until');
      const when = until === undefined ? '' : `, until ${until}`;
      return `${because === undefined ? '' : `waits: ${withShortIds(because)}${when}\n`}follow: ${command(`plan ${id}`)}\n`;
    }
    case 'carryingOut':
      return `follow: ${command(`plan ${id}`)}\n`;
    case 'unconfirmed':
      return [
        `  ${paint.bad(`goes back ${moment(textAt(plan, 'confirm', 'until'), now)} unless it is confirmed`)}\n`,
        `keep: ${command(`confirm ${id}`)}\n`,
        `take back: ${command(`undo ${id}`)}\n`,
      ].join('');
    case 'done':
    case 'failed':
      return `take back: ${command(`undo ${id}`)}\n`;
    case 'undoing':
      return `try again: ${command(`undo ${id}`)}\n`;
    case 'refused':
      return `make a new one: ${command('plan')}\n`;
    default:
      return '';
  }
}

function statePaint(state: string, screen: Screen): (text: string) => string {
  if (state === 'done') return screen.paint.good;
  if (/^(failed|refused|terminatedWithError)$/.test(state)) return verdictPaint('unmet', screen);
  return /^(proposed|undoing|inProgress|carryingOut|unconfirmed)$/.test(state)
    ? screen.paint.doubtful
    : screen.paint.dim;
}

export function plansText(plans: readonly Json[], screen: Screen): string {
  if (plans.length === 0) return `there are no plans; make one with ${screen.command('plan')}\n`;
  const rows = plans.map((plan): Cell[] => {
    const state = textAt(plan, 'state') ?? '';
    const tasks = listAt(plan, 'tasks');
    const first = textAt(tasks[0], 'step', 'summary') ?? '';
    return [
      shortId(textAt(plan, 'id') ?? ''),
      { text: state, paint: statePaint(state, screen) },
      ago(textAt(plan, 'madeAt'), screen.now),
      textAt(plan, 'madeBy') ?? '',
      tasks.length > 1 ? `${first}, and ${tasks.length - 1} more` : first,
      textAt(plan, 'because') ?? '',
    ];
  });
  const heads = ['STATE', 'MADE', 'BY', 'TASKS', 'BECAUSE'].map(head => ({ head }));
  return table([{ head: 'PLAN', whole: true }, ...heads], rows, screen);
}

export function tasksText(tasks: readonly Json[], screen: Screen): string {
  if (tasks.length === 0) return 'nothing has been done yet, and nothing is being done\n';
  const rows = tasks.map((task): Cell[] => {
    const state = textAt(task, 'state') ?? '';
    return [
      { text: part(task, 'already') === true ? `${state} already` : state, paint: statePaint(state, screen) },
      textAt(task, 'step', 'summary') ?? '',
      moment(textAt(task, 'endedAt') ?? textAt(task, 'startedAt'), screen.now),
      shortId(textAt(task, 'plan') ?? ''),
      textAt(task, 'error') ?? '',
    ];
  });
  const columns = [
    { head: 'STATE' },
    { head: 'TASK' },
    { head: 'AT' },
    { head: 'PLAN', whole: true },
    { head: 'ERROR' },
  ];
  return table(columns, rows, screen) + screen.paint.dim(`${count(tasks.length, 'task')}\n`);
}
