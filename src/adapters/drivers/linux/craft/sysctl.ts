/** Settings of the kernel, from a list in the profile: seen, changed, and kept over a restart in a file of our own. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as z from 'zod';
import type { Ability } from '../../../../core/ability.ts';
import { AgentError, sentence } from '../../../../core/errors.ts';
import { isObject, type Json, property, sameJson } from '../../../../core/json.ts';
import { segment } from '../../../../core/path.ts';
import type { Effect, Scene } from '../../../../core/prediction.ts';
import type { TaskStep } from '../../../../core/task.ts';
import type { Step } from '../../../../ports/driver.ts';
import { characteristicOf, cost, order } from '../ability/common.ts';
import { hostKind } from '../facts.ts';
import { switchIpv6 } from '../foresight/links.ts';
import { effectsOf } from '../foresight/world.ts';
import { once } from '../once.ts';
import { text } from '../wanted-route.ts';
import type { Craft } from './craft.ts';
import { followersOf } from './sysctl-followers.ts';

const nameForm = z.string().regex(/^[a-z0-9_]+([./](?!\.)[A-Za-z0-9_:-]+)+$/, 'a name such as net.ipv4.ip_forward');

export const sysctlForm = z.array(
  z.union([
    nameForm.transform(name => ({ name })),
    z.strictObject({
      name: nameForm,
      values: z
        .array(z.union([z.number(), z.string()]))
        .min(1)
        .exactOptional(),
      minimum: z.number().exactOptional(),
      maximum: z.number().exactOptional(),
    }),
  ]),
);
export type SysctlChoice = {
  readonly name: string;
  readonly values?: readonly (number | string)[];
  readonly minimum?: number;
  readonly maximum?: number;
};

export const SYSCTL_FILE = '/etc/sysctl.d/90-diffo.conf';
const PATH = '/resourceCharacteristic/sysctl/value';

export function openSysctl(options: {
  readonly netns?: string;
  readonly choices: readonly SysctlChoice[];
  /** Where what is to last is written; it is read when the machine starts. */
  readonly file: string;
  readonly written: () => void;
}): Craft {
  const { netns, choices, file, written } = options;

  async function read(names: readonly string[]): Promise<ReadonlyMap<string, Json>> {
    const found = new Map<string, Json>();
    if (netns === undefined) {
      for (const name of names) {
        const value = await readFile(fileOf(name), 'utf8').catch(() => undefined);
        if (value !== undefined) found.set(name, readValue(value));
      }
      return found;
    }
    // Whoever reads has to be in the namespace.
    const script = 'for f; do printf "%s=" "$f"; tr "\\n" " " 2>/dev/null <"$f" || printf "\\001"; echo; done';
    const said = await once(netns, ['sh', '-c', script, 'sh', ...names.map(fileOf)]);
    said
      .toString()
      .split('\n')
      .forEach((line, i) => {
        const [name, at] = [names[i], line.indexOf('=')];
        if (name !== undefined && at > 0 && !line.endsWith('\u0001')) found.set(name, readValue(line.slice(at + 1)));
      });
    return found;
  }

  async function write(name: string, value: Json): Promise<void> {
    try {
      if (netns === undefined) await writeFile(fileOf(name), `${String(value)}\n`);
      else await once(netns, ['sh', '-c', 'echo "$2" >"$1"', 'sh', fileOf(name), String(value)]);
    } catch (error) {
      throw new AgentError('refused', `the kernel does not take ${text(value)} for ${name}: ${sentence(error)}`, {
        cause: error,
      });
    }
    written();
  }

  return {
    ops: new Set(['setSysctl']),
    abilities: [{ kind: hostKind, path: PATH, steps: stepsOf(choices, file), predict: predictSysctl }],
    async look() {
      const found = await read(choices.map(each => each.name));
      return { host: { sysctl: Object.fromEntries(found) } };
    },
    async examine(step) {
      const { name, value, lasting } = readStep(step);
      const followers = followersOf(name, await folders(netns, name));
      const before = await read([name, ...followers]);
      const was = before.get(name);
      if (was === undefined) throw new AgentError('moved', `there is no setting ${name} any more`);
      const line = lasting ? (await linesOf(file)).get(name) : undefined;
      return {
        already: sameJson(was, value) && (!lasting || line === String(value)),
        before: { values: Object.fromEntries(before), ...(lasting ? { line: line ?? null } : {}) },
      };
    },
    async act(step) {
      const { name, value, lasting } = readStep(step);
      await write(name, value);
      if (lasting) await keep(file, name, String(value));
    },
    async undo(step, before) {
      const { name, lasting } = readStep(step);
      const values = property(before, 'values');
      const all = isObject(values) ? Object.entries(values) : [];
      // Itself first: what follows it is then put right one by one.
      for (const [each, value] of all) if (each === name) await write(each, value);
      const now = await read(all.map(([each]) => each));
      for (const [each, value] of all) if (!sameJson(now.get(each) ?? null, value)) await write(each, value);
      const line = property(before, 'line');
      if (lasting) await keep(file, name, typeof line === 'string' ? line : undefined);
    },
  };
}

