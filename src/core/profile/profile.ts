/** A firmware profile: which device this is, which kinds it has, which drivers observe and act on it. */
import * as z from 'zod';
import { AgentError } from '../errors.ts';
import type { modes } from '../expectation.ts';
import type { SetItem } from '../expectation-set.ts';
import { isObject, type Json, type JsonObject, property } from '../json.ts';
import type { Kind, RecordKind } from '../kind.ts';
import { ruleSorts } from '../rule.ts';
import { ruleForm, ruleForms, type SaidRule, toRule } from '../rule-form.ts';
import { itemForm, toItem } from '../set-form.ts';
import { type Composition, compose } from './compose.ts';
import { type Declared, type Origins, readDeclared } from './declared.ts';
import { type Finding, Findings, findingText } from './finding.ts';
import { expectationsForm, kindsForm, profileHead, rulesForm } from './form.ts';
import { readForm } from './issues.ts';

export interface DriverChoice {
  readonly driver: string;
  readonly settings: JsonObject;
}

export interface FirmwareProfile {
  readonly name: string;
  readonly description: string;
  /** What the agent may do for those who are not the local operator, and when an expectation names no mode. */
  readonly mode: (typeof modes)[number];
  readonly drivers: readonly DriverChoice[];
  /** Of services and resources. */
  readonly kinds: readonly Kind[];
  /** Of parties and places. */
  readonly recordKinds: readonly RecordKind[];
  /** What it expects of the device it is for, as the set `profile`. */
  readonly expectations: readonly SetItem[];
  /** What may be done on it, below what its operator says; in order. */
  readonly rules: readonly SaidRule[];
  /** Values for the settings of the agent, below flags, variables and file. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
}

/** An expectation of a profile, and where it stands there. */
export interface DeclaredExpectation {
  readonly item: SetItem;
  readonly pointer: string;
}

/** A rule of a profile, and where it stands there. */
export interface DeclaredRule {
  readonly rule: SaidRule;
  readonly pointer: string;
}

/** What a profile says, as far as it can be read, and all that is wrong with how it says it. */
export interface ReadProfile {
  /** Undefined when its head cannot be read. */
  readonly head: z.output<typeof headForm> | undefined;
  readonly declared: ReadonlyMap<string, Declared>;
  /** Kinds that are there, though nothing more is known of them. */
  readonly unreadable: ReadonlySet<string>;
  readonly composition: Composition;
  readonly expectations: readonly DeclaredExpectation[];
  readonly rules: readonly DeclaredRule[];
  /** Where each entry of each list was declared. */
  readonly origins: Origins;
  readonly findings: Findings;
}

const headForm = z.strictObject(profileHead);

/** Reads the form alone; what it means is looked at by `verifyProfile`. */
export function readWritten(source: unknown): ReadProfile {
  const findings = new Findings();
  const origins: Origins = new Map();
  const declared = new Map<string, Declared>();
  const unreadable = new Set<string>();
  const { kinds = [], expectations: expected = [], rules: ruled = [], ...rest } = isObject(source) ? source : {};
  const others = ['kinds', 'expectations', 'rules'];
  const head = readForm(headForm, isObject(source) ? rest : source, 'a profile', '', findings, others);
  for (const [i, each] of (readForm(kindsForm, kinds, 'kinds', '/kinds', findings) ?? []).entries()) {
    const read = readDeclared(each, `/kinds/${i}`, findings, origins);
    if (!read) {
      const name = isObject(each) ? property(each, 'name') : undefined;
      if (typeof name === 'string') unreadable.add(name);
    } else if (declared.has(read.head.name)) {
      const { name } = read.head;
      findings.add({ pointer: `/kinds/${i}/name`, message: `the kind ${name} is declared twice`, found: name });
    } else declared.set(read.head.name, read);
  }
  const expectations = readExpectations(expected, findings);
  const rules = readRules(ruled, findings);
  const composition = compose(declared, unreadable, findings);
  return { head, declared, unreadable, composition, expectations, rules, origins, findings };
}

function readExpectations(source: Json, findings: Findings): readonly DeclaredExpectation[] {
  const items = readForm(expectationsForm, source, 'expectations', '/expectations', findings) ?? [];
  return items.flatMap((each, i) => {
    const pointer = `/expectations/${i}`;
    const read = readForm(itemForm, each, 'an expectation', pointer, findings);
    return read ? [{ item: toItem(read), pointer }] : [];
  });
}

function readRules(source: Json, findings: Findings): readonly DeclaredRule[] {
  const items = readForm(rulesForm, source, 'rules', '/rules', findings) ?? [];
  return items.flatMap((each, i) => {
    const pointer = `/rules/${i}`;
    const said = isObject(each) ? property(each, 'sort') : undefined;
    const sort = ruleSorts.find(one => one === said);
    if (sort === undefined && isObject(each)) {
      if (typeof said === 'string')
        findings.unknown(`${pointer}/sort`, `there are no rules of sort ${said}`, said, ruleSorts);
      else
        findings.add({
          pointer: `${pointer}/sort`,
          message: 'a rule must say sort',
          expected: `one of ${ruleSorts.join(', ')}`,
        });
      return [];
    }
    const read = readForm(sort === undefined ? ruleForm : ruleForms[sort], each, 'a rule', pointer, findings);
    return read ? [{ rule: toRule(read), pointer }] : [];
  });
}

/** The profile that was read; undefined when anything was found. */
export function profileOf({
  head,
  composition,
  expectations,
  rules,
  findings,
}: ReadProfile): FirmwareProfile | undefined {
  if (head === undefined || !findings.isEmpty) return undefined;
  return {
    ...head,
    kinds: [...composition.kinds.values()].map(each => each.kind),
    recordKinds: [...composition.recordKinds.values()].map(each => each.kind),
    expectations: expectations.map(each => each.item),
    rules: rules.map(each => each.rule),
  };
}

/** One sentence with every finding; `from` names the file or profile. */
export function refusal(findings: readonly Finding[], from: string): AgentError {
  const all = findings.map(each => `${placeOf(each)}: ${findingText(each)}`).join('; ');
  const pointer = findings[0]?.pointer ?? '';
  return new AgentError('invalid', `the profile ${from} cannot be used: ${all}`, { pointer });
}

/** Line and column where they are known, else the pointer. */
export function placeOf({ pointer, line, column }: Finding): string {
  return line === undefined ? pointer || '/' : `line ${line}, column ${column}, ${pointer || '/'}`;
}

/** A profile that was verified before, such as those shipped. Throws `invalid` with every finding in its form. */
export function readProfile(source: unknown, from: string): FirmwareProfile {
  const read = readWritten(source);
  const profile = profileOf(read);
  if (profile === undefined) throw refusal(read.findings.list, from);
  return profile;
}
