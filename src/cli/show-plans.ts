/** `diffo plan` and what is done with one, and `diffo tasks`, for people. */
import type { Json } from '../core/json.ts';
import { listAt, part, textAt } from './read.ts';
import { type Screen, verdictPaint } from './screen.ts';
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
    ...(textAt(plan, 'endedAt') === undefined ? [] : [`ended ${ago(textAt(plan, 'endedAt'), now)}`]),
  ];
  return [
    `${paint.bold(id === undefined ? 'plan, not kept' : `plan ${shortId(id)}`)}  ${statePaint(state, screen)(state)}  ${paint.dim(about.join(', '))}\n`,
    because === undefined ? '' : `  because ${because}\n`,
    ...listAt(plan, 'tasks').map((task, i) => plannedText(task, i, listAt(plan, 'carriedOut')[i], screen)),
    waitingText(listAt(plan, 'waiting'), names, screen),
    id === undefined ? '' : whatNow(plan, shortId(id), state, screen),
  ].join('');
}

function nothingToDoText(answer: Json, names: NamesById, screen: Screen): string {
  const waiting = listAt(answer, 'waiting');
  if (waiting.length === 0) return 'there is nothing to do\n';
  return `there is nothing that could be done now\n${waitingText(waiting, names, screen)}`;
}

/** `carriedOut` follows the order of the tasks, once the plan has begun. */
function plannedText(task: Json, index: number, carriedOut: Json | undefined, screen: Screen): string {
  const { paint } = screen;
  const state = textAt(carriedOut, 'state');
  const error = textAt(carriedOut, 'error');
  const risk = textAt(task, 'protected', 'because');
  const already = part(carriedOut, 'already') === true ? ' already' : '';
  const mark = state === undefined ? '' : `  ${statePaint(state, screen)(`${state}${already}`)}`;
  return [
    `  ${index + 1}. ${textAt(task, 'step', 'summary') ?? ''}${mark}\n`,
    error === undefined ? '' : `     ${paint.bad(error)}\n`,
    ...(risk === undefined ? [] : [`     ${paint.bad(`protected: ${risk}`)}\n`]),
    ...listAt(task, 'step', 'sideEffects').map(each => `     ${paint.doubtful(`side effect: ${String(each)}`)}\n`),
    `     ${paint.dim(`for expectation ${shortId(textAt(task, 'expectation') ?? '')} at ${textAt(task, 'path') ?? ''}`)}\n`,
  ].join('');
}

function waitingText(waiting: readonly Json[], names: NamesById, { now, paint }: Screen): string {
  if (waiting.length === 0) return '';
  const lines = waiting.map(each => {
    const id = textAt(each, 'instance');
    const subject =
      id === undefined ? `expectation ${shortId(textAt(each, 'expectation') ?? '')}` : (names.get(id) ?? id);
    const until = textAt(each, 'until') ?? untilOf(part(each, 'until'));
    const when = until === undefined ? '' : ` (until ${moment(until, now)})`;
    const path = textAt(each, 'path') || '';
    return `    ${subject}${path === '' ? '' : ` ${path}`}: ${textAt(each, 'because') ?? ''}${when}\n`;
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
      return `${because === undefined ? '' : `waits: ${because}${when}\n`}follow: ${command(`plan ${id}`)}\n`;
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
