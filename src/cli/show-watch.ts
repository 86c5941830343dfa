/** `diffo watch`: what is outstanding, what is being done and what has just happened, as lines or as a screen. */
import { withShortIds } from '../core/explain-sentence.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { listAt, part, textAt } from './read.ts';
import { type Screen, verdictPaint } from './screen.ts';
import { outstandingTable } from './show-why.ts';
import { shorten, width } from './tables.ts';
import { moment, shortId } from './words.ts';

/** Something that happened, as a script reads it. */
export type WatchEvent = {
  readonly at: string;
  readonly event: 'verdict' | 'task' | 'plan';
  /** The thing, as people call it. */
  readonly of: string;
  readonly from?: string;
  readonly to: string;
  /** What was done, or why. */
  readonly what?: string;
};

export function eventJson(event: WatchEvent): JsonObject {
  return { ...event };
}

export function eventLine(event: WatchEvent, screen: Screen): string {
  const { paint, now } = screen;
  const moved = event.from === undefined ? event.to : `${event.from} → ${event.to}`;
  const what = event.what === undefined ? '' : `  ${withShortIds(event.what)}`;
  const plain = `${moment(event.at, now)}  ${event.of}  ${moved}${what}`;
  if (screen.columns !== undefined && width(plain) > screen.columns) return `${shorten(`${plain} `, screen.columns)}\n`;
  return `${paint.dim(moment(event.at, now))}  ${paint.bold(event.of)}  ${statePaint(event.to, screen)(moved)}${what}\n`;
}

function statePaint(state: string, screen: Screen): (text: string) => string {
  if (['met', 'unmet', 'unknown', 'inapplicable'].includes(state)) return verdictPaint(state, screen);
  if (state === 'done' || state === 'undone') return screen.paint.good;
  if (/^(failed|refused|terminatedWithError)$/.test(state)) return screen.paint.bad;
  return screen.paint.doubtful;
}

/** What a change tells whoever watches; undefined where it tells nothing. `names`: what instances and tasks are called. */
export function eventOf(change: Json, names: ReadonlyMap<string, string>): WatchEvent | undefined {
  const [at, id, type] = [textAt(change, 'at') ?? '', textAt(change, 'id') ?? '', textAt(change, 'type')];
  const nameOf = (instance: string | undefined): string =>
    instance === undefined ? '' : (names.get(instance) ?? shortId(instance));
  switch (textAt(change, 'subject')) {
    case 'verdict': {
      const [, expectation = '', instance] = /^([^:]+)(?::(.+))?$/s.exec(id) ?? [];
      const of = instance === undefined ? `expectation ${shortId(expectation)}` : nameOf(instance);
      const what = `expectation ${shortId(expectation)}`;
      if (type === 'delete') return { at, event: 'verdict', of, to: 'judged no more', what };
      const [from, to] = movedTo(change, '/verdict', 'verdict');
      return to === undefined
        ? undefined
        : { at, event: 'verdict', of, ...(from === undefined ? {} : { from }), to, what };
    }
    case 'task': {
      const [from, to] = movedTo(change, '/state', 'state');
      if (to === undefined || to === 'acknowledged') return undefined;
      const error = moveOf(change, '/error')?.[1];
      const what = `${names.get(id) ?? shortId(id)}${error === undefined ? '' : `: ${error}`}`;
      return { at, event: 'task', of: 'task', ...(from === undefined ? {} : { from }), to, what };
    }
    case 'plan': {
      const [from, to] = movedTo(change, '/state', 'state');
      if (to === undefined) return undefined;
      const why = moveOf(change, '/because')?.[1] ?? textAt(change, 'cause', 'why');
      return {
        at,
        event: 'plan',
        of: `plan ${shortId(id)}`,
        ...(from === undefined ? {} : { from }),
        to,
        ...(why === undefined ? {} : { what: why }),
      };
    }
    default:
      return undefined;
  }
}

function movedTo(change: Json, path: string, member: string): readonly [string | undefined, string | undefined] {
  if (textAt(change, 'type') === 'create') return [undefined, textAt(change, 'document', member)];
  return moveOf(change, path) ?? [undefined, undefined];
}

function moveOf(change: Json, path: string): readonly [string | undefined, string | undefined] | undefined {
  const move = listAt(change, 'paths').find(each => textAt(each, 'path') === path);
  return move === undefined ? undefined : [textAt(move, 'old'), textAt(move, 'new')];
}

/** How it stands, at one moment. */
export interface Watched {
  /** Of what: ` of p1`, or nothing. */
  readonly of: string;
  readonly open: readonly Json[];
  readonly tasks: readonly Json[];
  /** The latest last. */
  readonly events: readonly WatchEvent[];
}

export function countsLine({ open, of }: Watched, screen: Screen): string {
  const number = (verdict: string): number => open.filter(each => textAt(each, 'verdict') === verdict).length;
  const [unmet, unknown] = [number('unmet'), number('unknown')];
  if (unmet + unknown === 0) return `${screen.paint.good(`nothing is outstanding${of}`)}\n`;
  const told = [
    ...(unmet === 0 ? [] : [verdictPaint('unmet', screen)(`${unmet} unmet`)]),
    ...(unknown === 0 ? [] : [verdictPaint('unknown', screen)(`${unknown} unknown`)]),
  ];
  return `${told.join(', ')}${of}\n`;
}

/** A whole screen of at most so many rows; what does not fit is said to be more. */
export function frame(watched: Watched, rows: number, screen: Screen): string {
  const { paint } = screen;
  const running = watched.tasks.filter(each => textAt(each, 'state') === 'inProgress');
  const doing = running.map(each => `${paint.doubtful('doing')}  ${textAt(each, 'step', 'summary') ?? ''}\n`);
  const head = [countsLine(watched, screen)];
  const leaves = watched.open.length === 0 ? [] : linesOf(outstandingTable(watched.open.map(briefly), screen));
  const events = watched.events.map(each => eventLine(each, screen));
  const room = Math.max(3, rows - 1 - head.length - doing.length);
  const eventRoom = Math.min(events.length, Math.max(3, Math.floor(room / 2)), room);
  const leafRoom = Math.max(0, room - eventRoom - 1);
  const shown = leaves.length <= leafRoom ? leaves : [...leaves.slice(0, Math.max(0, leafRoom - 1)), paint.dim('…\n')];
  return [
    ...head,
    ...shown,
    ...doing,
    ...(eventRoom === 0 ? [] : ['\n']),
    ...events.slice(events.length - eventRoom),
  ].join('');
}

function linesOf(text: string): readonly string[] {
  return text.split(/(?<=\n)/).filter(line => line !== '');
}

/** Without what changes with every look, or is too long for a line that is drawn again and again. */
function briefly(entry: Json): Json {
  return {
    ...pick(entry, ['verdict', 'instance', 'for', 'since', 'expectation', 'next']),
    leaves: listAt(entry, 'leaves').map(leaf =>
      pick(leaf, [
        'path',
        'verdict',
        'expected',
        'actual',
        'lastAction',
        'next',
        'when',
        'attempts',
        'flaps',
        'stalled',
      ]),
    ),
  };
}

function pick(value: Json, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name): [string, Json][] => {
      const found = part(value, name);
      return found === undefined ? [] : [[name, found]];
    }),
  );
}
