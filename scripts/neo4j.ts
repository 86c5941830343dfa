/**
 * A real Neo4j Community server on loopback, as a process of its own, made of its published jars: they are fetched once
 * and kept in the user's cache. Everything of one server stands below its own directory.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect as dial } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';

const run = promisify(execFile);

/** What is started, by the Java that is there; both lines were tried with the driver this agent uses. */
interface Line {
  readonly leastJava: number;
  readonly version: string;
  readonly main: string;
  readonly flags: readonly string[];
}

const opens = ['java.nio', 'java.io', 'sun.nio.ch'].map(name => `--add-opens=java.base/${name}=ALL-UNNAMED`);
const lines: readonly Line[] = [
  {
    leastJava: 21,
    version: '2026.05.0',
    main: 'org.neo4j.server.Neo4jCommunity',
    flags: [...opens, '--add-opens=java.base/java.util.concurrent=ALL-UNNAMED', '--enable-native-access=ALL-UNNAMED'],
  },
  { leastJava: 17, version: '5.26.11', main: 'org.neo4j.server.CommunityEntryPoint', flags: opens },
];

/** One of the tools is missing, or the jars cannot be fetched; the message says which in one sentence. */
export class CannotRunNeo4j extends Error {}

/** What a start needs: a Java, and the jars that it can run. */
export interface Neo4jKit {
  readonly line: Line;
  readonly jars: string;
}

const READY_WITHIN_MS = 90_000;
const STOP_WITHIN_MS = 15_000;

/** Finds Java, and fetches the jars when they are not in the cache. Throws `CannotRunNeo4j`. */
export async function prepareNeo4j(say: (text: string) => void = () => {}): Promise<Neo4jKit> {
  const java = await javaVersion();
  const line = lines.find(each => each.leastJava <= java);
  if (!line) throw new CannotRunNeo4j(`Neo4j needs Java 17 or newer, this is ${java}; install default-jre-headless`);
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const jars = join(cache, 'diffo-edge', `neo4j-${line.version}`);
  if (!existsSync(jars)) {
    say(`fetching Neo4j ${line.version} (once, about 120 MB) ...`);
    await fetchJars(line.version, jars);
  }
  return { line, jars };
}

async function javaVersion(): Promise<number> {
  try {
    const { stderr } = await run('java', ['-version']);
    const [, major] = /version "(\d+)/.exec(stderr) ?? [];
    return Number(major ?? 0);
  } catch {
    throw new CannotRunNeo4j('Neo4j needs Java, and there is no command java; install default-jre-headless');
  }
}

async function fetchJars(version: string, into: string): Promise<void> {
  const making = `${into}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  const pom = join(making, 'pom.xml');
  writeFileSync(
    pom,
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>neo4j-run</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>${version}</version></dependency></dependencies>
</project>\n`,
  );
  const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
  try {
    const words = ['-B', '-q', '-f', pom, plugin, '-DincludeScope=runtime', `-DoutputDirectory=${making}`];
    await run('mvn', words, { timeout: 600_000, maxBuffer: 16 * 1024 * 1024 });
    // Another start may have been quicker; its jars are the same.
    try {
      renameSync(making, into);
    } catch (error) {
      if (!existsSync(into)) throw error;
    }
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new CannotRunNeo4j(
      isMissing
        ? 'the jars of Neo4j are fetched with Maven, and there is no command mvn; install maven'
        : `the jars of Neo4j ${version} could not be fetched: ${firstLine(error)}; see to the network and try again`,
    );
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

export interface Neo4jPlace {
  /** Everything of this server: `conf`, `data`, `logs`. */
  readonly home: string;
  readonly port: number;
  /** Asked for from the user `neo4j`; without it anybody on this machine may come in. Set before the first start. */
  readonly password?: string;
}

/** Starts a server as a child; resolves when it answers. The data below `home` stays when it ends. */
export async function startNeo4j(kit: Neo4jKit, place: Neo4jPlace, detached = false): Promise<ChildProcess> {
  const { home, port, password } = place;
  for (const name of ['conf', 'data', 'logs', 'run', 'plugins', 'import']) {
    mkdirSync(join(home, name), { recursive: true });
  }
  const conf = join(home, 'conf');
  writeFileSync(join(conf, 'neo4j.conf'), configuration(port, password !== undefined));
  const jars = `${kit.jars}/*`;
  if (password !== undefined && !existsSync(join(home, 'data', 'dbms'))) {
    await run('java', ['-cp', jars, 'org.neo4j.cli.AdminTool', 'dbms', 'set-initial-password', password], {
      env: { ...process.env, NEO4J_HOME: home, NEO4J_CONF: conf },
    });
  }
  const said = join(home, 'logs', 'console.log');
  const out = openSync(said, 'w');
  const child = spawn(
    'java',
    [
      // What works within this also works on a small machine.
      '-Xms128m',
      '-Xmx512m',
      '-XX:+ExitOnOutOfMemoryError',
      ...kit.line.flags,
      '-Dio.netty.tryReflectionSetAccessible=true',
      '-Dlog4j2.disable.jmx=true',
      '-Dfile.encoding=UTF-8',
      '-cp',
      jars,
      kit.line.main,
      `--home-dir=${home}`,
      `--config-dir=${conf}`,
      '--console-mode',
    ],
    { stdio: ['ignore', out, out], detached },
  );
  closeSync(out);
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers(port))) {
    const isOver = child.exitCode !== null || child.signalCode !== null;
    if (isOver || Date.now() > deadline) {
      child.kill('SIGKILL');
      const tail = readFileSync(said, 'utf8').trim().split('\n').slice(-15).join('\n');
      throw new Error(`Neo4j ${isOver ? 'ended' : 'did not answer'} while it started:\n${tail}`);
    }
    await sleep(150);
  }
  return child;
}

