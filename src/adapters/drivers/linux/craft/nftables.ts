/** Sets of nftables in a table of our own, `inet diffo`; no other table is ever touched. Every change is one transaction. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Ability } from '../../../../core/ability.ts';
import { AgentError, sentence } from '../../../../core/errors.ts';
import { isArray, isObject, type Json, property } from '../../../../core/json.ts';
import type { Effect, Scene } from '../../../../core/prediction.ts';
import type { TaskStep } from '../../../../core/task.ts';
import type { Clock } from '../../../../ports/clock.ts';
import type { Step } from '../../../../ports/driver.ts';
import type { Log } from '../../../../ports/log.ts';
import { characteristicOf, order } from '../ability/common.ts';
import { hostKind } from '../facts.ts';
import { once } from '../once.ts';
import { text } from '../wanted-route.ts';
import type { Craft } from './craft.ts';
import { openListener } from './listener.ts';
import { type Element, readElement, sorted } from './nft-elements.ts';
import {
  elementLines,
  linesTowards,
  linesWithout,
  type NftablesChoice,
  readTable,
  type SetChoice,
  TABLE,
  type Table,
} from './nft-table.ts';

export function openNftables(options: {
  readonly netns?: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly choice: NftablesChoice;
}): Craft {
  const { netns, choice } = options;
  const listener = openListener(['nft', 'monitor'], options);
  let known: Table | undefined;

  const setOf = (name: string): SetChoice => {
    const found = choice.sets.find(each => each.name === name);
    if (!found) throw new AgentError('invalid', `there is no set ${name} in the nftables of the profile`);
    return found;
  };

  async function read(): Promise<Table> {
    try {
      return readTable((await once(netns, ['nft', '-j', 'list', 'table', 'inet', 'diffo'])).toString(), choice.sets);
    } catch (error) {
      const isMissing = error instanceof AgentError && /No such file or directory/.test(error.message);
      if (!isMissing) throw error;
      return { isThere: false, sets: new Map(), named: new Set(), chains: new Set(), rules: new Map(), foreign: false };
    }
  }

  async function run(lines: readonly string[]): Promise<void> {
    known = undefined;
    if (lines.length > 0) await once(netns, ['nft', '-f', '-'], `${lines.join('\n')}\n`);
  }

  /** What brings the sets to what the steps say, as one transaction. */
  async function carryOut(steps: readonly Step[]): Promise<void> {
    const acts = steps.map(readStep);
    const table = await read();
    await run(acts.flatMap(({ set, add, remove }) => linesTowards(setOf(set), table, add, remove)));
    if (acts.some(each => each.lasting)) await keep();
  }

  /** The whole table, as nft itself writes it, in place of what it held. */
  async function keep(): Promise<void> {
    if (choice.file === undefined) throw new AgentError('unsupported', NO_FILE);
    const listed = (await once(netns, ['nft', 'list', 'table', 'inet', 'diffo'])).toString();
    await put(choice.file, `#!/usr/sbin/nft -f\ntable ${TABLE}\ndelete table ${TABLE}\n${listed}`);
  }

  return {
    ops: new Set(['setElements']),
    abilities: choice.sets.map(set => ({
      kind: hostKind,
      path: pathOf(set.name),
      steps: stepsOf(set, choice.file),
      predict,
    })),
    async look() {
      const table = listener.hears() && known ? known : await read();
      known = table;
      return { host: { nftSet: Object.fromEntries([...table.sets].map(([name, all]) => [name, [...all]])) } };
    },
    async start(heard) {
      listener.start(() => {
        known = undefined;
        heard();
      });
    },
    stop: () => listener.stop(),
    async examine(step) {
      const { set, add, remove, lasting } = readStep(step);
      const table = await read();
      const now = table.sets.get(set);
      const isSo =
        now !== undefined && add.every(each => now.includes(each)) && !remove.some(each => now.includes(each));
      const file = lasting && choice.file !== undefined ? await readFile(choice.file, 'utf8').catch(() => null) : null;
      return {
        already: isSo,
        before: {
          table: table.isThere,
          chains: [...table.chains],
          rule: table.rules.has(set),
          ...(now === undefined ? {} : { elements: [...now] }),
          ...(lasting ? { file } : {}),
        },
      };
    },
    act: step => carryOut([step]),
    actTogether: carryOut,
    async undo(step, before) {
      const { set, add, remove, lasting } = readStep(step);
      const table = await read();
      const was = property(before, 'elements');
      const former = isArray(was) ? was : [];
      const now = table.sets.get(set) ?? [];
      const { type } = setOf(set);
      const goes = now.filter(each => add.includes(each) && !former.includes(each));
      const comes = remove.filter(each => former.includes(each) && !now.includes(each));
      const left = now.filter(each => !goes.includes(each)).length + comes.length;
      const isGone = was === undefined && left === 0 && table.named.has(set);
      await run([
        ...elementLines('delete', set, type, goes),
        ...elementLines('add', set, type, comes),
        ...(isGone ? linesWithout(set, table, before) : []),
      ]);
      if (lasting && choice.file !== undefined) await putBack(choice.file, property(before, 'file'));
    },
  };
}

