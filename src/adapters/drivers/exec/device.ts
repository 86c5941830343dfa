/** The device behind the commands of a profile: what it prints when it is asked, and what it is told. */
import { AgentError } from '../../../core/errors.ts';
import type { ExecCommand, ExecSettings } from '../../../core/exec/form.ts';
import { fill, type Known, textOf } from '../../../core/exec/placeholders.ts';
import { asJson, type Json } from '../../../core/json.ts';
import { at, noKeyedArrays } from '../../../core/path.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Look, Sample } from '../../../ports/driver.ts';
import { tmfKeyedArrays } from '../../../tmf/keyed-arrays.ts';
import { readOutput, readSamples, readSightings } from './reading.ts';
import type { Ended, Runner } from './run.ts';

export interface Seen extends Look {
  readonly boot?: string;
}

export interface Device {
  look(): Promise<Seen>;
  sample(): Promise<ReadonlyMap<string, Sample>>;
  /** Runs a command about a thing; rejects unless it ended well. */
  tell(command: ExecCommand, known: Known): Promise<void>;
  /** The same, and what it printed. */
  ask(command: ExecCommand, known: Known): Promise<Json>;
}

/** The fields of a mapping, without those that are not there. */
function mapOf<Thing>(
  { schema, things }: { readonly schema?: Readonly<Record<string, Json>>; readonly things?: readonly Thing[] },
  program: string,
) {
  return { program, ...(schema ? { schema } : {}), ...(things ? { things } : {}) };
}

export function openDevice(settings: ExecSettings, runner: Runner, clock: Clock): Device {
  const { look, sample } = settings;
  /** One that waits for its turn has seen nothing yet: whoever asks meanwhile is served by it too. */
  let next: Promise<Seen> | undefined;

  async function lookNow(): Promise<Seen> {
    // Only after this is it known as the next one.
    await Promise.resolve();
    const map = mapOf(look, textOf(look.run[0] ?? ''));
    const output = await printed(look, look.run.map(textOf), map, () => {
      next = undefined;
    });
    const boot = look.boot === undefined ? undefined : at(output.json, look.boot, noKeyedArrays);
    return {
      at: output.at,
      sightings: readSightings(output.json, map),
      ...(boot === undefined || boot === null ? {} : { boot: String(boot) }),
    };
  }

  /** Looking changes nothing, so nobody has anything to refuse: whatever comes between means that it cannot be seen. */
  async function printed(
    command: Omit<ExecCommand, 'run'>,
    words: readonly string[],
    map: Parameters<typeof readOutput>[1],
    begun: () => void = () => {},
  ): Promise<{ readonly at: number; readonly json: Json }> {
    let at = clock.now();
    const ended = await runner.run(command, words, undefined, () => {
      at = clock.now();
      begun();
    });
    if (ended.code !== 0) throw new AgentError('unreachable', complaintOf(ended, map.program));
    return { at, json: readOutput(ended.output, map) };
  }

  async function run(command: ExecCommand, known: Known): Promise<Ended> {
    const filled = fill(command.run, known, tmfKeyedArrays);
    if ('why' in filled) throw new AgentError('refused', filled.why);
    const input = command.stdin === 'json' ? JSON.stringify(asJson({ ...known })) : undefined;
    const ended = await runner.run(command, filled.words, input);
    if (ended.code === 0) return ended;
    const words = complaintOf(ended, filled.words[0] ?? '');
    if (command.exit?.moved.includes(ended.code)) throw new AgentError('moved', words);
    if (command.exit?.unreachable.includes(ended.code)) throw new AgentError('unreachable', words);
    throw new AgentError('refused', words);
  }

  return {
    look: () => {
      if (next) return next;
      const asked = lookNow();
      next = asked;
      const forget = (): void => {
        if (next === asked) next = undefined;
      };
      asked.then(forget, forget);
      return asked;
    },
    async sample() {
      if (!sample) return new Map();
      const map = mapOf(sample, textOf(sample.run[0] ?? ''));
      const { at, json } = await printed(sample, sample.run.map(textOf), map);
      return readSamples(json, map, at);
    },
    async tell(command, known) {
      await run(command, known);
    },
    async ask(command, known) {
      const { output } = await run(command, known);
      return readOutput(output, { program: textOf(command.run[0] ?? '') });
    },
  };
}

function complaintOf({ code, complaint }: Ended, program: string): string {
  return complaint === '' ? `${program} ended with ${code} and gave no reason` : complaint;
}
