/** The checks in the style of the public conformance kits, which stand beside the clone where they are to be had. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { runAgent } from '../kit/agent.ts';

const script = fileURLToPath(new URL('../../../shared/tmf/check.mjs', import.meta.url));

test('the checks of the public kits pass', async ({ skip }) => {
  skip(!existsSync(script), `${script} is not here`);
  // A whole agent with the profile `inventory` and nothing in it.
  const agent = await runAgent();
  const { stdout } = await promisify(execFile)(process.execPath, [script], {
    env: { ...process.env, BASE: agent.url },
  });
  expect(stdout).toContain('19 passed, 0 failed');
});
