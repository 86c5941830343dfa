/** `diffo replay FILE`: says whether a recorded run comes to the same again, or tells what happened in it. */
import { parseArgs } from 'node:util';
import { AgentError, sentence } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { type PlacedDifference, placesOf } from '../core/recording/difference.ts';
import { type Replayed, type ReplayOptions, replay } from './replay.ts';

export const replayHelp = `diffo replay FILE [--until SEQ|TIME] [--story] [--json]

runs a recording again (diffo run --record FILE), and says whether the agent decides the same

  --until SEQ|TIME  ends with this change, or at this moment: 1200, 2026-01-01T03:12:00Z, or 03:12 (UTC)
  --story           tells what happened, a line for each decision and for what led to it
  --json            prints JSON: one object at the end, with --story one before it for each line

It ends with 0 when every decision is the same, with 1 when one differs, and with 2 when there is nothing to replay.
`;

/** The exit code. */
export async function replayCommand(args: readonly string[], out: (text: string) => void): Promise<number> {
  const { values, positionals } = parse(args);
  const [file, ...more] = positionals;
  if (values.help) {
    out(replayHelp);
    return 0;
  }
  if (file === undefined || more.length > 0) {
    throw new AgentError('invalid', 'say which recording is meant: diffo replay FILE');
  }
  const isJson = values.json === true;
  const tell = (at: number, text: string): void => {
    const time = new Date(at).toISOString();
    out(isJson ? `${JSON.stringify({ at: time, text })}\n` : `${time}  ${text}\n`);
  };
  const until = values.until === undefined ? {} : { until: readUntil(values.until) };
  const replayed = await replay(file, { ...until, ...(values.story ? { tell } : {}) });
  out(isJson ? `${JSON.stringify(asJson(replayed))}\n` : asText(replayed));
  return replayed.difference ? 1 : 0;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        until: { type: 'string' },
        story: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new AgentError('invalid', `${sentence(error)}; see diffo replay --help`, { cause: error });
  }
}

function readUntil(text: string): NonNullable<ReplayOptions['until']> {
  if (/^\d+$/.test(text)) return { seq: Number(text) };
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? [];
  if (hours !== undefined)
    return { timeOfDayMs: ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000 };
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return { at };
  throw new AgentError(
    'invalid',
    `--until takes a change such as 1200 or a time such as 2026-01-01T03:12:00Z, not "${text}"`,
  );
}

/** Enough of what differs to see what it is. */
const MOST_PLACES = 12;

function asText({ runs, turns, decisions, notes, difference }: Replayed): string {
  const told = notes.map(note => `note: ${note}\n`).join('');
  const what = `${count(turns, 'turn')} of ${count(runs, 'run')}`;
  if (!difference) return `${told}identical: ${count(decisions, 'decision')} (${what})\n`;
  const { line, at, what: where } = difference;
  return [
    told,
    `different after ${count(decisions, 'decision')} (${what}): ${where}, at ${new Date(at).toISOString()}, line ${line}\n`,
    ...sides(difference),
  ].join('');
}

function sides({ recorded, replayed }: PlacedDifference): readonly string[] {
  const [one, other] = [read(recorded), read(replayed)];
  const places = one === undefined || other === undefined ? [] : placesOf(one, other);
  if (places.length === 0 || places[0]?.[0] === '/') {
    return [`  recorded  ${recorded ?? 'nothing'}\n`, `  replayed  ${replayed ?? 'nothing'}\n`];
  }
  const shown = places
    .slice(0, MOST_PLACES)
    .flatMap(([path, was, is]) => [`  ${path}\n`, `    recorded  ${text(was)}\n`, `    replayed  ${text(is)}\n`]);
  const left = places.length - MOST_PLACES;
  return left > 0 ? [...shown, `  and in ${left} more places\n`] : shown;
}

function read(side: string | undefined): Json | undefined {
  if (side === undefined) return undefined;
  try {
    return JSON.parse(side) as Json;
  } catch {
    return undefined;
  }
}

function text(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

function asJson({ difference, ...counts }: Replayed) {
  return {
    identical: difference === undefined,
    ...counts,
    ...(difference ? { difference: { ...difference, at: new Date(difference.at).toISOString() } } : {}),
  };
}

function count(n: number, one: string): string {
  return `${n} ${one}${n === 1 ? '' : 's'}`;
}
