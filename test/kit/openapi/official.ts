/** The official files of the APIs that are served here, where they lie beside the clone, and what they lack. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Json } from '../../../src/core/json.ts';
import { catalogueAliases, catalogueRoot } from '../../../src/tmf/catalogue/roots.ts';
import { apiAliases, apiRoot, type Version } from '../../../src/tmf/version.ts';
import { type Description, describe } from './description.ts';
import { type Deviation, deviations } from './deviations.ts';

export interface OfficialApi {
  readonly file: string;
  readonly version: Version;
  /** Where it is served; the longest come first. */
  readonly roots: readonly string[];
}

const folder = resolve(import.meta.dirname, '../../../../shared/tmf');

/** Whether the official files lie beside the clone. */
export const hasOfficial: boolean = existsSync(resolve(folder, 'LICENSE'));

function api(file: string, version: Version, ...roots: string[]): OfficialApi {
  return { file, version, roots: roots.toSorted((a, b) => b.length - a.length) };
}

/** TMF633 has no file of version 5 to be had. */
export const officialApis: readonly OfficialApi[] = [
  api(
    'TMF638_Service_Inventory_Management_API_v4.0.0_swagger.json',
    'v4',
    apiRoot.service.v4,
    ...apiAliases.service.v4,
  ),
  api('TMF638-Service_Inventory_Management-v5.0.0.oas.yaml', 'v5', apiRoot.service.v5, ...apiAliases.service.v5),
  api(
    'TMF639_Resource_Inventory_Management_API_v4.0.0_swagger.json',
    'v4',
    apiRoot.resource.v4,
    ...apiAliases.resource.v4,
  ),
  api('TMF639-Resource_Inventory_Management-v5.0.0.oas.yaml', 'v5', apiRoot.resource.v5, ...apiAliases.resource.v5),
  api('TMF633_Service_Catalog_API_v4.0.0_swagger.json', 'v4', catalogueRoot.service.v4, ...catalogueAliases.service.v4),
  api(
    'TMF634_Resource_Catalog_Management_API_v4.1.0_swagger.json',
    'v4',
    catalogueRoot.resource.v4,
    ...catalogueAliases.resource.v4,
  ),
  api(
    'TMF634-Resource_Catalog_Management-v5.0.0.oas.yaml',
    'v5',
    catalogueRoot.resource.v5,
    ...catalogueAliases.resource.v5,
  ),
];

/** Of the catalogues only the specifications are served; listeners are served by others. */
const isServed = /^\/(service|resource|serviceSpecification|resourceSpecification|hub)(\/|$)/;

/** The file as it is read here: what it has wrong is put right first, unless it is asked for as it stands. */
export async function officialDocument(file: string, mends: readonly Deviation[] = deviations): Promise<Json> {
  const text = readFileSync(resolve(folder, file), 'utf8');
  const document = file.endsWith('.json') ? JSON.parse(text) : (await import('yaml')).parse(text);
  for (const { files, mend } of mends) if (files.includes(file)) mend(document);
  const paths = Object.entries(document.paths).filter(([path]) => isServed.test(path));
  return { ...document, paths: Object.fromEntries(paths) };
}

const opened = new Map<string, Promise<Description>>();

/** The description that a file gives, with its deviations put right. */
export function official(file: string, isPart = false): Promise<Description> {
  const name = `${file} ${isPart}`;
  const known = opened.get(name);
  if (known) return known;
  const mends = deviations.filter(({ files }) => files.includes(file)).map(({ mend }) => String(mend));
  const key = `${readFileSync(resolve(folder, file), 'utf8')} ${mends.join(' ')}`;
  const made = describe({ key, isPart, document: () => officialDocument(file) });
  opened.set(name, made);
  return made;
}
