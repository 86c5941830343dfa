/** A turn of the loop while it lasts: what comes in, and what the loop does by its ports. */
import type { Call, Cue, Row, Said, TurnLine } from '../../core/recording/lines.ts';

export class Turn {
  readonly cue: Cue;
  readonly now: number[] = [];
  readonly even: number[] = [];
  readonly chance: number[] = [];
  readonly ids: string[] = [];
  readonly said: Said[] = [];
  readonly waits: number[] = [];
  readonly calls: Call[] = [];
  steps = 0;
  brokeOff: number | undefined;
  threw: string | undefined;

  constructor(cue: Cue) {
    this.cue = cue;
  }

  line(rows: readonly Row[]): TurnLine {
    const { now, even, chance, ids, said, waits, calls, brokeOff, threw } = this;
    return {
      turn: this.cue,
      ...(now.length > 0 ? { now: distances(now) } : {}),
      ...(even.length > 0 ? { even: distances(even) } : {}),
      ...(chance.length > 0 ? { chance } : {}),
      ...(ids.length > 0 ? { ids } : {}),
      ...(said.length > 0 ? { said } : {}),
      ...(brokeOff === undefined ? {} : { steps: brokeOff }),
      ...(waits.length > 0 ? { waits } : {}),
      ...(calls.length > 0 ? { calls } : {}),
      ...(rows.length > 0 ? { rows } : {}),
      ...(threw === undefined ? {} : { threw }),
    };
  }
}

function distances(readings: readonly number[]): readonly number[] {
  return readings.map((each, i) => each - (i === 0 ? 0 : (readings[i - 1] ?? 0)));
}
