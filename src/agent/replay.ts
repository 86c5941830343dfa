/** `diffo replay`: runs a recording again, and says whether the loop comes to the same. */
import about from '../../package.json' with { type: 'json' };
import { readRecordingFile } from '../adapters/recording/file.ts';
import { Player } from '../adapters/recording/player.ts';
import { openStore } from '../adapters/sqlite/store.ts';
import { linkTo } from '../api/links.ts';
import { AgentError } from '../core/errors.ts';
import { modes } from '../core/expectation.ts';
import { instanceId } from '../core/ids.ts';
import { property } from '../core/json.ts';
import type { Kind } from '../core/kind.ts';
import type { PlacedDifference } from '../core/recording/difference.ts';
import { FORMAT, type Heading, type Line, STOPPED, type TableRows, type TurnLine } from '../core/recording/lines.ts';
import { countDecisions } from '../core/recording/row.ts';
import { storyOfCue, storyOfTurn, storyOfWrite } from '../core/recording/story.ts';
import type { Driver } from '../ports/driver.ts';
import { noFailSafe } from '../ports/fail-safe.ts';
import { silentLog } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { Loop } from '../reconcile/loop.ts';
import { asShown, type Showing } from '../tmf/comparators/as-shown.ts';
import { tmfKeyedArrays } from '../tmf/keyed-arrays.ts';
import { documentIndex } from '../tmf/query/indexed.ts';
import { openDriver } from './drivers.ts';
import { sayAgain } from './say-again.ts';

export interface ReplayOptions {
  /** Ends with this change, or at this moment. */
  readonly until?: { readonly seq: number } | { readonly at: number } | { readonly timeOfDayMs: number };
  readonly tell?: (at: number, text: string) => void;
  /** What a test records beside the drivers that a profile names. */
  readonly drivers?: readonly Driver[];
}

export interface Replayed {
  readonly runs: number;
  readonly turns: number;
  readonly decisions: number;
  /** What is to be known of the file: where it is cut off, what could not be recorded. */
  readonly notes: readonly string[];
  readonly difference?: PlacedDifference;
}

/** What a run begins with. */
interface Beginning {
  readonly heading: Heading;
  readonly state: Iterable<TableRows>;
  /** The first line after that. */
  readonly made: Line;
}

interface Counts {
  runs: number;
  turns: number;
  decisions: number;
}

/** Throws `invalid` when there is nothing in it that can be replayed. */
export async function replay(path: string, options: ReplayOptions = {}): Promise<Replayed> {
  const notes: string[] = [];
  const counts: Counts = { runs: 0, turns: 0, decisions: 0 };
  let run: Run | undefined;
  let beginning: { readonly heading: Heading; readonly state: TableRows[] } | undefined;
  let last = 0;
  try {
    for (const { number, line } of readRecordingFile(path)) {
      last = number;
      if (!line) {
        notes.push(
          `line ${number} is cut off or is none of a recording; what follows it is replayed as far as it goes`,
        );
        continue;
      }
      if ('recording' in line) {
        run?.noteEnd(notes);
        run?.close();
        run = undefined;
        beginning = { heading: checked(line, notes), state: [] };
        counts.runs++;
        continue;
      }
      if ('table' in line) {
        beginning?.state.push(line);
        continue;
      }
      if (!run) {
        if (!beginning) continue;
        run = await Run.open({ ...beginning, made: line }, options, counts);
        beginning = undefined;
        if ('turn' in line && line.turn.cue === 'made') continue;
      }
      const difference = await run.play(line, number, notes);
      if (difference) return { ...counts, notes, difference };
      if (run.isOver) break;
    }
    if (run && !run.isOver) run.noteEnd(notes);
  } finally {
    run?.close();
  }
  if (counts.runs === 0) throw new AgentError('invalid', `${path} is no recording${last === 0 ? ': it is empty' : ''}`);
  return { ...counts, notes };
}

function checked(heading: Heading, notes: string[]): Heading {
  if (heading.recording !== FORMAT) {
    throw new AgentError(
      'invalid',
      `the recording has the format ${heading.recording}, this version reads ${FORMAT}: replay it with version ${heading.version}`,
    );
  }
  if (heading.version !== about.version) {
    notes.push(`recorded by version ${heading.version}, replayed by ${about.version}: they may decide otherwise`);
  }
  return heading;
}

/** One run of the loop, from its start to its end. */
class Run {
  isOver = false;
  readonly #loop: Loop;
  readonly #player: Player;
  readonly #store: Store;
  readonly #kinds: Map<string, Kind>;
  readonly #options: ReplayOptions;
  readonly #counts: Counts;
  readonly #begun: number;
  /** What was asked for, until it is answered. */
  readonly #asked = new Map<number, readonly [port: string, what: string]>();
  #calls = 0;
  #hasEnd = false;

  private constructor(parts: {
    readonly loop: Loop;
    readonly player: Player;
    readonly store: Store;
    readonly kinds: Map<string, Kind>;
    readonly options: ReplayOptions;
    readonly counts: Counts;
    readonly begun: number;
  }) {
    this.#begun = parts.begun;
    this.#counts = parts.counts;
    this.#loop = parts.loop;
    this.#player = parts.player;
    this.#store = parts.store;
    this.#kinds = parts.kinds;
    this.#options = parts.options;
  }

