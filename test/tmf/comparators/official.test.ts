/** The tables have every attribute that the official files have of the same type; skipped where the files do not lie beside the clone. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { comparatorsFrom, entities } from '../../../src/tmf/comparators/all.ts';
import type { Comparator } from '../../../src/tmf/comparators/comparator.ts';

const folder = resolve(import.meta.dirname, '../../../../shared/tmf');
const isHere = existsSync(folder);

const apis: readonly (readonly [file: string, documents: readonly Comparator[]])[] = [
  ['TMF638-Service_Inventory_Management-v5.0.0.oas.yaml', [entities.service, entities.event.service]],
  ['TMF639-Resource_Inventory_Management-v5.0.0.oas.yaml', [...entities.resource, entities.event.resource]],
  ['TMF634-Resource_Catalog_Management-v5.0.0.oas.yaml', [entities.specification.resource, entities.event.resource]],
];

/** What the files call what has no `@type`, by where it stands. */
const unnamed: Readonly<Record<string, string>> = {
  validFor: 'TimePeriod',
  size: 'Quantity',
  connectivity: 'ResourceGraph',
  featureRelationship: 'FeatureRelationship',
  targetResourceSchema: 'TargetResourceSchema',
  graphSpecificationRelationship: 'ResourceGraphSpecificationRelationship',
};

/** What the files have a type for that has the attributes of another here. */
const sameAs: readonly (readonly [what: RegExp, type: string])[] = [
  [/^(String|Boolean|Integer|Number|Object)(Array)?Characteristic$/, 'Characteristic'],
  [/^PartyRoleRef$/, 'PartyRef'],
  [/^(Logical|Physical)ResourceSpecification$|^ResourceFunctionSpecification$/, 'ResourceSpecification'],
  [/^Resource_RES$/, 'Resource'],
];

/** Types of the files that have no table here, with the reason. */
const without: readonly (readonly [what: RegExp, reason: string])[] = [
  [/_(FVO|MVO)$|^Error$|^Hub$|^JsonPatch|^Patch/, 'a body that is sent, not a document that is compared'],
  [/Event(Payload)?$/, 'all events have the envelope of Event, with the entity in it'],
  [/OrValue$|^PartyOrPartyRole$|^PartyRefOrPartyRoleRef$/, 'a choice between two that have a table'],
  [/^(Extensible|Addressable)$/, 'the base of others'],
  [/(State|Status|Action)Type$|Enum$/, 'a word'],
  [
    /^(Individual|Organization|Party|PartyRole|Supplier|BusinessPartner|Consumer|Producer|PartyCreditProfile|CreditProfile|Disability|LanguageAbility|Skill|TaxDefinition|TaxExemptionCertificate|OtherName\w+|\w+Identification|Organization\w+|ContactMedium|\w*ContactMedium|PartyRoleSpecificationRef|PaymentMethodRef|AccountRef|AgreementRef|RelatedPartyOrPartyRole)$/,
    'parties are records of another API, and what is named of them is open',
  ],
  [
    /^(Place|Geographic\w+|GeoJson\w*|CalendarPeriod|HourPeriod|StandardIdentifier)$/,
    'places are records of another API, and what is named of them is open',
  ],
  [/^(Entity|EntityRelationship|Expression|Intent|IntentExpression)$/, 'a thing of another API is open'],
  [
    /^(Catalog|ResourceCatalog|ResourceCategory|ResourceCategoryRef|ResourceCandidate|ResourceCandidateRef|ImportJob|ExportJob)$/,
    'of a catalogue the specifications are served alone',
  ],
];

// biome-ignore lint/suspicious/noExplicitAny: a file of somebody else's
type Schemas = any;

function schemasOf(file: string): Schemas {
  return parse(readFileSync(resolve(folder, file), 'utf8')).components.schemas;
}

function membersOf(schemas: Schemas, schema: Schemas, seen = new Set<Schemas>()): string[] {
  if (schema === undefined || seen.has(schema)) return [];
  seen.add(schema);
  const ref = typeof schema.$ref === 'string' ? membersOf(schemas, schemas[schema.$ref.split('/').pop()], seen) : [];
  const parts = (schema.allOf ?? []).flatMap((each: Schemas) => membersOf(schemas, each, seen));
  return [...ref, ...parts, ...Object.keys(schema.properties ?? {})];
}

function byType(documents: readonly Comparator[]): ReadonlyMap<string, readonly Comparator[]> {
  return Map.groupBy(comparatorsFrom(documents).keys(), comparator => {
    if (comparator.type !== undefined) return comparator.type;
    const place = comparatorsFrom(documents).get(comparator) ?? '';
    return unnamed[place.split('/').at(-1) ?? ''] ?? place;
  });
}

describe.runIf(isHere).each(apis)('%s', (file, documents) => {
  test('has no attribute that the table of the type lacks', () => {
    const schemas = schemasOf(file);
    const ours = byType(documents);
    const missing: string[] = [];
    const unknown: string[] = [];
    let compared = 0;
    for (const [name, schema] of Object.entries(schemas)) {
      const type = sameAs.find(([what]) => what.test(name))?.[1] ?? name;
      const comparators = ours.get(type);
      if (!comparators) {
        if (!without.some(([what]) => what.test(name))) unknown.push(name);
        continue;
      }
      compared++;
      for (const member of new Set(membersOf(schemas, schema))) {
        if (!comparators.some(each => each.properties.has(member) || each.open)) missing.push(`${name} ${member}`);
      }
    }
    expect(missing).toEqual([]);
    expect(unknown).toEqual([]);
    expect(compared).toBeGreaterThan(20);
  });
});

test.runIf(isHere)('no reason is given for what is not so', () => {
  const names = apis.flatMap(([file]) => Object.keys(schemasOf(file)));
  for (const [what, reason] of [...without, ...sameAs])
    expect(
      names.some(each => what.test(each)),
      reason,
    ).toBe(true);
});
