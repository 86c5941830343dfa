/**
 * The life of a service of a kind, as a table: Diffo's eight states, and TMF's `designed` between the check and the
 * reservation.
 *
 * Two states have no word in TMF: `initial` is shown as `designed` and `cancelled` as `terminated`. So what TMF calls
 * `designed` is either: a client that writes what it was shown changes nothing, and one that says `designed` of a new
 * service or by the step `design` has it kept as such. A client that asks for `terminated` where only cancelling is
 * possible cancels.
 */
import { didYouMean } from '../did-you-mean.ts';
import { AgentError } from '../errors.ts';
import type { Instant } from '../ids.ts';
import { type Json, type JsonObject, property } from '../json.ts';
import type { Kind, KindTransition } from '../kind.ts';
import { called, eitherOf, shown } from './words.ts';

export const serviceStates = [
  'initial',
  'feasibilityChecked',
  'designed',
  'reserved',
  'inactive',
  'active',
  'suspended',
  'cancelled',
  'terminated',
] as const;
export type ServiceState = (typeof serviceStates)[number];

/** Of a service whose maker says none. */
export const firstServiceState: ServiceState = 'initial';

type Step = KindTransition & { readonly from: readonly ServiceState[]; readonly to: ServiceState };

/** Which step leads from where to where, and what it does to the operating status and the dates. */
export const serviceSteps: readonly Step[] = [
  { name: 'feasibilityCheck', from: ['initial'], to: 'feasibilityChecked' },
  { name: 'design', from: ['initial', 'feasibilityChecked'], to: 'designed' },
  { name: 'reserve', from: ['initial', 'feasibilityChecked', 'designed'], to: 'reserved', operatingStatus: 'pending' },
  { name: 'deactivate', from: ['active', 'reserved'], to: 'inactive', operatingStatus: 'configured' },
  {
    name: 'activate',
    from: ['initial', 'feasibilityChecked', 'designed', 'reserved', 'inactive', 'suspended', 'terminated'],
    to: 'active',
    operatingStatus: 'starting',
    stamp: 'startDate',
  },
  { name: 'suspend', from: ['active'], to: 'suspended', operatingStatus: 'limited' },
  {
    name: 'terminate',
    from: ['active', 'inactive', 'suspended'],
    to: 'terminated',
    operatingStatus: 'stopping',
    stamp: 'endDate',
  },
  {
    name: 'cancel',
    from: ['initial', 'feasibilityChecked', 'designed', 'reserved'],
    to: 'cancelled',
    operatingStatus: 'unknown',
    stamp: 'endDate',
  },
];

/** The step that leaves the state as it is and says the operating status. */
const STATUS = 'status';

/** TMF's words for how a service does, and two of Diffo's for what a feasibility check found. */
export const operatingStatuses = [
  'pending',
  'configured',
  'starting',
  'running',
  'degraded',
  'failed',
  'limited',
  'stopping',
  'stopped',
  'unknown',
  'feasible',
  'not_feasible',
] as const;

/** What a feasibility check may find. */
const findings = ['pending', 'unknown', 'feasible', 'not_feasible'];

/** How TMF calls the states that it has no word for. */
export const stateInTmf: Readonly<Record<string, string>> = { initial: 'designed', cancelled: 'terminated' };
/** The same of operating statuses: what is feasible waits for the next step; what is not has failed its first. */
export const operatingStatusInTmf: Readonly<Record<string, string>> = { feasible: 'pending', not_feasible: 'failed' };

/** The word that a TMF client is shown for a kept state; its own where TMF has it. */
export function shownState(state: string): string {
  return Object.hasOwn(stateInTmf, state) ? (stateInTmf[state] ?? state) : state;
}

/** The same for an operating status. */
export function shownOperatingStatus(status: string): string {
  return Object.hasOwn(operatingStatusInTmf, status) ? (operatingStatusInTmf[status] ?? status) : status;
}

/** What is asked of a service: a step by its name, or the state to be in. */
export type Asked = { readonly name: string } | { readonly to: string };

/**
 * The document after a step, with its operating status and dates; the same document when the state asked for is the one
 * it has or is shown with. Throws `invalid` for words that there are none of, `conflict` when no step leads there from
 * here; both say what would be allowed.
 */