const NO_FILE =
  'a set of nftables lasts only when a file is named that nft reads at the start: say nftables.file in the profile';

function pathOf(set: string): string {
  return `/resourceCharacteristic/nftSet/value/${set}`;
}

function readStep({ op, args }: Step): { set: string; add: Element[]; remove: Element[]; lasting: boolean } {
  const { set, add, remove, lasting } = args;
  if (op !== 'setElements' || typeof set !== 'string' || !isArray(add) || !isArray(remove)) {
    throw new AgentError('invalid', `the linux driver does not know the step ${op}`);
  }
  return { set, add: add.filter(isElement), remove: remove.filter(isElement), lasting: lasting === true };
}

function isElement(value: Json): value is Element {
  return typeof value === 'string' || typeof value === 'number';
}

function stepsOf(set: SetChoice, file: string | undefined): Ability['steps'] {
  return (actual, wanted, how) => {
    const list = wanted ?? [];
    if (!isArray(list)) return `the elements of the set ${set.name} are a list, not ${text(wanted)}`;
    const want: Element[] = [];
    for (const item of list) {
      const element = readElement(set.type, item);
      const isSpan = typeof element === 'string' && /[/-]/.test(element) && set.type !== 'ifname';
      if (element === undefined) return `${text(item)} is no ${set.type}, as the set ${set.name} holds`;
      if (isSpan && !set.interval) return `the set ${set.name} holds single elements, not ${text(item)}; say interval`;
      want.push(element);
    }
    const all = characteristicOf(actual, 'nftSet');
    const now = isObject(all) ? all[set.name] : undefined;
    const have = isArray(now) ? now.filter(isElement) : [];
    const [add, remove] = [
      sorted(want).filter(each => !have.includes(each)),
      have.filter(each => !want.includes(each)),
    ];
    if (add.length === 0 && remove.length === 0 && (now !== undefined || wanted === undefined)) return [];
    if (how?.lasting && file === undefined) return NO_FILE;
    return [
      {
        op: 'setElements',
        args: { set: set.name, add, remove, ...(how?.lasting ? { lasting: true } : {}) },
        summary: summary(set.name, add, remove),
        order: order.set,
        cost: { blastRadius: 1 + add.length + remove.length, downtimeMs: 0, reversible: true },
        ...(remove.length > 0 ? { removes: true } : {}),
        lasting: how?.lasting ? 'lasts' : 'untilRestart',
      },
    ];
  };
}

const NAMED_AT_MOST = 3;

function summary(set: string, add: readonly Element[], remove: readonly Element[]): string {
  const named = (all: readonly Element[]): string =>
    all.length <= NAMED_AT_MOST
      ? all.join(', ')
      : `${all.slice(0, NAMED_AT_MOST).join(', ')} and ${all.length - NAMED_AT_MOST} more`;
  const parts = [
    ...(add.length > 0 ? [`put ${named(add)} into the set ${set}`] : []),
    ...(remove.length > 0 ? [`take ${named(remove)} out of the set ${set}`] : []),
  ];
  return parts.length > 0 ? parts.join(' and ') : `make the set ${set}`;
}

function predict(step: TaskStep, scene: Scene): readonly Effect[] {
  const [host] = scene.of(hostKind);
  if (!host) return [];
  const { set, add, remove } = readStep(step);
  const all = characteristicOf(host.document, 'nftSet');
  const now = isObject(all) && isArray(all[set]) ? all[set].filter(isElement) : [];
  const value = sorted([...now.filter(each => !remove.includes(each)), ...add]);
  return [{ of: { kind: hostKind, name: String(property(host.document, 'name')) }, path: pathOf(set), value }];
}

/** Written whole under another name first, so that a power cut leaves the one or the other. */
async function put(file: string, body: string): Promise<void> {
  try {
    await writeFile(`${file}.new`, body, { flush: true });
    await rename(`${file}.new`, file);
  } catch (error) {
    throw new AgentError('storage', `the sets could not be kept in ${file}: ${sentence(error)}`, { cause: error });
  }
}

async function putBack(file: string, was: Json | undefined): Promise<void> {
  if (typeof was === 'string') await put(file, was);
  else await rm(file, { force: true });
}
