/** What happened in a run, a line for each decision and for what led to it: for whoever asks what it did at 03:12. */
import type { InstanceId } from '../ids.ts';
import { isArray, isObject, type Json, property } from '../json.ts';
import type { Cue, Failure, Row, TurnLine, WriteLine } from './lines.ts';
import { isAct } from './row.ts';

/** How people call what is known by an id. */
export type NameOf = (instance: InstanceId | string) => string;

/** What somebody wrote, if that was more than records of what is there. */
export function storyOfWrite({ write, do: calls }: WriteLine, nameOf: NameOf): readonly string[] {
  const who = write.principal;
  return calls.flatMap(([name, first]) => {
    const id = String(property(first, 'id') ?? first);
    switch (name) {
      case 'putExpectation':
        return [
          `${who} expects ${targetOf(property(first, 'for'), nameOf)}: ${brief(property(first, 'expect'))} (${id})`,
        ];
      case 'removeExpectation':
        return [`${who} expects no more: ${id}`];
      case 'putPlan':
        return [`${who}: the plan ${id} is ${text(property(first, 'state'))}`];
      case 'putRule':
        return [`${who} rules: ${text(property(first, 'sort'))} ${brief(first)}`];
      case 'removeRule':
        return [`${who} rules no more: ${id}`];
      case 'putPause':
        return [`${who} pauses ${text(property(first, 'scope'))}`];
      case 'clearPause':
        return [`${who} resumes ${text(first)}`];
      case 'removeInstance':
        return [`${who} removes the instance ${id}`];
      default:
        return [];
    }
  });
}

/** What made the loop go on, where that is something a person would ask about. */
export function storyOfCue(
  cue: Cue,
  asked: (call: number) => readonly [port: string, what: string] | undefined,
): readonly string[] {
  switch (cue.cue) {
    case 'heard':
      return [`${cue.port} may have changed`];
    case 'told': {
      const { word, by, decision } = cue.word;
      return word === 'decide'
        ? [`${text(by)} decides: ${text(decision)}`]
        : word === 'stop'
          ? ['the agent stops']
          : [];
    }
    case 'answer': {
      const call = asked(cue.to);
      return call && cue.failure ? [`${call[0]} fails: ${call[1]}: ${whyOf(cue.failure)}`] : [];
    }
    case 'made':
    case 'begin':
    case 'breath':
    case 'timer':
      return [];
  }
}

/** What the loop came to. */
export function storyOfTurn({ calls = [] }: TurnLine, rows: readonly Row[], nameOf: NameOf): readonly string[] {
  return [
    ...rows.flatMap(row => storyOfRow(row, nameOf)),
    ...calls
      .filter(([, method]) => isAct(method))
      .map(([port, method, ...args]) => `${port}: ${method} ${summaries(args)}`),
  ];
}

function storyOfRow({ subject, id, type, paths, document, cause }: Row, nameOf: NameOf): readonly string[] {
  switch (subject) {
    case 'instance':
      if (type === 'create') return [`${cause.principal} sees ${nameOf(id)}`];
      if (type === 'delete') return [`${cause.principal} sees ${nameOf(id)} no more`];
      return paths.map(each => `${nameOf(id)} ${each.path}: ${shown(each.old)} -> ${shown(each.new)}`);
    case 'verdict': {
      const [expectation = id, instance] = id.split(':');
      const on = instance === undefined ? expectation : `${expectation} on ${nameOf(instance)}`;
      if (type === 'delete') return [`${on}: judged no more`];
      const verdict = property(document, 'verdict') ?? paths.find(each => each.path === '/verdict')?.new;
      const residual = property(document, 'residual') ?? paths.find(each => each.path.startsWith('/residual'))?.new;
      if (verdict === undefined && residual === undefined) return [];
      return [
        `${on}: ${text(verdict ?? 'still unmet')}${residual === undefined ? '' : `, outstanding ${brief(residual)}`}`,
      ];
    }
    case 'plan': {
      const state = property(document, 'state') ?? paths.find(each => each.path === '/state')?.new;
      const because = property(document, 'because') ?? paths.find(each => each.path === '/because')?.new;
      if (state === undefined) return [];
      const tasks = property(document, 'tasks');
      const what = isArray(tasks) ? `: ${tasks.map(each => summaryOf(property(each, 'step'))).join('; ')}` : '';
      return [`the plan ${id} is ${text(state)}${what}${because === undefined ? '' : `: ${text(because)}`}`];
    }
    case 'task': {
      const state = property(document, 'state') ?? paths.find(each => each.path === '/state')?.new;
      const error = property(document, 'error') ?? paths.find(each => each.path === '/error')?.new;
      if (state === undefined || state === 'acknowledged') return [];
      return [`the task ${id} is ${text(state)}${error === undefined ? '' : `: ${text(error)}`}`];
    }
    case 'expectation':
      return [
        `the expectation ${id} is ${type === 'delete' ? 'withdrawn' : 'another version now'}: ${cause.why ?? cause.principal}`,
      ];
    case 'rule':
      return [`the rule ${id} is ${type === 'delete' ? 'over' : 'changed'}`];
    case 'specification':
    case 'party':
    case 'place':
    case 'entity':
      return [];
  }
}

function summaries(args: readonly Json[]): string {
  return args
    .flatMap(each => (isArray(each) ? each : [each]))
    .map(summaryOf)
    .filter(each => each !== '')
    .join('; ');
}

function summaryOf(step: Json | undefined): string {
  const summary = property(step, 'summary');
  return typeof summary === 'string' ? summary : typeof step === 'string' ? step : '';
}

function whyOf({ code, message }: Failure): string {
  return code === undefined ? message : `${code}: ${message}`;
}

function targetOf(target: Json | undefined, nameOf: NameOf): string {
  if (!isObject(target)) return 'something';
  const { id, kind, name } = target;
  if (id !== undefined) return nameOf(text(id));
  return (
    [kind, name]
      .filter(each => each !== undefined)
      .map(text)
      .join(' ') || 'all'
  );
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'nothing' : brief(value);
}

const BRIEF = 120;

function brief(value: Json | undefined): string {
  const whole = JSON.stringify(value ?? null);
  return whole.length <= BRIEF ? whole : `${whole.slice(0, BRIEF - 1)}…`;
}
