/**
 * The driver of a device that is looked at and acted on by commands which a firmware profile declares: whatever has a
 * command line can be expected of, without a line of code.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { AgentError } from '../../../core/errors.ts';
import { textOf } from '../../../core/exec/placeholders.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Driver, Sample } from '../../../ports/driver.ts';
import type { Log } from '../../../ports/log.ts';
import { execAbilities } from './abilities.ts';
import { act, examine, undo } from './acts.ts';
import { openDevice } from './device.ts';
import { openRunner, searchPath } from './run.ts';
import { programsOf, readExecSettings } from './settings.ts';

/** A command that does not stay is begun again, later each time. */
const AGAIN_MS = 1_000;
const AGAIN_AT_MOST_MS = 60_000;
/** A command that watches listens by then: what happened before, it has not told. */
const LISTENS_AFTER_MS = 1_000;
/** Whoever stayed so long had begun well. */
const STAYED_MS = 60_000;

export function openExec(options: { readonly settings: JsonObject; readonly clock: Clock; readonly log: Log }): Driver {
  const { clock, log } = options;
  const settings = readExecSettings(options.settings);
  const abilities = execAbilities(settings.abilities);
  const runner = openRunner(settings, clock);
  const device = openDevice(settings, runner, clock);
  const parts = { settings, abilities, device };
  let stopped = false;
  let boot: string | undefined;
  let lastSample: { readonly at: number; readonly samples: ReadonlyMap<string, Sample> } | undefined;
  let noWatch: (() => void) | undefined;
  // One at a time: two commands that change something could come between each other.
  let last: Promise<unknown> = Promise.resolve();

  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const running = last.then(() => {
      if (stopped) throw stoppedError();
      return run();
    });
    last = running.catch(() => {});
    return running;
  }

  function follow(ring: () => void, failures = 0): void {
    const { watch } = settings;
    if (!watch || stopped) return;
    const began = clock.monotonic();
    const noRing = clock.after(LISTENS_AFTER_MS, ring);
    const end = runner.follow(watch, watch.run.map(textOf), {
      line: ring,
      ended(how) {
        noRing();
        const count = clock.monotonic() - began > STAYED_MS ? 1 : failures + 1;
        const afterMs = Math.min(AGAIN_MS * 2 ** (count - 1), AGAIN_AT_MOST_MS);
        log.warn('the command that watches has ended', { how, againAfterMs: afterMs });
        noWatch = clock.after(afterMs, () => {
          // What happened meanwhile, nobody has told.
          ring();
          follow(ring, count);
        });
      },
    });
    noWatch = () => {
      noRing();
      end();
    };
  }

  return {
    name: 'exec',
    abilities,
    async start(heard) {
      stopped = false;
      const path = searchPath(settings).split(delimiter);
      for (const { program, at } of programsOf(settings)) {
        if (!isThere(program, path)) log.warn('a command of the profile is not there', { program, at });
      }
      follow(heard);
    },
    async stop() {
      stopped = true;
      noWatch?.();
      noWatch = undefined;
      runner.stop();
    },
    ...(settings.look.boot === undefined ? {} : { boot: () => boot }),
    async look() {
      if (stopped) throw stoppedError();
      const { boot: named, ...look } = await device.look();
      boot = named;
      return look;
    },
    async sample(maxAgeMs) {
      if (lastSample && clock.now() - lastSample.at <= maxAgeMs) return lastSample.samples;
      if (stopped) throw stoppedError();
      const at = clock.now();
      const samples = await device.sample();
      lastSample = { at, samples };
      return samples;
    },
    examine: step => (stopped ? Promise.reject(stoppedError()) : examine(parts, step)),
    async act(step) {
      await inTurn(() => act(parts, step));
      log.debug('a command was run', { step: step.summary });
    },
    undo: (step, before) => inTurn(() => undo(parts, step, before)),
  };
}

function stoppedError(): AgentError {
  return new AgentError('unreachable', 'the driver has been stopped');
}

function isThere(program: string, path: readonly string[]): boolean {
  const places = program.includes('/') ? [program] : path.map(folder => join(folder, program));
  return places.some(file => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
