/** Reads what the daemons say of the state of things, as JSON. Pure. */
import { AgentError } from '../../../core/errors.ts';
import { isArray, isObject, type Json, type JsonObject, property } from '../../../core/json.ts';

/** A session as FRR sees it. */
export interface Session {
  readonly address: string;
  /** `Idle`, `Connect`, `Active`, `OpenSent`, `OpenConfirm`, `Established` … */
  readonly fsmState: string;
  readonly shutdown: boolean;
  /** Why it ended the last time, or has not begun. */
  readonly lastReset?: string;
  /** The address families that it is configured for, as FRR names them: `ipv4Unicast`. */
  readonly families: readonly string[];
}

/** What moves all the time. */
export type SessionTelemetry = {
  readonly address: string;
  readonly fsmState: string;
  readonly uptimeS: number;
  readonly prefixesReceived: number;
  readonly prefixesSent: number;
  readonly messagesReceived: number;
  readonly messagesSent: number;
  readonly timesEstablished: number;
  readonly timesLost: number;
};

export function readAnswer(text: string, question: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text.trim() === '' ? '{}' : text);
  } catch (error) {
    const reason = `FRR answered "${question}" with something that is not JSON: ${text.slice(0, 200)}`;
    throw new AgentError('unreachable', reason, { cause: error });
  }
  if (!isObject(value))
    throw new AgentError('unreachable', `FRR answered "${question}" with something that is no object`);
  return value;
}

/** `show bgp vrfs json`: the router id in force of each. */
export function readRouterIds(answer: JsonObject): Map<string, string> {
  return new Map(
    Object.entries(objectAt(answer, 'vrfs')).map(([vrf, each]) => [vrf, textAt(each, 'routerId') ?? '0.0.0.0']),
  );
}

/** `show bgp vrf all neighbors json`: by VRF. */
export function readSessions(answer: JsonObject): Map<string, Session[]> {
  return new Map(
    Object.entries(answer).map(([vrf, ofVrf]) => [
      vrf,
      isObject(ofVrf)
        ? Object.entries(ofVrf).flatMap(([address, each]) => (isObject(each) ? [session(address, each)] : []))
        : [],
    ]),
  );
}

function session(address: string, each: JsonObject): Session {
  const due = textAt(each, 'lastResetDueTo');
  const notified = textAt(each, 'lastNotificationReason');
  const lastReset =
    notified !== undefined && due !== undefined && /notification/i.test(due) ? `${due}: ${notified}` : due;
  return {
    address,
    fsmState: textAt(each, 'bgpState') ?? 'Idle',
    shutdown: each.adminShutDown === true,
    ...(lastReset === undefined ? {} : { lastReset }),
    families: Object.keys(objectAt(each, 'addressFamilyInfo')).sort(),
  };
}

/** `show bgp vrf all summary json`: by VRF, what a session has in several address families added up. */
export function readTelemetry(answer: JsonObject): Map<string, SessionTelemetry[]> {
  const found = new Map<string, SessionTelemetry[]>();
  for (const [vrf, ofVrf] of Object.entries(answer)) {
    const sessions = new Map<string, SessionTelemetry>();
    for (const family of Object.values(isObject(ofVrf) ? ofVrf : {})) {
      for (const [address, each] of Object.entries(objectAt(family, 'peers'))) {
        const before = sessions.get(address);
        sessions.set(address, {
          address,
          fsmState: textAt(each, 'state') ?? 'Idle',
          uptimeS: Math.floor(numberAt(each, 'peerUptimeMsec') / 1_000),
          prefixesReceived: (before?.prefixesReceived ?? 0) + numberAt(each, 'pfxRcd'),
          prefixesSent: (before?.prefixesSent ?? 0) + numberAt(each, 'pfxSnt'),
          messagesReceived: numberAt(each, 'msgRcvd'),
          messagesSent: numberAt(each, 'msgSent'),
          timesEstablished: numberAt(each, 'connectionsEstablished'),
          timesLost: numberAt(each, 'connectionsDropped'),
        });
      }
    }
    found.set(vrf, [...sessions.values()]);
  }
  return found;
}

/** `show bgp … PREFIX json`: whether a network stands in the table, and to whom it is told. */
export function readAnnounced(answer: JsonObject): { readonly inTable: boolean; readonly to: readonly string[] } {
  const paths = answer.paths;
  const inTable =
    isArray(paths) && paths.some(each => property(each, 'local') === true && property(each, 'valid') === true);
  return { inTable, to: Object.keys(objectAt(answer, 'advertisedTo')) };
}

/** `show ip route vrf … static json`: the prefixes whose static route is the one in use. */
export function readInstalled(answer: JsonObject): Set<string> {
  return new Set(
    Object.entries(answer).flatMap(([prefix, routes]) =>
      isArray(routes) && routes.some(each => property(each, 'installed') === true) ? [prefix] : [],
    ),
  );
}

function objectAt(value: Json | undefined, name: string): JsonObject {
  const found = property(value, name);
  return isObject(found) ? found : {};
}

function textAt(value: Json | undefined, name: string): string | undefined {
  const found = property(value, name);
  return typeof found === 'string' ? found : undefined;
}

function numberAt(value: Json | undefined, name: string): number {
  const found = property(value, name);
  return typeof found === 'number' ? found : 0;
}
