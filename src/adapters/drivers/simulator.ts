/**
 * A simulated element: plain data that can be looked at and set, and a world around it in which things go wrong on
 * demand. For trying expectations without touching anything real, and for tests.
 */
import { AgentError } from '../../core/errors.ts';
import { characteristicArray, type InstanceType } from '../../core/instance.ts';
import { itemsBack } from '../../core/items-back.ts';
import { asJson, isArray, isObject, type Json, type JsonObject, property, sameJson } from '../../core/json.ts';
import { at, type Path, segment } from '../../core/path.ts';
import { holds } from '../../core/planning/needs.ts';
import { type Scene, sceneOf } from '../../core/prediction.ts';
import { putAt } from '../../core/put-at.ts';
import type { Named, Need } from '../../core/task.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BadQuality, Driver, Sample, Sighting, Step } from '../../ports/driver.ts';
import type { Log } from '../../ports/log.ts';
import { tmfKeyedArrays } from '../../tmf/keyed-arrays.ts';
import {
  abilitiesOf,
  type Behaving,
  type Consequence,
  instancesOf,
  type SimulatedTemplate,
} from './simulator-abilities.ts';
import { readElements, type SimulatedElement, type SimulatedTelemetry } from './simulator-elements.ts';

export { readElements, readTemplates } from './simulator-elements.ts';

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

export interface SimulatorParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly elements: readonly SimulatedElement[];
  /** What can be made on it; nothing, where nobody says. */
  readonly templates?: readonly SimulatedTemplate[];
}

/** How many were opened in this process. */
let lives = 0;

