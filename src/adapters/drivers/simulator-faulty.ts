/** Stands before a simulator and lets things go wrong, by chance or when a test says so. */
import { AgentError } from '../../core/errors.ts';
import { type Json, sameJson } from '../../core/json.ts';
import { at } from '../../core/path.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Step } from '../../ports/driver.ts';
import type { Log } from '../../ports/log.ts';
import { tmfKeyedArrays } from '../../tmf/keyed-arrays.ts';
import type { SimulatedWorld, Simulator } from './simulator.ts';
import {
  type ActFault,
  FaultLots,
  type GarbageSort,
  garbled,
  noFaults,
  type OtherWriter,
  type SimulatedFaults,
} from './simulator-faults.ts';

export type FaultyCall = 'look' | 'sample' | 'examine' | 'act' | 'undo';

/** What a test lets go wrong. */
export interface FaultyWorld extends SimulatedWorld {
  /** The next act is not done, and said to be. */
  dropNext(): void;
  /** The next act is done and said to be refused. */
  denyNext(): void;
  /** The next call of this sort is never answered. */
  hangNext(call: FaultyCall): void;
  /** The next look is none. */
  garbleNext(sort: GarbageSort): void;
  /** After the next act it starts anew. */
  resetNext(kept?: { readonly keepsSettings: boolean }): void;
  /** From now on somebody else sets a path back; the returned function ends that. */
  otherWriter(writer: OtherWriter): () => void;
  /** How often each of the other writers has written. */
  readonly written: ReadonlyMap<string, number>;
  /** What goes wrong by chance from now on. */
  setFaults(faults: SimulatedFaults): void;
}

export interface FaultySimulator extends Simulator {
  readonly world: FaultyWorld;
}

/** Somebody else, what he wants, and what he is about to do. */
interface Rival {
  readonly writer: OtherWriter;
  wanted: Json | undefined;
  knows: boolean;
  off: (() => void) | undefined;
}

export function openFaulty(
  simulator: Simulator,
  { clock, log, faults = noFaults }: { readonly clock: Clock; readonly log: Log; readonly faults?: SimulatedFaults },
): FaultySimulator {
  let lots = new FaultLots(faults);
  const hanging = new Set<FaultyCall>();
  const acts: ActFault[] = [];
  const written = new Map<string, number>();
  const rivals = new Set<Rival>(faults.otherWriters.map(rivalOf));
  let garbage: GarbageSort | undefined;

  async function meet(call: FaultyCall): Promise<void> {
    const { hangs, isUnreachable, lateMs } = lots.ofCall();
    if (hanging.delete(call) || hangs) {
      log.debug('the simulated element hangs', { call });
      await new Promise<never>(() => {});
    }
    if (lateMs > 0) await new Promise<void>(resolve => void clock.after(lateMs, resolve));
    if (isUnreachable) throw new AgentError('unreachable', 'the simulated element does not answer');
  }

  async function standing({ kind, key, path }: OtherWriter): Promise<Json | undefined> {
    const { sightings } = await simulator.look();
    return at(sightings.find(each => each.kind === kind && each.key === key)?.facts, path, tmfKeyedArrays);
  }

  async function remember(): Promise<void> {
    for (const rival of rivals) {
      if (rival.knows) continue;
      rival.wanted = await standing(rival.writer);
      rival.knows = true;
    }
  }

  /** Whoever finds what he holds otherwise sets it back after his time. */
  async function provoke(): Promise<void> {
    for (const rival of rivals) {
      if (rival.off || sameJson(await standing(rival.writer), rival.wanted)) continue;
      const { name, kind, key, path, afterMs, signsAt } = rival.writer;
      rival.off = clock.after(afterMs, () => {
        rival.off = undefined;
        try {
          simulator.world.change(kind, key, path, rival.wanted);
          if (signsAt !== undefined) simulator.world.change(kind, key, signsAt, name);
          written.set(name, (written.get(name) ?? 0) + 1);
        } catch {
          // What he wrote on has gone.
        }
      });
    }
  }

  async function carryOut(step: Step, { done, says, resets }: ActFault): Promise<void> {
    if (done) {
      await remember();
      await simulator.act(step);
      if (resets) simulator.world.reboot(resets);
      await provoke();
    }
    switch (says) {
      case 'done':
        return;
      case 'refused':
        throw new AgentError('refused', 'the simulated element says that it did not do it');
      case 'nothing':
        throw new AgentError('unreachable', 'the simulated element did not say whether it was done');
    }
  }

  return {
    ...simulator,
    async stop() {
      for (const { off } of rivals) off?.();
      await simulator.stop();
    },
    async look() {
      await meet('look');
      const look = await simulator.look();
      const broken = lots.ofLook(look);
      const sort = garbage;
      garbage = undefined;
      return sort === undefined ? (broken ?? look) : garbled(look, sort);
    },
    async sample(maxAgeMs) {
      await meet('sample');
      return simulator.sample(maxAgeMs);
    },
    async examine(step) {
      await meet('examine');
      return simulator.examine(step);
    },
    async act(step) {
      await meet('act');
      const byChance = lots.ofAct();
      await carryOut(step, acts.shift() ?? byChance);
    },
    async undo(step, before) {
      await meet('undo');
      await simulator.undo(step, before);
      await provoke();
    },
    world: {
      ...simulator.world,
      dropNext: () => void acts.push({ done: false, says: 'done' }),
      denyNext: () => void acts.push({ done: true, says: 'refused' }),
      hangNext: call => void hanging.add(call),
      garbleNext(sort) {
        garbage = sort;
      },
      resetNext: (kept = { keepsSettings: false }) => void acts.push({ done: true, says: 'done', resets: kept }),
      otherWriter(writer) {
        const rival = rivalOf(writer);
        rivals.add(rival);
        return () => {
          rival.off?.();
          rivals.delete(rival);
        };
      },
      written,
      setFaults(next) {
        lots = new FaultLots(next);
        for (const each of next.otherWriters) rivals.add(rivalOf(each));
      },
    },
  };
}

function rivalOf(writer: OtherWriter): Rival {
  return { writer, wanted: writer.value, knows: writer.value !== undefined, off: undefined };
}
