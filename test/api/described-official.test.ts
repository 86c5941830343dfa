import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { documentAt } from '../../src/api/describe/apis.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../../src/core/json.ts';

const folder = resolve(import.meta.dirname, '../../../shared/tmf');

/** Each official file, and where its API is served. TMF633 has no file of version 5 to be had. */
const files: readonly (readonly [file: string, root: string])[] = [
  ['TMF638_Service_Inventory_Management_API_v4.0.0_swagger.json', '/tmf-api/serviceInventory/v4'],
  ['TMF638-Service_Inventory_Management-v5.0.0.oas.yaml', '/tmf-api/serviceInventory/v5'],
  ['TMF639_Resource_Inventory_Management_API_v4.0.0_swagger.json', '/tmf-api/resourceInventoryManagement/v4'],
  ['TMF639-Resource_Inventory_Management-v5.0.0.oas.yaml', '/tmf-api/resourceInventoryManagement/v5'],
  ['TMF633_Service_Catalog_API_v4.0.0_swagger.json', '/tmf-api/serviceCatalogManagement/v4'],
  ['TMF634_Resource_Catalog_Management_API_v4.1.0_swagger.json', '/tmf-api/resourceCatalogManagement/v4'],
  ['TMF634-Resource_Catalog_Management-v5.0.0.oas.yaml', '/tmf-api/resourceCatalogManagement/v5'],
];

