/** OpenAPI 3.1 documents: of one API by itself, and of all APIs of the agent together. */
import { isArray, isObject, type Json, type JsonObject } from '../../core/json.ts';

export type PathItem = { readonly [method: string]: JsonObject };

/** What an API says of itself: its paths below its root, as OpenAPI writes them, and what they refer to. */
export interface Described {
  /** Sets its names apart from those of the others, and is its tag. */
  readonly name: string;
  readonly title: string;
  /** That of the API. */
  readonly version: string;
  readonly about: string;
  /** Empty for what stands at the top. */
  readonly root: string;
  readonly paths: Readonly<Record<string, PathItem>>;
  /** Sections of `components`, each by name. */
  readonly components: Readonly<Record<string, JsonObject>>;
}

/** What is told of the agent beside its APIs. */
export interface Where {
  /** What addresses begin with; empty for absolute paths. */
  readonly publicUrl: string;
  /** Of the agent. */
  readonly version: string;
  /** Whether a token is asked for. */
  readonly secured: boolean;
}

export const jsonSchemaDialect = 'https://json-schema.org/draft/2020-12/schema';

/** The document of one API, with its paths below its root. */
export function documentOf(described: Described, where: Where): JsonObject {
  const { title, version, about, root, paths, components, name } = described;
  return {
    ...headOf({ title, version, description: about }, `${where.publicUrl}${root}` || '/'),
    tags: [{ name, description: title }],
    paths: tagged(paths, name),
    ...closing(components, where),
  };
}

/** The document of all APIs, with whole paths; what is called alike in several is set apart by the name of its API. */
export function documentOfAll(all: readonly Described[], where: Where): JsonObject {
  const paths: Record<string, Json> = {};
  const components: Record<string, Record<string, Json>> = {};
  for (const described of all) {
    const apart = setApart(described.name);
    for (const [path, item] of Object.entries(tagged(described.paths, described.name))) {
      paths[`${described.root}${path === '/' && described.root !== '' ? '' : path}`] = apart(item);
    }
    for (const [section, named] of Object.entries(described.components)) {
      const known = components[section] ?? {};
      components[section] = known;
      for (const [name, one] of Object.entries(named)) known[`${described.name}.${name}`] = apart(one);
    }
  }
  const description =
    'All that this agent serves: TMF inventories and catalogues in v4 and v5 over one store, and its own API.';
  return {
    ...headOf({ title: 'Diffo Edge', version: where.version, description }, where.publicUrl || '/'),
    tags: all.map(({ name, title }) => ({ name, description: title })),
    paths,
    ...closing(components, where),
  };
}

function headOf(info: JsonObject, url: string): JsonObject {
  return {
    openapi: '3.1.1',
    info: { ...info, license: { name: 'MIT', identifier: 'MIT' } },
    jsonSchemaDialect,
    servers: [{ url }],
  };
}

function closing(components: Readonly<Record<string, JsonObject>>, { secured }: Where): JsonObject {
  if (!secured) return { components };
  const token = { type: 'http', scheme: 'bearer', description: 'The token of the setting http.tokenFile' };
  return { components: { ...components, securitySchemes: { token } }, security: [{ token: [] }] };
}

function tagged(paths: Described['paths'], tag: string): Record<string, PathItem> {
  const taggedItem = (item: PathItem): PathItem =>
    Object.fromEntries(Object.entries(item).map(([method, operation]) => [method, { tags: [tag], ...operation }]));
  return Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, taggedItem(item)]));
}

/** References and names of operations with the name of their API in front. */
export function setApart(name: string): (value: Json) => Json {
  const reference = (text: string): string =>
    text.replace(/^#\/components\/([^/]+)\//, (_, section) => `#/components/${section}/${name}.`);
  const walk = (value: Json): Json => {
    if (isArray(value)) return value.map(walk);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => {
        if (typeof member !== 'string') return [key, walk(member)];
        if (key === 'operationId') return [key, `${name}.${member}`];
        return [key, member.startsWith('#/components/') ? reference(member) : member];
      }),
    );
  };
  return walk;
}
