/** Builds the sync with central; its driver is loaded when a graph is configured, and not before. */
import { randomUUID } from 'node:crypto';
import type { CentralDoor } from '../api/diffo/parts.ts';
import type { Config } from '../config.ts';
import type { Central } from '../ports/central.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import { CentralSync } from '../sync/central-sync.ts';
import { readSecret } from './secret.ts';

export interface CentralParts {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Reporting {
  readonly door: CentralDoor;
  start(): void;
  stop(): Promise<void>;
}

/** Undefined when no graph is configured. */
export async function openCentral(parts: CentralParts): Promise<Reporting | undefined> {
  const { config, store, clock, log } = parts;
  const url = config['central.url'];
  if (url === '') return undefined;
  const chance = Math.random;
  const central = await openGraph(parts, chance);
  const sync = new CentralSync({
    store,
    central,
    clock,
    log,
    chance,
    boot: randomUUID(),
    heartbeatMs: config['central.heartbeatMs'],
    epochEveryMs: config['central.epochEveryMs'],
  });
  return {
    door: { url, database: config['central.database'], state: () => sync.state(), release: () => sync.release() },
    start: () => sync.start(),
    stop: () => sync.stop(),
  };
}

async function openGraph({ config, clock, log }: CentralParts, chance: () => number): Promise<Central> {
  const url = config['central.url'];
  const file = config['central.passwordFile'];
  const password = file === '' ? undefined : readSecret('central.passwordFile', file).trim();
  const isPlain = /^(neo4j|bolt):/.test(url) && !/:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:|\/|$)/.test(url);
  if (isPlain) log.warn('central is reached without TLS: its password and all rows can be read on the way', { url });
  const { openNeo4j } = await import('../adapters/neo4j/central.ts');
  const database = config['central.database'];
  const settings = { url, user: config['central.user'], database, ...(password === undefined ? {} : { password }) };
  return openNeo4j(settings, { clock, log, chance });
}
