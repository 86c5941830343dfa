/** Measures every performance figure beside a ceiling taken in the same run: `npm run bench [NAME ...]`. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { central } from './bench/central.ts';
import { compare } from './bench/compare.ts';
import { engine } from './bench/engine.ts';
import { footprint } from './bench/footprint.ts';
import { get } from './bench/get.ts';
import { loop } from './bench/loop.ts';
import { goToLoadCore, nowMs, type Row, say } from './bench/measure.ts';
import { model } from './bench/model.ts';
import { packaged } from './bench/package.ts';
import { peers } from './bench/peers.ts';
import { post } from './bench/post.ts';
import { react } from './bench/react.ts';
import { tmf } from './bench/tmf.ts';

const figures: Readonly<Record<string, () => Row[] | Promise<Row[]>>> = {
  get,
  post,
  tmf,
  compare,
  engine,
  react,
  loop,
  model,
  footprint,
  package: packaged,
  peers,
  central,
};

const asked = process.argv.slice(2);
const stranger = asked.find(name => !Object.hasOwn(figures, name));
if (stranger !== undefined) {
  say(`there is no figure ${stranger}; there are ${Object.keys(figures).join(', ')}`);
  process.exit(2);
}

const top = new URL('..', import.meta.url).pathname;
say('building the bundle ...');
execFileSync(process.execPath, ['scripts/build.ts'], { cwd: top, stdio: ['ignore', 'ignore', 'inherit'] });
goToLoadCore();

const results: (Row & { readonly figure: string })[] = [];
for (const [figure, measure] of Object.entries(figures)) {
  if (asked.length > 0 && !asked.includes(figure)) continue;
  const began = nowMs();
  say(`${figure} ...`);
  for (const row of await measure()) results.push({ figure, ...row });
  say(`${figure} took ${Math.round((nowMs() - began) / 1_000)} s`);
}

const machine = { node: process.version, cpu: `${cpus().length} x ${cpus()[0]?.model}`, load: loadavg() };
writeFileSync(`${top}bench.json`, `${JSON.stringify({ at: new Date().toISOString(), machine, results }, null, 2)}\n`);
process.stdout.write(table(results));

function table(rows: readonly (Row & { readonly figure: string })[]): string {
  const head = ['figure', 'what', 'ours', 'ceiling', 'ratio', 'goal', 'reached'];
  const lines = rows.map(({ figure, what, unit, ours, ceiling, ratio, goal, reached }) => [
    figure,
    what,
    `${number(ours)} ${unit}`,
    ceiling === undefined ? '' : `${number(ceiling)} ${unit}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    goal ?? '',
    reached === undefined ? '' : reached ? 'yes' : 'NO',
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...lines].map(cells => cells[i]?.length ?? 0)));
  return [head, ...lines]
    .map(
      cells =>
        `${cells
          .map((cell, i) => cell.padEnd(widths[i] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function number(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return value.toFixed(0);
  return value.toPrecision(3);
}
