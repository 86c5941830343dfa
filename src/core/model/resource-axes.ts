/**
 * The six axes of a resource of a kind as machines of our own: which words follow which, and which cannot stand beside
 * each other. The combinations are those of ITU-T X.731 (8.1 and its status attributes), as TMF639 v5 cites them; the
 * status of v4 is in v5 the parts that stand here as `...Status`. An axis of which nothing is said hinders nothing, and
 * `resourceVersion` is free.
 */
import { instantOf } from '../date-time.ts';
import { AgentError } from '../errors.ts';
import type { Instant } from '../ids.ts';
import { isArray, type Json, type JsonObject, property, sameJson } from '../json.ts';
import { called, eitherOf } from './words.ts';

type Words = readonly string[];

/** Where each word may go; `none` is an axis that says nothing. */
export const axisTransitions: Readonly<Record<string, Readonly<Record<string, Words>>>> = {
  lifecycleState: {
    none: ['planned', 'installed'],
    planned: ['installed', 'none'],
    installed: ['pendingRemoval', 'none'],
    // The removal may be called off.
    pendingRemoval: ['installed', 'none'],
  },
  administrativeState: {
    none: ['locked', 'unlocked', 'shuttingDown'],
    locked: ['unlocked', 'none'],
    unlocked: ['locked', 'shuttingDown', 'none'],
    shuttingDown: ['locked', 'unlocked', 'none'],
  },
};

interface Rule {
  readonly where: string;
  readonly is: Words;
  readonly there: string;
  readonly mustBe: Words;
}

const rule = (where: string, is: Words, there: string, mustBe: Words): Rule => ({ where, is, there, mustBe });

/** Where the first says this, the second says one of those. */
export const axisRules: readonly Rule[] = [
  rule('operationalState', ['disabled'], 'usageState', ['idle']),
  rule('administrativeState', ['locked'], 'usageState', ['idle']),
  rule('administrativeState', ['shuttingDown'], 'usageState', ['active', 'busy']),
  rule('lifecycleState', ['planned'], 'administrativeState', ['locked']),
  rule('lifecycleState', ['planned'], 'operationalState', ['disabled']),
  rule('lifecycleState', ['planned', 'pendingRemoval'], 'usageState', ['idle']),
  rule('availabilityStatus', ['failed', 'powerOff', 'offline', 'dependency', 'notInstalled'], 'operationalState', [
    'disabled',
  ]),
  rule('availabilityStatus', ['online', 'degraded'], 'operationalState', ['enabled']),
  rule('proceduralStatus', ['initializationRequired'], 'operationalState', ['disabled']),
  rule('proceduralStatus', ['reporting'], 'operationalState', ['enabled']),
  rule('controlStatus', ['reservedForTest'], 'administrativeState', ['locked']),
  rule('controlStatus', ['partOfServicesLocked', 'suspended'], 'administrativeState', ['unlocked']),
  rule('standbyStatus', ['hotStandby', 'coldStandby'], 'usageState', ['idle']),
];

const axes = [...new Set([...Object.keys(axisTransitions), ...axisRules.flatMap(each => [each.where, each.there])])];

/**
 * Refuses what cannot be: throws `conflict` with the axis as its pointer and says what would be allowed. `before` is
 * absent when the resource is new: its maker says how it is, and only what cannot stand together is refused. Of axes
 * that did not change nothing is asked.
 */
export function checkAxes(before: JsonObject | undefined, after: JsonObject): void {
  const changed = axes.filter(axis => !sameJson(property(before, axis), property(after, axis)));
  if (changed.length === 0) return;
  if (before) {
    for (const axis of changed) checkStep(axis, before, after);
    checkShutdown(before, after);
  }
  for (const each of axisRules) {
    if (!changed.includes(each.where) && !changed.includes(each.there)) continue;
    const [is] = wordsIn(after, each.where).filter(word => each.is.includes(word));
    const [there] = wordsIn(after, each.there);
    if (is === undefined || there === undefined || each.mustBe.includes(there)) continue;
    throw changed.includes(each.there)
      ? refusal(
          after,
          each.there,
          `cannot be ${there} while ${each.where} is ${is}; it is ${eitherOf(each.mustBe)} then`,
        )
      : refusal(
          after,
          each.where,
          `cannot be ${is} while ${each.there} is ${there}; that is ${eitherOf(each.mustBe)} then`,
        );
  }
}

