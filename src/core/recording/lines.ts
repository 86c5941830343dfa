/**
 * What a recording is made of: a heading, the state of the store it begins with, then in their order the writes of others
 * and the turns of the loop. A turn holds all that came in during it, and what the loop came to by it.
 */
import type { Cause, Change } from '../change.ts';
import type { ErrorCode } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Kind } from '../kind.ts';

export const FORMAT = 1;

/** Begins a run; a file may hold several, one after the other. */
export interface Heading {
  readonly recording: number;
  readonly version: string;
  readonly at: number;
  readonly profile: string;
  readonly settings: RunSettings;
  readonly kinds: readonly Kind[];
  readonly drivers: readonly { readonly driver: string; readonly settings: JsonObject }[];
}

/** The settings that the loop goes by; none of them is a secret. */
export interface RunSettings {
  readonly mode: string;
  readonly lookEveryMs: number;
  readonly freshnessMs: number;
  readonly planExpiryMs: number;
  readonly confirmWithinMs: number;
  readonly driverTimeoutMs: number;
  readonly publicUrl: string;
  readonly keep: { readonly rows: number; readonly bytes: number; readonly days: number };
  readonly [more: string]: Json;
}

/** Rows of one table, as the store had them. */
export interface TableRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** What somebody else wrote, as what he asked of the store. */
export interface WriteLine {
  readonly write: Cause;
  readonly at: number;
  readonly do: readonly (readonly [name: string, ...args: Json[]])[];
  /** Of the last change when it was done. */
  readonly seq: number;
}

export interface Failure {
  readonly code?: ErrorCode;
  readonly message: string;
}

/** What made the loop go on. */
export type Cue =
  /** It was made; what comes after it is told to it. */
  | { readonly cue: 'made' }
  | { readonly cue: 'told'; readonly word: JsonObject; readonly kinds?: readonly Kind[] }
  | { readonly cue: 'begin' }
  | { readonly cue: 'breath' }
  | { readonly cue: 'timer'; readonly nth: number }
  | { readonly cue: 'heard'; readonly port: string }
  /** `same`: as the last time that this was asked. */
  | {
      readonly cue: 'answer';
      readonly to: number;
      readonly value?: Json;
      readonly same?: true;
      readonly failure?: Failure;
    };

/** What the loop asked of a port, or did by it. */
export type Call = readonly [port: string, method: string, ...args: Json[]];

export interface TurnLine {
  readonly turn: Cue;
  /** Readings of the clock: the first as it was, each further one as its distance from the one before. */
  readonly now?: readonly number[];
  /** The same of the time that goes on evenly. */
  readonly even?: readonly number[];
  readonly chance?: readonly number[];
  readonly ids?: readonly string[];
  /** What ports answered at once, each with the number of the call among all. */
  readonly said?: readonly Said[];
  /** After how many steps of long work others had their turn. */
  readonly steps?: number;
  /** What the loop came to: how long it will wait, what it asked of ports, what it wrote, what it threw. */
  readonly waits?: readonly number[];
  readonly calls?: readonly Call[];
  readonly rows?: readonly Row[];
  readonly threw?: string;
}

export interface Said {
  readonly to: number;
  readonly value?: Json;
  readonly failure?: Failure;
}

/** A change; of an instance or a shared record that came or went its document is told by its hash alone. */
export type Row = Omit<Change, 'document'> & { readonly document?: Json };

/** Nothing follows, and why. */
export interface EndLine {
  readonly end: string;
}

/** As it should end. */
export const STOPPED = 'the agent stopped';

/** Something happened that cannot be played again, and what. */
export interface LooseLine {
  readonly loose: string;
}

export type Line = Heading | TableRows | WriteLine | TurnLine | EndLine | LooseLine;

/** Undefined for what is no line of a recording. */
export function readLine(text: string): Line | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(read)) return undefined;
  const isOne = ['recording', 'table', 'write', 'turn', 'end', 'loose'].some(key => Object.hasOwn(read, key));
  // It was written by us, and whoever changed it since is found out by what comes of it.
  return isOne ? (read as unknown as Line) : undefined;
}
