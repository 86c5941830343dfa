/** Bodies that show what a request looks like; they are answered as the codecs answer them. */
import type { InstanceType } from '../../core/instance.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { specificationHref } from '../catalogue/roots.ts';
import { acceptCreate, render } from '../codec.ts';
import type { Links, Version } from '../version.ts';

/** The body of a POST. */
export const exampleBodies: Record<InstanceType, Record<Version, JsonObject>> = {
  service: {
    v4: {
      name: 'internet access',
      category: 'CFS',
      state: 'active',
      serviceSpecification: { id: 'internet', name: 'internet', version: '1.0.0' },
      serviceCharacteristic: [{ name: 'downstreamMbps', valueType: 'integer', value: 100 }],
      supportingResource: [{ id: 'wan', name: 'wan' }],
    },
    v5: {
      '@type': 'Service',
      name: 'internet access',
      category: 'CFS',
      state: 'active',
      operatingStatus: 'running',
      serviceSpecification: { id: 'internet', name: 'internet', version: '1.0.0', '@type': 'ServiceSpecificationRef' },
      serviceCharacteristic: [{ name: 'downstreamMbps', value: 100, '@type': 'IntegerCharacteristic' }],
      supportingResource: [{ id: 'wan', name: 'wan', '@type': 'ResourceRef' }],
    },
  },
  resource: {
    v4: {
      name: 'wan',
      category: 'interface',
      operationalState: 'enable',
      administrativeState: 'unlocked',
      usageState: 'active',
      resourceCharacteristic: [{ name: 'mtu', valueType: 'integer', value: 1500 }],
      note: [{ text: 'towards the exchange' }],
    },
    v5: {
      '@type': 'LogicalResource',
      name: 'wan',
      category: 'interface',
      operationalState: 'enabled',
      administrativeState: 'unlocked',
      usageState: 'active',
      resourceCharacteristic: [{ name: 'mtu', value: 1500, '@type': 'IntegerCharacteristic' }],
      note: [{ text: 'towards the exchange', '@type': 'Note' }],
    },
  },
};

const EXAMPLE_ID = '0c1f9f3e-7b1d-4a50-9d0e-6f6a2a9c2f11';
const EXAMPLE_TIME = '2026-01-31T12:00:00.000Z';

/** The entity that such a POST makes, as it is shown. */
export function exampleEntity(type: InstanceType, version: Version, publicUrl: string): JsonObject {
  const accepted = acceptCreate(exampleBodies[type][version], type, version);
  const document = { ...accepted, id: EXAMPLE_ID, [type === 'service' ? 'serviceDate' : 'creationDate']: EXAMPLE_TIME };
  // What an instance names as its specification is known from then on; the resource beside it is not here.
  const links: Links = (to, id) =>
    to === 'serviceSpecification' ? specificationHref('service', version, id, publicUrl) : undefined;
  return render(document, { type, version, publicUrl, links });
}

/** A patch in each of the media types. */
export const examplePatches: Readonly<Record<string, Json>> = {
  'application/json': { description: 'says what it is for' },
  'application/merge-patch+json': { description: 'says what it is for', category: null },
  'application/json-patch+json': [
    { op: 'replace', path: '/name', value: 'another name' },
    { op: 'add', path: '/description', value: 'says what it is for' },
  ],
  'application/json-patch-query+json': [
    { op: 'add', path: '/note', value: { id: 'n1', author: 'operator', date: '2026-01-31T12:00:00Z', text: 'a note' } },
    { op: 'replace', path: '/note/text?note.id=n1', value: 'another text' },
  ],
};
