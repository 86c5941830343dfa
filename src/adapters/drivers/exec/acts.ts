/** What a step does to the device by the commands of its ability, and how it is taken back. */
import { AgentError } from '../../../core/errors.ts';
import type { ExecAbility, ExecSettings } from '../../../core/exec/form.ts';
import { instanceId } from '../../../core/ids.ts';
import { itemsBack } from '../../../core/items-back.ts';
import { asJson, isArray, isObject, type Json, type JsonObject, property, sameJson } from '../../../core/json.ts';
import { at, differences, type Path } from '../../../core/path.ts';
import type { Effect } from '../../../core/prediction.ts';
import { sceneOf } from '../../../core/prediction.ts';
import type { Named } from '../../../core/task.ts';
import type { Ability, Examination, Sighting, Step } from '../../../ports/driver.ts';
import { tmfKeyedArrays as keyed } from '../../../tmf/keyed-arrays.ts';
import { commandOf, type ExecOp, execOps, knownOf } from './abilities.ts';
import type { Device } from './device.ts';

export interface ActParts {
  readonly settings: ExecSettings;
  readonly abilities: readonly Ability[];
  readonly device: Device;
}

interface Told {
  readonly op: ExecOp;
  readonly kind: string;
  readonly name: string;
  readonly path: Path;
  readonly value: Json | undefined;
  readonly args: JsonObject;
  readonly ability: ExecAbility;
  readonly predict: Ability['predict'] | undefined;
}

export async function examine(parts: ActParts, step: Step): Promise<Examination> {
  const told = readStep(parts, step);
  const { sightings } = await parts.device.look();
  const now = stillThere(told, sightings);
  const before = beforeOf(told, step, sightings, now);
  const { examine: asks, unseen } = told.ability;
  if (asks) {
    const answer = await seeing(() => parts.device.ask(asks, knownNow(told, now?.facts ?? {})));
    const already = property(answer, 'already');
    if (typeof already !== 'boolean') {
      throw new AgentError(
        'unreachable',
        `the command that examines was to print {"already": true} or false, not ${JSON.stringify(answer).slice(0, 60)}`,
      );
    }
    return { already, before };
  }
  if (unseen !== undefined) return { already: false, before, unseen };
  return { already: isDone(told, now), before };
}

export async function act(parts: ActParts, step: Step): Promise<void> {
  const told = readStep(parts, step);
  const { sightings } = await parts.device.look();
  const now = stillThere(told, sightings);
  const { op, kind, name, ability } = told;
  const isSeen = ability.unseen === undefined && ability.examine === undefined;
  if (op === 'make' && now) throw new AgentError('refused', `there is a ${kind} called ${name} already`);
  // What is so already is not done again: a command may do more than once what is asked of it once.
  if (isSeen && isDone(told, now)) return;
  if (op === 'set' || op === 'clear') sameAsPlanned(told, now);
  const command = commandOf(ability, op);
  if (!command) throw new AgentError('invalid', `the profile has no command for the step ${op}`);
  await parts.device.tell(command, knownNow(told, op === 'make' ? docOf(told) : (now?.facts ?? {})));
}

/** Puts back what the step has moved, and nothing that was moved by somebody else since. */
export async function undo(parts: ActParts, step: Step, before: Json): Promise<void> {
  const told = readStep(parts, step);
  const { sightings } = await parts.device.look();
  const was = property(before, 'moves');
  // What somebody else has made something else of since is theirs.
  const moves = (isArray(was) ? was : [])
    .flatMap(each => readMove(each))
    .filter(({ of, path, made }) => sameJson(at(thing(sightings, of)?.facts, path, keyed), made));
  const lost = told.op === 'make' ? await unmake(parts, told) : await putBackOwn(parts, told, before);
  // What goes with it goes back by itself, or is put back where there is a command for it.
  for (const move of moves) lost.push(...(await putBackOther(parts, move)));
  if (lost.length > 0) {
    throw new AgentError(
      'refused',
      `all is back but what no command of the profile puts back: ${[...new Set(lost)].join(', ')}`,
    );
  }
}