export function transition(
  kind: Kind | undefined,
  document: JsonObject,
  asked: Asked,
  now: Instant,
  operatingStatus?: Json,
): JsonObject {
  const steps = stepsOf(kind);
  const state = stateIn(document);
  const status = operatingStatus === undefined ? undefined : known(document, operatingStatus);
  if ('name' in asked && asked.name === STATUS) {
    if (status !== undefined) return { ...document, operatingStatus: status };
    throw new AgentError('invalid', `say the operatingStatus of ${calledIn(document)}: ${eitherOf(operatingStatuses)}`);
  }
  const isHere = 'to' in asked && (asked.to === state || asked.to === shownState(state));
  if (isHere) return status === undefined ? document : { ...document, operatingStatus: status };
  const fits = steps.filter(step => ('name' in asked ? step.name === asked.name : leadsTo(step, asked.to)));
  const step = fits.find(each => each.from.includes(state));
  if (!step) throw refusal(document, steps, asked, fits.length > 0);
  if (step.name === 'feasibilityCheck' && status !== undefined && !findings.includes(status)) {
    throw new AgentError(
      'invalid',
      `a feasibility check finds ${eitherOf(findings)}, not ${status}; say that as the operatingStatus or leave it out`,
      { pointer: '/operatingStatus' },
    );
  }
  const becomes = status ?? step.operatingStatus;
  return {
    ...document,
    state: step.to,
    ...(becomes === undefined ? {} : { operatingStatus: becomes }),
    ...(step.stamp === undefined ? {} : { [step.stamp]: new Date(now).toISOString() }),
  };
}

/** The steps that a service of a kind can take from its state. */
export function stepsFrom(kind: Kind | undefined, document: JsonObject): readonly KindTransition[] {
  const state = stateIn(document);
  return stepsOf(kind).filter(step => step.from.includes(state));
}

/** The kind's own steps come after those that every service has. */
function stepsOf(kind: Kind | undefined): readonly KindTransition[] {
  return kind?.transition === undefined ? serviceSteps : [...serviceSteps, ...kind.transition];
}

function stateIn(document: JsonObject): string {
  const state = property(document, 'state');
  return typeof state === 'string' ? state : firstServiceState;
}

/** Asking for what a state is shown as is asking for the state. */
function leadsTo(step: KindTransition, to: string): boolean {
  return step.to === to || shownState(step.to) === to;
}

function known(document: JsonObject, status: Json): string {
  const word = operatingStatuses.find(each => each === status);
  // What is shown in TMF's words comes back in them.
  const kept = property(document, 'operatingStatus');
  if (typeof kept === 'string' && shownOperatingStatus(kept) === status) return kept;
  if (word !== undefined) return word;
  const near = typeof status === 'string' ? didYouMean(status, operatingStatuses) : '';
  throw new AgentError('invalid', `operatingStatus is ${eitherOf(operatingStatuses)}, not ${shown(status)}${near}`, {
    pointer: '/operatingStatus',
  });
}

function refusal(document: JsonObject, steps: readonly KindTransition[], asked: Asked, isKnown: boolean): AgentError {
  const pointer = '/state';
  if (!isKnown) {
    const word = 'name' in asked ? asked.name : asked.to;
    const words = 'name' in asked ? [...steps.map(each => each.name), STATUS] : steps.map(each => shownState(each.to));
    const all = [...new Set(words)];
    const what = 'name' in asked ? `there is no step ${word}; there is` : `no step leads to ${word}; state becomes`;
    return new AgentError('invalid', `${what} ${eitherOf(all)}${didYouMean(word, all)}`, { pointer });
  }
  const state = stateIn(document);
  const seen = shownState(state) === state ? state : `${state} (shown as ${shownState(state)})`;
  const wish = 'name' in asked ? `cannot ${asked.name}` : `cannot become ${asked.to}`;
  const possible = steps.filter(each => each.from.includes(state)).map(each => `${each.to} (${each.name})`);
  const from =
    possible.length === 0 ? 'nothing leads away from there' : `from there it can become ${eitherOf(possible)}`;
  return new AgentError('conflict', `${calledIn(document)} is ${seen} and ${wish}; ${from}`, { pointer });
}

function calledIn(document: JsonObject): string {
  const id = property(document, 'id');
  return called({ id: typeof id === 'string' ? id : 'the service', document });
}