/**
 * The document as it is once it has settled, checked: what X.731 lets follow by itself does (what is locked or disabled
 * is idle, what is idle has shut down and is locked), and the dates say since when it operates or no longer does.
 */
export function settleAxes(before: JsonObject | undefined, after: JsonObject, now: Instant): JsonObject {
  const settled = before ? withConsequences(before, after) : after;
  checkAxes(before, settled);
  return before ? withDates(before, settled, now) : settled;
}

function checkStep(axis: string, before: JsonObject, after: JsonObject): void {
  const from = wordIn(before, axis);
  const to = wordIn(after, axis);
  const allowed = axisTransitions[axis]?.[from];
  // A word that is no word of the axis is told by whoever checks the shape.
  if (allowed === undefined || axisTransitions[axis]?.[to] === undefined || allowed.includes(to) || from === to) return;
  const next = eitherOf(allowed.filter(word => word !== NONE));
  const is = from === NONE ? 'has said nothing so far' : `is ${from}`;
  throw refusal(after, axis, `cannot become ${to}: it ${is} and becomes ${next} from there`);
}

/** What is shutting down takes no new users. */
function checkShutdown(before: JsonObject, after: JsonObject): void {
  const shuttingDown = [before, after].every(each => wordIn(each, 'administrativeState') === 'shuttingDown');
  if (!shuttingDown || wordIn(before, 'usageState') !== 'active' || wordIn(after, 'usageState') !== 'busy') return;
  throw refusal(
    after,
    'usageState',
    'cannot become busy while administrativeState is shuttingDown: it becomes idle only',
  );
}

function withConsequences(before: JsonObject, after: JsonObject): JsonObject {
  const became = (axis: string, word: string): boolean => wordIn(after, axis) === word && wordIn(before, axis) !== word;
  const unsaid = (axis: string): boolean => sameJson(property(before, axis), property(after, axis));
  const stops = became('administrativeState', 'locked') || became('operationalState', 'disabled');
  const inUse = wordIn(after, 'usageState') !== NONE && wordIn(after, 'usageState') !== 'idle';
  const idle = stops && inUse && unsaid('usageState') ? { ...after, usageState: 'idle' } : after;
  const hasShutDown = wordIn(idle, 'administrativeState') === 'shuttingDown' && wordIn(idle, 'usageState') === 'idle';
  const steps = axisTransitions.administrativeState?.[wordIn(before, 'administrativeState')];
  return hasShutDown && steps?.includes('locked') ? { ...idle, administrativeState: 'locked' } : idle;
}

function withDates(before: JsonObject, after: JsonObject, now: Instant): JsonObject {
  const operated = operates(before);
  if (operated === operates(after)) return after;
  const at = new Date(now).toISOString();
  const date = operated ? 'endOperatingDate' : 'startOperatingDate';
  if (!sameJson(property(before, date), property(after, date))) return after;
  const { endOperatingDate: end, ...rest } = after;
  // An end that has passed is that of the last time.
  const endsAt = typeof end === 'string' ? instantOf(end) : undefined;
  const isOver = endsAt !== undefined && endsAt <= now;
  return { ...(operated || !isOver ? after : rest), [date]: at };
}

/** Enabled or, where nobody says, installed; and neither locked nor only planned. */
function operates(document: JsonObject): boolean {
  if (wordIn(document, 'administrativeState') === 'locked') return false;
  const operational = wordIn(document, 'operationalState');
  const lifecycle = wordIn(document, 'lifecycleState');
  return operational === NONE ? lifecycle === 'installed' : operational === 'enabled' && lifecycle !== 'planned';
}

const NONE = 'none';

function wordIn(document: JsonObject, axis: string): string {
  return wordsIn(document, axis)[0] ?? NONE;
}

/** One word, or several in a list. */
function wordsIn(document: JsonObject, axis: string): Words {
  const said: Json | undefined = property(document, axis);
  if (isArray(said)) return said.filter(each => typeof each === 'string');
  return typeof said === 'string' ? [said] : [];
}

function refusal(document: JsonObject, axis: string, why: string): AgentError {
  const id = property(document, 'id');
  const name = called({ id: typeof id === 'string' ? id : 'the resource', document });
  return new AgentError('conflict', `${axis} of ${name} ${why}`, { pointer: `/${axis}` });
}