function readStep({ settings, abilities }: ActParts, { op: said, args }: Step): Told {
  const { kind, name, path, way, value } = args;
  const op = execOps.find(each => each === said);
  const i = settings.abilities.findIndex(each => each.kind === kind && each.path === path && each.way === way);
  const ability = settings.abilities[i];
  if (!op || !ability || typeof kind !== 'string' || typeof name !== 'string' || !commandOf(ability, op)) {
    throw new AgentError(
      'invalid',
      `the profile has no command for the step ${said} ${String(path ?? '')} of a ${String(kind)}`,
    );
  }
  if ((op === 'set' || op === 'clear') !== (ability.path !== '')) {
    throw new AgentError(
      'invalid',
      `the step ${op} is not for ${ability.path === '' ? 'a whole thing' : ability.path}`,
    );
  }
  return { op, kind, name, path: ability.path, value, args, ability, predict: abilities[i]?.predict };
}

function stillThere({ op, kind, name }: Told, sightings: readonly Sighting[]): Sighting | undefined {
  const found = thing(sightings, { kind, name });
  if (!found && (op === 'set' || op === 'clear'))
    throw new AgentError('moved', `there is no ${kind} called ${name} any more`);
  return found;
}

function thing(sightings: readonly Sighting[], { kind, name }: Named): Sighting | undefined {
  return sightings.find(each => each.kind === kind && each.facts.name === name);
}

function isDone({ op, path, value }: Told, now: Sighting | undefined): boolean {
  switch (op) {
    case 'make':
      return now !== undefined;
    case 'remove':
      return now === undefined;
    case 'set':
    case 'clear':
      return sameJson(at(now?.facts, path, keyed), value);
  }
}

/** What the words of the command were read from is still so. */
function sameAsPlanned({ args, kind, name, path }: Told, now: Sighting | undefined): void {
  const facts = isObject(args.facts) ? Object.entries(args.facts) : [];
  const planned: readonly (readonly [Path, Json])[] = [
    ...facts,
    ...('old' in args && args.old !== undefined ? [[path, args.old] as const] : []),
  ];
  for (const [where, value] of planned) {
    if (sameJson(at(now?.facts, where, keyed) ?? null, value)) continue;
    throw new AgentError('moved', `${where} of the ${kind} ${name} is not as it was any more`);
  }
}

function docOf({ args }: Told): JsonObject {
  return isObject(args.document) ? args.document : {};
}

function knownNow(told: Told, facts: JsonObject) {
  const old = told.path === '' ? undefined : at(facts, told.path, keyed);
  return knownOf(told.ability, told, facts, { value: told.value, old });
}

/** A path of a thing, what stood there, and what the step makes of it. */
interface Move {
  readonly of: Named;
  readonly path: Path;
  readonly was?: Json;
  readonly made?: Json;
}

function beforeOf(told: Told, step: Step, sightings: readonly Sighting[], now: Sighting | undefined): JsonObject {
  const scene = sceneOf(
    sightings.map(({ kind, key, type, facts }) => ({
      id: instanceId(`${kind}/${key}`),
      type,
      kind,
      document: facts,
      seq: 0,
      createdAt: 0,
    })),
  );
  const isOwn = (each: Effect): boolean => each.of.kind === told.kind && each.of.name === told.name;
  const effects = told.predict?.(step, scene) ?? [];
  const moves = effects
    .filter(each => each.path !== '' && !(isOwn(each) && each.path === told.path))
    .map(({ of, path, value }): Json => {
      const was = at(thing(sightings, of)?.facts, path, keyed);
      return {
        of: { kind: of.kind, name: of.name },
        path,
        ...(was === undefined ? {} : { was }),
        ...(value === undefined ? {} : { made: value }),
      };
    });
  const was = told.path === '' ? undefined : at(now?.facts, told.path, keyed);
  return {
    moves,
    ...(was === undefined ? {} : { was }),
    ...(told.op === 'remove' && now ? { facts: asJson(now.facts) } : {}),
  };
}

