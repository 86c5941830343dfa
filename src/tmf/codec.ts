/** Both codecs behind one door: what is kept, as a version shows it; what a client of a version wrote, as it is kept. */
import { AgentError } from '../core/errors.ts';
import type { InstanceType } from '../core/instance.ts';
import { isObject, type Json, type JsonObject, property, sameJson } from '../core/json.ts';
import { carryOver } from './carry-over.ts';
import { checkEntity } from './check.ts';
import { tmfKeyedArrays } from './keyed-arrays.ts';
import { withoutNulls } from './merge-patch.ts';
import { applyPatch, type PatchMedia } from './patch/patch.ts';
import { withStatus } from './resource-status.ts';
import { characteristicType, shapeOf } from './shape.ts';
import { fromV4, toV4 } from './v4.ts';
import { complete, toV5 } from './v5.ts';
import { hrefOf, type Links, noLinks, type Version } from './version.ts';

export interface Rendering {
  readonly type: InstanceType;
  readonly version: Version;
  /** What hrefs begin with; empty for absolute paths. */
  readonly publicUrl: string;
  readonly links: Links;
}

/** A kept document as its version shows it, with its own href. */
export function render(document: JsonObject, { type, version, publicUrl, links }: Rendering): JsonObject {
  const shape = shapeOf(type, document);
  const shown = version === 'v5' ? toV5(document, shape, links) : toV4(document, shape, links);
  const id = String(document.id);
  return { id, href: hrefOf(type, version, id, publicUrl), ...shown };
}

/** A characteristic outside its document, such as a telemetry sample, as a version shows it. */
export function renderCharacteristic(characteristic: JsonObject, version: Version): JsonObject {
  if (version === 'v4') {
    const { '@type': _, ...rest } = characteristic;
    return rest;
  }
  return { '@type': characteristicType(property(characteristic, 'value')), ...characteristic };
}

/** What a client's create says, as it is kept, without an id unless the client gave one. Throws `invalid`. */
export function acceptCreate(body: Json, type: InstanceType, version: Version): JsonObject {
  // In a create, null says the same as leaving out; what is kept has none, so that an echo of it removes nothing.
  const given = objectBody(withoutNulls(body));
  const shape = shapeOf(type, given);
  if (version === 'v5' && given['@type'] === undefined) {
    throw new AgentError('invalid', `@type is missing: it is mandatory in v5, for example "${titleOf(type)}"`, {
      pointer: '/@type',
    });
  }
  checkEntity(given, shape, version);
  const { href: _, ...document } = given;
  if (version === 'v5' && type === 'service') {
    const { serviceDate: __, ...rest } = document;
    return toKept(rest, type, version);
  }
  return toKept(document, type, version);
}

/**
 * The kept document as a client wants it after its patch of what it was shown; equal to `document` when the patch
 * changes none of that. Throws `invalid`, `conflict` when a test in it fails, `tooLarge`.
 */
export function acceptPatch(
  document: JsonObject,
  body: Json,
  rendering: Rendering,
  media: PatchMedia = 'application/merge-patch+json',
): JsonObject {
  const { type, version } = rendering;
  const shown = render(document, rendering);
  const wanted = applyPatch(shown, body, media, { type, version });
  // A body may have no such member; the path of an operation may still name one.
  if (JSON.stringify(wanted).includes('"__proto__":')) {
    throw new AgentError('invalid', 'A member may not be called __proto__');
  }
  for (const name of ['id', 'href', ...(type === 'service' ? ['serviceDate'] : [])]) {
    if (!sameJson(property(shown, name), property(wanted, name))) {
      throw new AgentError('invalid', `${name} cannot be changed`, { pointer: `/${name}` });
    }
  }
  if (version === 'v5' && wanted['@type'] === undefined) {
    throw new AgentError('invalid', '@type cannot be removed: it is mandatory in v5', { pointer: '/@type' });
  }
  checkEntity(wanted, shapeOf(type, wanted), version, shown);
  const carried = carryOver(document, kept(shown, type, version), kept(wanted, type, version), tmfKeyedArrays);
  const after = isObject(carried) ? carried : document;
  const { resourceStatus: status = 'available' } = wanted;
  const isSame = version === 'v5' || type === 'service' || status === shown.resourceStatus;
  return isSame ? after : withStatus(after, String(status));
}

/** The status of v4 is none of what is kept: it says several of v5 at once. */
function kept(shown: JsonObject, type: InstanceType, version: Version): JsonObject {
  const { href: _, ...document } = shown;
  if (version === 'v5') return toKept(document, type, version);
  const { resourceStatus: __, ...stated } = document;
  return toKept(stated, type, version);
}

function toKept(document: JsonObject, type: InstanceType, version: Version): JsonObject {
  const shape = shapeOf(type, document);
  return version === 'v5' ? complete(document, shape, noLinks) : fromV4(document, shape);
}

function objectBody(body: Json | undefined): JsonObject {
  if (isObject(body)) return body;
  throw new AgentError('invalid', 'The body must be one JSON object', { pointer: '' });
}

function titleOf(type: InstanceType): string {
  return type === 'service' ? 'Service' : 'Resource';
}
