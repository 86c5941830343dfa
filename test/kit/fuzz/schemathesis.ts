/** Schemathesis, in an environment of its own below `node_modules`; and why it cannot be had, where it cannot. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const here = import.meta.dirname;
const requirements = join(here, 'requirements.txt');
const kept = join(here, '../../../node_modules/.cache/diffo-edge');

export type Schemathesis = { readonly st: string } | { readonly missing: string };

/** Installed at the first call, with every version pinned; takes some ten seconds then. */
export async function schemathesis(): Promise<Schemathesis> {
  const version = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12);
  const venv = join(kept, `schemathesis-${version}`);
  const st = join(venv, 'bin/st');
  if (existsSync(join(venv, 'whole'))) return { st };
  mkdirSync(kept, { recursive: true });
  try {
    // An environment knows its own path, so it is made where it stays, and is whole when the mark is there.
    rmSync(venv, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', venv]);
    await run(join(venv, 'bin/pip'), [
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--requirement',
      requirements,
    ]);
    mkdirSync(join(venv, 'whole.new'));
    renameSync(join(venv, 'whole.new'), join(venv, 'whole'));
    return { st };
  } catch (error) {
    const [line = ''] = String(error).split('\n').slice(-2);
    return { missing: `Schemathesis needs python3 with venv and pip, and PyPI: ${line}` };
  }
}