function readMove(each: Json): readonly Move[] {
  const [of, path, was, made] = ['of', 'path', 'was', 'made'].map(name => property(each, name));
  const [kind, name] = [property(of, 'kind'), property(of, 'name')];
  if (typeof kind !== 'string' || typeof name !== 'string' || typeof path !== 'string') return [];
  return [{ of: { kind, name }, path, ...(was === undefined ? {} : { was }), ...(made === undefined ? {} : { made }) }];
}

async function unmake({ device }: ActParts, told: Told): Promise<string[]> {
  const { kind, name, ability } = told;
  const now = thing((await device.look()).sightings, { kind, name });
  if (!now) return [];
  const command = ability.undo ?? ability.remove;
  if (!command) return [`the ${kind} ${name}`];
  await device.tell(command, knownNow(told, now.facts));
  return [];
}

async function putBackOwn(parts: ActParts, told: Told, before: Json): Promise<string[]> {
  const { device } = parts;
  const { kind, name, ability, op, path } = told;
  const now = thing((await device.look()).sightings, { kind, name });
  if (op === 'remove') return now ? [] : remake(parts, told, before);
  if (!now) throw new AgentError('moved', `there is no ${kind} called ${name} any more`);
  const was = property(before, 'was');
  const stands = at(now.facts, path, keyed);
  const isBlind = ability.unseen !== undefined;
  if (!isBlind && sameJson(stands, was)) return [];
  const back = isArray(was) && isArray(told.value) && isArray(stands) ? itemsBack(was, told.value, stands) : was;
  if (ability.undo) {
    await device.tell(ability.undo, knownOf(ability, told, now.facts, { value: told.value, old: back }));
    return [];
  }
  return setTo(parts, ability, { kind, name }, back);
}

/** Makes again what was removed, as far as there are commands for what it was like. */
async function remake(parts: ActParts, told: Told, before: Json): Promise<string[]> {
  const { kind, name, ability } = told;
  const facts = property(before, 'facts');
  const command = ability.undo ?? ability.make;
  if (!isObject(facts) || !command) return [`the ${kind} ${name}`];
  await parts.device.tell(command, knownOf(ability, told, facts, { value: facts }));
  const lost: string[] = [];
  for (const { path } of parts.settings.abilities.filter(each => each.kind === kind && each.path !== '')) {
    await putBackOther(parts, { of: { kind, name }, path, ...valueAt('was', at(facts, path, keyed)) });
  }
  const now = thing((await parts.device.look()).sightings, { kind, name });
  for (const { path } of differences(facts, now?.facts, keyed)) lost.push(`${path} of ${name}`);
  return lost;
}

function valueAt(side: 'was', value: Json | undefined): { readonly was?: Json } {
  return value === undefined ? {} : { [side]: value };
}

async function putBackOther(parts: ActParts, { of, path, was }: Move): Promise<readonly string[]> {
  const now = thing((await parts.device.look()).sightings, of);
  if (!now || sameJson(at(now.facts, path, keyed), was)) return [];
  const ability = parts.settings.abilities.find(each => each.kind === of.kind && each.path === path);
  return ability ? setTo(parts, ability, of, was) : [`${path} of ${of.name}`];
}

async function setTo(
  { device }: ActParts,
  ability: ExecAbility,
  of: Named,
  value: Json | undefined,
): Promise<string[]> {
  const { path } = ability;
  const command = value === undefined ? ability.remove : ability.set;
  const now = thing((await device.look()).sightings, of);
  if (!command || !now) return [`${path} of ${of.name}`];
  const old = at(now.facts, path, keyed);
  await device.tell(command, knownOf(ability, of, now.facts, { value, old }));
  return [];
}

async function seeing<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AgentError && error.code === 'refused')
      throw new AgentError('unreachable', error.message, { cause: error });
    throw error;
  }
}
