/** The shell sessions that a page shows: taken out of it, and run as they are printed. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from './agent.ts';
import { program } from './process.ts';

export interface Session {
  /** The paragraph that introduces it. */
  readonly about: string;
  readonly text: string;
}

/** What stands under a heading, up to the next one of its kind or above. */
export function chapterOf(page: string, heading: string): string {
  const [level = ''] = /^#+/.exec(heading) ?? [];
  const after = page.split(`\n${heading}\n`)[1] ?? '';
  return after.split(new RegExp(`\n#{1,${level.length}} `))[0] ?? '';
}

export function sessionsOf(chapter: string): readonly Session[] {
  return [...chapter.matchAll(/([^\n]+(?:\n[^\n]+)*)\n\n```console\n(.*?)```/gs)].map(([, about = '', text = '']) => ({
    about: about.replaceAll('\n', ' '),
    text,
  }));
}

/** The session again, with what its commands say now; a file that it shows with `cat` is there from then on. */
export function replay({ text }: Session): string {
  const directory = makeDirectory();
  const commands = join(directory, 'bin');
  mkdirSync(commands);
  writeFileSync(join(commands, 'diffo'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 });
  let status = 0;
  return text
    .split(/^(?=\$ )/m)
    .map(step => {
      const [line = '', ...shown] = step.split('\n');
      const [, file] = /^\$ cat ([\w.]+)$/.exec(line) ?? [];
      if (file !== undefined) {
        writeFileSync(join(directory, file), shown.join('\n'));
        return step;
      }
      const ran = spawnSync('/bin/sh', ['-c', `(exit ${status})\n${line.slice(2)}`], {
        cwd: directory,
        encoding: 'utf8',
        env: { PATH: `${commands}:${process.env.PATH}` },
      });
      status = ran.status ?? 1;
      return `${line}\n${ran.stdout}${ran.stderr}`;
    })
    .join('');
}
