/** What the form of an exec profile does not tell: placeholders that nothing fills, schemas that are none, doubles. */

import type { JsonObject } from '../json.ts';
import { faultsOf } from '../json-schema/faults.ts';
import { type Findings, show } from '../profile/finding.ts';
import { readForm } from '../profile/issues.ts';
import { type ExecAbility, type ExecCommand, type ExecSettings, execForm } from './form.ts';
import { type Placeholder, readWord, type Subject, textOf } from './placeholders.ts';

/** Undefined when it cannot be read at all. */
export function checkExec(source: unknown, pointer: string, findings: Findings): ExecSettings | undefined {
  const settings = readForm(execForm, source, 'the exec driver', pointer, findings);
  if (!settings) return undefined;
  const asks = new Check(pointer, findings);
  const { look, sample, watch, abilities } = settings;
  asks.command(look, '/look', []);
  asks.mapping(look, '/look');
  if (sample) {
    asks.command(sample, '/sample', []);
    asks.mapping(sample, '/sample');
  }
  if (watch) asks.command(watch, '/watch', []);
  const ways = new Map<string, string>();
  for (const [i, ability] of abilities.entries()) asks.ability(ability, `/abilities/${i}`, ways);
  return settings;
}

/** The kinds that things, samples and abilities are of, each with its place. */
export function kindsNamed(settings: ExecSettings): readonly { readonly kind: string; readonly pointer: string }[] {
  const { look, sample, abilities } = settings;
  return [
    ...(look.things ?? []).map(({ kind }, i) => ({ kind, pointer: `/look/things/${i}/kind` })),
    ...(sample?.things ?? []).map(({ kind }, i) => ({ kind, pointer: `/sample/things/${i}/kind` })),
    ...abilities.map(({ kind }, i) => ({ kind, pointer: `/abilities/${i}/kind` })),
  ];
}

/** What can be said of the thing to each of its commands. */
const said: Readonly<Record<'set' | 'remove' | 'make' | 'examine' | 'undo', readonly Subject[]>> = {
  set: ['name', 'kind', 'value', 'old', 'facts'],
  remove: ['name', 'kind', 'old', 'facts'],
  make: ['name', 'kind', 'value', 'facts'],
  examine: ['name', 'kind', 'value', 'facts'],
  undo: ['name', 'kind', 'value', 'old', 'facts'],
};

class Check {
  readonly #pointer: string;
  readonly #findings: Findings;

  constructor(pointer: string, findings: Findings) {
    this.#pointer = pointer;
    this.#findings = findings;
  }

  command({ run }: Pick<ExecCommand, 'run'>, at: string, subjects: readonly Subject[]): void {
    for (const [i, word] of run.entries()) {
      const inner = typeof word === 'string' ? '' : '/text';
      this.#words(textOf(word), `${at}/run/${i}${inner}`, i === 0 ? [] : subjects, i === 0);
    }
    if (textOf(run[0] ?? '') === '') this.#add(`${at}/run/0`, 'a command has no program', '""', 'a program');
  }

  mapping(
    { schema, things }: { readonly schema?: JsonObject; readonly things?: readonly unknown[] },
    at: string,
  ): void {
    if (schema) this.#schema(schema, `${at}/schema`, 'of what the command prints');
    else if (things) {
      this.#add(`${at}/schema`, `${at.slice(1)} must say schema: what the command prints`, 'nothing', 'a JSON Schema');
    }
  }

  ability(ability: ExecAbility, at: string, ways: Map<string, string>): void {
    const { kind, path, way, accepts, needs, predict } = ability;
    const own = `${kind} ${path} ${way ?? ''}`;
    const before = ways.get(own);
    if (before === undefined) ways.set(own, at);
    else this.#add(at, `the path ${path} of a ${kind} has an ability already, at ${before}`, path, 'another way');
    if (accepts) this.#schema(accepts, `${at}/accepts`, 'of what it accepts');
    for (const verb of ['set', 'remove', 'make', 'examine', 'undo'] as const) {
      const command = ability[verb];
      if (!command) continue;
      this.command(command, `${at}/${verb}`, said[verb]);
      if (path === '' ? verb === 'set' : verb === 'make') {
        const what = path === '' ? 'the whole thing is made and removed' : 'a path is set and removed';
        this.#add(
          `${at}/${verb}`,
          `${what}, it has no ${verb}`,
          verb,
          path === '' ? 'make or remove' : 'set or remove',
        );
      }
    }
    if (!ability.set && !ability.remove && !ability.make) {
      this.#add(at, 'an ability has no command', 'nothing', path === '' ? 'make or remove' : 'set or remove');
    }
    for (const [i, { of }] of needs.entries()) if (of) this.#name(of.name, `${at}/needs/${i}/of/name`);
    for (const [i, { of }] of predict.entries()) if (of) this.#name(of.name, `${at}/predict/${i}/of/name`);
  }

  #name(text: string, at: string): void {
    this.#words(text, at, ['name', 'kind', 'value', 'facts'], false);
  }

  #words(text: string, at: string, subjects: readonly Subject[], isProgram: boolean): void {
    const pieces = readWord(text);
    if (typeof pieces === 'string') {
      this.#add(at, pieces, show(text), 'a word whose placeholders are known');
      return;
    }
    const unknown = pieces.find((each): each is Placeholder => typeof each !== 'string' && !subjects.includes(each.of));
    if (!unknown) return;
    const why = isProgram ? 'the program is always the same one' : `there is no {${unknown.of}} here`;
    const known = subjects.map(each => (each === 'facts' ? '{/path}' : `{${each}}`));
    this.#add(at, why, show(text), known.length === 0 ? 'a word without placeholders' : known.join(', '));
  }

  #schema(schema: JsonObject, at: string, what: string): void {
    for (const { pointer, message, found, expected } of faultsOf(schema)) {
      const text = `the schema ${what} is no JSON Schema: ${message}`;
      const place = `${this.#pointer}${at}${pointer}`;
      if (typeof expected === 'string')
        this.#findings.add({ pointer: place, message: text, found: show(found), expected });
      else this.#findings.unknown(place, text, typeof found === 'string' ? found : show(found), expected);
    }
  }

  #add(at: string, message: string, found: string, expected: string): void {
    this.#findings.add({ pointer: `${this.#pointer}${at}`, message, found, expected });
  }
}
