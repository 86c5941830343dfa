/** What is next for a leaf, and when: at an instant where time alone decides, else once somebody has done something. */
import type { Mode } from './expectation.ts';
import type { Instant } from './ids.ts';
import { lasting } from './lasting.ts';
import type { Verdict } from './outstanding.ts';
import type { PlanState, Waiting } from './plan.ts';
import type { Attempt, Delegated, LeafRecord } from './settle/leaf-record.ts';
import type { WaitsOn } from './waits-on.ts';

export interface Next {
  /** What it waits for; absent where nothing has to happen first. */
  readonly on?: WaitsOn;
  /** What stands in the way, as a sentence without its full stop; absent where nothing does. */
  readonly because?: string;
  /** What is done next. */
  readonly next: string;
  readonly when: When;
}

export interface When {
  /** The moment, where time alone decides, or does if nobody comes before. */
  readonly at?: Instant;
  /** For people: `in 4 s`, `when a person approves plan 56764ace`. */
  readonly words: string;
  /** What a person would type for it. */
  readonly say?: string;
}

/** How things stand around a leaf. */
export interface Facing {
  readonly now: Instant;
  readonly verdict: Verdict;
  /** What may be done about it. */
  readonly mode: Mode;
  /** The steps that would meet it, as far as they may be done. */
  readonly steps: readonly string[];
  /** There is no way back from one of them. */
  readonly isFinal?: boolean;
  /** Why one of them needs a person's word twice. */
  readonly protected?: string;
  /** Why it is not done now. */
  readonly waiting?: Pick<Waiting, 'because' | 'until' | 'on' | 'what'>;
  readonly record?: Pick<LeafRecord, 'until' | 'attempts' | 'because' | 'stalled' | 'delegated' | 'tried' | 'coolOffs'>;
  /** The plan that serves it and has not ended. */
  readonly plan?: {
    readonly id: string;
    readonly state: PlanState;
    readonly until?: Instant;
    readonly held?: Pick<Waiting, 'because' | 'until' | 'on'>;
  };
  /** When it is looked at again by time alone. */
  readonly lookAt?: Instant;
  /** Of what does not apply: why, and when that changes by time alone. */
  readonly aside?: { readonly because: string; readonly at?: Instant };
  /** Words to be put into commands. */
  readonly say: {
    /** The instance as people name it; absent where there is none. */
    readonly thing?: string;
    readonly expectation: string;
    readonly instance?: string;
    readonly path: string;
    /** The stop sign that holds it. */
    readonly scope?: string;
  };
}

export function nextOf(facing: Facing): Next {
  switch (facing.verdict) {
    case 'met':
      if (facing.plan?.state === 'unconfirmed') return toConfirm(facing, facing.plan);
      return {
        next: facing.mode === 'enforce' ? 'nothing, but to put it right when it changes' : 'nothing',
        when: { words: 'when it changes, or what is wanted of it does' },
      };
    case 'inapplicable':
      return {
        next: 'nothing',
        when:
          facing.aside?.at === undefined
            ? { words: 'when that changes, or what is wanted does' }
            : at(facing.aside.at, facing.now),
      };
    case 'unknown':
      return {
        on: 'look',
        next: 'look again; nothing is repaired on what is not known',
        when: facing.lookAt === undefined ? { words: 'when it can be seen' } : at(facing.lookAt, facing.now),
      };
    case 'unmet':
      return nextOfUnmet(facing);
  }
}

function nextOfUnmet(facing: Facing): Next {
  const { plan, steps, waiting } = facing;
  const next = steps.join('; ');
  if (plan?.state === 'carryingOut') {
    return {
      next: next || 'the rest of the plan',
      when: { words: `now: plan ${short(plan.id)} is being carried out` },
    };
  }
  if (plan?.state === 'undoing') {
    return {
      on: 'confirmation',
      because: `plan ${short(plan.id)} is being taken back`,
      next: 'take back the rest of it',
      when: { words: 'now, and again until all is back' },
    };
  }
  if (plan?.state === 'unconfirmed') return toConfirm(facing, plan);
  if (plan?.state === 'approved') {
    if (!plan.held) return { next, when: { words: `in the next pass: plan ${short(plan.id)} is approved` } };
    return waits(facing, plan.held, next || 'what was approved');
  }
  if (steps.length > 0) return toBeDone(facing, next);
  if (waiting) return waits(facing, waiting, waiting.what ?? again(facing));
  return { next: 'it is judged again', when: { at: facing.now, words: 'in the next pass' } };
}

function toConfirm({ now }: Facing, plan: NonNullable<Facing['plan']>): Next {
  const id = short(plan.id);
  const back = plan.until === undefined ? '' : `; else it goes back ${at(plan.until, now).words}`;
  return {
    on: 'confirmation',
    because: `plan ${id} has touched what is protected, and nobody has confirmed it yet`,
    next: `keep what plan ${id} did`,
    when: {
      ...(plan.until === undefined ? {} : { at: plan.until }),
      words: `when a person confirms plan ${id}${back}`,
      say: `diffo confirm ${id} --by NAME`,
    },
  };
}

