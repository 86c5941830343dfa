/** What a caller accepts, and what it says it sends. */
import type { FastifyRequest } from 'fastify';
import type { PatchMedia } from '../tmf/patch/patch.ts';
import { HttpRefusal } from './errors.ts';

/** Refuses an `Accept` that leaves no room for JSON. */
export function wantsJson({ headers: { accept } }: FastifyRequest): void {
  if (accept === undefined || accept === '*/*' || accept === 'application/json' || takesJson(accept)) return;
  throw new HttpRefusal('notAcceptable', 'Only application/json is served here', { parameter: 'Accept' });
}

/** Of the ranges that JSON is in, the narrowest decides; `q=0` takes it out. */
function takesJson(accept: string): boolean {
  let narrowest = -1;
  let isTaken = false;
  for (const each of accept.split(',')) {
    const [range = '', ...parameters] = each.split(';').map(part => part.trim().toLowerCase());
    const narrowness =
      range === '*/*' ? 0 : range === 'application/*' ? 1 : /^application\/(.*\+)?json$/.test(range) ? 2 : -1;
    if (narrowness < narrowest || narrowness < 0) continue;
    const refused = parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter));
    isTaken = narrowness === narrowest ? isTaken || !refused : !refused;
    narrowest = narrowness;
  }
  return isTaken;
}

/** Says which types of body are read at a path instead; `patches`: by its PATCH. */
export function unreadType(patches?: readonly PatchMedia[]): HttpRefusal {
  const parameter = 'Content-Type';
  if (patches === undefined) {
    const accept = 'application/json';
    return new HttpRefusal('unsupportedMediaType', `The body must be ${accept}`, { headers: { accept }, parameter });
  }
  const types = patches.join(', ');
  const headers = { 'accept-patch': types };
  return new HttpRefusal('unsupportedMediaType', `A patch must be one of ${types}`, { headers, parameter });
}

/** Refuses a body that is packed, or in another character set than JSON has. */
export function checkContent({ headers }: FastifyRequest): void {
  const { 'content-encoding': encoding, 'content-type': type } = headers;
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new HttpRefusal('unsupportedMediaType', `A body packed with ${encoding} is not read; send it as it is`, {
      headers: { 'accept-encoding': 'identity' },
      parameter: 'Content-Encoding',
    });
  }
  if (type === undefined || !type.includes(';')) return;
  const [, charset] = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type) ?? [];
  if (charset === undefined || /^(utf-?8|us-ascii)$/i.test(charset)) return;
  throw new HttpRefusal('unsupportedMediaType', `JSON is read as UTF-8, not as ${charset}`, {
    headers: { accept: 'application/json' },
    parameter: 'Content-Type',
  });
}
