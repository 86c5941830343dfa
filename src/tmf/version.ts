/** The versions TMF638 and TMF639 are spoken in, and where each is served. */
import type { InstanceType } from '../core/instance.ts';

export const versions = ['v4', 'v5'] as const;
export type Version = (typeof versions)[number];

export const apiRoot: Record<InstanceType, Record<Version, string>> = {
  service: { v4: '/tmf-api/serviceInventory/v4', v5: '/tmf-api/serviceInventory/v5' },
  resource: { v4: '/tmf-api/resourceInventoryManagement/v4', v5: '/tmf-api/resourceInventoryManagement/v5' },
};

/** Other roots in use for the same APIs; an href always names the canonical one. */
export const apiAliases: Record<InstanceType, Record<Version, readonly string[]>> = {
  service: { v4: ['/tmf-api/serviceInventoryManagement/v4'], v5: ['/tmf-api/serviceInventoryManagement/v5'] },
  resource: {
    v4: [],
    v5: ['/tmf-api/resourceInventory/v5', '/resourceInventory/v5', '/resourceInventoryManagement/v5'],
  },
};

/** The name of a hub in the store. */
export function hubName(type: InstanceType, version: Version): string {
  return `${type}/${version}`;
}

/** The href of an instance below the public address (empty for an absolute path). */
export function hrefOf(type: InstanceType, version: Version, id: string, publicUrl: string): string {
  return `${publicUrl}${apiRoot[type][version]}/${type}/${encodeURIComponent(id)}`;
}

/** What references lead to that an agent may serve. */
export type LinkTarget = InstanceType | 'serviceSpecification' | 'resourceSpecification' | 'party' | 'place' | 'entity';

/** Tells the href of what this agent has; undefined for what it does not have. */
export type Links = (to: LinkTarget, id: string) => string | undefined;

export const noLinks: Links = () => undefined;
