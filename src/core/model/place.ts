/** Places: addresses, sites, locations with their geometry, kinds of them, and references to such kept elsewhere. */
import { isObject, type Json, type JsonObject, property } from '../json.ts';
import { placeTypes } from '../kind.ts';
import type { Findings } from './findings.ts';
import { geometryOf } from './geometry.ts';
import { bareGeometry, checkGeometry, geometryTypes } from './geometry-rules.ts';
import type { SharedForm } from './shared-form.ts';
import { shown } from './words.ts';

/** The words of TMF673, TMF674 and TMF675; attributes that are not named here pass as they are. */
export const placeForm: SharedForm = {
  class: 'place',
  reference: 'PlaceRef',
  types: placeTypes,
  needsId: true,
  characteristics: 'placeCharacteristic',
  attributes: {
    // GeographicAddress
    streetName: 'text',
    streetNr: 'text',
    streetNrLast: 'text',
    streetNrSuffix: 'text',
    streetType: 'text',
    streetSuffix: 'text',
    locality: 'text',
    city: 'text',
    stateOrProvince: 'text',
    country: 'text',
    postcode: 'text',
    // GeographicSite
    siteType: 'text',
    siteCode: 'text',
    code: 'text',
    status: 'text',
    addressId: 'text',
    // GeographicLocation
    accuracy: 'number',
    spatialRef: 'text',
  },
  settle: (findings, document, before) =>
    typedByGeometry(findings, withAddressId(findings, withGeoJson(findings, document), before), before),
  check: checkWhere,
};

/** Diffo's words for a geometry: a point, or what encloses an area. */
const shorthands = { location: ['Point'], bounds: ['Polygon', 'MultiPolygon'] } as const;

/** The geometry in the one place where it is kept: `geoJson.geometry`. */
function withGeoJson(findings: Findings, document: JsonObject): JsonObject {
  const { location, bounds, geoJson, ...rest } = document;
  const said = Object.entries({ location, bounds, geoJson }).filter(([, value]) => value !== undefined);
  const [first, second] = said;
  if (!first) return document;
  const [name, value] = first;
  if (second) findings.add(`/${second[0]}`, `a place has one geometry: leave out ${name} or ${second[0]}`);
  if (name === 'location' || name === 'bounds') {
    const types: readonly Json[] = shorthands[name];
    const type = property(value, 'type');
    if (type !== undefined && !types.includes(type)) {
      findings.add(`/${name}/type`, `${name} is a ${types.join(' or ')}; say any other geometry as geoJson`);
    }
  }
  const holder = isObject(value) ? value : {};
  const geometry = bareGeometry(holder) ?? value ?? null;
  const isPure = name === 'geoJson' && Object.hasOwn(holder, 'geometry');
  return { ...rest, geoJson: isPure ? { ...holder, geometry } : { geometry } };
}

/** A site names its address by an id; the address itself is shown, and kept once where it belongs. */
function withAddressId(findings: Findings, document: JsonObject, before: JsonObject | undefined): JsonObject {
  const { address, ...rest } = document;
  if (document['@type'] !== 'GeographicSite' && document['@baseType'] !== 'GeographicSite') return document;
  if (address === undefined) return document;
  if (!isObject(address)) {
    findings.add('/address', `the address of a site is named by its id, {"id": "..."}, not ${shown(address)}`);
    return rest;
  }
  const { id } = address;
  // What is shown of an address that is not here names none.
  if (typeof id !== 'string') return rest.addressId === undefined ? document : rest;
  if (rest.addressId === undefined || rest.addressId === before?.addressId) return { ...rest, addressId: id };
  if (rest.addressId !== id) {
    findings.add('/address/id', `addressId says ${shown(rest.addressId)} and address another; leave one of them out`);
  }
  return rest;
}

const location = 'GeographicLocation';

/** TMF675 calls a location by its geometry: `GeoJsonPoint`. */
function typedByGeometry(findings: Findings, document: JsonObject, before: JsonObject | undefined): JsonObject {
  const type = document['@type'];
  const isNamedSo = geometryTypes.some(each => type === `GeoJson${each}`);
  if (type !== location && !isNamedSo) return document;
  const geometry = geometryOf(document);
  const found = geometryTypes.find(each => each === geometry?.type);
  if (found === undefined) return { ...document, '@baseType': location };
  const is = `GeoJson${found}`;
  if (isNamedSo && type !== is && type !== before?.['@type']) {
    findings.add('/@type', `a ${String(type)} has another geometry than a ${found}; leave @type out or make it ${is}`);
  }
  return { ...document, '@type': is, '@baseType': location };
}

function checkWhere(findings: Findings, document: JsonObject, base: string, isReference: boolean): void {
  const geoJson = document.geoJson;
  if (base !== location || isReference) {
    if (geoJson !== undefined) {
      findings.add('/geoJson', `only a ${location} has a geometry; make one and refer to it in place`);
    }
    return;
  }
  if (geoJson === undefined) {
    findings.add(
      '/geoJson',
      `a ${location} has a geometry, such as {"geometry":{"type":"Point","coordinates":[151.2,-33.8]}}`,
    );
    return;
  }
  checkGeometry(findings, property(geoJson, 'geometry'), '/geoJson/geometry');
}
