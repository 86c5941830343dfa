/**
 * The single executable as Node itself makes it: a copy of Node with the program and the addon inside. Node's own code
 * cache knows only what is compiled before anything runs; ours comes from a run, which saves more time and memory.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { type Arch, runner, say, strippedNode, top, workshop } from './nodes.ts';

/**
 * A small young generation, and V8 without threads of its own, each of which keeps memory: that is 5 MiB of an idle
 * agent, and a start no slower (`--single-threaded` saves no more and starts 40 ms later). A heap without end would take
 * the device with it; this one bears 32 lists of 10,000 resources at once. `scripts/start` runs with the same.
 */
const nodeFlags = readFileSync(join(top, 'scripts/node-flags'), 'utf8').trim().split('\n');

/** Where Node looks whether something was put into it; part of its documentation. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** What a usual start needs, and a first question. */
const QUESTION = '/tmf-api/resourceInventoryManagement/v5/resource';

type Assets = Readonly<Record<string, string>>;

export async function packSingle(arch: Arch, output: string): Promise<void> {
  mkdirSync(workshop, { recursive: true });
  const folder = mkdtempSync(join(workshop, `${arch}-`));
  try {
    const assets = { 'diffo.cjs': writeProgram(folder), ...addonFor(arch) };
    const words = runner(arch);
    if (!words) say(`  programs for ${arch} do not run here, so it goes without a code cache and starts slower`);
    const cache = words ? { 'diffo.cache': await warmUp({ folder, arch, assets, words }) } : {};
    assemble({ folder, arch, start: 'loader', assets: { ...assets, ...cache }, output });
    if (words) checkCache([...words, output]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The bundle with the addon's JavaScript, for there is no node_modules beside it; as a function of what modules have. */
function writeProgram(folder: string): string {
  const { outputFiles } = buildSync({
    absWorkingDir: top,
    entryPoints: ['dist/diffo.cjs'],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  });
  const text = (outputFiles[0]?.text ?? '').replace(/^#!.*/, '');
  // It is read with one byte a character, which takes half the memory.
  const stranger = /\P{ASCII}/u.exec(text)?.[0];
  if (stranger !== undefined) throw new Error(`the bundle has "${stranger}", which is not ASCII`);
  const file = join(folder, 'diffo.cjs');
  writeFileSync(file, `(function(exports,require,module){${text}\n})`);
  return file;
}

/** Named by what it holds: see src/adapters/addon.ts. */
function addonFor(arch: Arch): Assets {
  const file = join(top, `node_modules/better-sqlite3/prebuilds/linux-${arch}.node`);
  return { [`better-sqlite3.${createHash('sha256').update(readFileSync(file)).digest('hex')}.node`]: file };
}

interface Assembly {
  readonly folder: string;
  readonly arch: Arch;
  readonly start: 'loader' | 'warming';
  readonly assets: Assets;
  readonly output: string;
}

function assemble({ folder, arch, start, assets, output }: Assembly): void {
  const main = join(folder, `${start}.cjs`);
  buildSync({
    absWorkingDir: top,
    entryPoints: [`scripts/packaging/${start}.ts`],
    outfile: main,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    minify: true,
    logLevel: 'warning',
  });
  const blob = join(folder, 'blob');
  const config = join(folder, 'config.json');
  const settings = { disableExperimentalSEAWarning: true, useCodeCache: false, execArgv: nodeFlags };
  writeFileSync(config, JSON.stringify({ main, output: blob, ...settings, assets }));
  execFileSync(process.execPath, ['--experimental-sea-config', config], { stdio: 'pipe' });
  copyFileSync(strippedNode(arch), output);
  const inject = [join(top, 'node_modules/postject/dist/cli.js'), output, 'NODE_SEA_BLOB', blob];
  execFileSync(process.execPath, [...inject, '--sentinel-fuse', FUSE], { stdio: 'pipe' });
}

/** Runs a forerunner until it has answered; gives back the file of the code it needed. */
async function warmUp({
  folder,
  words,
  ...parts
}: {
  readonly folder: string;
  readonly arch: Arch;
  readonly assets: Assets;
  readonly words: readonly string[];
}): Promise<string> {
  const forerunner = join(folder, 'forerunner');
  const cache = join(folder, 'cache');
  assemble({ folder, ...parts, start: 'warming', output: forerunner });
  const run = ['run', '--profile', 'inventory', '--data', join(folder, 'data'), '--http', '127.0.0.1:0'];
  const [program = '', ...args] = [...words, forerunner, ...run, '--set', 'log.level=warn'];
  const child = spawn(program, args, {
    env: { DIFFO_CODE_CACHE: cache },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await ready(child);
    await (await fetch(`${url}${QUESTION}`)).text();
  } finally {
    const closed = new Promise(resolve => child.once('close', resolve));
    child.kill('SIGTERM');
    await closed;
  }
  return cache;
}

function ready(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('close', code => reject(new Error(`the forerunner ended with ${code} before it was ready`)));
    if (!child.stdout) return;
    createInterface(child.stdout).on('line', line => {
      const [, url] = /^ready (\S+)$/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
}

function checkCache([program = '', ...args]: readonly string[]): void {
  const { stderr } = spawnSync(program, [...args, '--version'], { env: { NODE_DEBUG: 'diffo' }, encoding: 'utf8' });
  if (!stderr.includes('code cache taken')) throw new Error(`the code cache was not taken: ${stderr}`);
}