export function openSimulator(options: SimulatorParts): Simulator {
  const { clock, log, templates = [] } = options;
  let heard: (() => void) | undefined;
  let ringing = false;
  let isStopped = false;
  let boot = 1;
  // Of another process it is another element.
  const life = `${clock.now()}.${++lives}`;
  let seenBoot: string | undefined;
  let bootedAt = clock.now();
  let count = 0;
  let refusal: string | undefined;
  let losesAnswer = false;
  let isUnreachable = false;
  let withheld: string | undefined;
  let delayMs = 0;
  let lastSample: { readonly at: number; readonly samples: ReadonlyMap<string, Sample> } | undefined;
  /** Those that were asked for by name; an entry whose name has become another is none. */
  const byName = new Map<string, Live>();
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

  function named(kind: Json | undefined, name: Json | undefined): Live | undefined {
    const known = byName.get(`${kind} ${name}`);
    if (known?.facts.name === name) return known;
    for (const each of live) byName.set(`${each.initial.kind} ${each.facts.name}`, each);
    const found = byName.get(`${kind} ${name}`);
    return found?.facts.name === name ? found : undefined;
  }

  function goes(element: Live): void {
    live.splice(live.indexOf(element), 1);
    byName.delete(`${element.initial.kind} ${element.facts.name}`);
  }

  function target(step: Step): Live {
    const { kind, name } = step.args;
    const found = named(kind, name);
    if (!found) throw new AgentError('moved', `there is no simulated ${String(kind)} called ${String(name)} any more`);
    return found;
  }

  function settingOf(step: Step): { path: Path; value: Json | undefined } {
    const { path: where, value } = step.args;
    if (step.op !== 'set' || typeof where !== 'string') {
      throw new AgentError('invalid', `the simulator does not know the step ${step.op}`);
    }
    return { path: where, value };
  }

  /** Each element that is moved has its own consequences, once. */
  function take(element: Live, facts: JsonObject, met: ReadonlySet<Live> = new Set()): ReadonlySet<Live> {
    const { consequences } = element.initial;
    let moved: ReadonlySet<Live> = new Set([...met, element]);
    element.facts = withConsequences(facts, consequences);
    for (const { when, on, also } of consequences) {
      const other = on && named(on.kind, on.name);
      if (!other || moved.has(other) || !sameJson(at(element.facts, when.path, tmfKeyedArrays), when.is)) continue;
      moved = take(other, withAll(other.facts, also), moved);
    }
    ring();
    return moved;
  }

  function set(element: Live, where: Path, value: Json | undefined): void {
    take(element, putAt(element.facts, where, value, tmfKeyedArrays));
  }

  /** The element knows its own rules: it refuses what somebody asks for without what it needs. */
  function refuseWithout(needs: readonly Need[] = []): void {
    if (needs.length === 0) return;
    const scene = sceneOf(instancesOf(live.map(factsOf)));
    const missing = needs.find(each => !holds(each, scene, { now: clock.now(), keyed: tmfKeyedArrays }));
    if (missing) throw new AgentError('refused', `not unless ${missing.because}`);
  }

  function make(step: Step): void {
    const { kind, name, facts } = step.args;
    const template = templates.find(each => each.kind === kind);
    if (!template || typeof name !== 'string' || !isObject(facts)) {
      throw new AgentError('invalid', `the simulator cannot make a ${String(kind)}`);
    }
    if (named(kind, name)) throw new AgentError('refused', `there is a ${template.kind} called ${name} already`);
    const { type, settable, consequences } = template;
    const made = {
      kind: template.kind,
      key: name,
      type,
      facts,
      supportedBy: [],
      telemetry: [],
      settable,
      consequences,
    };
    const begun = begin(made, ++count);
    live.push(begun);
    take(begun, facts);
  }

  /** What stands now, and what will, everywhere that something follows from a step. */
  function moving(step: Step): Json[] {
    const ability = abilities.find(each => each.kind === step.args.kind);
    const scene: Scene = { of: () => [], named: thing => instancesOf(liveAt(thing).map(factsOf))[0] };
    const effects = ability?.predict?.(step, scene) ?? [];
    return effects.flatMap(({ of: { kind, name }, path: where, value: made }): Json[] => {
      if (where === '') return [];
      const was = at(named(kind, name)?.facts, where, tmfKeyedArrays);
      return [
        {
          kind,
          name,
          path: where,
          ...(was === undefined ? {} : { value: was }),
          ...(made === undefined ? {} : { made }),
        },
      ];
    });
  }

  /** Of a list only its own items go back: others may have brought some since. */
  function putBack(each: Json): void {
    const where = property(each, 'path');
    const found = named(property(each, 'kind'), property(each, 'name'));
    if (!found || typeof where !== 'string') return;
    const [was, made, now] = [property(each, 'value'), property(each, 'made'), at(found.facts, where, tmfKeyedArrays)];
    const value = isArray(was) && isArray(made) && isArray(now) ? itemsBack(was, made, now) : was;
    found.facts = putAt(found.facts, where, value, tmfKeyedArrays);
  }

  function liveAt({ kind, name }: Named): readonly Live[] {
    const found = named(kind, name);
    return found ? [found] : [];
  }

  function behaving({ kind, name }: Named): Behaving | undefined {
    // What can be made under any name is known by its template, whether it was made here or not.
    const found = named(kind, name)?.initial ?? templates.find(each => each.kind === kind);
    return found && { kind, name, settable: found.settable, consequences: found.consequences };
  }

  const abilities = abilitiesOf({ now: behaving, from: [...options.elements, ...templates], templates });
  return {
    name: 'simulator',
    abilities,
    async start(call) {
      isStopped = false;
      heard = call;
    },
    async stop() {
      isStopped = true;
      heard = undefined;
    },
    boot: () => seenBoot,
    async look() {
      await reach();
      seenBoot = `${life}/${boot}`;
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
      const { kind, name } = step.args;
      if (step.op === 'make') return { already: named(kind, name) !== undefined, before: moving(step) };
      if (step.op === 'remove') {
        const found = named(kind, name);
        if (!found) return { already: true, before: [] };
        const { initial, key, facts } = found;
        return { already: false, before: asJson({ initial: { ...initial }, key, facts }) };
      }
      const { path: where, value } = settingOf(step);
      const found = target(step);
      return {
        already: sameJson(at(found.facts, where, tmfKeyedArrays), value),
        before: moving(step),
      };
    },
    async act(step) {
      await reach();
      const said = refusal;
      refusal = undefined;
      if (said !== undefined) throw new AgentError('refused', said);
      if (step.op === 'make') {
        refuseWithout(step.needs);
        make(step);
      } else if (step.op === 'remove') {
        const found = target(step);
        refuseWithout(step.needs);
        goes(found);
        ring();
      } else {
        const { path: where, value } = settingOf(step);
        const found = target(step);
        const allowed = found.initial.settable.find(each => each.path === where)?.oneOf;
        if (allowed && !allowed.some(each => sameJson(each, value))) {
          throw new AgentError('refused', `${JSON.stringify(value)} cannot be set at ${where} of ${found.facts.name}`);
        }
        refuseWithout(step.needs);
        set(found, where, value);
      }
      log.debug('the simulated element was set', { summary: step.summary });
      if (losesAnswer) {
        losesAnswer = false;
        throw new AgentError('unreachable', 'the simulated element did not say whether it was done');
      }
    },
    async undo(step, before) {
      await reach();
      const { kind, name } = step.args;
      if (step.op === 'make') {
        const made = named(kind, name);
        if (made) goes(made);
        for (const each of isArray(before) ? before : []) putBack(each);
      } else if (step.op === 'remove') {
        const key = property(before, 'key');
        const facts = property(before, 'facts');
        const [initial] = readElements([property(before, 'initial')]);
        if (initial && !named(kind, name) && typeof key === 'string' && isObject(facts)) {
          live.push({ ...begin(initial, ++count), key, facts });
        }
      } else {
        target(step);
        for (const each of isArray(before) ? before : []) putBack(each);
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
        goes(find(kind, key));
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

function factsOf({ initial: { kind, type }, facts }: Live) {
  return { kind, type, facts };
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
  for (const { when, on, also } of consequences) {
    if (!on && sameJson(at(result, when.path, tmfKeyedArrays), when.is)) result = withAll(result, also);
  }
  return result;
}

function withAll(facts: JsonObject, also: Consequence['also']): JsonObject {
  let result = facts;
  for (const [where, value] of Object.entries(also)) result = putAt(result, where, value, tmfKeyedArrays);
  return result;
}

function moved({ name, value, perSecond }: SimulatedTelemetry, seconds: number): JsonObject {
  const now = value + perSecond * seconds;
  return { name, value: now, valueType: 'number', '@type': 'NumberCharacteristic' };
}
