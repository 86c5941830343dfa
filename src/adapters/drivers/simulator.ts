/**
 * A simulated element: plain data that can be looked at and set, and a world around it in which things go wrong on
 * demand. For trying expectations without touching anything real, and for tests.
 */
import * as z from 'zod';
import type { Ability } from '../../core/ability.ts';
import { AgentError } from '../../core/errors.ts';
import { characteristicArray, type InstanceType } from '../../core/instance.ts';
import { isArray, isObject, type Json, type JsonObject, property, sameJson } from '../../core/json.ts';
import { at, keyName, keyOf, keysOfArray, type Path, segment, segments } from '../../core/path.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BadQuality, Driver, NaturalKey, Sample, Sighting, Step } from '../../ports/driver.ts';
import type { Log } from '../../ports/log.ts';
import { tmfKeyedArrays } from '../../tmf/keyed-arrays.ts';

/** What else is so when something is so: a locked port is disabled. */
export interface Consequence {
  readonly when: { readonly path: Path; readonly is: Json };
  readonly also: { readonly [path: Path]: Json };
}

/** A characteristic that moves: `value` at the start of the element, and what is added each second. */
export interface SimulatedTelemetry {
  readonly name: string;
  readonly value: number;
  readonly perSecond: number;
}

export interface SimulatedElement extends NaturalKey {
  readonly type: InstanceType;
  /** TMF v5 shape, with a name that is its own within its kind. */
  readonly facts: JsonObject;
  readonly supportedBy: readonly NaturalKey[];
  readonly telemetry: readonly SimulatedTelemetry[];
  /** The paths that can be set; of any value, unless there is a list of allowed ones. */
  readonly settable: readonly { readonly path: Path; readonly oneOf?: readonly Json[] }[];
  readonly consequences: readonly Consequence[];
}

