/** Which arrays of TMF638/639 documents (v5 shape) are sets with a natural key: `tmf@1` of expectation JSON. */
import type { KeyedArrays } from '../core/path.ts';

const byName = [['name']];
const byRelationship = (reference: string): string[][] => [
  ['relationshipType', 'alias', `${reference}/id`],
  ['relationshipType', `${reference}/id`],
  ['relationshipType', `${reference}/name`],
  ['relationshipType', 'alias'],
];

export const tmfKeyedArrays: KeyedArrays = {
  serviceCharacteristic: byName,
  resourceCharacteristic: byName,
  featureCharacteristic: byName,
  serviceRelationshipCharacteristic: byName,
  resourceRelationshipCharacteristic: byName,
  feature: byName,
  activationFeature: byName,
  relatedParty: [
    ['role', 'partyOrPartyRole/id'],
    ['role', 'partyOrPartyRole/name'],
    ['role', 'id'],
    ['role', 'name'],
    ['role'],
  ],
  place: [['role', 'place/id'], ['role', 'place/name'], ['role', 'id'], ['role', 'name'], ['role']],
  relatedEntity: [['role', 'entity/id'], ['role', 'entity/name'], ['role']],
  serviceRelationship: byRelationship('service'),
  resourceRelationship: byRelationship('resource'),
  supportingService: [['id'], ['name']],
  supportingResource: [['id'], ['name']],
  note: [['id'], ['text']],
  externalIdentifier: [['externalIdentifierType', 'id'], ['id']],
  // The routes of a host: a characteristic value that is itself a set.
  'route/value': [
    ['table', 'destination', 'gateway'],
    ['table', 'destination', 'interface'],
  ],
};

/** What may be named as the way to compare arrays: by the keys above, or none of them by key. */
export const arrayProfiles = ['tmf@1', 'plain'] as const;
