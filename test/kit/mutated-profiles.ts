/** Profiles that somebody has spoilt at random: what a check may say of them is anything, but it must say it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isArray, isObject, type Json } from '../../src/core/json.ts';
import { faultsOf } from '../../src/core/json-schema/faults.ts';
import { canonicalProfile } from '../../src/core/profile/canonical.ts';
import { checkProfile } from '../../src/core/profile/check.ts';
import { checkText } from '../../src/core/profile/check-text.ts';
import type { Finding } from '../../src/core/profile/finding.ts';
import { schemaOfKind, schemaOfRecordKind } from '../../src/core/profile/kind-schema.ts';
import { readText } from '../../src/core/profile/text.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import type { Chance } from './chance.ts';

const top = join(import.meta.dirname, '../..');
const yaml = readFileSync(join(top, 'test/profile/access.yaml'), 'utf8');
const sources: readonly Json[] = [
  readText(yaml).source ?? null,
  ...['linux-host', 'simulator'].map(name =>
    JSON.parse(readFileSync(join(top, `firmware-profiles/${name}.json`), 'utf8')),
  ),
];

/** Everything that is said anywhere, so that a wrong word is often one that means something elsewhere. */
const words = [...new Set(sources.flatMap(wordsIn))];

const oddities: readonly Json[] = [
  null,
  true,
  '',
  '__proto__',
  'constructor',
  'a'.repeat(200),
  '\u0000',
  -1,
  0,
  1.5,
  2 ** 53,
  1e308,
  [],
  {},
  [[]],
  [null],
  { $ref: '#' },
  { type: 'array', items: { $ref: '#' } },
  { pattern: '(a|a)*$' },
  { anyOf: [{ $ref: '#' }, true] },
  'many',
  'all',
];

export interface Outcome {
  readonly findings: number;
  /** Why it is not as it should be. */
  readonly wrong?: string;
}

/** Spoils one profile in a few places, checks it, and looks at what came of it. */
export async function spoilAndCheck(chance: Chance): Promise<Outcome> {
  if (chance.whole(0, 8) === 0) {
    const text = spoiltText(chance);
    return judged(await checkText(text, chance.whole(0, 2) === 0 ? 'yaml' : 'json', { keyed: tmfKeyedArrays }), true);
  }
  let source = pick(chance, sources);
  for (let i = chance.whole(0, 4); i >= 0; i--) source = spoilt(source, chance);
  const checked = checkProfile(source, { settings: ['mode'], keyed: tmfKeyedArrays });
  return judged({ ...checked, source }, false);
}

function judged(
  checked: { readonly profile: unknown; readonly findings: readonly Finding[]; readonly source: Json | undefined },
  hasPlaces: boolean,
): Outcome {
  const { profile, findings, source } = checked;
  const told = { findings: findings.length };
  if ((profile === undefined) !== findings.length > 0) return { ...told, wrong: 'neither a profile nor a finding' };
  if (findings.length > 1_001) return { ...told, wrong: 'more findings than anybody reads' };
  for (const each of findings) {
    const isFine = each.message !== '' && (each.pointer === '' || each.pointer.startsWith('/'));
    if (!isFine || (hasPlaces && !(each.line && each.column))) return { ...told, wrong: JSON.stringify(each) };
  }
  if (source === undefined || findings.length > 0) return told;
  // What is found good is good for whatever is made of it.
  canonicalProfile(source, 'spoilt');
  const { kinds = [], recordKinds = [] } = checkProfile(source).profile ?? {};
  for (const schema of [
    ...kinds.map(each => schemaOfKind(each)),
    ...recordKinds.map(each => schemaOfRecordKind(each)),
  ]) {
    const { $defs, ...rest } = schema;
    const [fault] = faultsOf({ ...rest, $defs: $defs ?? {} }).filter(each => !each.message.includes('$id'));
    if (fault) return { ...told, wrong: `the schema of a kind: ${fault.pointer} ${fault.message}` };
  }
  return told;
}

/** One change somewhere in it. */
function spoilt(value: Json, chance: Chance): Json {
  if (isArray(value) && value.length > 0 && chance.whole(0, 10) > 0) {
    const i = chance.whole(0, value.length);
    const here = value[i] ?? null;
    switch (chance.whole(0, 8)) {
      case 0:
        return value.filter((_, j) => j !== i);
      case 1:
        return [...value, here];
      case 2:
        return [...value].reverse();
      default:
        return value.map((each, j) => (j === i ? spoilt(each, chance) : each));
    }
  }
  if (isObject(value) && Object.keys(value).length > 0 && chance.whole(0, 10) > 0) {
    const entries = Object.entries(value);
    const i = chance.whole(0, entries.length);
    const [name, inner] = entries[i] ?? ['', null];
    const others = entries.filter((_, j) => j !== i);
    switch (chance.whole(0, 10)) {
      case 0:
        return Object.fromEntries(others);
      case 1:
        return Object.fromEntries([...others, [misspelt(name, chance), inner]]);
      case 2:
        return Object.fromEntries([...entries, [pick(chance, words), inner]]);
      default:
        return Object.fromEntries(entries.map(([each, one], j) => [each, j === i ? spoilt(one, chance) : one]));
    }
  }
  if (typeof value === 'string' && chance.whole(0, 3) > 0) {
    return chance.whole(0, 2) === 0 ? pick(chance, words) : misspelt(value, chance);
  }
  if (typeof value === 'number' && chance.whole(0, 2) === 0) return chance.whole(0, 3) * value - chance.whole(0, 10);
  return pick(chance, oddities);
}

function misspelt(word: string, chance: Chance): string {
  const at = chance.whole(0, word.length + 1);
  return `${word.slice(0, at)}${pick(chance, ['', 'x', '/', '~', ' ', 'é'])}${word.slice(at + chance.whole(0, 2))}`;
}

function spoiltText(chance: Chance): string {
  let text = yaml;
  for (let i = chance.whole(0, 6); i >= 0; i--) {
    const at = chance.whole(0, text.length);
    const snippet = pick(chance, [
      '',
      '\n',
      '  ',
      '- ',
      ': ',
      '{',
      ']',
      '"',
      '*a ',
      '&a ',
      '|\n',
      '#',
      '%',
      '!!set ',
      '\t',
      '? ',
      '<<: ',
    ]);
    text = text.slice(0, at) + snippet + text.slice(at + chance.whole(0, 12));
  }
  return text;
}

function wordsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (isArray(value)) return value.flatMap(wordsIn);
  if (isObject(value)) return Object.entries(value).flatMap(([name, inner]) => [name, ...wordsIn(inner)]);
  return [];
}

function pick<One>(chance: Chance, from: readonly One[]): One {
  const one = chance.pick(from);
  if (one === undefined) throw new Error('there is nothing to pick from');
  return one;
}
