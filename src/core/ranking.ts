/** Which expectation stands where two speak of the same, while one plan is drawn up. */
import type { Expectation } from './expectation.ts';
import { type Expected, readExpected } from './expected.ts';
import type { InstanceId } from './ids.ts';
import type { Json } from './json.ts';
import { nearest } from './nearest.ts';
import { type Context, expectedAt, isOutstanding } from './outstanding.ts';
import type { Path } from './path.ts';
import { refinedExpect } from './refinement.ts';
import { type Holding, holding } from './standing/possible.ts';

/** What decides who stands. */
type Standing = Pick<Expectation, 'id' | 'priority' | 'createdAt'>;

/** The larger priority stands, ties go to the older. */
export function byStanding(a: Standing, b: Standing): number {
  return b.priority - a.priority || a.createdAt - b.createdAt || (a.id < b.id ? -1 : Number(a.id > b.id));
}

/** What one expectation wants at one path of an instance. */
export interface Claim {
  readonly expectation: Expectation;
  readonly instance: InstanceId;
  readonly path: Path;
  readonly wishes: readonly Json[];
  readonly actual: Json | undefined;
}

/** Why a claim is not granted. */
export interface Overruling {
  readonly by: Expectation;
  /** Whether both cannot hold; else that could not be told, and the one that stands is not put at risk. */
  readonly decided: boolean;
}

interface StandingPart {
  readonly other: Expectation;
  readonly part: Expected;
  /** Its place among all that are expected of the instance. */
  readonly rank: number;
}

export class Ranking {
  private readonly standing: (instance: InstanceId) => readonly Expectation[];
  private readonly context: Context;
  private readonly ranked = new Map<InstanceId, readonly Expectation[]>();
  private readonly parts = new Map<string, Expected | undefined>();
  private readonly stood = new Map<string, { upTo: number; readonly parts: StandingPart[] }>();
  /** What each path comes to with all that has been granted so far. */
  private readonly granted = new Map<string, Json | undefined>();

  constructor(standing: (instance: InstanceId) => readonly Expectation[], context: Context) {
    this.standing = standing;
    this.context = context;
  }

  /**
   * Who stands above a claim and cannot hold together with it; undefined when the claim is granted. Claims come in the
   * order in which they stand.
   */
  overruling({ expectation, instance, path, wishes, actual }: Claim): Overruling | undefined {
    const place = `${instance}\0${path}`;
    const before = this.granted.has(place) ? this.granted.get(place) : actual;
    const after = nearestToAll(wishes, before, this.context, path);
    const value = typeof after === 'string' ? before : after.value;
    const standing = this.standingAt(expectation, instance, path);
    const wanted = wishes.map(wish => this.read(wish, path));
    // Each may leave room, and all together none: then whoever came last gives way, or they would take turns for ever.
    const room = holdTogether([...standing.map(({ part }) => part), ...wanted]);
    const last = standing.at(-1)?.other;
    for (const { other, part: theirs } of standing) {
      if (room === 'cannot' && (holdTogether([theirs, ...wanted]) === 'cannot' || other === last)) {
        return { by: other, decided: true };
      }
      if (!isOutstanding(theirs, value, this.context)) continue;
      // Theirs is unmet, which alone is no quarrel: two wishes of one list can both be met.
      const both = nearest(theirs.source, value, this.context, path);
      if (typeof both !== 'string' && this.meets(wishes, both.value, path)) continue;
      return { by: other, decided: true };
    }
    // What nobody can tell is granted only with a value at hand that meets everybody.
    if (
      room === 'undecided' &&
      last &&
      !this.isMetByOne([...standing.map(each => each.part.source), ...wishes], value, path)
    ) {
      return { by: last, decided: false };
    }
    this.granted.set(place, value);
    return undefined;
  }

  private isMetByOne(all: readonly Json[], value: Json | undefined, path: Path): boolean {
    const nearestOne = nearestToAll(all, value, this.context, path);
    return typeof nearestOne !== 'string' && this.meets(all, nearestOne.value, path);
  }

  /** All that stands at a path of an instance, in its order, as far as that has been asked for. */
  private standingAt(expectation: Expectation, instance: InstanceId, path: Path): readonly StandingPart[] {
    const ranked = this.rankedAt(instance);
    const own = ranked.findIndex(each => each.id === expectation.id || byStanding(each, expectation) > 0);
    const above = own < 0 ? ranked.length : own;
    const place = `${instance}\0${path}`;
    const known = this.stood.get(place) ?? { upTo: 0, parts: [] };
    this.stood.set(place, known);
    // Whether one stands depends on those above it alone, so that what was found for one claim holds for the next.
    for (; known.upTo < above; known.upTo++) {
      const other = ranked[known.upTo];
      const part = other && this.part(other, path);
      if (!part || holdTogether([...known.parts.map(each => each.part), part]) === 'cannot') continue;
      known.parts.push({ other, part, rank: known.upTo });
    }
    return known.parts.filter(({ rank }) => rank < above);
  }

  private rankedAt(instance: InstanceId): readonly Expectation[] {
    let ranked = this.ranked.get(instance);
    if (!ranked) {
      ranked = [...this.standing(instance)].sort(byStanding);
      this.ranked.set(instance, ranked);
    }
    return ranked;
  }

  private part(expectation: Expectation, path: Path): Expected | undefined {
    const name = `${expectation.id}\0${path}`;
    if (!this.parts.has(name)) {
      const part = expectedAt(refinedExpect(expectation, this.context.keyed), path, this.context.keyed);
      this.parts.set(name, part === undefined ? undefined : this.read(part, path));
    }
    return this.parts.get(name);
  }

  private meets(wishes: readonly Json[], value: Json | undefined, path: Path): boolean {
    return wishes.every(wish => !isOutstanding(this.read(wish, path), value, this.context));
  }

  private read(part: Json, path: Path): Expected {
    return readExpected(part, { ...this.context, at: path, lenient: true });
  }
}

function holdTogether(all: readonly Expected[]): Holding {
  return holding(all.map(({ node }) => ({ steps: [], node })));
}

/** The value that meets every wish, each laid over what the one before it came to; or why there is none. */
export function nearestToAll(
  wishes: readonly Json[],
  actual: Json | undefined,
  context: Context,
  path: Path,
): ReturnType<typeof nearest> {
  let value = actual;
  for (const wish of wishes) {
    const next = nearest(wish, value, context, path);
    if (typeof next === 'string') return next;
    value = next.value;
  }
  const against = wishes.find(wish =>
    isOutstanding(readExpected(wish, { ...context, at: path, lenient: true }), value, context),
  );
  return against === undefined
    ? { value }
    : `nothing meets both ${JSON.stringify(wishes[0])} and ${JSON.stringify(against)}`;
}
