/** The Node that goes into an executable: of the pinned version, for either architecture, without its symbols. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export const archs = ['x64', 'arm64'] as const;
export type Arch = (typeof archs)[number];

export const top: string = join(import.meta.dirname, '../..');
/** What is made on the way and may serve again. */
export const workshop: string = join(top, 'dist/package');

interface Target {
  readonly triple: string;
  /** Runs its programs on another processor. */
  readonly emulator: string;
}

const targets: Readonly<Record<Arch, Target>> = {
  x64: { triple: 'x86_64-linux-gnu', emulator: 'qemu-x86_64-static' },
  arm64: { triple: 'aarch64-linux-gnu', emulator: 'qemu-aarch64-static' },
};

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity: string }>>;
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The words before a program of this architecture that run it here; undefined when it cannot be run. */
export function runner(arch: Arch): readonly string[] | undefined {
  if (arch === process.arch) return [];
  const { triple, emulator } = targets[arch];
  const libraries = `/usr/${triple}`;
  return has(emulator) && existsSync(`${libraries}/lib/libstdc++.so.6`) ? [emulator, '-L', libraries] : undefined;
}

export function nodeVersion(): string {
  return locked('x64').version;
}

/** The whole Node for this architecture, as it was published. */
export function wholeNode(arch: Arch): string {
  const installed = join(top, `node_modules/node-linux-${arch}/bin/node`);
  if (existsSync(installed)) return installed;
  const { version, integrity } = locked(arch);
  const folder = join(workshop, `node-linux-${arch}-${version}`);
  const node = join(folder, 'bin/node');
  if (existsSync(node)) return node;

  say(`  fetching Node ${version} for ${arch} ...`);
  mkdirSync(workshop, { recursive: true });
  const options = ['--pack-destination', workshop, '--loglevel=error'];
  const packed = execFileSync('npm', ['pack', `node-linux-${arch}@${version}`, ...options], {
    cwd: workshop,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const archive = join(workshop, packed.trim().split('\n').at(-1) ?? '');
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity)
    throw new Error(`${archive} is not what package-lock.json promises; delete it and try again`);
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft);
  execFileSync('tar', ['-xzf', archive, '-C', draft, '--strip-components=1', 'package/bin/node']);
  renameSync(draft, folder);
  rmSync(archive);
  return node;
}

/** The same without its symbols, 14 % smaller; whole where nothing here can take them away. */
export function strippedNode(arch: Arch): string {
  const whole = wholeNode(arch);
  const stripped = join(workshop, `node-${nodeVersion()}-${arch}-stripped`);
  if (existsSync(stripped)) return stripped;
  const { triple } = targets[arch];
  const tool = [`${triple}-strip`, ...(arch === process.arch ? ['strip'] : []), 'llvm-strip', 'eu-strip'].find(has);
  if (tool === undefined) {
    say(`  nothing here strips a program for ${arch}, so it gets larger; install binutils-${triple.replace('_', '-')}`);
    return whole;
  }
  mkdirSync(workshop, { recursive: true });
  const draft = `${stripped}.${process.pid}`;
  copyFileSync(whole, draft);
  execFileSync(tool, [draft], { stdio: 'inherit' });
  renameSync(draft, stripped);
  return stripped;
}

function locked(arch: Arch) {
  const name = `node_modules/node-linux-${arch}`;
  const lock = JSON.parse(readFileSync(join(top, 'package-lock.json'), 'utf8')) as LockFile;
  const found = lock.packages[name];
  if (found === undefined) throw new Error(`package-lock.json does not name ${name}`);
  return found;
}

function has(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
