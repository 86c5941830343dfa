/** An API as a file describes it: which operations there are, how each may answer, and whether an answer is so. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isArray, isObject, type Json, property } from '../../../src/core/json.ts';
import { schemasOf } from './json-schema.ts';

/** What is wrong with a value; undefined where nothing is. */
export type Check = (value: Json) => string | undefined;

export interface DescribedAnswer {
  /** Undefined where the answer has no body. */
  readonly schema: string | undefined;
  readonly headers: readonly string[];
  /** Those of them that may not be left out; in Swagger, all. */
  readonly required: readonly string[];
}

export interface Operation {
  readonly method: string;
  readonly template: string;
  /** By status, `2XX` or `default`. */
  readonly answers: Readonly<Record<string, DescribedAnswer>>;
}

export interface Description {
  readonly title: string;
  /** The operation that serves a path below the root of the API; undefined where there is none. */
  operation(method: string, path: string): Operation | undefined;
  /** The check of an answer's schema, of a body (`POST /hub body`), of the file's `Error`, or of an event by its type. */
  check(schema: string): Check;
  has(schema: string): boolean;
}

/** What is kept of a file between runs: to read and compile the large ones takes half a second. */
interface Compiled {
  readonly title: string;
  readonly operations: readonly Operation[];
  readonly checks: Readonly<Record<string, Validate>>;
}

interface Validate {
  (value: unknown): boolean;
  readonly errors?: readonly Fault[] | null;
}

interface Fault {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const top = join(import.meta.dirname, '../../..');
const kept = join(top, 'node_modules/.cache/diffo-edge');
const require = createRequire(import.meta.url);
const sources = ['json-schema.ts', 'description.ts', 'formats.ts'];

export interface Made {
  /** What the description is made from; the same text gives the same description. */
  readonly key: string;
  readonly document: () => Json | Promise<Json>;
  /** No member is required: of each entity only some members were asked for. */
  readonly isPart?: boolean;
}

/** Compiled once and kept beside the dependencies, for all processes and runs. */
export async function describe({ key, document, isPart = false }: Made): Promise<Description> {
  const hash = createHash('sha256');
  for (const source of sources) hash.update(readFileSync(join(import.meta.dirname, source)));
  const file = join(kept, `openapi-${hash.update(`${isPart} ${key}`).digest('hex').slice(0, 32)}.cjs`);
  if (!existsSync(file)) {
    const text = await compile(await document(), isPart);
    mkdirSync(kept, { recursive: true });
    // Several workers may do so at once; each finds a whole file.
    const mine = `${file}.${process.pid}.${process.hrtime.bigint()}`;
    writeFileSync(mine, text);
    renameSync(mine, file);
  }
  return opened(require(file));
}

function opened({ title, operations, checks }: Compiled): Description {
  const patterns = operations.map(operation => ({ operation, pattern: patternOf(operation.template) }));
  // A word in a template goes before a parameter.
  patterns.sort((a, b) => parameters(a.operation) - parameters(b.operation));
  return {
    title,
    operation: (method, path) =>
      patterns.find(({ operation, pattern }) => operation.method === method && pattern.test(path))?.operation,
    has: name => Object.hasOwn(checks, name),
    check(name) {
      const validate = checks[name];
      if (!validate) throw new Error(`${title} has no schema ${name}`);
      return value => (validate(value) ? undefined : told(validate.errors ?? []));
    },
  };
}

function parameters({ template }: Operation): number {
  return template.split('{').length;
}

function patternOf(template: string): RegExp {
  const parts = template.replace(/\/$/, '').split(/\{[^}]+\}/);
  return new RegExp(`^${parts.map(part => part.replace(/[.*+?^$()|[\]\\]/g, '\\$&')).join('[^/]+')}/?$`);
}