/** There are steps, and what is missing is somebody's leave at most. */
function toBeDone({ now, mode, plan, protected: why, isFinal, say }: Facing, next: string): Next {
  const make = `diffo plan${say.thing === undefined ? '' : ` --instance ${say.thing}`}`;
  const name = why === undefined ? '' : ' --by NAME';
  switch (mode) {
    case 'enforce':
      if (why === undefined) return { next, when: { at: now, words: 'in the next pass' } };
      break;
    case 'approve':
      break;
    case 'warn':
    case 'observe':
      return {
        on: 'mode',
        because: `${why === undefined ? '' : `it is protected: ${why}; `}${permission[mode]}`,
        next,
        when: { words: 'when a person makes a plan of it and applies that', say: make },
      };
  }
  const final = isFinal ? 'there is no way back, so a person has to say yes' : permission.approve;
  const because = why === undefined ? final : `it is protected: ${why}`;
  const when: When =
    plan?.state === 'proposed'
      ? { words: `when a person approves plan ${short(plan.id)}`, say: `diffo approve ${short(plan.id)}${name}` }
      : { words: 'when a person makes a plan of it and approves that', say: make };
  return { on: 'approval', because, next, when };
}

const permission = {
  observe: 'mode observe: it is judged only',
  warn: 'mode warn: it is told, and not touched',
  approve: 'mode approve: a plan waits for a yes',
};

function waits(facing: Facing, { because, until, on }: Pick<Waiting, 'because' | 'until' | 'on'>, next: string): Next {
  const { now, record, say } = facing;
  const held = (named: WaitsOn | undefined, when: When): Next => ({
    ...(named === undefined ? {} : { on: named }),
    because,
    next,
    when,
  });
  const then = (words: string, command?: string): When => ({
    ...(until === undefined ? {} : at(until, now)),
    words: until === undefined ? words : `${at(until, now).words}, or ${words}`,
    ...(command === undefined ? {} : { say: command }),
  });
  const leaf = `leaf:${say.expectation}:${say.instance ?? ''}`;
  switch (on) {
    case 'pause':
      return held(on, {
        words: 'when a person resumes it',
        say: `diffo resume ${say.scope ?? leaf}`,
      });
    case 'outOfBand': {
      const words = `diffo decide ${short(say.expectation)} ${say.thing ?? say.instance ?? ''} ${say.path || '/'}`;
      return held(on, {
        words: 'when a person decides what becomes of it',
        say: `${words} restore|adopt|manage`,
      });
    }
    case 'freeze':
      return held(on, then('when a person thaws it', 'diffo thaw'));
    case 'budget':
      return held(
        on,
        then(
          'when a person approves a plan of it',
          `diffo plan${say.thing === undefined ? '' : ` --instance ${say.thing}`}`,
        ),
      );
    case 'confirmation':
      return held(on, then('when a person confirms that plan', 'diffo plan --list'));
    case 'window':
      return held(on, until === undefined ? { words: 'when its maintenance window opens' } : at(until, now));
    case 'halfMade':
      return held(on, { words: 'when it is whole' });
    case 'overruled':
      return held(on, { words: 'when that one is withdrawn, or wants less' });
    case 'need':
      return held(on, { words: 'when that is so' });
    case 'element':
      return held(on, { words: 'when the element lets it be done' });
    case 'nobody':
      return held(on, { words: 'when somebody changes it at the element, or what is wanted of it' });
    default:
      break;
  }
  if (record?.delegated?.expectation !== undefined) return handedOn(record.delegated, record.stalled?.because, now);
  if (record?.stalled) {
    const { because: said, unblocks } = record.stalled;
    const { peer, came } = record.delegated ?? {};
    const why =
      peer === undefined ? said : `${said}; it had been handed to ${peer}${came === undefined ? '' : `: ${came}`}`;
    const words = `when somebody sees to it: ${unblocks}`;
    return {
      on: 'stalled',
      because: `stalled: ${why}`,
      next,
      when: { words, say: `diffo resume ${say.thing ?? leaf}` },
    };
  }
  if (on === 'peer') return held(on, then('when that peer has met it'));
  if (until === undefined) return held(on, { words: 'when that is over' });
  return held(on ?? (record && record.attempts > 0 ? 'backoff' : 'hold'), at(until, now));
}

/** A peer has it, until it is taken back. */
function handedOn({ peer, until }: Delegated, stalled: string | undefined, now: Instant): Next {
  const why = stalled === undefined ? '' : `stalled: ${stalled}; `;
  return {
    on: 'peer',
    because: `${why}handed to ${peer}`,
    next: `${peer} meets it, or it is taken back`,
    when: { at: until, words: `when ${peer} has met it, else ${at(until, now).words}` },
  };
}

/** What is done for it once it may be. */
function again({ record, waiting }: Facing): string {
  if (waiting?.on === 'nobody') return 'nothing by itself';
  if (waiting?.on === 'outOfBand') return 'it is put right, taken over, or no longer wanted';
  const latest: Attempt | undefined = record?.tried?.at(-1);
  if (record?.stalled) return 'nothing';
  return latest === undefined ? 'it is put right, as far as that can be done' : `try again: ${latest.what}`;
}

function at(instant: Instant, now: Instant): { readonly at: Instant; readonly words: string } {
  return { at: instant, words: instant <= now ? 'in the next pass' : `in ${lasting(instant - now)}` };
}

function short(id: string): string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-/.test(id) ? id.slice(0, 8) : id;
}
