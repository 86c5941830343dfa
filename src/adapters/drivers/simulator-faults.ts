/** What goes wrong with a simulated element, by chance: the same from the same seed. */
import * as z from 'zod';
import { AgentError } from '../../core/errors.ts';
import type { Look } from '../../ports/driver.ts';

const share = z.number('a share from 0 to 1').min(0, 'a share from 0 to 1').max(1, 'a share from 0 to 1').default(0);
const time = z.number('a number of milliseconds').min(0, 'a number of milliseconds from 0');

const form = z.strictObject({
  /** Another one: other things go wrong. */
  seed: z.int('a whole number').default(1),
  /** Acts of which it says that they are done, and does nothing. */
  drop: share,
  /** Acts of which it says the contrary of what has become of them. */
  lie: share,
  /** Acts that are done, or not, and of which nobody hears what became. */
  lose: share,
  /** Acts that it refuses. */
  refuse: share,
  /** Calls that it never answers. */
  hang: share,
  /** Calls that it cannot be reached for. */
  unreachable: share,
  late: z.strictObject({ chance: share, ms: time }).exactOptional(),
  /** Acts after which it starts anew. */
  reset: z.strictObject({ chance: share, keepsSettings: z.boolean('true or false').default(false) }).exactOptional(),
  /** Looks that are none: wrong types, the same key twice, no names. */
  garbage: share,
  /** Others who set a path to what they want, each time that somebody has set it to something else. */
  otherWriters: z
    .array(
      z.strictObject({
        name: z.string().min(1, 'a name'),
        kind: z.string().min(1, 'a kind'),
        key: z.string().min(1, 'a key'),
        path: z.string().regex(/^\//, 'a path such as /administrativeState'),
        /** Left out: what stood there before. */
        value: z.json().exactOptional(),
        afterMs: time,
        /** Where it writes its name. */
        signsAt: z.string().regex(/^\//, 'a path such as /resourceCharacteristic/changedBy/value').exactOptional(),
      }),
    )
    .default([]),
});

export type SimulatedFaults = z.output<typeof form>;
export type OtherWriter = SimulatedFaults['otherWriters'][number];

export const noFaults: SimulatedFaults = form.parse({});

/** Reads them from the settings of a profile; throws `invalid` with the place. */
export function readFaults(source: unknown): SimulatedFaults {
  const read = form.safeParse(source ?? {});
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const pointer = (issue?.path ?? []).map(part => `/${String(part)}`).join('');
  throw new AgentError('invalid', `the faults of the simulator cannot be used: ${pointer}: ${issue?.message}`, {
    pointer,
  });
}

/** What becomes of one act. */
export interface ActFault {
  /** Whether it is done at all. */
  readonly done: boolean;
  readonly says: 'done' | 'refused' | 'nothing';
  readonly resets?: { readonly keepsSettings: boolean };
}

/** What becomes of one call. */
export interface CallFault {
  readonly hangs: boolean;
  readonly isUnreachable: boolean;
  readonly lateMs: number;
}

/** Tells of each call and act in turn what becomes of it. Every call draws as many lots, whatever is switched on. */
export class FaultLots {
  readonly #faults: SimulatedFaults;
  readonly #chance: () => number;

  constructor(faults: SimulatedFaults) {
    this.#faults = faults;
    this.#chance = seeded(faults.seed);
  }

  ofCall(): CallFault {
    const { hang, unreachable, late } = this.#faults;
    const [hangs, isUnreachable, isLate] = [this.#is(hang), this.#is(unreachable), this.#is(late?.chance ?? 0)];
    return { hangs, isUnreachable, lateMs: isLate ? (late?.ms ?? 0) : 0 };
  }

  ofAct(): ActFault {
    const { drop, lie, lose, refuse, reset } = this.#faults;
    const lots = [this.#is(drop), this.#is(lie), this.#is(lose), this.#is(refuse), this.#is(reset?.chance ?? 0)];
    const [isDropped, isLie, isLost, isRefused, resets] = lots;
    const half = this.#is(0.5);
    if (isRefused) return { done: false, says: 'refused' };
    if (isDropped) return { done: false, says: 'done' };
    if (isLie) return half ? { done: true, says: 'refused' } : { done: false, says: 'done' };
    if (isLost) return { done: half, says: 'nothing' };
    return { done: true, says: 'done', ...(resets && reset ? { resets: reset } : {}) };
  }

  /** What is shown instead of a look; undefined: the look itself. */
  ofLook(look: Look): Look | undefined {
    const isGarbage = this.#is(this.#faults.garbage);
    const sort = garbageSorts[Math.floor(this.#chance() * garbageSorts.length)];
    return isGarbage && sort ? garbled(look, sort) : undefined;
  }

  #is(chance: number): boolean {
    return this.#chance() < chance;
  }
}

export const garbageSorts = ['noList', 'noName', 'numberAsKey', 'keyTwice', 'noFacts', 'nested'] as const;
export type GarbageSort = (typeof garbageSorts)[number];

/** A look as no driver may show it. */
export function garbled(look: Look, sort: GarbageSort): Look {
  // What is read from text is whatever it is, as from a driver that is not well written.
  return JSON.parse(JSON.stringify(brokenBy(look, sort)));
}

function brokenBy({ at, sightings }: Look, sort: GarbageSort): unknown {
  const [first = { kind: 'x', key: 'x', type: 'resource', facts: {} }, ...rest] = sightings;
  switch (sort) {
    case 'noList':
      return { at, sightings: 'none' };
    case 'noName':
      return { at, sightings: [...rest, { ...first, facts: {} }] };
    case 'numberAsKey':
      return { at, sightings: [{ ...first, key: 7 }, ...rest] };
    case 'keyTwice':
      return { at, sightings: [first, ...rest, first] };
    case 'noFacts':
      return { at, sightings: [...rest, { ...first, facts: null }] };
    case 'nested':
      return { at, sightings: [{ ...first, facts: { ...first.facts, deep: deep(200) } }, ...rest] };
  }
}

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = { value };
  return value;
}

/** Numbers from 0 up to 1, the same from the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
