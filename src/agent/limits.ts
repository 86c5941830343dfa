/** The limits of the HTTP server, as the settings have them. */
import type { Limits } from '../api/limits.ts';
import type { Config } from '../config.ts';

export function limitsOf(config: Config): Limits {
  return {
    bodyBytes: config['http.bodyBytes'],
    bodyDepth: config['http.bodyDepth'],
    bodyParts: config['http.bodyParts'],
    batch: config['http.batch'],
    uriBytes: config['http.uriBytes'],
    headerBytes: config['http.headerBytes'],
    headersMs: config['http.headersMs'],
    requestMs: config['http.requestMs'],
    idleMs: config['http.idleMs'],
    stalledMs: config['http.stalledMs'],
    connections: config['http.connections'],
    concurrent: config['http.concurrent'],
    ratePerSecond: config['http.ratePerSecond'],
  };
}
