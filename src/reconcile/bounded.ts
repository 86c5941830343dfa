/**
 * Stands between the loop and a driver: every call is answered within its time, a failure has a sentence, and what is
 * returned is what was promised. However bad a driver is, the loop goes on.
 */
import type { Ability, Steps } from '../core/ability.ts';
import { AgentError, sentence } from '../core/errors.ts';
import { instanceId } from '../core/ids.ts';
import type { Json } from '../core/json.ts';
import { type Effect, type Scene, sceneOf } from '../core/prediction.ts';
import type { TaskStep } from '../core/task.ts';
import type { Clock } from '../ports/clock.ts';
import type { Driver } from '../ports/driver.ts';
import type { Log } from '../ports/log.ts';
import { checkEffects, checkExamination, checkLook, checkSamples, checkSteps } from './believable.ts';

/** Where nobody says otherwise. */
export const DRIVER_TIMEOUT_MS = 30_000;

export interface BoundedParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly timeoutMs: number;
}

/** A driver that never answers is asked so many times at most; each question may hold something in it. */
const UNANSWERED_AT_MOST = 8;
/** After so many times its time nobody waits for an answer any more, and it may be asked once again. */
const GIVEN_UP_AFTER = 10;
/** Whoever stops the agent does not wait longer for a driver that hangs. */
const STOP_MS = 2_000;

export function bounded(driver: Driver, { clock, log, timeoutMs }: BoundedParts): Driver {
  const { name } = driver;
  const unanswered = new Map<object, number>();

  function ask<T>(what: string, call: () => Promise<T>, limitMs = timeoutMs): Promise<T> {
    const [oldest] = unanswered;
    if (oldest && unanswered.size >= UNANSWERED_AT_MOST) {
      if (clock.monotonic() - oldest[1] < timeoutMs * GIVEN_UP_AFTER) {
        const why = `the driver ${name} has left ${UNANSWERED_AT_MOST} calls unanswered, and is not asked to ${what}`;
        return Promise.reject(new AgentError('unreachable', why));
      }
      unanswered.delete(oldest[0]);
    }
    return new Promise<T>((resolve, reject) => {
      const question = {};
      const noLimit = clock.after(limitMs, () => {
        unanswered.set(question, clock.monotonic());
        log.warn('a driver does not answer', { driver: name, call: what, afterMs: limitMs });
        reject(new AgentError('unreachable', `the driver ${name} did not ${what} within ${limitMs} ms`));
      });
      const answered = (): void => {
        noLimit();
        unanswered.delete(question);
      };
      called(call).then(
        answer => {
          answered();
          resolve(answer);
        },
        (error: unknown) => {
          answered();
          reject(inASentence(name, what, error));
        },
      );
    });
  }

  const { narrow, actTogether, canTogether, boot, lifelines } = driver;
  return {
    name,
    abilities: driver.abilities.map(ability => boundedAbility(name, ability, log)),
    start: heard => ask('start', () => driver.start(heard)),
    stop: () => ask('stop', () => driver.stop(), Math.min(timeoutMs, STOP_MS)),
    look: async () => {
      const look = checkLook(name, await ask('look', () => driver.look()));
      // Nothing was seen later than now, whatever a driver says.
      const now = clock.now();
      return look.at <= now ? look : { ...look, at: now };
    },
    sample: async maxAgeMs => checkSamples(name, await ask('sample', () => driver.sample(maxAgeMs))),
    examine: async step => checkExamination(name, await ask('examine', () => driver.examine(step))),
    act: step => ask('act', () => driver.act(step)),
    undo: (step, before) => ask('undo', () => driver.undo(step, before)),
    ...(narrow ? { narrow: (step, before) => ask('narrow', () => narrow.call(driver, step, before)) } : {}),
    ...(actTogether ? { actTogether: steps => ask('act', () => actTogether.call(driver, steps)) } : {}),
    ...(canTogether ? { canTogether: steps => orElse(() => canTogether.call(driver, steps), false) } : {}),
    ...(boot ? { boot: () => orElse(() => boot.call(driver), undefined) } : {}),
    ...(lifelines ? { lifelines: () => ask('say its lifelines', () => lifelines.call(driver)) } : {}),
  };
}

/** What is thrown before there is a promise is an answer too. */
async function called<T>(call: () => Promise<T>): Promise<T> {
  return await call();
}

/** Whatever else a driver throws, nobody knows what became of what it was to do. */
function inASentence(driver: string, what: string, error: unknown): unknown {
  if (error instanceof AgentError) return error;
  return new AgentError('unreachable', `the driver ${driver} failed to ${what}: ${sentence(error)}`, { cause: error });
}

function orElse<T>(call: () => T, otherwise: T): T {
  try {
    return call();
  } catch {
    return otherwise;
  }
}

/** More steps than any plan has are not remembered for having failed. */
const FAILED_AT_MOST = 1_000;

/** What throws or answers nonsense is a sentence in the plan, and what it will do cannot be foretold is not done. */
function boundedAbility(driver: string, ability: Ability, log: Log): Ability {
  const { make, predict } = ability;
  const failed = new Map<string, string>();
  let isProven = false;

  /** What it would need a sentence for is asked again and again. */
  const tell = (what: string, error: unknown): string => {
    const why = `the driver ${driver} cannot say ${what} of a ${ability.kind}: ${sentence(error)}`;
    if (failed.size === 0) log.error('a driver fails to plan', { driver, path: ability.path, error: why });
    return why;
  };
  const fail = (step: TaskStep, error: unknown): string => {
    const why = tell(`what follows from a change of ${ability.path || 'the whole'}`, error);
    if (failed.size < FAILED_AT_MOST) failed.set(step.summary, why);
    return why;
  };
  const stepsOr = (call: () => Steps, scene: () => Scene): Steps => {
    try {
      const steps = checkSteps(driver, call());
      if (typeof steps === 'string') return steps;
      if (!isProven) {
        // Before anything is planned by it for the first time.
        for (const step of steps) checkedEffects(step, scene());
        isProven = steps.length > 0;
      }
      return steps.map(step => failed.get(step.summary)).find(each => each !== undefined) ?? steps;
    } catch (error) {
      return tell(`how to change ${ability.path || 'the whole'}`, error);
    }
  };
  const checkedEffects = (step: TaskStep, scene: Scene): readonly Effect[] =>
    checkEffects(driver, predict.call(ability, step, scene));

  return {
    ...ability,
    steps: (actual, wanted, how) =>
      stepsOr(
        () => ability.steps(actual, wanted, how),
        () =>
          sceneOf([
            {
              id: instanceId('foreseen'),
              type: 'resource',
              kind: ability.kind,
              document: actual,
              seq: 0,
              createdAt: 0,
            },
          ]),
      ),
    ...(make
      ? {
          make: (name: string, wanted: Json) =>
            stepsOr(
              () => make.call(ability, name, wanted),
              () => sceneOf([]),
            ),
        }
      : {}),
    predict: (step, scene) => {
      try {
        return checkedEffects(step, scene);
      } catch (error) {
        const { name } = step.args;
        const of = { kind: ability.kind, name: typeof name === 'string' ? name : '' };
        return [{ of, path: '', unsure: fail(step, error) }];
      }
    },
  };
}
