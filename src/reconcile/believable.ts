/** Whether what a driver returns is what its contract says: what is not is refused whole, for half an answer is none. */
import type { Steps } from '../core/ability.ts';
import { AgentError } from '../core/errors.ts';
import { segment } from '../core/path.ts';
import type { Effect } from '../core/prediction.ts';
import type { Examination, Look, Sample } from '../ports/driver.ts';

/** No document of the house is deeper; a circle is. */
const DEPTH_AT_MOST = 64;
const SHOWN_AT_MOST = 60;

/** What was found good before need not be looked at again: a driver that keeps its facts shows the same ones again. */
const known = new WeakSet<object>();

/** What a look is; throws `unreachable` with the first place where it is not. */
export function checkLook(driver: string, look: Look): Look {
  const here = new Place(driver, 'look');
  here.object(look, '');
  if (!Number.isFinite(look.at)) here.wrong('/at', look.at, 'a time');
  if (!Array.isArray(look.sightings)) here.wrong('/sightings', look.sightings, 'a list');
  const keys = new Set<string>();
  const handles = new Set<string>();
  for (const [i, each] of look.sightings.entries()) {
    const at = `/sightings/${i}`;
    here.object(each, at);
    const { kind, key, type, facts, handle } = each;
    here.text(kind, `${at}/kind`);
    here.text(key, `${at}/key`);
    if (type !== 'service' && type !== 'resource') here.wrong(`${at}/type`, type, 'service or resource');
    here.once(keys, `${kind}\0${key}`, `${at}/key`, `there is another ${kind} with the key ${shown(key)}`);
    if (handle !== undefined) {
      here.text(handle, `${at}/handle`);
      here.once(
        handles,
        `${kind}\0${handle}`,
        `${at}/handle`,
        `there is another ${kind} with the handle ${shown(handle)}`,
      );
    }
    here.object(facts, `${at}/facts`);
    here.text(facts.name, `${at}/facts/name`);
    here.json(facts, `${at}/facts`);
    if (each.supportedBy !== undefined) {
      if (!Array.isArray(each.supportedBy)) here.wrong(`${at}/supportedBy`, each.supportedBy, 'a list');
      for (const [j, one] of each.supportedBy.entries()) {
        here.object(one, `${at}/supportedBy/${j}`);
        here.text(one.kind, `${at}/supportedBy/${j}/kind`);
        here.text(one.key, `${at}/supportedBy/${j}/key`);
      }
    }
    here.texts(each.bad, `${at}/bad`);
  }
  return look;
}

export function checkSamples(driver: string, samples: ReadonlyMap<string, Sample>): ReadonlyMap<string, Sample> {
  const here = new Place(driver, 'sample');
  if (!(samples instanceof Map)) here.wrong('', samples, 'a map');
  if (known.has(samples)) return samples;
  for (const [name, sample] of samples) {
    const at = `/${segment(String(name))}`;
    here.text(name, at);
    here.object(sample, at);
    if (!Number.isFinite(sample.at)) here.wrong(`${at}/at`, sample.at, 'a time');
    if (!Array.isArray(sample.characteristics)) here.wrong(`${at}/characteristics`, sample.characteristics, 'a list');
    for (const [i, each] of sample.characteristics.entries()) {
      here.object(each, `${at}/characteristics/${i}`);
      here.text(each.name, `${at}/characteristics/${i}/name`);
      here.json(each, `${at}/characteristics/${i}`);
    }
    here.texts(sample.bad, `${at}/bad`);
  }
  known.add(samples);
  return samples;
}

export function checkExamination(driver: string, found: Examination): Examination {
  const here = new Place(driver, 'examination');
  here.object(found, '');
  if (typeof found.already !== 'boolean') here.wrong('/already', found.already, 'true or false');
  here.json(found.before, '/before');
  if (found.unseen !== undefined) here.text(found.unseen, '/unseen');
  return found;
}

/** The steps, or the sentence that there are none. */
export function checkSteps(driver: string, steps: Steps): Steps {
  if (typeof steps === 'string') return steps;
  const here = new Place(driver, 'steps');
  if (!Array.isArray(steps)) here.wrong('', steps, 'a list or a sentence');
  for (const [i, each] of steps.entries()) {
    here.object(each, `/${i}`);
    here.text(each.op, `/${i}/op`);
    here.text(each.summary, `/${i}/summary`);
    if (!Number.isFinite(each.order)) here.wrong(`/${i}/order`, each.order, 'a number');
    here.object(each.args, `/${i}/args`);
    here.json(each.args, `/${i}/args`);
  }
  return steps;
}

export function checkEffects(driver: string, effects: readonly Effect[]): readonly Effect[] {
  const here = new Place(driver, 'prediction');
  if (!Array.isArray(effects)) here.wrong('', effects, 'a list');
  for (const [i, each] of effects.entries()) {
    here.object(each, `/${i}`);
    here.object(each.of, `/${i}/of`);
    here.text(each.of.kind, `/${i}/of/kind`);
    here.text(each.of.name, `/${i}/of/name`);
    if (typeof each.path !== 'string') here.wrong(`/${i}/path`, each.path, 'a path');
    if (each.value !== undefined) here.json(each.value, `/${i}/value`);
  }
  return effects;
}

/** A place in what a driver returned. The types say what it promised; here it is not taken at its word. */
class Place {
  readonly #driver: string;
  readonly #what: string;

  constructor(driver: string, what: string) {
    this.#driver = driver;
    this.#what = what;
  }

  wrong(at: string, found: unknown, expected: string): never {
    this.#fail(at, `it is ${shown(found)}, where ${expected} was expected`);
  }

  once(seen: Set<string>, name: string, at: string, why: string): void {
    if (seen.has(name)) this.#fail(at, why);
    seen.add(name);
  }

  object(value: unknown, at: string): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.wrong(at, value, 'an object');
  }

  text(value: unknown, at: string): void {
    if (typeof value !== 'string' || value === '') this.wrong(at, value, 'a text');
  }

  texts(value: unknown, at: string): void {
    if (value === undefined) return;
    if (typeof value !== 'object' || value === null) this.wrong(at, value, 'an object');
    for (const [name, each] of Object.entries(value)) this.text(each, `${at}/${segment(name)}`);
  }

  json(value: unknown, at: string, depth = 0): void {
    if (typeof value !== 'object' || value === null) {
      const isJson =
        value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
      if (!isJson) this.wrong(at, value, 'JSON');
      return;
    }
    if (known.has(value)) return;
    if (depth > DEPTH_AT_MOST) this.#fail(at, 'it is nested too deeply, or in itself');
    const prototype = Object.getPrototypeOf(value);
    if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) this.wrong(at, value, 'JSON');
    for (const [name, each] of Object.entries(value)) this.json(each, `${at}/${segment(name)}`, depth + 1);
    known.add(value);
  }

  #fail(at: string, why: string): never {
    const place = at === '' ? '' : ` at ${at}`;
    throw new AgentError(
      'unreachable',
      `the ${this.#what} of the driver ${this.#driver} cannot be used${place}: ${why}`,
    );
  }
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > SHOWN_AT_MOST ? `${text.slice(0, SHOWN_AT_MOST)}…` : text;
}
