/** The examples of the official files, sent to the agent: made, patched, and answered as the files say. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { isArray, isObject, type Json, type JsonObject, property } from '../../src/core/json.ts';
import { hrefOf } from '../../src/tmf/version.ts';
import { R4, R5, S4, S5, type Served, served } from './served.ts';

const folder = resolve(import.meta.dirname, '../../../shared/tmf');
const isHere = existsSync(folder);

function examplesOf(file: string): ReadonlyMap<string, Json> {
  if (!isHere) return new Map();
  const document: Json = parse(readFileSync(resolve(folder, file), 'utf8'));
  const examples = property(property(document, 'components'), 'examples');
  return new Map(
    Object.entries(isObject(examples) ? examples : {}).map(([name, each]) => [name, property(each, 'value') ?? null]),
  );
}

function one(examples: ReadonlyMap<string, Json>, name: string): JsonObject {
  const value = examples.get(name);
  if (!isObject(value)) throw new Error(`there is no example ${name}`);
  return value;
}

const in638 = examplesOf('TMF638-Service_Inventory_Management-v5.0.0.oas.yaml');
const in639 = examplesOf('TMF639-Resource_Inventory_Management-v5.0.0.oas.yaml');

let agent: Served;
beforeAll(async () => {
  agent = await served();
});
afterAll(() => agent.stop());

const without = (document: JsonObject, ...names: string[]): JsonObject =>
  Object.fromEntries(Object.entries(document).filter(([name]) => !names.includes(name)));

/** What a client may not say, or what the agent says itself. */
const own = ['id', 'href', 'serviceDate', 'creationDate'];

describe.skipIf(!isHere)('the official examples', () => {
  const entities = [
    ...[...in638].map(([name, value]) => [`TMF638 ${name}`, S5, 'service', value] as const),
    ...[...in639].map(([name, value]) => [`TMF639 ${name}`, R5, 'resource', value] as const),
  ].flatMap(([name, root, type, value]) => {
    const all = Array.isArray(value) ? value : [value];
    const whole = all.filter(
      each => isObject(each) && !/event|change|update|field/i.test(name) && each.event === undefined,
    );
    return whole.map((each, i) => [all.length > 1 ? `${name} ${i + 1}` : name, root, type, each] as const);
  });

  test('there are some', () => {
    expect(entities.length).toBeGreaterThan(6);
  });

  test.each(entities)('%s is made, shown and made anew in the other version', async (_, root, type, value) => {
    const sent = without(isObject(value) ? value : {}, ...own);
    const made = await agent.call('POST', `${root}/${type}`, sent);
    expect([made.status, made.json.reason]).toEqual([201, undefined]);
    expect(comparable(made.json)).toMatchObject(comparable(sent));
    expect((await agent.call('GET', `${root}/${type}/${made.json.id}`)).json).toEqual(made.json);
    // What v4 shows of it v4 takes, and shows again.
    const root4 = type === 'service' ? S4 : R4;
    const { json: shown } = await agent.call('GET', `${root4}/${type}/${made.json.id}`);
    const sent4 = without(shown, ...own);
    const again = await agent.call('POST', `${root4}/${type}`, sent4);
    if (again.json.pointer === '/feature/0/featureCharacteristic') {
      // The file spells it otherwise in its examples, and what v5 may leave out is mandatory in v4.
      expect(again.status).toBe(400);
      return;
    }
    expect([again.status, again.json.reason]).toEqual([201, undefined]);
    expect(comparable(again.json)).toEqual(comparable(sent4));
  });

  /** Each with what its answer had been before. */
  const patches: readonly (readonly [string, ReadonlyMap<string, Json>, string, (after: JsonObject) => JsonObject])[] =
    [
      [
        'application/merge-patch+json',
        in638,
        'Service_partialupdate_example_01',
        () => ({ state: 'active', supportingService: [] }),
      ],
      ['application/json-patch+json', in638, 'Service_partialupdate_example_11', () => ({ state: 'active' })],
      [
        'application/json-patch-query+json',
        in638,
        'Service_partialupdate_example_21',
        ({ note }) => ({ note: told(note, 'author') }),
      ],
      [
        'application/json',
        in638,
        'Service_partialupdate_example_31',
        () => ({ state: 'active', serviceRelationship: [] }),
      ],
      ['application/json', in639, 'updateResource_using_json', () => ({ operationalState: 'enabled' })],
      [
        'application/merge-patch+json',
        in639,
        'updateResource_using_merge-patch_json',
        () => ({ operationalState: 'enabled' }),
      ],
      [
        'application/json-patch+json',
        in639,
        'updateResource_using_json-patch_json',
        ({ resourceRelationship: all }) => ({
          administrativeState: 'unlocked',
          description: 'was',
          resourceRelationship: isArray(all) ? all.slice(0, -1) : [],
        }),
      ],
      [
        'application/json-patch-query+json',
        in639,
        'updateResource_using_json-patch-query_json',
        ({ note }) => ({ note: told(note, 'text') }),
      ],
    ];

  test.each(patches)('a PATCH in %s, %#, is carried out as its answer says', async (media, examples, name, was) => {
    const [root, type] = examples === in638 ? ([S5, 'service'] as const) : ([R5, 'resource'] as const);
    const after = one(examples, `${name}_response`);
    const made = await agent.call('POST', `${root}/${type}`, without({ ...after, ...was(after) }, ...own));
    expect([made.status, made.json.reason]).toEqual([201, undefined]);
    const id = String(made.json.id);
    const said = examples.get(`${name}_request`) ?? null;
    const body = isObject(said) && said.id !== undefined ? { ...said, id, href: hrefOf(type, 'v5', id, '') } : said;
    const { status, json } = await agent.call('PATCH', `${root}/${type}/${id}`, body, { 'content-type': media });
    expect([status, json.reason]).toEqual([200, undefined]);
    expect(comparable(json)).toEqual(comparable(after));
  });
});

/** The notes before one of their members was said. */
function told(notes: Json | undefined, member: string): Json {
  return (isArray(notes) ? notes : []).map(each => (isObject(each) ? { ...each, [member]: 'was' } : each));
}

/** Without what the agent says itself, such as where the specification is that it keeps. */
function comparable(document: JsonObject): JsonObject {
  const specifications = ['serviceSpecification', 'resourceSpecification'].flatMap(name => {
    const value = document[name];
    return isObject(value) ? [[name, without(value, 'href')] as const] : [];
  });
  // The file gives one of them an id that nobody sent; relationships have none.
  const { resourceRelationship: relationships } = document;
  const unnamed = isArray(relationships)
    ? relationships.map(each => (isObject(each) ? without(each, 'id') : each))
    : [];
  return {
    ...without(document, ...own),
    ...Object.fromEntries(specifications),
    ...(unnamed.length === 0 ? {} : { resourceRelationship: unnamed }),
  };
}
