/** Telemetry in a recording: what a driver still keeps from before is not told again, and is the very same again. */
import { asJson, isArray, type Json, property } from '../../core/json.ts';
import type { Sample } from '../../ports/driver.ts';

export class SamplePacker {
  readonly #before = new Map<string, unknown>();

  pack(port: string, samples: ReadonlyMap<string, Sample>): Json {
    if (this.#before.get(port) === samples) return { same: true };
    this.#before.set(port, samples);
    return { samples: [...samples].map(([name, sample]): Json => [name, asJson({ ...sample })]) };
  }
}

export class SampleUnpacker {
  readonly #before = new Map<string, ReadonlyMap<string, Json>>();

  unpack(port: string, told: Json | undefined): ReadonlyMap<string, Json> | undefined {
    if (property(told, 'same') === true) return this.#before.get(port);
    const listed = property(told, 'samples');
    if (!isArray(listed)) return undefined;
    const samples = new Map(
      listed.flatMap((each): [string, Json][] => (isArray(each) ? [[String(each[0]), each[1] ?? null]] : [])),
    );
    this.#before.set(port, samples);
    return samples;
  }
}
