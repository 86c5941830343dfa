/** Whether something is a JSON Schema that can be used here, and if not, why. */
import { isArray, isObject, type Json, type JsonObject, property } from '../json.ts';
import { segment, segments } from '../path.ts';
import { formats } from './formats.ts';
import { keywords, type Takes, typeNames } from './keywords.ts';
import { faultOfPattern } from './pattern.ts';

export interface SchemaFault {
  /** JSON pointer into the schema. */
  readonly pointer: string;
  readonly message: string;
  readonly found: Json;
  /** What may stand there, in words, or as the names to choose from. */
  readonly expected: string | readonly string[];
}

/** Deeper than a value of an instance is. */
const DEPTH_AT_MOST = 32;

/** Every fault at once; empty when there is none. */
export function faultsOf(schema: Json): readonly SchemaFault[] {
  const faults: SchemaFault[] = [];
  const around: Around = { root: schema, faults, refers: false };
  checkSchema(schema, '', 0, around);
  if (around.refers && faults.length === 0) checkCircles(schema, faults);
  return faults;
}

interface Around {
  readonly root: Json;
  readonly faults: SchemaFault[];
  /** Whether any of it refers to another part. */
  refers: boolean;
}

function checkSchema(schema: Json, pointer: string, depth: number, around: Around): void {
  if (typeof schema === 'boolean') return;
  const wrong = (message: string, found: Json, expected: string | readonly string[], at = pointer): void => {
    around.faults.push({ pointer: at, message, found, expected });
  };
  if (!isObject(schema)) {
    wrong('a schema is an object, true or false', schema, 'an object, true or false');
    return;
  }
  if (depth > DEPTH_AT_MOST) {
    wrong('the schema is nested too deeply', null, `at most ${DEPTH_AT_MOST} levels`);
    return;
  }
  for (const [name, argument] of Object.entries(schema)) {
    const at = `${pointer}/${segment(name)}`;
    // Whoever has something of their own to say to other programs.
    if (name.startsWith('x-')) continue;
    const takes = Object.hasOwn(keywords, name) ? keywords[name] : undefined;
    if (takes === undefined) wrong(`there is no keyword "${name}"`, name, Object.keys(keywords), at);
    else if (!isTaken(takes, argument)) wrong(`${name} cannot be that`, argument, wanted[takes], at);
    else checkArgument(takes, name, argument, at, depth, around);
  }
}

const wanted: Readonly<Record<Takes, string | readonly string[]>> = {
  anything: 'a value',
  format: Object.keys(formats),
  lists: 'an object of lists of texts',
  number: 'a number',
  pattern: 'a pattern in RE2 syntax',
  positive: 'a number above 0',
  reference: 'a pointer to a schema in this one, such as #/$defs/name',
  schema: 'a schema',
  schemaByPattern: 'an object of schemas by pattern',
  schemas: 'a list of schemas that is not empty',
  schemasByName: 'an object of schemas by name',
  text: 'a text',
  texts: 'a list of different texts',
  trueOrFalse: 'true or false',
  types: typeNames,
  values: 'a list that is not empty',
  whole: 'a whole number from 0',
};

function isTaken(takes: Takes, argument: Json): boolean {
  switch (takes) {
    case 'anything':
      return true;
    case 'schema':
      return isObject(argument) || typeof argument === 'boolean';
    case 'format':
      return typeof argument === 'string' && Object.hasOwn(formats, argument);
    case 'pattern':
    case 'reference':
    case 'text':
      return typeof argument === 'string';
    case 'lists':
      return isObject(argument) && Object.values(argument).every(isTexts);
    case 'number':
      return typeof argument === 'number';
    case 'positive':
      return typeof argument === 'number' && argument > 0;
    case 'schemaByPattern':
    case 'schemasByName':
      return isObject(argument);
    case 'schemas':
    case 'values':
      return isArray(argument) && argument.length > 0;
    case 'texts':
      return isTexts(argument);
    case 'trueOrFalse':
      return typeof argument === 'boolean';
    case 'types':
      return typeof argument === 'string'
        ? isType(argument)
        : isTexts(argument) && argument.length > 0 && argument.every(isType);
    case 'whole':
      return typeof argument === 'number' && Number.isSafeInteger(argument) && argument >= 0;
  }
}

function isTexts(value: Json): value is readonly string[] {
  return isArray(value) && value.every(each => typeof each === 'string') && new Set(value).size === value.length;
}

