/** Runs a file of outstanding cases through the engine: a line for each that fails, then the counts. */
import { readFileSync } from 'node:fs';
import { runVector } from '../test/kit/vectors.ts';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('say which file to run: ./scripts/vectors FILE.jsonl');
  process.exit(2);
}

const counts = { passed: 0, failed: 0, skipped: 0 };
const skipped = new Map<string, number>();
for (const [i, line] of linesOf(file).entries()) {
  if (line.trim() === '') continue;
  const outcome = runVector(line);
  counts[outcome.kind] += 1;
  if (outcome.kind === 'failed') console.log(`failed ${idOf(line) ?? `line ${i + 1}`}: ${outcome.why}`);
  if (outcome.kind === 'skipped') skipped.set(outcome.why, (skipped.get(outcome.why) ?? 0) + 1);
}
for (const [why, count] of skipped) console.log(`skipped ${count}: ${why}`);
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    console.error(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(2);
  }
}

function idOf(line: string): string | undefined {
  return /"id":\s*"([^"]+)"/.exec(line)?.[1];
}
