/** What the abilities of a Linux host share: reading a document, and the order and the cost of steps. */
import { isArray, type Json, type JsonObject, property } from '../../../../core/json.ts';
import { at } from '../../../../core/path.ts';
import type { Cost, Need } from '../../../../core/task.ts';
import { tmfKeyedArrays } from '../../../../tmf/keyed-arrays.ts';
import { interfaceKind } from '../facts.ts';

/** A link comes up first and goes down last; what depends on another goes before it and comes after it. */
export const order = {
  setting: 5,
  up: 10,
  mtu: 20,
  removeRoute: 30,
  removeAddress: 40,
  addAddress: 50,
  addRoute: 60,
  rate: 70,
  set: 75,
  down: 90,
} as const;

/** The kernel takes it up at once, and forgets it when it starts anew. */
export const untilRestart = { lasting: 'untilRestart' } as const;

export interface Device {
  readonly dev: string;
  readonly ifindex: number;
}

/** An interface that may be acted on; else why not, as a sentence. */
export function deviceOf(actual: JsonObject, takeOver: ReadonlySet<string>): Device | string {
  const dev = property(actual, 'name');
  const ifindex = characteristicOf(actual, 'interfaceIndex');
  if (typeof dev !== 'string' || typeof ifindex !== 'number') return 'the interface is not there now';
  const by = characteristicOf(actual, 'managedBy');
  if (typeof by === 'string' && !takeOver.has(dev)) return managedSentence(dev, by);
  return { dev, ifindex };
}

export function managedSentence(dev: string, by: string): string {
  return `${dev} is managed by ${by}; say linux.takeOver=${dev} (setting) to act on it all the same`;
}

export function characteristicOf(actual: JsonObject, characteristic: string): Json | undefined {
  return at(actual, `/resourceCharacteristic/${characteristic}/value`, tmfKeyedArrays);
}

export function strings(value: Json | undefined): string[] {
  return isArray(value) ? value.filter(item => typeof item === 'string') : [];
}

/** One thing feels it, beside itself as many others; nothing stands still unless it is said. */
export function cost(others: number, downtimeMs = 0): Cost {
  return { blastRadius: 1 + others, downtimeMs, reversible: true };
}

/** Until the other side has noticed, and has found its way again. */
export const LINK_DOWNTIME_MS = 2_000;

export function needsInterface(name: string, path: string, expect: Json, because: string): Need {
  return { of: { kind: interfaceKind, name }, path, expect, because };
}
