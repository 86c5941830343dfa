/** What all expectations together ask of the loop; found anew only when they have moved. */
import type { Expectation } from '../core/expectation.ts';
import type { Instant } from '../core/ids.ts';
import { nextBoundary } from '../core/target.ts';
import type { Reader } from '../ports/store.ts';

export class Asks {
  private readonly store: Reader;
  /** As they stand in the JSON text of an expectation. */
  private readonly telemetryNames: readonly string[];
  private readonly mentions = new WeakMap<Expectation, boolean>();
  private of: readonly Expectation[] | undefined;
  private freshest = Number.POSITIVE_INFINITY;
  private readTelemetry = false;
  private bounded: readonly Expectation[] = [];

  constructor(store: Reader, telemetryNames: readonly string[]) {
    this.store = store;
    this.telemetryNames = telemetryNames.map(name => JSON.stringify(name));
  }

  /** How fresh the one that wants it freshest wants what was last seen; infinite when none says. */
  get freshestMs(): number {
    this.catchUp();
    return this.freshest;
  }

  /** Whether any of them speaks of telemetry. */
  get samplesMatter(): boolean {
    this.catchUp();
    return this.readTelemetry;
  }

  /** Whether time alone starts or ends any of them. */
  get hasBoundaries(): boolean {
    this.catchUp();
    return this.bounded.length > 0;
  }

  /** When time alone next starts or ends one; infinite when it never does. */
  nextBoundary(now: Instant): Instant {
    this.catchUp();
    let next = Number.POSITIVE_INFINITY;
    for (const { validFor } of this.bounded) next = Math.min(next, nextBoundary(validFor, now) ?? next);
    return next;
  }

  private catchUp(): void {
    const all = this.store.expectations();
    if (this.of === all) return;
    this.of = all;
    this.freshest = Number.POSITIVE_INFINITY;
    for (const { freshnessMs } of all) this.freshest = Math.min(this.freshest, freshnessMs ?? this.freshest);
    this.readTelemetry = all.some(each => this.mentionsTelemetry(each));
    this.bounded = all.filter(each => each.validFor !== undefined);
  }

  private mentionsTelemetry(expectation: Expectation): boolean {
    if (this.telemetryNames.length === 0) return false;
    let mentions = this.mentions.get(expectation);
    if (mentions === undefined) {
      const text = JSON.stringify(expectation.expect);
      mentions = this.telemetryNames.some(name => text.includes(name));
      this.mentions.set(expectation, mentions);
    }
    return mentions;
  }
}
