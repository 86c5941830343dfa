/**
 * The driver of an FRR: BGP routers, their neighbors and networks, and static routes. It looks by the sockets of the
 * daemons and acts by way of `vtysh`. Several steps at once (`actTogether`) are not offered: the commands of `bgpd` take
 * effect one by one, and there is no candidate of them that could be committed whole.
 */
import { createHash } from 'node:crypto';
import { AgentError, sentence } from '../../../core/errors.ts';
import type { JsonObject } from '../../../core/json.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Driver, Look, Sample } from '../../../ports/driver.ts';
import type { Log } from '../../../ports/log.ts';
import { frrAbilities } from './abilities.ts';
import { act, examine, undo } from './effects.ts';
import { bgpKind, sightings, telemetryCharacteristics } from './facts.ts';
import { openRouter } from './router.ts';
import { runOf } from './run.ts';
import { readFrrSettings } from './settings.ts';

export function openFrr(options: { readonly settings: JsonObject; readonly clock: Clock; readonly log: Log }): Driver {
  const { clock, log } = options;
  const settings = readFrrSettings(options.settings);
  const router = openRouter(settings, clock);
  let lastSample: { readonly at: number; readonly samples: ReadonlyMap<string, Sample> } | undefined;
  let noPoll: (() => void) | undefined;
  let stopped = false;
  let trace: string | undefined;
  let run: string | undefined;

  async function read(): Promise<Look> {
    const at = clock.now();
    const before = await runOf(settings.vtyDir);
    const traceThen = await traced();
    const look = { at, sightings: sightings(await seeing(() => router.read())) };
    // What is seen is of one run, or nobody could tell what was lost from what was taken away.
    if ((await runOf(settings.vtyDir)) !== before)
      throw new AgentError('unreachable', 'FRR was started anew while it was looked at');
    run = before;
    // Without it, what we did ourselves and somebody undid at once would look as if nothing had happened.
    trace = traceThen;
    return look;
  }

  /** What there is to be seen, as a fingerprint; why nothing is, when nothing is. */
  async function traced(): Promise<string> {
    try {
      return createHash('sha256')
        .update(await router.trace())
        .digest('hex');
    } catch (error) {
      return sentence(error);
    }
  }

  async function poll(ring: () => void): Promise<void> {
    const now = await traced();
    if (stopped) return;
    if (now !== trace) ring();
    trace = now;
    noPoll = clock.after(settings.pollEveryMs, () => void poll(ring));
  }

  return {
    name: 'frr',
    abilities: frrAbilities(settings.save),
    /**
     * FRR 8 tells nobody of a change that he has not had it configured to tell (a log level, BMP), and what is configured
     * here is the operator's. So it is asked: four short questions now and then, which cost it less than a millisecond.
     */
    async start(heard) {
      stopped = false;
      trace = await traced();
      noPoll = clock.after(settings.pollEveryMs, () => void poll(heard));
    },
    async stop() {
      stopped = true;
      noPoll?.();
      noPoll = undefined;
      router.stop();
    },
    boot: () => run,
    look: read,
    async sample(maxAgeMs) {
      if (lastSample && clock.now() - lastSample.at <= maxAgeMs) return lastSample.samples;
      const at = clock.now();
      const samples = new Map<string, Sample>();
      for (const [vrf, sessions] of await seeing(() => router.telemetry())) {
        samples.set(`${bgpKind}/${vrf}`, { at, characteristics: telemetryCharacteristics(sessions) });
      }
      lastSample = { at, samples };
      return samples;
    },
    examine: step => seeing(() => examine(router, step)),
    async act(step) {
      await act(router, step);
      log.debug('frr was told', { step: step.summary });
    },
    undo: (step, before) => undo(router, step, before),
  };
}

/** Looking changes nothing, so FRR has nothing to refuse: whatever comes between means that it cannot be seen. */
async function seeing<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof AgentError && error.code !== 'refused') throw error;
    throw new AgentError('unreachable', `FRR cannot be seen: ${sentence(error)}`, { cause: error });
  }
}
