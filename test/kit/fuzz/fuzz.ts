/**
 * Real agents under what Schemathesis makes of the documents that they serve: TMF inventories on a plain inventory, all
 * else on a simulated device. What an operation needs to succeed, and what is odd, comes from `hooks.py`.
 */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { catalogueRoot } from '../../../src/tmf/catalogue/roots.ts';
import { apiRoot, versions } from '../../../src/tmf/version.ts';
import { program } from '../process.ts';

export interface Fuzzed {
  /** How often each operation was answered with each status: `GET /service 200`, by root. */
  readonly answers: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly requests: number;
  /** What Schemathesis found wrong, as it says it. */
  readonly findings: readonly string[];
  readonly agents: readonly AgentUnderFuzz[];
}

export interface AgentUnderFuzz {
  readonly name: string;
  readonly requests: number;
  /** Undefined while it runs; else how it ended. */
  readonly ended: string | undefined;
  /** Growth of the resident memory in the second half, in KiB per 10,000 requests. */
  readonly slopeKiB: number;
  readonly rssKiB: number;
}

export interface FuzzSettings {
  readonly st: string;
  /** Test cases of each operation, and walks along the links of each document. */
  readonly examples: number;
  readonly seed: number;
  readonly say?: (line: string) => void;
}

const here = import.meta.dirname;
/** As it is started where it is installed; and what it keeps is told from what the collector has not yet come to. */
const flags = [
  ...readFileSync(join(here, '../../../scripts/node-flags'), 'utf8').trim().split(/\s+/),
  ...['--expose-gc', '--require', join(here, 'collect.cjs')],
];
const types = ['service', 'resource'] as const;
const inventories = types.flatMap(type => versions.map(version => apiRoot[type][version]));
const catalogues = types.flatMap(type => versions.map(version => catalogueRoot[type][version]));

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
].join(',');

