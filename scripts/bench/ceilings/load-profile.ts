/** Loads a profile once, as an agent that starts does, and says how long that took and how long parsing alone does. */
import { readFileSync } from 'node:fs';
import { checkFile } from '../../../src/adapters/profiles.ts';

const [file = ''] = process.argv.slice(2);
const began = performance.now();
JSON.parse(readFileSync(file, 'utf8'));
const parsed = performance.now();

function tell(checked: Awaited<ReturnType<typeof checkFile>>): void {
  if (!checked.profile) throw new Error(JSON.stringify(checked.findings));
  process.stdout.write(`${JSON.stringify({ ours: performance.now() - parsed, ceiling: parsed - began })}\n`);
}

checkFile(file, []).then(tell);
