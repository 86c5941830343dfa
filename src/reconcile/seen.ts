/**
 * How well each place of an instance is known: what a driver observes by its look, telemetry by its sample, and what is
 * recorded always; of neither what the element itself says is bad.
 */
import type { Instant } from '../core/ids.ts';
import { characteristicArray, type Instance } from '../core/instance.ts';
import { type Kind, type Kinds, ownerOf, perKinds } from '../core/kind.ts';
import { type Path, segment, segments } from '../core/path.ts';
import type { Quality } from './quality.ts';
import type { Sampling } from './sampling.ts';
import type { Known, Sight } from './sight.ts';

export interface SeenParts {
  readonly sight: Sight;
  readonly sampling: Pick<Sampling, 'sampledAt' | 'sampleOf' | 'failureOf'>;
  readonly quality: Quality;
  readonly kinds: Kinds;
}

/** Where what is told of a place comes from. */
export interface SeenPlace {
  readonly from: 'record' | 'look' | 'sample';
  /** The driver; none for what is recorded. */
  readonly by?: string;
  /** When it was last seen; none before that. */
  readonly at?: Instant;
  /** Why it is known no better: the driver could not see, or the element says so. */
  readonly because?: string;
}

/** How well everything must be known for a verdict. */
export interface Wanted {
  readonly freshnessMs: number;
  readonly now: Instant;
  /** Whether telemetry matters to it. */
  readonly telemetry: boolean;
}

/** What a place holds of; a whole array may hold both of what is observed and what is sampled. */
interface Sources {
  readonly look: boolean;
  readonly sample: boolean;
}

export class Seen {
  readonly #parts: SeenParts;

  constructor(parts: SeenParts) {
    this.#parts = parts;
  }

  /** Whether what is named is there at all can be said only when everything has been looked at. */
  absence({ freshnessMs, now }: Wanted): Known {
    const { sight } = this.#parts;
    return sight.known(sight.oldest(), freshnessMs, now);
  }

  /** By path; undefined when all of it is known. */
  known(instance: Instance, { freshnessMs, now, telemetry }: Wanted): ((path: Path) => Known) | undefined {
    if (instance.observedBy === undefined) return undefined;
    const { sight, sampling, kinds } = this.#parts;
    const kind = kinds.get(instance.kind);
    const looked = sight.known(sight.observedAt(instance), freshnessMs, now);
    const hasTelemetry = telemetry && telemetryOf(kinds).has(instance.kind);
    const sampled = hasTelemetry ? sight.known(sampling.sampledAt(instance.id), freshnessMs, now) : 'known';
    const bad = this.#bad(instance, hasTelemetry);
    if (looked === 'known' && sampled === 'known' && bad.length === 0) return undefined;
    return path => {
      const { look, sample } = this.#sources(kind, instance, path);
      const known = worse(look ? looked : 'known', sample ? sampled : 'known');
      return known === 'known' && path !== '' && bad.some(([each]) => overlap(each, path)) ? 'bad' : known;
    };
  }

  /** When what is now sampled lately enough becomes too old; undefined when it has, or there is none. */
  turnsAt(instance: Instance, { freshnessMs, now, telemetry }: Wanted): Instant | undefined {
    if (!telemetry || instance.observedBy === undefined) return undefined;
    const { sampling, kinds } = this.#parts;
    if (!telemetryOf(kinds).has(instance.kind)) return undefined;
    const at = sampling.sampledAt(instance.id);
    return at !== undefined && at + freshnessMs >= now ? at + freshnessMs + 1 : undefined;
  }

  /** For people. */
  place(instance: Instance, path: Path): SeenPlace {
    const { sight, sampling, kinds } = this.#parts;
    const { observedBy: by } = instance;
    const { look, sample } = this.#sources(kinds.get(instance.kind), instance, path);
    if (by === undefined || !(look || sample)) return { from: 'record' };
    const looked = sight.of(by);
    const sampledAt = sample ? sampling.sampledAt(instance.id) : undefined;
    const bad = this.#bad(instance, sample).find(([each]) => path !== '' && overlap(each, path));
    // Of a whole array that holds both, the one that was seen longer ago.
    const bySample =
      sample && (!look || sampledAt === undefined || sampledAt < (looked.at ?? Number.NEGATIVE_INFINITY));
    const at = bySample ? sampledAt : looked.at;
    const because = (bySample ? sampling.failureOf(by) : looked.failure) ?? bad?.[1];
    return {
      from: bySample ? 'sample' : 'look',
      by,
      ...(at === undefined ? {} : { at }),
      ...(because === undefined ? {} : { because }),
    };
  }

  /** The places of bad quality, each with why. */
  #bad(instance: Instance, withSample: boolean): readonly (readonly [Path, string])[] {
    const { quality, sampling } = this.#parts;
    const looked = quality.of(instance.id);
    const sampled = withSample ? sampling.sampleOf(instance.id)?.bad : undefined;
    if (looked === undefined && sampled === undefined) return NONE;
    const array = characteristicArray[instance.type];
    return [
      ...Object.entries(looked ?? {}),
      ...Object.entries(sampled ?? {}).map(([name, why]) => [`/${array}/${segment(name)}`, why] as const),
    ];
  }

  #sources(kind: Kind | undefined, instance: Instance, path: Path): Sources {
    const [first, second] = segments(path);
    // Whether it is there at all is a matter of the look.
    if (first === undefined) return { look: instance.observedBy !== undefined, sample: false };
    if (!kind || first !== characteristicArray[instance.type]) {
      return { look: ownerOf(kind, instance, path) === 'driver', sample: false };
    }
    const declared = kind.characteristic.filter(each => second === undefined || each.name === second);
    return {
      look: declared.some(each => each.owner === 'driver' && !each.telemetry),
      sample: declared.some(each => each.telemetry),
    };
  }
}

/** Where in documents telemetry stands, which moves without a change of the document; by kind. */
export const telemetryOf = perKinds((kinds): ReadonlyMap<string, readonly Path[]> => {
  const paths = [...kinds.values()].map(({ name, type, characteristic }): [string, readonly Path[]] => [
    name,
    characteristic.filter(each => each.telemetry).map(each => `/${characteristicArray[type]}/${segment(each.name)}`),
  ]);
  return new Map(paths.filter(([, of]) => of.length > 0));
});

const NONE = [] as const;

const order: Readonly<Record<Known, number>> = { never: 0, stale: 1, bad: 2, known: 3 };

function worse(a: Known, b: Known): Known {
  return order[a] <= order[b] ? a : b;
}

/** A leaf that is a whole object or array is not known as soon as a part of it is not. */
function overlap(a: Path, b: Path): boolean {
  return `${a}/`.startsWith(`${b}/`) || `${b}/`.startsWith(`${a}/`);
}
