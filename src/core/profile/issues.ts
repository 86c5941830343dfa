/** Reads a part of the written form with zod, and turns what zod has against it into findings. */
import * as z from 'zod';
import { type Json, property } from '../json.ts';
import { segment } from '../path.ts';
import { type Findings, oneOf, show } from './finding.ts';

/**
 * Undefined, with findings, when it does not fit; `what` names it in them: `a pool`. `moreKeys` may stand beside those
 * of the form, and are read by others.
 */
export function readForm<Form extends z.ZodType>(
  form: Form,
  source: unknown,
  what: string,
  pointer: string,
  findings: Findings,
  moreKeys: readonly string[] = [],
): z.output<Form> | undefined {
  const read = form.safeParse(source);
  if (read.success) return read.data;
  for (const issue of read.error.issues) addIssue(issue, { form, source, what, pointer, findings, moreKeys });
  return undefined;
}

interface Place {
  readonly form: z.ZodType;
  readonly source: unknown;
  readonly what: string;
  readonly pointer: string;
  readonly findings: Findings;
  readonly moreKeys: readonly string[];
}

function addIssue(issue: z.core.$ZodIssue, { form, source, what, pointer, findings, moreKeys }: Place): void {
  const path = issue.path.map(String);
  const at = `${pointer}${path.map(part => `/${segment(part)}`).join('')}`;
  const [last] = path.slice(-1);
  const value = valueAt(source, path);
  if (issue.code === 'unrecognized_keys') {
    const owner = last === undefined ? what : `${/^\d+$/.test(last) ? path.slice(-2).join(' ') : last} of ${what}`;
    const keys = [...keysAt(form, path), ...(path.length === 0 ? moreKeys : [])];
    for (const key of issue.keys) findings.unknown(`${at}/${segment(key)}`, `${owner} has no key "${key}"`, key, keys);
    return;
  }
  if (value === undefined) {
    findings.add({
      pointer: at,
      message: `${what} must say ${path.join('/')}`,
      found: show(value),
      expected: expectedOf(issue),
    });
    return;
  }
  const subject = path.length === 0 ? what : `${path.join('/')} of ${what}`;
  const message = `${subject} cannot be ${show(value)}`;
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    findings.unknown(at, message, value, issue.values.map(String));
    return;
  }
  findings.add({ pointer: at, message, found: show(value), expected: expectedOf(issue) });
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** The forms say in their own words what they expect; where they do not, the type says it. */
function expectedOf(issue: z.core.$ZodIssue): string {
  const said = !/^(Invalid|Too|Unrecognized|Expected)/.test(issue.message);
  if (said) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values.map(String));
    case 'too_small':
      return `at least ${issue.minimum}${issue.origin === 'string' ? ' characters' : ''}`;
    case 'too_big':
      return `at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}`;
    case 'invalid_format':
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return issue.message;
  }
}

function valueAt(source: unknown, path: readonly string[]): unknown {
  let here: unknown = source;
  for (const part of path) {
    if (Array.isArray(here)) here = here[Number(part)];
    else here = property(here as Json, part);
  }
  return here;
}

/** The keys that the object at a path of a form may have. */
function keysAt(form: z.ZodType, path: readonly string[]): readonly string[] {
  let here: z.core.$ZodType | undefined = bare(form);
  for (const part of path) {
    if (here instanceof z.ZodObject) here = bare(here.shape[part]);
    else if (here instanceof z.ZodArray) here = bare(here.element);
    else return [];
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : [];
}

/** Without what makes it optional. */
function bare(form: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let here = form;
  while (here instanceof z.ZodDefault || here instanceof z.ZodExactOptional || here instanceof z.ZodOptional) {
    here = here.unwrap();
  }
  return here;
}
