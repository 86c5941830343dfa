/** What services and resources have alike: notes, parties, places, references, features, attachments. */
import { type JsonObject, property } from '../../core/json.ts';
import type { Version } from '../version.ts';
import {
  type Attribute,
  a,
  an,
  type Case,
  date,
  either,
  extensible,
  flag,
  type Keys,
  many,
  named,
  number,
  oneOf,
  reference,
  type Shape,
  text,
  timePeriod,
} from './attribute.ts';
import { characteristic } from './characteristic.ts';
import { isThing, thingSchema } from './is-thing.ts';

export const note = (mandatory4: string[]): Shape =>
  named('Note', { id: text, author: text, date, text }, [], mandatory4, [
    ['id'],
    ['text'],
    ['author', 'date'],
    ['author'],
    ['date'],
  ]);

export const externalIdentifier = named(
  'ExternalIdentifier',
  { id: text, owner: text, externalIdentifierType: text },
  ['id'],
  ['id'],
  [['externalIdentifierType', 'id'], ['id']],
);

const feature = (more: Record<string, Attribute>, mandatory4: string[]): Shape =>
  named(
    'Feature',
    {
      id: text,
      name: text,
      isBundle: flag,
      isEnabled: flag,
      featureCharacteristic: many(a(() => characteristic)),
      ...more,
    },
    ['name'],
    mandatory4,
    [['name']],
  );

const ofFeatures: Keys = [
  ['relationshipType', 'id'],
  ['relationshipType', 'name'],
  ['id'],
  ['name'],
  ['relationshipType'],
];

const featured: Attribute = { ...oneOf('excluded', 'includes', 'may include', 'requires'), free4: true };

export const serviceFeature = feature(
  {
    constraint: many(a(() => reference('ConstraintRef', { attributes: { version: text } }))),
    featureRelationship: many(
      a(() => ({
        attributes: { id: text, name: text, relationshipType: featured, validFor: a(() => timePeriod) },
        mandatory: ['name', 'relationshipType'],
        mandatory4: ['name', 'relationshipType'],
        keys: ofFeatures,
      })),
    ),
  },
  ['id', 'name', 'featureCharacteristic'],
);

export const resourceFeature = feature(
  {
    policyConstraint: {
      ...many(a(() => reference('PolicyRef', { attributes: { version: text } }))),
      name4: 'constraint',
    },
    featureRelationship: many(
      a(() =>
        named(
          'FeatureRelationship',
          {
            id: text,
            href: text,
            name: text,
            relationshipType: featured,
            validFor: a(() => timePeriod),
            '@referredType': text,
          },
          ['id', 'relationshipType'],
          ['name', 'relationshipType'],
          ofFeatures,
        ),
      ),
    ),
  },
  ['name', 'featureCharacteristic'],
);

/** By the role that somebody or something plays, and by who or what it is, which v4 says beside the role. */
const byRole = (held: string): Keys => [
  ['role', `${held}/id`],
  ['role', `${held}/name`],
  ['role', 'id'],
  ['role', 'name'],
  ['role'],
];

const partyAttributes = { partyId: text, partyName: text };
const party = reference('PartyRef', {
  type: value => (/role/i.test(String(property(value, '@referredType') ?? '')) ? 'PartyRoleRef' : 'PartyRef'),
  attributes: partyAttributes,
  refersTo: 'party',
});

export const relatedParty: Shape = {
  type: () => 'RelatedPartyRefOrPartyRoleRef',
  attributes: { role: text, partyOrPartyRole: a(() => party), ...extensible },
  mandatory: ['role'],
  mandatory4: ['id', '@referredType'],
  keys: byRole('partyOrPartyRole'),
  flat: 'partyOrPartyRole',
};

const placeReference = reference('PlaceRef', { mandatory4: [], refersTo: 'place' });
/** A place or an entity itself; only TMF638 v5 allows it. */
const itself: Shape = {
  attributes: { id: text, name: text, ...extensible },
  mandatory: [],
  mandatory4: [],
  open: true,
};
/** Where the standard allows a reference alone, whatever stands there has an id at least. */
const identified: Shape = { ...itself, mandatory: ['id'] };