function readStep({ op, args }: Step): { name: string; value: Json; lasting: boolean } {
  const { name, value, lasting } = args;
  if (op !== 'setSysctl' || typeof name !== 'string' || value === undefined) {
    throw new AgentError('invalid', `the linux driver does not know the step ${op}`);
  }
  return { name, value, lasting: lasting === true };
}

function stepsOf(choices: readonly SysctlChoice[], file: string): Ability['steps'] {
  return (actual, wanted, how) => {
    const now = characteristicOf(actual, 'sysctl');
    if (!isObject(wanted)) return `the settings of the kernel are an object by name, not ${text(wanted)}`;
    const steps: TaskStep[] = [];
    for (const [name, value] of Object.entries(wanted)) {
      const was = isObject(now) ? now[name] : undefined;
      if (sameJson(was ?? null, value)) continue;
      const reason = whyNot(choices, name, value, was);
      if (reason !== undefined) return reason;
      steps.push({
        op: 'setSysctl',
        args: { name, value, ...(how?.lasting ? { lasting: true } : {}) },
        summary: `set ${name} to ${text(value)}${how?.lasting ? `, in ${file} too` : ''}`,
        order: order.setting,
        ...costOf(name, value),
        lasting: how?.lasting ? 'lasts' : 'untilRestart',
      });
    }
    const missing = isObject(now) ? Object.keys(now).find(name => !Object.hasOwn(wanted, name)) : undefined;
    return missing === undefined ? steps : `${missing} is a setting of the kernel, and cannot be taken away`;
  };
}

/** Nothing puts back the addresses that go with IPv6. */
function costOf(name: string, value: Json): Pick<TaskStep, 'cost' | 'sideEffects'> {
  const [, dev] = IPV6_SWITCH.exec(name) ?? [];
  if (dev === undefined || Number(value) === 0) return { cost: cost(0) };
  const where = dev === 'all' ? 'every interface' : dev;
  return {
    cost: { blastRadius: dev === 'all' ? 10 : 2, downtimeMs: 0, reversible: false },
    sideEffects: [
      `${where} loses its IPv6 addresses and the routes that go by them, and an undo does not bring them back`,
    ],
  };
}

function whyNot(
  choices: readonly SysctlChoice[],
  name: string,
  value: Json,
  was: Json | undefined,
): string | undefined {
  const choice = choices.find(each => each.name === name);
  if (!choice) return `${name} is not among the settings that may be changed here; list it under sysctl in the profile`;
  if (typeof value !== 'number' && typeof value !== 'string') return `${text(value)} cannot be the value of ${name}`;
  if (typeof value === 'string' && /[\n\0]/.test(value)) return `the value of ${name} is one line`;
  const { values, minimum, maximum } = choice;
  if (values && !values.some(each => String(each) === String(value))) {
    return `${name} may be ${values.map(each => text(each)).join(' or ')} here, not ${text(value)}`;
  }
  const isOutside =
    (minimum !== undefined && !(Number(value) >= minimum)) || (maximum !== undefined && !(Number(value) <= maximum));
  if (isOutside) return `${name} may be from ${minimum ?? 'any'} to ${maximum ?? 'any'} here, not ${text(value)}`;
  return was === undefined ? `this kernel has no ${name}` : undefined;
}

