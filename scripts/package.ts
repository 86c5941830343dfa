/** Makes the single executables of those that are older than what they are made of. */
import { readdirSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Arch, archs, say, top } from './packaging/nodes.ts';
import { packWithPkg } from './packaging/pkg.ts';
import { packSingle } from './packaging/sea.ts';

const { values, positionals } = readArguments();
const asked = archs.filter(arch => positionals.length === 0 || positionals.includes(arch));
const ways = values.pkg ? { name: 'diffo-pkg', pack: packWithPkg } : { name: 'diffo', pack: packSingle };

for (const arch of asked) {
  const file = `dist/${ways.name}-linux-${arch}`;
  if (!isFresh(file)) {
    say(`making ${file} ...`);
    // Whoever runs the one before keeps it.
    await ways.pack(arch, join(top, `${file}.new`));
    renameSync(join(top, `${file}.new`), join(top, file));
  }
  say(`${file}  ${(statSync(join(top, file)).size / 1e6).toFixed(1)} MB`);
}

function readArguments(): { values: { pkg?: boolean }; positionals: string[] } {
  try {
    const read = parseArgs({ allowPositionals: true, options: { pkg: { type: 'boolean' } } });
    const stranger = read.positionals.find(word => !archs.includes(word as Arch));
    if (stranger === undefined) return read;
    say(`there is no build for ${stranger}; there are ${archs.join(' and ')}`);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
  process.exit(2);
}

function isFresh(file: string): boolean {
  const made = statSync(join(top, file), { throwIfNoEntry: false })?.mtimeMs;
  const scripts = readdirSync(join(top, 'scripts/packaging')).map(name => `scripts/packaging/${name}`);
  const parts = ['dist/diffo.cjs', 'package-lock.json', 'scripts/package.ts', ...scripts];
  return made !== undefined && parts.every(part => statSync(join(top, part)).mtimeMs < made);
}
