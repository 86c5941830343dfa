/** A tool that is run once, in the network namespace, without a shell between: for what is asked too seldom to keep one. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentError } from '../../../core/errors.ts';

const DEADLINE_MS = 5_000;
const SAID_AT_MOST = 400;

/** What it printed. Rejects with `refused` in its own words, with `unsupported` where there is no such tool. */
export function once(
  netns: string | undefined,
  words: readonly string[],
  input: string | { readonly fd: number } = '',
): Promise<Buffer> {
  const [tool = '', ...args] = words;
  const [command, all] = netns === undefined ? [tool, args] : ['ip', ['netns', 'exec', netns, ...words]];
  return new Promise((resolve, reject) => {
    const child = spawn(command, all, {
      stdio: [typeof input === 'string' ? 'pipe' : input.fd, 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
      timeout: DEADLINE_MS,
      killSignal: 'SIGKILL',
    });
    const out: Buffer[] = [];
    let said = '';
    child.stdout?.on('data', (part: Buffer) => out.push(part));
    child.stderr?.setEncoding('utf8').on('data', (part: string) => {
      said += part;
    });
    // A pipe that breaks is told by `close`, which knows why.
    child.stdin?.on('error', () => {});
    child.on('error', error => {
      const isMissing = 'code' in error && error.code === 'ENOENT';
      reject(
        isMissing
          ? new AgentError('unsupported', missing(tool))
          : new AgentError('unreachable', `${tool} could not be run: ${error.message}`, { cause: error }),
      );
    });
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(out));
      // `ip netns exec` says so of a tool that it does not find.
      if (/^exec of "[^"]*" failed: No such file/m.test(said)) {
        return reject(new AgentError('unsupported', missing(tool)));
      }
      const sentence = said
        .trim()
        .replaceAll(/\s*\n\s*/g, '; ')
        .slice(0, SAID_AT_MOST);
      if (signal !== null) return reject(new AgentError('unreachable', `${words.join(' ')} did not finish: ${signal}`));
      reject(new AgentError('refused', `${tool}: ${sentence || `it failed (${code}) and did not say why`}`));
    });
    if (typeof input === 'string') child.stdin?.end(input);
  });
}

/** Gives a tool what it wants to read from a file in which it can go back; nobody else can see that file. */
export async function onceWithFile(
  netns: string | undefined,
  words: readonly string[],
  input: Buffer,
): Promise<Buffer> {
  const path = join(tmpdir(), `diffo-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    // At a position, so that whoever reads begins at the beginning.
    await file.write(input, 0, input.length, 0);
    return await once(netns, words, file);
  } finally {
    await file.close();
  }
}

/** The package of a tool that is not there, where Debian and its like have it. */
const packages: Readonly<Record<string, string>> = { tc: 'iproute2', ip: 'iproute2', nft: 'nftables' };

function missing(tool: string): string {
  return `there is no ${tool} on this machine; install it (package ${packages[tool] ?? tool}) or leave out what needs it`;
}
