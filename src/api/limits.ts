/** What a caller may ask of the server at most; each limit is the setting `http.` and its name, and is told by that. */

export interface Limits {
  readonly bodyBytes: number;
  /** How deep a body may be nested. */
  readonly bodyDepth: number;
  /** Members and elements of a body, all together. */
  readonly bodyParts: number;
  /** Entities in one PATCH of a collection. */
  readonly batch: number;
  /** Of the path and the query together. */
  readonly uriBytes: number;
  /** Of the request line and the headers together. */
  readonly headerBytes: number;
  /** Until the headers are there. */
  readonly headersMs: number;
  /** Until the whole request is there. */
  readonly requestMs: number;
  /** How long a connection is kept without a request. */
  readonly idleMs: number;
  /** How long an answer may lie unread. */
  readonly stalledMs: number;
  readonly connections: number;
  /** Requests that are being answered at one time. */
  readonly concurrent: number;
  /** Of one client address other than loopback, in the long run; 0: as many as it likes. */
  readonly ratePerSecond: number;
}

/** How a limit is told, so that an operator finds it. */
export function limitText<Name extends keyof Limits>(limits: Pick<Limits, Name>, name: Name, unit: string): string {
  return `${limits[name]} ${unit} (setting http.${name})`;
}
