/** `diffo central`, for people. */
import type { Json } from '../core/json.ts';
import { listAt, numberAt, part, textAt } from './read.ts';
import type { Screen } from './screen.ts';
import { type Cell, table } from './tables.ts';
import { ago, count, moment } from './words.ts';

export function centralText(central: Json, screen: Screen): string {
  const { paint, now } = screen;
  const url = textAt(central, 'url');
  if (url === undefined) return 'no graph is configured to report to; the setting central.url names one\n';
  const agreedAt = textAt(central, 'agreedAt');
  const counts = part(central, 'counts') ?? {};
  const next = textAt(central, 'next', 'at');
  const rows: Cell[][] = [
    ['state', centralState(central, screen)],
    ['agreed', agreedAt === undefined ? 'not yet' : ago(agreedAt, now)],
    ['cursor', `${numberAt(central, 'cursor')} of ${numberAt(central, 'seq')}, epoch ${numberAt(central, 'epoch')}`],
    ...(next === undefined ? [] : [['next', `${moment(next, now)}: ${textAt(central, 'next', 'because')}`]]),
    [
      'so far',
      Object.entries(counts)
        .map(([name, n]) => `${n} ${name}`)
        .join(', '),
    ],
    ...troubles(central, screen),
  ];
  return `${paint.bold(url)}\n${table([{ head: '' }, { head: '' }], rows, screen, '  ')}`;
}

/** The state with what is still to be told; as the status shows it too. */
export function centralState(central: Json, { paint }: Pick<Screen, 'paint'>): Cell {
  const state = textAt(central, 'state') ?? '?';
  const lag = numberAt(central, 'lagRows') ?? 0;
  const text = lag === 0 ? state : `${state}, ${count(lag, 'row')} to tell`;
  if (state === 'synced') return { text, paint: paint.good };
  return state === 'sending' || state === 'connecting' ? text : { text, paint: paint.doubtful };
}

function troubles(central: Json, { paint, now }: Screen): Cell[][] {
  const last = textAt(central, 'lastError', 'message');
  const at = textAt(central, 'lastError', 'at');
  const alarm = textAt(central, 'alarm');
  return [
    ...(alarm === undefined ? [] : [['alarm', { text: alarm, paint: paint.doubtful }]]),
    ...(last === undefined || last === alarm
      ? []
      : [['last error', { text: `${moment(at, now)}: ${last}`, paint: paint.doubtful }]]),
    ...listAt(central, 'quarantined').map((row): Cell[] => [
      'refused',
      { text: `${textAt(row, 'key')}: ${textAt(row, 'message')}`, paint: paint.doubtful },
    ]),
  ];
}
