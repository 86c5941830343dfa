/** `diffo status`, for people. */
import type { Json } from '../core/json.ts';
import { lasting } from '../core/lasting.ts';
import { listAt, numberAt, part, textAt } from './read.ts';
import { type Screen, verdictPaint } from './screen.ts';
import { centralState } from './show-central.ts';
import { type Cell, table } from './tables.ts';
import { ago, count, moment, type NamesById, shortId } from './words.ts';

export function statusText(status: Json, names: NamesById, screen: Screen): string {
  const { paint, now } = screen;
  const ready = part(status, 'ready') === true;
  const lastPass = textAt(status, 'lastPass', 'at');
  const waiting = numberAt(status, 'counts', 'plansWaiting') ?? 0;
  const head = `diffo ${textAt(status, 'version') ?? ''} on ${textAt(status, 'entity') ?? 'an unnamed entity'}`;
  const state = ready ? paint.good('ready') : paint.bold(paint.doubtful('not ready: the first look has not ended'));
  const rows: Cell[][] = [
    ['profile', profileCell(status, screen)],
    ['instances', instances(status)],
    ['expected', count(numberAt(status, 'counts', 'expectations') ?? 0, 'expectation')],
    ...verdicts(status, screen),
    ...(waiting > 0 ? [['plans', `${count(waiting, 'plan')} to approve: ${screen.command('plan --list')}`]] : []),
    ...loopRows(status, screen),
    [
      'last pass',
      lastPass === undefined ? 'none yet' : `${ago(lastPass, now)}, in ${numberAt(status, 'lastPass', 'ms') ?? 0} ms`,
    ],
    ...listAt(status, 'drivers').map(each => driver(each, screen)),
    ...listAt(status, 'peers').map((each): Cell[] => {
      const presence = textAt(each, 'presence') ?? '?';
      const lag = numberAt(each, 'lag') ?? 0;
      const text = `${textAt(each, 'name')} is ${presence}${lag === 0 ? '' : `, ${count(lag, 'row')} to send`}`;
      return ['peer', presence === 'alive' ? text : { text, paint: paint.doubtful }];
    }),
    ...(textAt(status, 'central', 'url') === undefined
      ? []
      : [['central', centralState(part(status, 'central') ?? {}, screen)]]),
    ...listAt(status, 'paused').map((each): Cell[] => {
      const why = textAt(each, 'why');
      const by = `${scopeText(textAt(each, 'scope') ?? '', names)}, by ${textAt(each, 'by')} since ${moment(textAt(each, 'since'), now)}`;
      return ['paused', { text: why === undefined ? by : `${by}: ${why}`, paint: paint.doubtful }];
    }),
    ...listAt(status, 'suspendedListeners').map((each): Cell[] => [
      'suspended',
      { text: `the listener ${textAt(each, 'callback')}: ${textAt(each, 'because')}`, paint: paint.doubtful },
    ]),
    ['changes', `up to ${textAt(status, 'cursor') ?? '?'}`],
    ['store', store(status)],
  ];
  return `${paint.bold(head)}: ${state}\n${table([{ head: '' }, { head: '' }], rows, screen, '  ')}`;
}

function profileCell(status: Json, screen: Screen): Cell {
  const text = `${textAt(status, 'profile') ?? '?'}, mode ${textAt(status, 'mode') ?? '?'}`;
  const findings = numberAt(status, 'profileState', 'findings') ?? 0;
  const file = textAt(status, 'profileState', 'file') ?? '';
  if (findings > 0) {
    const why = `the last good one, for the file has ${count(findings, 'finding')}: diffo profile check ${file}`;
    return { text: `${text}; ${why}`, paint: screen.paint.doubtful };
  }
  const parts = listAt(status, 'profileState', 'restartFor').map(String).join(', ');
  return parts === '' ? text : { text: `${text}; its ${parts} wait for the next start`, paint: screen.paint.doubtful };
}

/** The instance that a stop sign stands at, where it is one. */
export function pausedInstance(scope: string): string | undefined {
  return /^(?:instance|leaf:[^:]+):(.+)$/s.exec(scope)?.[1];
}

function scopeText(scope: string, names: NamesById): string {
  const id = pausedInstance(scope);
  if (id === undefined) return scope;
  const name = names.get(id) ?? id;
  const [, expectation] = /^leaf:([^:]+):/.exec(scope) ?? [];
  return expectation === undefined ? name : `${name} for expectation ${shortId(expectation)}`;
}

function instances(status: Json): string {
  const resources = numberAt(status, 'counts', 'resources') ?? 0;
  const services = numberAt(status, 'counts', 'services') ?? 0;
  return `${count(resources, 'resource')}, ${count(services, 'service')}`;
}

function verdicts(status: Json, screen: Screen): Cell[][] {
  return ['unmet', 'unknown', 'met', 'inapplicable'].flatMap(verdict => {
    const number = numberAt(status, 'verdicts', verdict) ?? 0;
    return number === 0 ? [] : [['', { text: `${number} ${verdict}`, paint: verdictPaint(verdict, screen) }]];
  });
}

/** What the loop has to say for itself: what it cannot bring about, and whether what it foretells comes. */
function loopRows(status: Json, { paint }: Screen): Cell[][] {
  const stalled = numberAt(status, 'loop', 'stalled', 'now') ?? 0;
  const [right, wrong] = [
    numberAt(status, 'loop', 'predictions', 'right') ?? 0,
    numberAt(status, 'loop', 'predictions', 'wrong') ?? 0,
  ];
  const met = numberAt(status, 'loop', 'compliance', 'count') ?? 0;
  const seconds = numberAt(status, 'loop', 'compliance', 'meanSeconds') ?? 0;
  const isAlarming = part(status, 'loop', 'predictions', 'alarm') === true;
  const wrongText = `${wrong} of ${count(right + wrong, 'task')} came otherwise than foreseen`;
  return [
    ...(stalled === 0
      ? []
      : [['stalled', { text: `${count(stalled, 'leaf', 'leaves')}: diffo outstanding --list`, paint: paint.bad }]]),
    ...(wrong === 0 ? [] : [['foreseen', isAlarming ? { text: wrongText, paint: paint.bad } : wrongText]]),
    ...(met === 0 ? [] : [['put right', `${count(met, 'time')}, in ${lasting(seconds * 1_000)} on average`]]),
  ];
}

function driver(each: Json, { paint, now }: Screen): Cell[] {
  const name = textAt(each, 'name') ?? '?';
  const observedAt = textAt(each, 'observedAt');
  const seen = observedAt === undefined ? 'has not seen anything yet' : `saw everything ${ago(observedAt, now)}`;
  const failure = textAt(each, 'failure');
  if (failure === undefined) return ['driver', `${name} ${seen}`];
  return ['driver', { text: `${name} FAILS: ${failure}; it ${seen}`, paint: text => paint.bold(paint.bad(text)) }];
}

function store(status: Json): string {
  const bytes = (numberAt(status, 'store', 'databaseBytes') ?? 0) + (numberAt(status, 'store', 'logBytes') ?? 0);
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB, ${count(numberAt(status, 'store', 'changes') ?? 0, 'change')} kept`;
}