const relatedPlace = (type: string, value: Shape): Shape => ({
  type: () => type,
  attributes: {
    role: text,
    place: an(
      (said, version) => (isThing(said, version) ? value : placeReference),
      either(
        thingSchema,
        () => value,
        () => placeReference,
      ),
    ),
    ...extensible,
  },
  mandatory: ['role', 'place'],
  mandatory4: ['role'],
  keys: byRole('place'),
  flat: 'place',
});
export const servicePlace = relatedPlace('RelatedPlaceRefOrValue', itself);
export const resourcePlace = relatedPlace('RelatedPlaceRef', identified);

const entityReference = reference('EntityRef', { mandatory4: [], refersTo: 'entity' });
export const relatedEntity: Shape = {
  type: () => 'RelatedEntityRefOrValue',
  attributes: {
    role: text,
    entity: an(
      (value, version) => referenceByType(value) ?? (isThing(value, version) ? itself : entityReference),
      entityCases,
    ),
    ...extensible,
  },
  mandatory: ['role', 'entity'],
  mandatory4: ['role'],
  keys: byRole('entity'),
  flat: 'entity',
};

/** The name under which an instance knows another; an extension. */
export const alias = { alias: text };
export const serviceReference = reference('ServiceRef', { refersTo: 'service', attributes: alias });
export const resourceReference = reference('ResourceRef', { refersTo: 'resource', attributes: alias });

function referenceByType(value: JsonObject): Shape | undefined {
  if (property(value, '@type') === 'ServiceRef') return serviceReference;
  return property(value, '@type') === 'ResourceRef' ? resourceReference : undefined;
}

function entityCases(version: Version): readonly Case[] {
  const isOther = { not: { anyOf: [typed('ServiceRef'), typed('ResourceRef'), thingSchema(version)] } };
  return [
    { when: typed('ServiceRef'), shape: serviceReference },
    { when: typed('ResourceRef'), shape: resourceReference },
    { when: thingSchema(version), shape: itself },
    { when: isOther, shape: entityReference },
  ];
}

function typed(type: string): JsonObject {
  return { properties: { '@type': { const: type } }, required: ['@type'] };
}

const attached = {
  attachmentType: text,
  content: text,
  description: text,
  mimeType: text,
  size: a(() => quantity),
  url: text,
  validFor: a(() => timePeriod),
};
const quantity: Shape = { attributes: { amount: number, units: text }, mandatory: [], mandatory4: [] };
const ofAttachments: Keys = [['id'], ['name'], ['url'], ['content'], ['description'], ['attachmentType'], ['mimeType']];
const attachedThing = named('Attachment', { id: text, href: text, name: text, ...attached }, ['id'], [], ofAttachments);
const attachedReference = reference('AttachmentRef', { attributes: attached, keys: ofAttachments });
export const attachment = an(
  value => (Object.hasOwn(value, 'content') || !Object.hasOwn(value, 'id') ? attachedThing : attachedReference),
  either(
    () => ({ anyOf: [{ required: ['content'] }, { not: { required: ['id'] } }] }),
    () => attachedThing,
    () => attachedReference,
  ),
);

const intentReference = reference('IntentRef');
const intent = (value: Shape): Attribute => {
  const whole: Shape = { ...value, type: () => 'Intent' };
  return an(
    said => (property(said, '@type') === 'Intent' ? whole : intentReference),
    either(
      () => typed('Intent'),
      () => whole,
      () => intentReference,
    ),
  );
};
export const serviceIntent = intent(itself);
export const resourceIntent = intent(identified);

/** How far a process has come, or what stands in its way; an extension. */
export const processStatus = many(
  a(() => ({
    attributes: { code: text, severity: text, message: text, timeStamp: date, ...extensible },
    mandatory: [],
    mandatory4: [],
    keys: [['code'], ['message'], ['timeStamp'], ['severity']],
  })),
);

export const orderAction = oneOf('add', 'modify', 'delete', 'noChange');