function isType(name: string): boolean {
  return typeNames.some(each => each === name);
}

function checkArgument(takes: Takes, name: string, argument: Json, at: string, depth: number, around: Around): void {
  if (takes === 'reference') around.refers = true;
  const inner = (schema: Json, key: string): void => checkSchema(schema, `${at}/${segment(key)}`, depth + 1, around);
  if (takes === 'schema') checkSchema(argument, at, depth + 1, around);
  else if (takes === 'schemas' && isArray(argument)) {
    for (const [i, each] of argument.entries()) inner(each, String(i));
  } else if ((takes === 'schemasByName' || takes === 'schemaByPattern') && isObject(argument)) {
    for (const [key, each] of Object.entries(argument)) {
      if (takes === 'schemaByPattern') checkPattern(key, `${at}/${segment(key)}`, around);
      inner(each, key);
    }
  } else if (takes === 'pattern' && typeof argument === 'string') checkPattern(argument, at, around);
  else if (takes === 'reference' && typeof argument === 'string' && schemaAt(around.root, argument) === undefined) {
    around.faults.push({
      pointer: at,
      message: `${name} leads to no schema`,
      found: argument,
      expected: wanted.reference,
    });
  }
}

function checkPattern(pattern: string, pointer: string, { faults }: Around): void {
  const fault = faultOfPattern(pattern);
  if (fault === undefined) return;
  faults.push({ pointer, message: `the pattern ${fault}`, found: pattern, expected: wanted.pattern });
}

/** What a reference leads to: the whole schema, or what stands under its `$defs`. */
export function schemaAt(root: Json, reference: string): Json | undefined {
  if (reference === '#') return root;
  if (!reference.startsWith('#/$defs/')) return undefined;
  let here: Json | undefined = root;
  for (const part of segments(decoded(reference.slice(1)))) {
    if (isArray(here)) here = here[Number(part)];
    else here = property(here, part);
  }
  return isObject(here) || typeof here === 'boolean' ? here : undefined;
}

/** A reference is part of a URI. */
function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** A schema that asks only itself, about the same value, would never have an answer. */
function checkCircles(root: Json, faults: SchemaFault[]): void {
  const done = new Set<JsonObject>();
  const open = new Set<JsonObject>();
  const follow = (schema: Json, pointer: string): boolean => {
    if (!isObject(schema) || done.has(schema)) return false;
    if (open.has(schema)) {
      faults.push({
        pointer,
        message: 'the schema asks itself in a circle',
        found: '$ref',
        expected: wanted.reference,
      });
      return true;
    }
    open.add(schema);
    const found = asks(schema).some(({ key, to }) => {
      const next = key === '$ref' && typeof to === 'string' ? schemaAt(root, to) : to;
      return next !== undefined && follow(next, `${pointer}/${key}`);
    });
    open.delete(schema);
    done.add(schema);
    return found;
  };
  const each = (schema: Json, pointer: string): boolean => {
    if (!isObject(schema)) return false;
    if (follow(schema, pointer)) return true;
    return Object.entries(schema).some(([name, argument]) => {
      const takes = keywords[name];
      if (takes === 'schema') return each(argument, `${pointer}/${name}`);
      if (takes === 'schemas' && isArray(argument))
        return argument.some((one, i) => each(one, `${pointer}/${name}/${i}`));
      if ((takes === 'schemasByName' || takes === 'schemaByPattern') && isObject(argument)) {
        return Object.entries(argument).some(([key, one]) => each(one, `${pointer}/${name}/${segment(key)}`));
      }
      return false;
    });
  };
  each(root, '');
}

/** The schemas that a schema asks about the very value it is asked about. */
function asks(schema: JsonObject): readonly { readonly key: string; readonly to: Json }[] {
  return Object.entries(schema).flatMap(([name, argument]) => {
    if (['$ref', 'not', 'if', 'then', 'else'].includes(name)) return [{ key: name, to: argument }];
    if (['allOf', 'anyOf', 'oneOf'].includes(name) && isArray(argument)) {
      return argument.map((to, i) => ({ key: `${name}/${i}`, to }));
    }
    if (name === 'dependentSchemas' && isObject(argument)) {
      return Object.entries(argument).map(([key, to]) => ({ key: `${name}/${segment(key)}`, to }));
    }
    return [];
  });
}
