/** How answers of ports stand in a recording: as JSON, and what was told before not told again. */
import { AgentError, retryable, sentence } from '../errors.ts';
import { isArray, isObject, type Json, property } from '../json.ts';
import type { Failure } from './lines.ts';

export function failureOf(error: unknown): Failure {
  return { ...(error instanceof AgentError ? { code: error.code } : {}), message: sentence(error) };
}

export function errorOf({ code, message }: Failure): Error {
  return code === undefined || !Object.hasOwn(retryable, code) ? new Error(message) : new AgentError(code, message);
}

/** Shorter than to say that it is the same. */
const SHORT = 20;

/** An answer as long as the one before is told once. */
export class AnswerPacker {
  readonly #before = new Map<string, string>();

  pack(asked: string, value: Json): { readonly value: Json } | { readonly same: true } {
    const text = JSON.stringify(value);
    if (text.length < SHORT) return { value };
    if (this.#before.get(asked) === text) return { same: true };
    this.#before.set(asked, text);
    return { value };
  }
}

export class AnswerUnpacker {
  readonly #before = new Map<string, Json>();

  unpack(asked: string, { value, same }: { readonly value?: Json; readonly same?: true }): Json | undefined {
    if (same) return this.#before.get(asked);
    if (value !== undefined && JSON.stringify(value).length >= SHORT) this.#before.set(asked, value);
    return value;
  }
}

/** Most looks at an element find what the one before has found: of each only what is new is told. */
export class LookPacker {
  /** By port: each thing as text. */
  readonly #before = new Map<string, readonly string[]>();

  pack(port: string, look: Json): Json {
    const things = property(look, 'sightings');
    if (!isArray(things)) return look;
    const texts = things.map(each => JSON.stringify(each));
    const before = this.#before.get(port);
    this.#before.set(port, texts);
    if (!before) return look;
    const place = new Map(before.map((text, i) => [text, i]));
    const told: Json[] = [];
    /** A run of things as they were, by their places in the look before. */
    let run: [from: number, to: number] | undefined;
    for (const [i, text] of texts.entries()) {
      const was = run && before[run[1] + 1] === text ? run[1] + 1 : place.get(text);
      if (run && was === run[1] + 1) {
        run[1] = was;
        continue;
      }
      if (run) told.push(run);
      run = was === undefined ? undefined : [was, was];
      if (was === undefined) told.push(things[i] ?? null);
    }
    if (run) told.push(run);
    return { ...(isObject(look) ? look : {}), sightings: told, packed: true };
  }
}

export class LookUnpacker {
  readonly #before = new Map<string, readonly Json[]>();

  unpack(port: string, look: Json | undefined): Json | undefined {
    const told = property(look, 'sightings');
    if (!isObject(look) || !isArray(told)) return look;
    const { packed, ...rest } = look;
    const before = this.#before.get(port) ?? [];
    const things =
      packed === true
        ? told.flatMap(each => {
            if (!isArray(each)) return [each];
            const [from, to] = each;
            return before.slice(Number(from), Number(to) + 1);
          })
        : told;
    this.#before.set(port, things);
    return { ...rest, sightings: things };
  }
}