function configuration(port: number, auth: boolean): string {
  const address = `127.0.0.1:${port}`;
  return `${[
    'server.default_listen_address=127.0.0.1',
    'server.bolt.enabled=true',
    `server.bolt.listen_address=${address}`,
    `server.bolt.advertised_address=${address}`,
    'server.http.enabled=false',
    'server.https.enabled=false',
    `dbms.security.auth_enabled=${auth}`,
    'server.memory.pagecache.size=64m',
    'dbms.usage_report.enabled=false',
    'db.transaction.timeout=60s',
    'db.tx_log.preallocate=false',
    'db.tx_log.rotation.retention_policy=keep_none',
    'dbms.memory.transaction.total.max=256m',
  ].join('\n')}\n`;
}

/** The magic number of Bolt, and four versions to choose from: 5.8 down to 5.0, 4.4, and none twice. */
const handshake = Buffer.from(['6060b017', '00080805', '00000404', '00000000', '00000000'].join(''), 'hex');

/** Whether somebody speaks Bolt there: the handshake, which needs no login. */
function answers(port: number): Promise<boolean> {
  return new Promise(done => {
    const socket = dial({ host: '127.0.0.1', port, timeout: 1_000 });
    const end = (is: boolean): void => {
      socket.destroy();
      done(is);
    };
    socket.once('connect', () => socket.write(handshake));
    socket.once('data', answer => end(answer.length >= 4 && answer.readUInt32BE(0) !== 0));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
    socket.once('close', () => end(false));
  });
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

const DEFAULT_PORT = 7687;

async function main(args: readonly string[]): Promise<number> {
  const usage = 'say ./scripts/neo4j start|stop|status [--port N] [--data DIR]';
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { port: { type: 'string' }, data: { type: 'string' } },
  });
  const port = Number(values.port ?? DEFAULT_PORT);
  if (positionals.length !== 1 || !Number.isInteger(port) || port < 1 || port > 65_535) return complain(usage, 2);
  const home = resolve(values.data ?? join(import.meta.dirname, '../.diffo/neo4j'));
  const known = standing(home);
  switch (positionals[0]) {
    case 'start': {
      if (known) return say(`ready bolt://127.0.0.1:${known.port}`);
      if (await answers(port)) return complain(`somebody else serves on port ${port}; choose another with --port N`, 1);
      const kit = await prepareNeo4j(text => process.stderr.write(`${text}\n`));
      const child = await startNeo4j(kit, { home, port }, true);
      writeFileSync(pidFile(home), `${child.pid} ${port}\n`);
      child.unref();
      return say(`ready bolt://127.0.0.1:${port}`);
    }
    case 'stop': {
      if (!known) return say(`nothing runs in ${home}`);
      process.kill(known.pid, 'SIGTERM');
      for (const deadline = Date.now() + STOP_WITHIN_MS; standing(home); await sleep(100)) {
        if (Date.now() > deadline) process.kill(known.pid, 'SIGKILL');
      }
      rmSync(pidFile(home), { force: true });
      return say('stopped');
    }
    case 'status':
      if (!known) return complain(`nothing runs in ${home}`, 1);
      return say(`${(await answers(known.port)) ? 'ready' : 'starting'} bolt://127.0.0.1:${known.port}`);
    default:
      return complain(usage, 2);
  }
}

function pidFile(home: string): string {
  return join(home, 'neo4j.pid');
}

/** The server of this directory, when the process with its number is still that server. */
function standing(home: string): { readonly pid: number; readonly port: number } | undefined {
  try {
    const [pid = 0, port = 0] = readFileSync(pidFile(home), 'utf8').trim().split(' ').map(Number);
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return command.includes(`--home-dir=${home}`) ? { pid, port } : undefined;
  } catch {
    return undefined;
  }
}

function say(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

function complain(text: string, code: number): number {
  process.stderr.write(`${text}\n`);
  return code;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error && 'stdout' in error ? `${error.stdout}` : String(error);
  const [, why] = /\[ERROR\]\s*(.+)/.exec(text) ?? [];
  return (why ?? text.split('\n')[0] ?? '').slice(0, 300);
}

if (import.meta.main) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    process.exitCode = complain(error instanceof Error ? error.message : String(error), 1);
  }
}