/** Fuzzes all that the agents describe, each agent with its own documents, side by side. */
export async function fuzz(settings: FuzzSettings): Promise<Fuzzed> {
  const folder = mkdtempSync(join(tmpdir(), 'diffo-fuzz-'));
  try {
    const both = await Promise.all([
      under('inventory', { profile: 'inventory' }, inventories, settings, folder),
      under('device', deviceSettings(), ['/diffo/v1', ...catalogues], settings, folder),
    ]);
    return {
      answers: Object.assign({}, ...both.map(each => each.answers)),
      requests: both.reduce((sum, { agent }) => sum + agent.requests, 0),
      findings: both.flatMap(each => each.findings),
      agents: both.map(({ agent }) => agent),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A peer and a graph that never answer: there is something to release. */
function deviceSettings(): Record<string, string> {
  const { x = '' } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  return { profile: join(here, 'device.json'), peers: `other=${x}`, 'central.url': 'bolt://127.0.0.1:9' };
}

interface Under {
  readonly answers: Fuzzed['answers'];
  readonly findings: readonly string[];
  readonly agent: AgentUnderFuzz;
}

async function under(
  name: string,
  given: Readonly<Record<string, string>>,
  roots: readonly string[],
  settings: FuzzSettings,
  top: string,
): Promise<Under> {
  const { examples, say = () => {} } = settings;
  const folder = join(top, name);
  mkdirSync(folder, { recursive: true });
  const agent = await startAgent({ ...given, http: '127.0.0.1:0', data: join(folder, 'data') });
  const answers: Record<string, Record<string, number>> = {};
  const findings: string[] = [];
  const samples: (readonly [requests: number, rssKiB: number])[] = [];
  let done = 0;
  let place = '';
  const sampling = setInterval(() => {
    const rss = agent.rssKiB();
    if (rss !== undefined) samples.push([done + countOf(readAnswers(place)), rss]);
  }, 500);
  for (const root of roots) {
    place = join(folder, `${root.replaceAll('/', '-')}.json`);
    const { answered, finding } = await fuzzDocument(agent.url, root, settings, place);
    const told = { ...answered, ...(await documentAsked(agent.url + root, examples)) };
    answers[root] = told;
    done += countOf(told);
    if (finding !== undefined) findings.push(`${root}:\n${finding}`);
    say(`${name} ${root}: ${countOf(told)} requests${finding === undefined ? '' : ', with findings'}`);
  }
  clearInterval(sampling);
  const ended = agent.ended();
  await agent.stop();
  const rssKiB = samples.at(-1)?.[1] ?? 0;
  return { answers, findings, agent: { name, requests: done, ended, slopeKiB: slope(samples), rssKiB } };
}

export interface DocumentFuzzed {
  readonly answered: Readonly<Record<string, number>>;
  /** What Schemathesis found wrong; undefined when nothing is. */
  readonly finding: string | undefined;
}

/** Fuzzes what the document at one root says; the counts are kept at `place` while it runs. */
export async function fuzzDocument(
  url: string,
  root: string,
  { st, examples, seed }: FuzzSettings,
  place: string,
): Promise<DocumentFuzzed> {
  const ran = await run(
    st,
    [
      ...['--config-file', join(here, 'schemathesis.toml'), 'run', `${url}${root}/openapi.json`],
      ...['--phases', 'fuzzing,stateful', '--mode', 'positive', '--checks', CHECKS],
      ...['--max-examples', String(examples), '--seed', String(seed), '--continue-on-failure'],
      // A machine that does much else is no finding.
      ...['--request-timeout', '60', '--generation-database', 'none', '--no-shrink', '--no-color', '--warnings', 'off'],
    ],
    {
      PYTHONPATH: here,
      PYTHONDONTWRITEBYTECODE: '1',
      SCHEMATHESIS_HOOKS: 'hooks',
      FUZZ_URL: url,
      FUZZ_SEED: String(seed),
      FUZZ_ANSWERS: place,
      NO_PROXY: '*',
    },
    dirname(place),
  );
  return { answered: readAnswers(place), finding: ran.code === 0 ? undefined : between(ran.text) };
}

/** Schemathesis leaves out the operation that it has the document from. */
async function documentAsked(root: string, times: number): Promise<Record<string, number>> {
  const answered: Record<string, number> = {};
  for (let i = 0; i < times; i++) {
    const { status } = await fetch(`${root}/openapi.json`);
    const label = `GET /openapi.json ${status}`;
    answered[label] = (answered[label] ?? 0) + 1;
  }
  return answered;
}

/** From the first failure to the summary; all of it when there is none, since then something else went wrong. */
function between(text: string): string {
  const from = text.search(/={5,} (FAILURES|ERRORS) ={5,}/);
  const to = text.search(/={5,} SUMMARY ={5,}/);
  return from < 0 ? text.slice(-4_000) : text.slice(from, to < 0 ? undefined : to);
}

function readAnswers(place: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(place, 'utf8'));
  } catch {
    // None have been counted yet.
    return {};
  }
}

function countOf(answers: Readonly<Record<string, number>>): number {
  return Object.values(answers).reduce((sum, each) => sum + each, 0);
}

/** The line of least squares through what was seen in the second half, per 10,000 requests: all is loaded and warm then. */
function slope(samples: readonly (readonly [number, number])[]): number {
  const warm = (samples.at(-1)?.[0] ?? 0) / 2;
  const seen = samples.filter(([requests]) => requests > warm);
  const mean = (of: 0 | 1): number => seen.reduce((sum, each) => sum + each[of], 0) / seen.length;
  const [x, y] = [mean(0), mean(1)];
  const spread = seen.reduce((sum, each) => sum + (each[0] - x) ** 2, 0);
  const together = seen.reduce((sum, each) => sum + (each[0] - x) * (each[1] - y), 0);
  return spread === 0 ? 0 : (together / spread) * 10_000;
}

interface Ran {
  readonly code: number;
  readonly text: string;
}

function run(command: string, args: readonly string[], env: Record<string, string>, cwd: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const { PATH = '' } = process.env;
    // Nothing of the surroundings: no proxy, no settings of somebody else's.
    const child = spawn(command, args, { cwd, env: { PATH, HOME: cwd, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    child.once('exit', () => process.removeListener('exit', kill));
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
    }
    child.once('error', reject);
    child.once('close', code => resolve({ code: code ?? 1, text }));
  });
}

interface RunningAgent {
  readonly url: string;
  rssKiB(): number | undefined;
  ended(): string | undefined;
  stop(): Promise<void>;
}

async function startAgent(settings: Readonly<Record<string, string>>): Promise<RunningAgent> {
  const words = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const child = spawn(process.execPath, [...flags, program, 'run', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-10_000);
  });
  // Whatever ends this process ends the agent.
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  let ended: string | undefined;
  const gone = new Promise<void>(resolve =>
    child.once('exit', (code, signal) => {
      process.removeListener('exit', kill);
      ended = `it ended with ${code ?? signal}:\n${log}`;
      resolve();
    }),
  );
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', line => {
      const [, found] = /^ready (\S+)$/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    void gone.then(() => reject(new Error(`the agent ended before it was ready:\n${log}`)));
  });
  return {
    url,
    ended: () => ended,
    rssKiB: () => rssOf(child.pid),
    stop: async () => {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function rssOf(pid: number | undefined): number | undefined {
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kib === undefined ? undefined : Number(kib);
  } catch {
    return undefined;
  }
}
