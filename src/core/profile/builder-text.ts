/** A profile as those who program write it: the source of the same in TypeScript, for `builder.ts`. */
import { isArray, isObject, type Json, type JsonObject, property } from '../json.ts';

const functions: Readonly<Record<string, string>> = {
  service: 'defineService',
  resource: 'defineResource',
  party: 'defineParty',
  place: 'definePlace',
};

/** Lists that the builder has by name, and the member that is the name. */
const keyOf: Readonly<Record<string, string>> = {
  characteristic: 'name',
  feature: 'name',
  pool: 'name',
  assignment: 'alias',
  party: 'role',
  place: 'role',
  transition: 'name',
  inheritedCharacteristic: 'name',
  inheritedParty: 'role',
  inheritedPlace: 'role',
  field: 'name',
  reference: 'name',
};

/** `profile` is canonical; `from` is where the source finds the builder. */
export function builderText(profile: JsonObject, from: string): string {
  const { kinds = [], ...head } = profile;
  const all = isArray(kinds) ? kinds.filter(isObject) : [];
  const names = new Map(all.map(each => [nameOf(each), `${nameOf(each)}${isReserved(nameOf(each)) ? 'Kind' : ''}`]));
  const used = [...new Set(all.map(each => functions[String(each.type)] ?? ''))].sort();
  const ordered = parentsFirst(all);
  const definitions = ordered.map((each, i) => definition(each, names, new Set(ordered.slice(0, i).map(nameOf))));
  return [
    `import { ${[...used, 'defineProfile'].sort().join(', ')} } from ${JSON.stringify(from)};`,
    ...definitions,
    `export const profile = defineProfile(${literal({ ...head, kinds: '\0' }).replace('"\\u0000"', `[${all.map(each => names.get(nameOf(each)) ?? '').join(', ')}]`)});`,
    '',
  ].join('\n\n');
}

function definition(kind: JsonObject, names: ReadonlyMap<string, string>, defined: ReadonlySet<string>): string {
  const { name, type, extends: above, ...members } = kind;
  const kinds: Record<string, string> = {};
  // What is defined already is spoken of by its constant.
  const reference = (to: string, data: Json): Json => {
    if (!defined.has(to)) return data;
    const mark = `\u0001${to}\u0001`;
    kinds[mark] = names.get(to) ?? to;
    return mark;
  };
  const body: Record<string, Json> = {};
  if (isArray(above)) body.extends = above.map(each => reference(String(each), { data: { name: each } }));
  for (const [member, value] of Object.entries(members)) {
    body[member] = isArray(value) && member in keyOf ? byName(member, value, reference, names) : value;
  }
  let text = literal(body);
  for (const [mark, constant] of Object.entries(kinds)) text = text.replaceAll(JSON.stringify(mark), constant);
  return `export const ${names.get(String(name))} = ${functions[String(type)]}(${JSON.stringify(name)}, ${text});`;
}

function byName(
  list: string,
  entries: readonly Json[],
  reference: (to: string, data: Json) => Json,
  names: ReadonlyMap<string, string>,
): JsonObject {
  const key = keyOf[list] ?? 'name';
  return Object.fromEntries(
    entries.filter(isObject).map(entry => {
      const { [key]: name, ...rest } = entry;
      const { from, pool, type, characteristic, ...others } = rest;
      if (list === 'assignment') return [String(name), { from: { kind: from ?? null, pool: pool ?? null }, ...others }];
      if (list === 'feature' && isArray(characteristic)) {
        return [
          String(name),
          { ...others, characteristic: byName('characteristic', characteristic, reference, names) },
        ];
      }
      const isOfKind = (list === 'party' || list === 'place') && typeof type === 'string' && names.has(type);
      if (isOfKind) return [String(name), { ...others, type: reference(type, { data: { name: type, type: list } }) }];
      return [String(name), rest];
    }),
  );
}

/** What is extended is defined before who extends it. */
function parentsFirst(kinds: readonly JsonObject[]): readonly JsonObject[] {
  const byName = new Map(kinds.map(each => [nameOf(each), each]));
  const ordered = new Set<JsonObject>();
  const add = (kind: JsonObject): void => {
    const above = property(kind, 'extends');
    for (const each of isArray(above) ? above : []) {
      const parent = byName.get(String(each));
      if (parent) add(parent);
    }
    ordered.add(kind);
  };
  for (const each of kinds) add(each);
  return [...ordered];
}

/** JSON as TypeScript, with the one name that means something else there in brackets. */
function literal(value: Json): string {
  return JSON.stringify(value, null, 2)
    .replaceAll(/^(\s*)"__proto__":/gm, '$1["__proto__"]:')
    .replaceAll(/^(\s*)"([A-Za-z][A-Za-z0-9]*)":/gm, '$1$2:');
}

function nameOf(kind: JsonObject): string {
  return String(property(kind, 'name'));
}

const reserved =
  'break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with yield let static await async implements interface package private protected public arguments eval profile undefined';

function isReserved(name: string): boolean {
  return reserved.split(' ').includes(name) || /^define(Service|Resource|Party|Place|Profile)$/.test(name);
}
