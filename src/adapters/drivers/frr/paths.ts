/** Where the characteristics of an FRR have their values, and how to read them from a document. Pure. */
import { isArray, isObject, type Json, type JsonObject, property } from '../../../core/json.ts';
import { at, segment } from '../../../core/path.ts';
import { tmfKeyedArrays } from '../../../tmf/keyed-arrays.ts';

export const paths = {
  asNumber: '/resourceCharacteristic/asNumber/value',
  routerId: '/resourceCharacteristic/routerId/value',
  neighbor: '/resourceCharacteristic/neighbor/value',
  session: '/resourceCharacteristic/session/value',
  network: '/resourceCharacteristic/network/value',
  announced: '/resourceCharacteristic/announced/value',
  staticRoute: '/resourceCharacteristic/staticRoute/value',
  routeState: '/resourceCharacteristic/routeState/value',
} as const;

export function valueAt(document: JsonObject | undefined, path: string): Json | undefined {
  return at(document, path, tmfKeyedArrays);
}

/** The items of a list; none where there is no list. */
export function itemsAt(document: JsonObject | undefined, path: string): readonly JsonObject[] {
  const list = valueAt(document, path);
  return isArray(list) ? list.filter(isObject) : [];
}

/** The path of one item of a list, by its key. */
export function itemPath(list: string, key: string): string {
  return `${list}/${segment(key)}`;
}

export function textAt(item: Json | undefined, name: string): string {
  const value = property(item, name);
  return typeof value === 'string' ? value : '';
}

/** The key of a static route among those of its VRF: the parts that tell it from every other. */
export function routeKey(item: JsonObject): string {
  return [item.prefix, item.nexthop, ...(item.interface === undefined ? [] : [item.interface]), item.distance].join(
    ',',
  );
}
