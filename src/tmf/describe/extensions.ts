/** Which attributes of the tables are ours: the standard has none of the name at that object, or not in that version. */
import type { InstanceType } from '../../core/instance.ts';
import type { Version } from '../version.ts';

const everywhere: readonly string[] = ['alias', 'processStatus'];

/** By the name of the schema. */
const ours: Readonly<Record<string, readonly string[]>> = {
  ServiceMembers: ['resourceRelationship'],
  ResourceMembers: ['serviceRelationship', 'supportingService', 'relatedEntity'],
  AttachmentRef: ['attachmentType', 'content', 'mimeType', 'size', 'validFor'],
  PartyRef: ['partyId', 'partyName'],
};

const oursIn4: Readonly<Record<string, readonly string[]>> = {
  ResourceRelationship: ['resourceRelationshipCharacteristic'],
};

/** TMF639 v5 alone has them. */
const ofResourcesIn5: Readonly<Record<string, readonly string[]>> = {
  FeatureRelationship: ['@referredType'],
};

export function isExtension(schema: string, name: string, version: Version, type: InstanceType): boolean {
  return (
    everywhere.includes(name) ||
    (ours[schema]?.includes(name) ?? false) ||
    (version === 'v4' && (oursIn4[schema]?.includes(name) ?? false)) ||
    (!(version === 'v5' && type === 'resource') && (ofResourcesIn5[schema]?.includes(name) ?? false))
  );
}