  static async open({ heading, state, made }: Beginning, options: ReplayOptions, counts: Counts): Promise<Run> {
    const player = new Player();
    const { clock, newId, chance } = player;
    const { settings } = heading;
    const parts = { clock: { ...clock, now: () => heading.at }, log: silentLog };
    const shadows =
      options.drivers ??
      (await Promise.all(heading.drivers.map((each, i) => openDriver(each, `/drivers/${i}/driver`, parts))));
    const kinds = new Map(heading.kinds.map(kind => [kind.name, kind]));
    const store = openStore({
      path: ':memory:',
      keyed: tmfKeyedArrays,
      index: documentIndex,
      keep: settings.keep,
      from: state,
      clock,
      newId,
    });
    player.open(store, heading.at);
    const showing: Showing = {
      publicUrl: settings.publicUrl,
      links: (to, id) => linkTo(to, 'v5', id, settings.publicUrl),
    };
    const make = (): Loop =>
      new Loop({
        store,
        drivers: shadows.map(driver => player.port(driver.name, driver)),
        failSafe: player.port('failSafe', noFailSafe(clock)),
        kinds,
        keyed: tmfKeyedArrays,
        asShown: expected => asShown(expected, showing),
        clock,
        log: silentLog,
        newId,
        chance,
        profileMode: modes.find(each => each === settings.mode) ?? 'observe',
        lookEveryMs: settings.lookEveryMs,
        planExpiryMs: settings.planExpiryMs,
        confirmWithinMs: settings.confirmWithinMs,
        driverTimeoutMs: settings.driverTimeoutMs,
        freshnessMs: settings.freshnessMs,
        turns: player,
      });
    const loop = 'turn' in made && made.turn.cue === 'made' ? player.making(made, make) : make();
    return new Run({ loop, player, store, kinds, options, counts, begun: heading.at });
  }

  /** Plays one line; where it comes to something else, that. */
  async play(line: Line, number: number, notes: string[]): Promise<PlacedDifference | undefined> {
    if ('loose' in line) notes.push(`line ${number}: ${line.loose}, which may be replayed at another moment`);
    if ('end' in line) this.#hasEnd = true;
    if ('end' in line && line.end !== STOPPED) notes.push(`line ${number}: nothing more was recorded: ${line.end}`);
    if ('write' in line) {
      const difference = this.#player.write(line);
      this.#tell(storyOfWrite(line, id => this.#nameOf(id)));
      this.#look();
      return difference && { ...difference, line: number, at: line.at };
    }
    if (!('turn' in line)) return undefined;
    this.#tell(storyOfCue(line.turn, call => this.#asked.get(call)));
    if (line.turn.cue === 'answer') this.#asked.delete(line.turn.to);
    const { rows, difference } = await this.#player.turn(line, ({ word, kinds }) => {
      if (kinds) replace(this.#kinds, kinds);
      sayAgain(this.#loop, this.#store, word);
    });
    if (difference) return { ...difference, line: number, at: this.#player.at };
    this.#note(line);
    this.#counts.turns++;
    this.#counts.decisions += countDecisions(rows, line.calls ?? []);
    this.#tell(storyOfTurn(line, rows, id => this.#nameOf(id)));
    this.#look();
    return undefined;
  }

  /** What ended it, where that was not the agent. */
  noteEnd(notes: string[]): void {
    if (this.#hasEnd) return;
    const begun = new Date(this.#begun).toISOString();
    notes.push(`the run that began at ${begun} has no end: the agent was killed, or runs still`);
  }

  close(): void {
    this.#store.close();
  }

  #note({ calls = [] }: TurnLine): void {
    for (const [port, method, ...args] of calls) {
      const summary = property(args[0], 'summary');
      this.#asked.set(++this.#calls, [port, typeof summary === 'string' ? `${method} ${summary}` : method]);
    }
  }

  #look(): void {
    const { until } = this.#options;
    if (!until) return;
    const { at } = this.#player;
    if ('seq' in until) this.isOver = this.#store.seq() >= until.seq;
    else if ('at' in until) this.isOver = at >= until.at;
    else this.isOver = at >= nextAt(this.#begun, until.timeOfDayMs);
  }

  #tell(lines: readonly string[]): void {
    for (const each of lines) this.#options.tell?.(this.#player.at, each);
  }

  #nameOf(id: string): string {
    const name = property(this.#store.instance(instanceId(id))?.document, 'name');
    return typeof name === 'string' ? name : id;
  }
}

/** The first moment from then on at which it is so late in the day, by UTC. */
function nextAt(from: number, timeOfDayMs: number): number {
  const at = from - (from % DAY_MS) + timeOfDayMs;
  return at < from ? at + DAY_MS : at;
}

const DAY_MS = 86_400_000;

/** In place: the loop holds this map. */
function replace(kinds: Map<string, Kind>, by: readonly Kind[]): void {
  kinds.clear();
  for (const each of by) kinds.set(each.name, each);
}
