/** A real Neo4j for a test file, which can be killed, started again, and put back to an older state. */
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import { CannotRunNeo4j, freePort, type Neo4jKit, prepareNeo4j, startNeo4j } from '../../scripts/neo4j.ts';
import { fromDatabase, toDatabase } from '../../src/adapters/neo4j/values.ts';

export interface TestNeo4j {
  readonly url: string;
  readonly port: number;
  // A test says what it expects to find in a row.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  run(statement: string, parameters?: object): Promise<any[]>;
  /** Everything out of the graph, constraints excepted. */
  clear(): Promise<void>;
  start(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Copies the data of a server that does not run; gives back where it lies. */
  backUp(): string;
  restore(copy: string): void;
  /** Stops it and takes its directory away. */
  remove(): Promise<void>;
}

/** What a start needs, or why it cannot be. */
const found: Neo4jKit | string = await prepareNeo4j(text => console.log(text)).catch((error: unknown) => {
  if (error instanceof CannotRunNeo4j) return error.message;
  throw error;
});

/** Stands in the title of what is skipped; empty when Neo4j can be run. */
export const whyNoNeo4j: string = typeof found === 'string' ? ` (skipped: ${found})` : '';

export async function runNeo4j(password?: string): Promise<TestNeo4j> {
  if (typeof found === 'string') throw new Error(found);
  const kit = found;
  const top = mkdtempSync(join(tmpdir(), 'diffo-neo4j-'));
  const home = join(top, 'home');
  const port = await freePort();
  const url = `bolt://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let copies = 0;

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise(resolve => ending.once('exit', resolve));
    ending.kill(signal);
    const late = setTimeout(() => ending.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(late);
  };
  const server: TestNeo4j = {
    url,
    port,
    run: async (statement, parameters = {}) => {
      const login = password === undefined ? undefined : neo4j.auth.basic('neo4j', password);
      const driver = neo4j.driver(url, login, { useBigInt: true, telemetryDisabled: true });
      try {
        const { records } = await driver.executeQuery(statement, toDatabase(parameters) as object);
        return records.map(record => fromDatabase(record.toObject()));
      } finally {
        await driver.close();
      }
    },
    clear: async () => {
      await server.run('MATCH (n) DETACH DELETE n');
    },
    start: async () => {
      child = await startNeo4j(kit, { home, port, ...(password === undefined ? {} : { password }) });
      // The handshake is answered a little before the database is.
      for (let tries = 0; ; tries++) {
        try {
          await server.run('RETURN 1');
          return;
        } catch (error) {
          if (tries === 100) throw error;
          await new Promise(resolve => setTimeout(resolve, 100));
        }
      }
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    backUp: () => {
      const copy = join(top, `copy-${++copies}`);
      cpSync(join(home, 'data'), copy, { recursive: true });
      return copy;
    },
    restore: copy => {
      rmSync(join(home, 'data'), { recursive: true, force: true });
      cpSync(copy, join(home, 'data'), { recursive: true });
    },
    remove: async () => {
      await end('SIGKILL');
      rmSync(top, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
