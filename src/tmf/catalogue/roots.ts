/** Where the service catalogue (TMF633) and the resource catalogue (TMF634) are served. */
import type { InstanceType } from '../../core/instance.ts';
import type { Version } from '../version.ts';

/** Named like the inventories, as Diffo's hrefs have them too. */
export const catalogueRoot: Record<InstanceType, Record<Version, string>> = {
  service: { v4: '/tmf-api/serviceCatalogManagement/v4', v5: '/tmf-api/serviceCatalogManagement/v5' },
  resource: { v4: '/tmf-api/resourceCatalogManagement/v4', v5: '/tmf-api/resourceCatalogManagement/v5' },
};

/** Other roots in use for the same APIs, those of TMF634's files among them; an href always names the canonical one. */
export const catalogueAliases: Record<InstanceType, Record<Version, readonly string[]>> = {
  service: { v4: [], v5: ['/serviceCatalogManagement/v5'] },
  resource: {
    v4: ['/tmf-api/resourceCatalog/v4'],
    v5: ['/tmf-api/resourceCatalog/v5', '/resourceCatalog/v5'],
  },
};

/** Where the JSON Schema of a kind's documents is read; with a version, as its specification is at that version. */
export function schemaPath(kind: string, version: string | undefined): string {
  const at = `/diffo/v1/kinds/${encodeURIComponent(kind)}/schema`;
  return version === undefined ? at : `${at}/${encodeURIComponent(version)}`;
}

/** The href of a specification below the public address (empty for an absolute path). */
export function specificationHref(type: InstanceType, version: Version, id: string, publicUrl: string): string {
  return `${publicUrl}${catalogueRoot[type][version]}/${type}Specification/${encodeURIComponent(id)}`;
}