/** The first faults, those that say most. */
function told(faults: readonly Fault[]): string {
  const telling = faults.filter(({ keyword }) => keyword !== 'if' && keyword !== 'anyOf');
  return (telling.length > 0 ? telling : faults)
    .slice(0, 4)
    .map(({ instancePath, message = '', params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
    .join('; ');
}

/** An address that no other is read relative to. */
const FILE = 'openapi:/file';

const methods = ['get', 'post', 'patch', 'put', 'delete'] as const;

async function compile(document: Json, isPart: boolean): Promise<string> {
  const [
    { Ajv2020 },
    {
      default: { default: standalone },
    },
    { formats },
  ] = await Promise.all([import('ajv/dist/2020.js'), import('ajv/dist/standalone/index.js'), import('./formats.ts')]);
  const { $defs, convert } = schemasOf(document, isPart);
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats, code: { source: true } });
  ajv.addSchema({ $defs }, FILE);
  const schemas: Record<string, string> = {};
  const add = (name: string, schema: Json): void => {
    ajv.addSchema(absolute(schema) as object, name);
    schemas[name] = name;
  };
  const names = Object.keys($defs).flatMap(name => (name.startsWith('any.') ? [name.slice('any.'.length)] : []));
  // By their own name only what stands in no operation: each name takes code for all that it leads to.
  for (const name of names.filter(each => /^Error$|Event$/.test(each))) add(name, { $ref: `#/$defs/any.${name}` });
  const operations: Operation[] = [];
  for (const [template, item] of Object.entries(objectAt(document, 'paths'))) {
    for (const method of methods) {
      const operation = property(item, method);
      if (operation === undefined) continue;
      const answers: Record<string, DescribedAnswer> = {};
      for (const [status, answer] of Object.entries(objectAt(operation, 'responses'))) {
        const whole = resolved(document, answer);
        const schema = schemaOf(whole);
        const name = `${method.toUpperCase()} ${template} ${status}`;
        if (schema !== undefined) add(name, convert(schema));
        const told = Object.entries(objectAt(whole, 'headers'));
        const isSwagger = property(document, 'swagger') !== undefined;
        const required = told.filter(
          ([, each]) => isSwagger || property(resolved(document, each), 'required') === true,
        );
        const lower = (entries: readonly (readonly [string, Json])[]): string[] =>
          entries.map(([header]) => header.toLowerCase());
        answers[status] = {
          schema: schema === undefined ? undefined : name,
          headers: lower(told),
          required: lower(required),
        };
      }
      const body = bodyOf(resolved(document, property(operation, 'requestBody') ?? {}), operation);
      if (body !== undefined) add(`${method.toUpperCase()} ${template} body`, convert(body));
      operations.push({ method: method.toUpperCase(), template, answers });
    }
  }
  const title = String(property(property(document, 'info'), 'title') ?? 'an API');
  const code = standalone(ajv, schemas);
  const more = { title, operations };
  return `const checks = (() => { const module = { exports: {} }; const exports = module.exports;\n${code}\nreturn module.exports; })();\nmodule.exports = { ...${JSON.stringify(more)}, checks };\n`;
}

function objectAt(value: Json, name: string): Readonly<Record<string, Json>> {
  const member = property(value, name);
  return isObject(member) ? member : {};
}

function resolved(document: Json, value: Json): Json {
  const ref = property(value, '$ref');
  if (typeof ref !== 'string') return value;
  let found: Json | undefined = document;
  for (const part of ref.slice(2).split('/')) found = property(found, part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (found === undefined) throw new Error(`nothing is at ${ref}`);
  return found;
}

/** Of Swagger or of OpenAPI. */
function schemaOf(answer: Json): Json | undefined {
  const direct = property(answer, 'schema');
  if (direct !== undefined) return direct;
  const byMedia = objectAt(answer, 'content');
  const json = Object.keys(byMedia).find(each => /json/.test(each) && !/event-stream/.test(each));
  return json === undefined ? undefined : (property(byMedia[json], 'schema') ?? {});
}

/** What is sent as JSON: that of Swagger is a parameter. */
function bodyOf(request: Json, operation: Json): Json | undefined {
  const parameters = property(operation, 'parameters');
  const inBody = isArray(parameters) ? parameters.find(each => property(each, 'in') === 'body') : undefined;
  return schemaOf(inBody ?? request);
}

/** References from a schema of its own into those of the file. */
function absolute(schema: Json): Json {
  if (isArray(schema)) return schema.map(absolute);
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? `${FILE}${value}` : absolute(value),
    ]),
  );
}