export function predictSysctl({ args }: TaskStep, scene: Scene): readonly Effect[] {
  const [host] = scene.of(hostKind);
  const { name, value } = args;
  if (!host || typeof name !== 'string' || value === undefined) return [];
  const of = { kind: hostKind, name: String(property(host.document, 'name')) };
  const now = characteristicOf(host.document, 'sysctl');
  const listed = isObject(now) ? now : {};
  const effects: Effect[] = [];
  const set = (each: string, to: Json): void => {
    if (listed[each] === undefined || sameJson(listed[each], to)) return;
    effects.push({ of, path: `${PATH}/${segment(each)}`, value: to });
  };
  set(name, value);
  const isOther = !sameJson(listed[name] ?? null, value);
  if (!isOther) return effects;
  for (const each of followersOf(name, Object.keys(listed))) {
    // A host that forwards takes no redirects, and the other way round.
    if (each !== name) set(each, each.endsWith('accept_redirects') ? (Number(value) > 0 ? 0 : 1) : value);
  }
  effects.push(...ipv6Effects(name, value, scene));
  const forwards = isForwarding(name);
  const was = characteristicOf(host.document, 'ipForwarding');
  if (forwards && typeof was === 'boolean' && was !== Number(value) > 0) {
    effects.push({ of, path: '/resourceCharacteristic/ipForwarding/value', value: Number(value) > 0 });
  }
  return effects;
}

const IPV6_SWITCH = /^net\.ipv6\.conf\.(.+)\.disable_ipv6$/;

/** With IPv6 go the addresses of a link and its routes. */
function ipv6Effects(name: string, value: Json, scene: Scene): readonly Effect[] {
  const [, dev] = IPV6_SWITCH.exec(name) ?? [];
  if (dev === undefined) return [];
  return effectsOf(scene, world => {
    // In the name of a setting a slash stands for the dot of an interface.
    const links = world.links.filter(each => dev === 'all' || each.name === dev.replaceAll('/', '.'));
    for (const link of links) switchIpv6(world, link, Number(value) === 0);
  });
}

function isForwarding(name: string): boolean {
  return name === 'net.ipv4.ip_forward' || name === 'net.ipv4.conf.all.forwarding';
}

/** All settings of the folder that a setting moves, by name. */
async function folders(netns: string | undefined, name: string): Promise<readonly string[]> {
  const globs = followersOf(name, undefined);
  if (globs.length === 0) return [];
  const said = await once(netns, ['sh', '-c', `ls -d ${globs.map(fileOf).join(' ')} 2>/dev/null; true`]);
  return said.toString().split('\n').filter(Boolean).map(nameOf);
}

/** In a name a dot stands for a slash, and a slash for a dot. */
function fileOf(name: string): string {
  return `/proc/sys/${swapped(name)}`;
}

function nameOf(file: string): string {
  return swapped(file.slice('/proc/sys/'.length));
}

function swapped(name: string): string {
  return name.replace(/[./]/g, each => (each === '.' ? '/' : '.'));
}

function readValue(file: string): Json {
  const value = file.trim().replaceAll(/\s+/g, ' ');
  return /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

const HEAD = '# Kept by Diffo Edge: what an expectation that is to last has set here.\n';

async function linesOf(file: string): Promise<Map<string, string>> {
  const lines = new Map<string, string>();
  for (const line of (await readFile(file, 'utf8').catch(() => '')).split('\n')) {
    const [, name, value] = /^\s*([^#;=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) lines.set(name, value);
  }
  return lines;
}

/** Written whole under another name first, so that a power cut leaves the one or the other. */
async function keep(file: string, name: string, value: string | undefined): Promise<void> {
  const lines = await linesOf(file);
  if (lines.get(name) === value) return;
  if (value === undefined) lines.delete(name);
  else lines.set(name, value);
  try {
    if (lines.size === 0) return await rm(file, { force: true });
    const body = [...lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([each, is]) => `${each} = ${is}\n`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.new`, HEAD + body.join(''), { flush: true });
    await rename(`${file}.new`, file);
  } catch (error) {
    throw new AgentError('storage', `${name} could not be kept in ${file}: ${sentence(error)}`, { cause: error });
  }
}
