/** The second way: the same program packed by pkg, which brings a file system of its own and knows node_modules. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Arch, nodeVersion, strippedNode, top, workshop } from './nodes.ts';

export function packWithPkg(arch: Arch, output: string): void {
  mkdirSync(workshop, { recursive: true });
  const folder = mkdtempSync(join(workshop, `pkg-${arch}-`));
  const home = join(folder, 'home');
  layOut(folder, arch);
  provideNode(home, arch);
  const pkg = join(top, 'node_modules/@yao-pkg/pkg/lib-es5/bin.js');
  const target = `node${nodeVersion()}-linux-${arch}`;
  try {
    execFileSync(process.execPath, [pkg, '--sea', '--targets', target, '--output', output, '.'], {
      cwd: folder,
      env: { ...process.env, HOME: home },
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    throw new Error(`pkg did not make ${output}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
  chmodSync(output, 0o755);
  rmSync(folder, { recursive: true });
}

/** A project of what is needed at run time alone: pkg packs, and unpacks at the first start, all that it finds. */
function layOut(folder: string, arch: Arch): void {
  const from = join(top, 'node_modules/better-sqlite3');
  const to = join(folder, 'node_modules/better-sqlite3');
  mkdirSync(join(to, 'prebuilds'), { recursive: true });
  cpSync(join(from, 'lib'), join(to, 'lib'), { recursive: true });
  copyFileSync(join(from, 'package.json'), join(to, 'package.json'));
  copyFileSync(join(from, `prebuilds/linux-${arch}.node`), join(to, `prebuilds/linux-${arch}.node`));
  copyFileSync(join(top, 'dist/diffo.cjs'), join(folder, 'diffo.cjs'));
  const about = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as { name: string; version: string };
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: about.name,
      version: about.version,
      bin: 'diffo.cjs',
      pkg: { assets: ['node_modules/better-sqlite3/**/*'] },
    }),
  );
}

/** Node where pkg keeps what it has downloaded, so that it downloads nothing. */
function provideNode(home: string, arch: Arch): void {
  const name = `node-v${nodeVersion()}-linux-${arch}`;
  const cache = join(home, '.pkg-cache/sea');
  mkdirSync(join(cache, name, 'bin'), { recursive: true });
  copyFileSync(strippedNode(arch), join(cache, name, 'bin/node'));
  for (const mark of [`${name}/bin/node.ok`, `${name}.tar.gz`, `${name}.tar.gz.ok`])
    writeFileSync(join(cache, mark), '');
}