/** What the files declare and ours do not, with the reason. The first that fits is taken. */
const left: readonly (readonly [what: RegExp, reason: string])[] = [
  [
    /Catalog.* \/(serviceCatalog|resourceCatalog|serviceCategory|resourceCategory|serviceCandidate|resourceCandidate|importJob|exportJob)\b/,
    'of a catalogue the specifications are served: the kinds of a device need no candidates, categories or jobs',
  ],
  [/Catalog.* \/hub\b/, 'a catalogue changes with the profile of the device, and tells nobody'],
  [/(post|patch|delete) \/\w+Specification/, 'a catalogue is read here; specifications are made below /diffo/v1'],
  [/ \/listener\//, 'what a listener serves is described as the callbacks of POST /hub'],
  [/ 202$/, 'nothing is made or removed later: a create or delete that is answered is done'],
  [/ default$/, 'each status of a failing answer is declared by itself'],
  [/get .* 409$/, 'to read conflicts with nothing'],
  [/post \/hub 409$/, 'who registers the same again has its own place again'],
  [/ 501$/, 'what this agent does not have is asked for in queries alone'],
];

/** Extensions that need no mark, with the reason. */
const unmarked: readonly (readonly [what: RegExp, reason: string])[] = [
  [/ @(type|baseType|schemaLocation)$/, 'TMF630 lets every object say its type; some of the files leave it out'],
  [/ (id|href|serviceDate)$/, 'what the server gives may be echoed'],
  [/ Characteristic(ValueSpecification)?(_FVO)? value$/, 'v5 has it in each of the typed characteristics'],
  [/ standbyStatus$/, 'of PhysicalResource by the file; v4 knows any resource as on standby'],
];

interface Operations {
  readonly parameters: ReadonlySet<string>;
  readonly statuses: ReadonlySet<string>;
  readonly marked: boolean;
  readonly markedParameters: ReadonlySet<string>;
}

function read(file: string): JsonObject {
  const text = readFileSync(resolve(folder, file), 'utf8');
  return file.endsWith('.json') ? JSON.parse(text) : parse(text);
}

function object(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function followed(document: JsonObject, value: Json | undefined): JsonObject {
  const ref = property(value, '$ref');
  if (typeof ref !== 'string') return object(value);
  const steps = ref.slice(2).split('/');
  const at = steps.reduce<Json | undefined>((found, step) => property(found, step.replaceAll('~1', '/')), document);
  return followed(document, at);
}

function operationsOf(document: JsonObject): Map<string, Operations> {
  const found = new Map<string, Operations>();
  for (const [path, item] of Object.entries(object(document.paths))) {
    for (const [method, operation] of Object.entries(object(item))) {
      const given = property(operation, 'parameters');
      const parameters = (isArray(given) ? given : []).map(each => followed(document, each));
      // Swagger has the body among them.
      const named = parameters.filter(each => each.in !== 'body');
      found.set(`${method} ${path}`, {
        parameters: new Set(named.map(each => `${each.in} ${each.name}`)),
        statuses: new Set(Object.keys(object(property(operation, 'responses')))),
        marked: property(operation, 'x-tmf-extension') === true,
        markedParameters: new Set(named.filter(each => each['x-tmf-extension']).map(each => `${each.in} ${each.name}`)),
      });
    }
  }
  return found;
}

function membersOf(document: JsonObject, schema: Json | undefined, seen = new Set<Json>()): JsonObject {
  const whole = followed(document, schema);
  if (seen.has(whole)) return {};
  seen.add(whole);
  const parts = ['allOf', 'anyOf', 'oneOf'].flatMap(name => (isArray(whole[name]) ? whole[name] : []));
  return Object.assign({}, ...parts.map(part => membersOf(document, part, seen)), object(whole.properties));
}

function schemasOf(document: JsonObject): JsonObject {
  return object(document.definitions ?? property(document.components, 'schemas'));
}

function own(root: string): JsonObject {
  return documentAt(root, { publicUrl: '', version: '0', secured: false });
}

describe.runIf(existsSync(folder)).each(files)('by %s', (file, root) => {
  // What is skipped is still listed.
  const official = existsSync(folder) ? read(file) : {};
  const ours = own(root);

  test('every path, method, parameter and status is declared, or left out for a reason', () => {
    const declared = operationsOf(ours);
    const missing: string[] = [];
    for (const [name, { parameters, statuses }] of operationsOf(official)) {
      const known = declared.get(name);
      if (!known) missing.push(name);
      else {
        for (const each of parameters) if (!known.parameters.has(each)) missing.push(`${name} ${each}`);
        for (const each of statuses) if (!known.statuses.has(each)) missing.push(`${name} ${each}`);
      }
    }
    const unexplained = missing.filter(each => !left.some(([what]) => what.test(`${file} ${each}`)));
    expect(unexplained).toEqual([]);
  });

  test('what is declared beyond it is marked, and nothing else is', () => {
    const known = operationsOf(official);
    const statuses = new Set([...known.values()].flatMap(each => [...each.statuses]));
    const wrong: string[] = [];
    for (const [name, { marked, parameters, markedParameters }] of operationsOf(ours)) {
      const there = known.get(name);
      if (marked !== (there === undefined)) wrong.push(name);
      if (!there) continue;
      for (const each of parameters) {
        if (markedParameters.has(each) === there.parameters.has(each)) wrong.push(`${name} ${each}`);
      }
    }
    for (const [status, answer] of Object.entries(object(property(ours.components, 'responses')))) {
      if ((property(answer, 'x-tmf-extension') === true) === statuses.has(status)) wrong.push(`answer ${status}`);
    }
    expect(wrong).toEqual([]);
  });

  test('attributes of ours are marked', () => {
    const known = schemasOf(official);
    const wrong: string[] = [];
    for (const [name, schema] of Object.entries(schemasOf(ours))) {
      if (known[name] === undefined) continue;
      const standard = membersOf(official, known[name]);
      for (const [member, described] of Object.entries(membersOf(ours, schema))) {
        if (member in standard || property(described, 'x-tmf-extension') === true) continue;
        const what = `${name} ${member}`;
        if (!unmarked.some(([each]) => each.test(` ${what}`))) wrong.push(what);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('its own examples are what we take and show', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'document', components: object(ours.components) });
    const entity = root.includes('/service') ? 'Service' : 'Resource';
    const check = (schema: string, value: Json, at: string): void => {
      const isSo = ajv.getSchema(`document#/components/schemas/${schema}`);
      expect(isSo?.(value), `${at} ${JSON.stringify(isSo?.errors)}`).toBe(true);
    };
    let count = 0;
    for (const [name, example] of Object.entries(object(property(official.components, 'examples')))) {
      const value = property(example, 'value');
      if (value === undefined || !name.startsWith(`${entity}_`) || root.includes('Catalog')) continue;
      count++;
      if (name.endsWith('_request')) {
        check(
          isArray(value) ? 'JsonPatchOperations' : `${entity}_${/update/i.test(name) ? 'MVO' : 'FVO'}`,
          value,
          name,
        );
        continue;
      }
      for (const each of isArray(value) ? value : [value]) {
        // Some of the files' answers leave out what every answer of TMF630 has.
        const { id = 'a', href = '/a', ...shown } = object(each);
        check(entity, { id, href, ...shown }, name);
      }
    }
    if (root.endsWith('Inventory/v5') || root.endsWith('InventoryManagement/v5')) expect(count).toBeGreaterThan(1);
  });
});

test.runIf(existsSync(folder))('no reason is given for what is not so', () => {
  const said: string[] = [];
  for (const [file, root] of files) {
    const declared = operationsOf(own(root));
    for (const [name, { parameters, statuses }] of operationsOf(read(file))) {
      const known = declared.get(name);
      said.push(...(known ? [...parameters, ...statuses].map(each => `${file} ${name} ${each}`) : [`${file} ${name}`]));
    }
  }
  for (const [what, reason] of left)
    expect(
      said.some(each => what.test(each)),
      reason,
    ).toBe(true);
});