const path = z.string().regex(/^\//, 'a path such as /administrativeState');
const json = z.json();
const naturalKey = z.strictObject({ kind: z.string().min(1), key: z.string().min(1) });
const element = naturalKey.extend({
  type: z.enum(['service', 'resource']).default('resource'),
  facts: z.record(z.string(), json).refine(facts => typeof facts.name === 'string', 'an element needs a name'),
  supportedBy: z.array(naturalKey).default([]),
  telemetry: z
    .array(z.strictObject({ name: z.string().min(1), value: z.number().default(0), perSecond: z.number().default(0) }))
    .default([]),
  settable: z.array(z.strictObject({ path, oneOf: z.array(json).optional() })).default([]),
  consequences: z
    .array(z.strictObject({ when: z.strictObject({ path, is: json }), also: z.record(path, json) }))
    .default([]),
});
const elementList = z.array(element);

/** Reads the elements from the settings of a profile; throws `invalid` with the place. */
export function readElements(source: unknown): SimulatedElement[] {
  const read = elementList.safeParse(source);
  if (!read.success) {
    const [issue] = read.error.issues;
    const pointer = (issue?.path ?? []).map(part => `/${String(part)}`).join('');
    throw new AgentError('invalid', `the simulated elements cannot be used: ${pointer}: ${issue?.message}`, {
      pointer,
    });
  }
  const names = new Set<string>();
  read.data.forEach((each, i) => {
    for (const name of [`key ${each.key}`, `name ${String(each.facts.name)}`]) {
      if (names.has(`${each.kind} ${name}`)) {
        const pointer = `/${i}`;
        throw new AgentError('invalid', `there are two simulated elements of kind ${each.kind} with the ${name}`, {
          pointer,
        });
      }
      names.add(`${each.kind} ${name}`);
    }
  });
  return read.data.map(({ settable, ...each }) => ({
    ...each,
    settable: settable.map(({ path: where, oneOf }) => ({ path: where, ...(oneOf === undefined ? {} : { oneOf }) })),
  }));
}

/** What happens to the element from outside, and what goes wrong. */
export interface SimulatedWorld {
  /** The next act is refused with this sentence. */
  refuseNext(sentence: string): void;
  /** The next act happens, but nobody hears that it did. */
  loseNextAnswer(): void;
  setUnreachable(unreachable: boolean): void;
  /** No telemetry can be taken, for this reason; undefined ends that. */
  withholdTelemetry(because: string | undefined): void;
  /** The element says of what it tells at a path that it is not to be relied on; undefined: that it is again. */
  doubt(kind: string, key: string, path: Path, why: string | undefined): void;
  /** Every look, sample, examination and act takes this long. */
  setSlow(ms: number): void;
  /** Starts anew; all that was set is forgotten unless it is kept. */
  reboot(kept?: { readonly keepsSettings: boolean }): void;
  /** Somebody else changes something; undefined takes it away. */
  change(kind: string, key: string, path: Path, value: Json | undefined): void;
  add(element: SimulatedElement): void;
  remove(kind: string, key: string): void;
  /** The same thing under another key and name, as a renamed interface is. */
  rename(kind: string, key: string, to: { readonly key: string; readonly name: string }): void;
}

export interface Simulator extends Driver {
  readonly world: SimulatedWorld;
}

interface Live {
  readonly initial: SimulatedElement;
  key: string;
  facts: JsonObject;
  readonly number: number;
  /** By path. */
  bad: BadQuality;
}

const order = { unlock: 10, set: 50, lock: 90 };

export function openSimulator(options: { clock: Clock; log: Log; elements: readonly SimulatedElement[] }): Simulator {
  const { clock, log } = options;
  let heard: (() => void) | undefined;
  let ringing = false;
  let isStopped = false;
  let boot = 1;
  let bootedAt = clock.now();
  let count = 0;
  let refusal: string | undefined;
  let losesAnswer = false;
  let isUnreachable = false;
  let withheld: string | undefined;
  let delayMs = 0;
  let lastSample: { readonly at: number; readonly samples: ReadonlyMap<string, Sample> } | undefined;
  const live: Live[] = options.elements.map(initial => begin(initial, ++count));

  function ring(): void {
    if (ringing) return;
    ringing = true;
    queueMicrotask(() => {
      ringing = false;
      heard?.();
    });
  }

  async function reach(): Promise<void> {
    if (isStopped) throw new AgentError('unreachable', 'the driver has been stopped');
    if (delayMs > 0) await new Promise<void>(resolve => void clock.after(delayMs, resolve));
    if (isUnreachable) throw new AgentError('unreachable', 'the simulated element does not answer');
  }

  function find(kind: string, key: string): Live {
    const found = live.find(each => each.initial.kind === kind && each.key === key);
    if (!found) throw new AgentError('notFound', `there is no simulated ${kind} with the key ${key}`);
    return found;
  }

  function target(step: Step): { element: Live; path: Path; value: Json | undefined } {
    const { kind, name, path: where, value } = step.args;
    if (step.op !== 'set' || typeof where !== 'string') {
      throw new AgentError('invalid', `the simulator does not know the step ${step.op}`);
    }
    const found = live.find(each => each.initial.kind === kind && each.facts.name === name);
    if (!found) throw new AgentError('moved', `there is no simulated ${String(kind)} called ${String(name)} any more`);
    return { element: found, path: where, value };
  }

  function set(element: Live, where: Path, value: Json | undefined): void {
    element.facts = withConsequences(put(element.facts, where, value), element.initial.consequences);
    ring();
  }

  return {
    name: 'simulator',
    abilities: abilitiesOf(options.elements, (kind, name, where) =>
      live.some(
        each =>
          each.initial.kind === kind &&
          each.facts.name === name &&
          each.initial.settable.some(one => one.path === where),
      ),
    ),
    async start(call) {
      isStopped = false;
      heard = call;
    },
    async stop() {
      isStopped = true;
      heard = undefined;
    },
    async look() {
      await reach();
      return { at: clock.now(), sightings: live.map(each => sighting(each, boot)) };
    },
    async sample(maxAgeMs) {
      if (lastSample && clock.now() - lastSample.at <= maxAgeMs) return lastSample.samples;
      await reach();
      if (withheld !== undefined) throw new AgentError('unreachable', withheld);
      const now = clock.now();
      const samples = new Map<string, Sample>();
      for (const each of live) {
        const { initial, key } = each;
        if (initial.telemetry.length === 0) continue;
        const characteristics = initial.telemetry.map(one => moved(one, (now - bootedAt) / 1000));
        samples.set(`${initial.kind}/${key}`, { at: now, characteristics, ...badly(badTelemetry(each)) });
      }
      lastSample = { at: now, samples };
      return samples;
    },
    async examine(step) {
      await reach();
      const { element: found, path: where, value } = target(step);
      const touched = [where, ...found.initial.consequences.flatMap(each => Object.keys(each.also))];
      return {
        already: sameJson(at(found.facts, where, tmfKeyedArrays), value),
        before: touched.map(each => {
          const was = at(found.facts, each, tmfKeyedArrays);
          return { path: each, ...(was === undefined ? {} : { value: was }) };
        }),
      };
    },
    async act(step) {
      await reach();
      const { element: found, path: where, value } = target(step);
      const said = refusal;
      refusal = undefined;
      if (said !== undefined) throw new AgentError('refused', said);
      const allowed = found.initial.settable.find(each => each.path === where)?.oneOf;
      if (allowed && !allowed.some(each => sameJson(each, value))) {
        throw new AgentError('refused', `${JSON.stringify(value)} cannot be set at ${where} of ${found.facts.name}`);
      }
      set(found, where, value);
      log.debug('the simulated element was set', { summary: step.summary });
      if (losesAnswer) {
        losesAnswer = false;
        throw new AgentError('unreachable', 'the simulated element did not say whether it was done');
      }
    },
    async undo(step, before) {
      await reach();
      const { element: found } = target(step);
      for (const each of isArray(before) ? before : []) {
        const where = property(each, 'path');
        if (typeof where === 'string') found.facts = put(found.facts, where, property(each, 'value'));
      }
      ring();
    },
    world: {
      refuseNext(text) {
        refusal = text;
      },
      loseNextAnswer() {
        losesAnswer = true;
      },
      setUnreachable(unreachable) {
        isUnreachable = unreachable;
        ring();
      },
      withholdTelemetry(because) {
        withheld = because;
        lastSample = undefined;
      },
      doubt(kind, key, where, why) {
        const found = find(kind, key);
        const { [where]: _, ...rest } = found.bad;
        found.bad = why === undefined ? rest : { ...rest, [where]: why };
        lastSample = undefined;
        ring();
      },
      setSlow(ms) {
        delayMs = ms;
      },
      reboot(kept) {
        boot++;
        bootedAt = clock.now();
        lastSample = undefined;
        if (!kept?.keepsSettings) for (const each of live) each.facts = begin(each.initial, each.number).facts;
        ring();
      },
      change: (kind, key, where, value) => set(find(kind, key), where, value),
      add(added) {
        live.push(begin(added, ++count));
        ring();
      },
      remove(kind, key) {
        live.splice(live.indexOf(find(kind, key)), 1);
        ring();
      },
      rename(kind, key, to) {
        const found = find(kind, key);
        found.key = to.key;
        found.facts = { ...found.facts, name: to.name };
        ring();
      },
    },
  };
}

function begin(initial: SimulatedElement, number: number): Live {
  return { initial, key: initial.key, facts: withConsequences(initial.facts, initial.consequences), number, bad: {} };
}

function sighting({ initial, key, facts, number, bad }: Live, boot: number): Sighting {
  const { kind, type, supportedBy, telemetry } = initial;
  const sampled = new Set(telemetry.map(each => telemetryPath(type, each)));
  const doubted = Object.fromEntries(Object.entries(bad).filter(([where]) => !sampled.has(where)));
  return {
    kind,
    key,
    type,
    handle: `${boot}/${number}`,
    facts,
    ...(supportedBy.length > 0 ? { supportedBy } : {}),
    ...badly(doubted),
  };
}

function badTelemetry({ initial: { type, telemetry }, bad }: Live): BadQuality {
  return Object.fromEntries(
    telemetry.flatMap(each => {
      const why = bad[telemetryPath(type, each)];
      return why === undefined ? [] : [[each.name, why]];
    }),
  );
}

function telemetryPath(type: InstanceType, { name }: SimulatedTelemetry): Path {
  return `/${characteristicArray[type]}/${segment(name)}`;
}

/** Left out where all is good. */
function badly(bad: BadQuality): { readonly bad?: BadQuality } {
  return Object.keys(bad).length === 0 ? {} : { bad };
}

function withConsequences(facts: JsonObject, consequences: readonly Consequence[]): JsonObject {
  let result = facts;
  for (const { when, also } of consequences) {
    if (!sameJson(at(result, when.path, tmfKeyedArrays), when.is)) continue;
    for (const [where, value] of Object.entries(also)) result = put(result, where, value);
  }
  return result;
}

function moved({ name, value, perSecond }: SimulatedTelemetry, seconds: number): JsonObject {
  const now = value + perSecond * seconds;
  return { name, value: now, valueType: 'number', '@type': 'NumberCharacteristic' };
}

/** One ability for each path that some element of a kind lets be set; `isSettable` tells whether this one does. */
function abilitiesOf(
  elements: readonly SimulatedElement[],
  isSettable: (kind: string, name: string, path: Path) => boolean,
): Ability[] {
  const found = new Map<string, Ability>();
  for (const { kind, settable } of elements) {
    for (const { path: where } of settable) {
      const steps: Ability['steps'] = (actual, wanted) => {
        const name = property(actual, 'name');
        if (typeof name !== 'string') return `the ${kind} is not there now`;
        if (sameJson(at(actual, where, tmfKeyedArrays), wanted)) return [];
        if (!isSettable(kind, name, where)) return `${where} of ${name} cannot be set`;
        return [setStep(kind, name, where, wanted)];
      };
      found.set(`${kind} ${where}`, { kind, path: where, steps });
    }
  }
  return [...found.values()];
}

function setStep(kind: string, name: string, where: Path, wanted: Json | undefined): Step {
  const what = where === '/administrativeState' ? (wanted === 'unlocked' ? 'unlock' : 'lock') : 'set';
  const to = wanted === undefined ? '' : ` to ${JSON.stringify(wanted)}`;
  return {
    op: 'set',
    args: { kind, name, path: where, ...(wanted === undefined ? {} : { value: wanted }) },
    summary: `${wanted === undefined ? 'clear' : 'set'} ${where} of ${name}${to}`,
    order: order[what],
  };
}

/** The document with this value at a path, its missing parents made; undefined takes away what is there. */
function put(document: JsonObject, where: Path, value: Json | undefined): JsonObject {
  const result = putAt(document, segments(where), '', '', value);
  return isObject(result) ? result : {};
}

function putAt(
  here: Json | undefined,
  way: readonly string[],
  parent: string,
  name: string,
  value: Json | undefined,
): Json | undefined {
  const [part, ...rest] = way;
  if (part === undefined) return value;
  const candidates = keysOfArray(tmfKeyedArrays, parent, name);
  if (candidates && (here === undefined || isArray(here))) {
    const list = here ?? [];
    const index = list.findIndex(each => candidates.some(by => keyOf(each, [by]) && keyName(each, by) === part));
    const found = list[index];
    const made = putAt(found ?? { [candidates[0]?.[0] ?? 'name']: part }, rest, name, part, value);
    // A characteristic without its value is none.
    const gone = made === undefined || (isCharacteristics(name) && property(made, 'value') === undefined);
    if (gone) return list.filter((_, i) => i !== index);
    return found === undefined ? [...list, made] : list.map((each, i) => (i === index ? made : each));
  }
  const object = isObject(here) ? here : {};
  const made = putAt(property(object, part), rest, name, part, value);
  if (made === undefined) return Object.fromEntries(Object.entries(object).filter(([key]) => key !== part));
  return { ...object, [part]: made };
}

function isCharacteristics(name: string): boolean {
  return Object.values(characteristicArray).includes(name);
}
