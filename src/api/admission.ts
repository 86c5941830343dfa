/** What is looked at before a request is read: whether there is room for it, who asks, and in which form. */
import type { FastifyRequest } from 'fastify';
import type { Connections } from './connections.ts';
import { HttpRefusal } from './errors.ts';
import { type GuardSettings, guard } from './guard.ts';
import { type Limits, limitText } from './limits.ts';
import { checkContent, wantsJson } from './media.ts';
import { Rates } from './rate.ts';

export interface AdmissionParts extends GuardSettings {
  readonly limits: Limits;
  /** Whether somebody else may ask for others. */
  readonly hasProxies: boolean;
  readonly connections: Pick<Connections, 'isBusy'>;
}

/** A check of every request; throws what it is refused for. */
export function admission({
  limits,
  connections,
  hasProxies,
  ...guarded
}: AdmissionParts): (request: FastifyRequest) => void {
  // At loopback there is nobody to be counted.
  const isCounting = limits.ratePerSecond > 0 && (hasProxies || !guarded.loopback);
  const rates = isCounting ? new Rates(limits.ratePerSecond) : undefined;
  const check = guard(guarded);
  return request => {
    const waitSeconds = rates?.take(request.ip, performance.now()) ?? 0;
    if (waitSeconds > 0) {
      throw tooMany(
        `More than ${limitText(limits, 'ratePerSecond', 'requests a second')} came from ${request.ip}`,
        waitSeconds,
      );
    }
    if (connections.isBusy()) {
      throw tooMany(`${limitText(limits, 'concurrent', 'requests')} are being answered already`, 1);
    }
    check(request);
    const { url } = request;
    if (url.length > limits.uriBytes) {
      const most = limitText(limits, 'uriBytes', 'bytes');
      throw new HttpRefusal('uriTooLong', `The path and query are longer than ${most}; ask for less at a time`);
    }
    if (request.method !== 'DELETE' && servesJsonAlone(url)) wantsJson(request);
    checkContent(request);
  };
}

function tooMany(reason: string, waitSeconds: number): HttpRefusal {
  const wait = Math.max(1, Math.ceil(waitSeconds));
  return new HttpRefusal('tooManyRequests', `${reason}; come back in ${wait} s`, {
    headers: { 'retry-after': String(wait) },
  });
}

/** Below the roots of TMF and their aliases, and of the agent's own paths all but the change list, which can stream. */
function servesJsonAlone(url: string): boolean {
  if (url.startsWith('/diffo/v1/')) return !url.startsWith('/diffo/v1/changes');
  return url.startsWith('/tmf-api/') || url.startsWith('/resourceInventory');
}
