import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeDirectory, runAgent } from '../kit/agent.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

/** Starts `diffo run`, which is expected not to come up, and returns how it ended. */
function run(...args: string[]): { code: number | null; said: string } {
  const ended = spawnSync(process.execPath, [main, 'run', '--http', '127.0.0.1:0', ...args], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, DIFFO_LOG_LEVEL: 'error' },
  });
  return { code: ended.status, said: ended.stderr.trim() };
}

/** One sentence, exit 2: the words of the person who started it were wrong. */
function expectRefused({ code, said }: ReturnType<typeof run>, ...words: string[]): void {
  for (const word of words) expect(said).toContain(word);
  expect(said.split('\n')).toHaveLength(1);
  expect(said).toMatch(/^diffo: /);
  expect(code).toBe(2);
}

test('a setting that does not exist is named, with the nearest that does', () => {
  expectRefused(run('--set', 'look.every=5'), 'look.every', 'look.everyMs');
  expectRefused(run('--set', 'nonsense'), 'key=value');
  expectRefused(run('--colour'), '--colour');
});

test('a value that cannot be is named with its setting and where it came from', () => {
  expectRefused(run('--set', 'look.everyMs=soon'), 'look.everyMs', '"soon"', 'the command line');
  expectRefused(run('--set', 'mode=force'), 'mode', '"force"');
});

test('a profile that does not exist, is not JSON or has mistakes: the file, the place and what was expected', () => {
  const directory = makeDirectory();
  expectRefused(run('--data', directory, '--profile', 'linux-hots'), 'linux-hots', 'linux-host');
  const file = join(directory, 'mine.json');
  expectRefused(run('--data', directory, '--profile', file), file, 'ENOENT');
  writeFileSync(file, '{\n  "name": "mine",\n  oops\n}');
  expectRefused(run('--data', directory, '--profile', file), file, 'line 3');
  const kind = { name: 'port', type: 'resource', characteristic: [{ name: 'mtu', schema: {}, owner: 'nobody' }] };
  writeFileSync(file, JSON.stringify({ name: 'mine', description: 'x', mode: 'warn', kinds: [kind, kind] }));
  expectRefused(run('--data', directory, '--profile', file), '/kinds/0/characteristic/0/owner', 'driver');
  const { characteristic: _, ...bare } = kind;
  writeFileSync(file, JSON.stringify({ name: 'mine', description: 'x', mode: 'warn', kinds: [bare, bare] }));
  expectRefused(run('--data', directory, '--profile', file), '/kinds/1/name', 'declared twice');
  writeFileSync(file, JSON.stringify({ name: 'mine', description: 'x', mode: 'warn', drivers: [{ driver: 'linus' }] }));
  expectRefused(run('--data', directory, '--profile', file), 'linus', 'linux, frr, exec or simulator');
});

test('nothing listens beyond loopback without TLS and a login, unless a person insists', async () => {
  expectRefused(run('--data', makeDirectory(), '--http', '0.0.0.0:0'), 'beyond loopback', '--insecure');
});

test('a port in use is named with what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    other.close();
  });
  await new Promise(done => other.once('listening', done));
  const address = other.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const { code, said } = run('--data', makeDirectory(), '--profile', 'inventory', '--http', `127.0.0.1:${port}`);
  expect(said).toContain(`127.0.0.1:${port}`);
  expect(said).toContain('--http');
  expect(code).toBe(1);
});

test('a data directory that cannot be written is named', () => {
  const directory = makeDirectory();
  writeFileSync(join(directory, 'file'), '');
  const { code, said } = run('--data', join(directory, 'file', 'data'), '--profile', 'inventory');
  expect(said).toContain(join(directory, 'file', 'data'));
  expect(said).toContain('--data');
  expect(code).toBe(1);
  if (process.getuid?.() !== 0) {
    mkdirSync(join(directory, 'locked'));
    chmodSync(join(directory, 'locked'), 0o500);
    expect(run('--data', join(directory, 'locked'), '--profile', 'inventory').code).toBe(1);
  }
});

test('two agents do not share a data directory', async () => {
  const agent = await runAgent();
  const { code, said } = run('--data', agent.data, '--profile', 'inventory');
  expect(said).toContain('another agent');
  expect(code).toBe(1);
  expect((await agent.call('GET', '/healthz')).status).toBe(200);
});

test('malformed requests are answered in the shape of TMF, and lose nothing', async () => {
  const agent = await runAgent();
  const send = async (path: string, body: string, type = 'application/json', method = 'POST') => {
    const answer = await fetch(`${agent.url}${path}`, { method, body, headers: { 'content-type': type } });
    return { status: answer.status, body: (await answer.json()) as { code: string; reason: string; message?: string } };
  };
  const place = { for: { kind: 'a', name: 'b' } };
  const bad: [string, string, number, RegExp][] = [
    ['/diffo/v1/expectations', '{"for": ', 400, /JSON/],
    ['/diffo/v1/expectations', JSON.stringify({ ...place, expect: { mtu: { $gtt: 5 } } }), 400, /\$gtt.*\$gt/],
    ['/diffo/v1/expectations', JSON.stringify({ ...place, expect: {}, mode: 'force' }), 400, /\/mode/],
    ['/diffo/v1/expectations', JSON.stringify({ for: { id: 'nobody' }, expect: {} }), 404, /nobody/],
    ['/diffo/v1/evaluate', JSON.stringify({ expected: { a: { $match: '(' } } }), 400, /pattern/],
    ['/diffo/v1/evaluate', JSON.stringify([{ expected: 1 }, { actual: 1 }]), 400, /question 1/],
    ['/diffo/v1/plans/none/approve', '{}', 404, /none/],
    ['/diffo/v1/resume', '{"scope":"all"}', 404, /nothing is paused/],
    ['/diffo/v1/pause', '{"scope":"everything"}', 400, /instance:ID/],
    ['/tmf-api/resourceInventoryManagement/v5/resource', '[]', 400, /./],
    ['/tmf-api/nowhere', '{}', 404, /tmf-api\/nowhere/],
  ];
  for (const [path, body, status, words] of bad) {
    const answer = await send(path, body);
    expect([path, body, answer.status]).toEqual([path, body, status]);
    expect(typeof answer.body.code).toBe('string');
    expect(`${answer.body.reason} ${answer.body.message ?? ''}`).toMatch(words);
  }
  expect((await send('/diffo/v1/evaluate', 'x', 'text/plain')).status).toBe(415);
  expect((await send('/diffo/v1/evaluate', JSON.stringify({ expected: 'x'.repeat(2 ** 20) }))).status).toBe(413);
  expect((await agent.call('DELETE', '/diffo/v1/evaluate')).status).toBe(405);
  expect((await agent.call('GET', '/diffo/v1/outstanding?limit=-1')).status).toBe(400);
  expect((await agent.call('GET', '/diffo/v1/changes?after=x')).status).toBe(400);
  expect(
    (await agent.call('GET', `/diffo/v1/changes?after=${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}.5`)).status,
  ).toBe(410);
  expect(agent.store.seq()).toBe(0);
});

test('pages of other sites and names that are not its own get nothing', async () => {
  const agent = await runAgent();
  expect((await agent.call('GET', '/diffo/v1/status', undefined, { origin: 'https://evil.example' })).status).toBe(403);
});

// P06
test('a driver that cannot see leaves an agent that serves, and says so', async () => {
  const agent = await runAgent({ profile: 'linux-host', 'linux.netns': 'no-such-namespace' });
  const status = await agent.get('/diffo/v1/status');
  expect((await agent.call('GET', '/healthz')).status).toBe(200);
  expect((await agent.call('GET', '/readyz')).status).toBe(503);
  expect(status.drivers).toMatchObject([{ name: 'linux', observedAt: null, failure: expect.any(String) }]);
  expect(
    (await agent.call('POST', '/tmf-api/resourceInventoryManagement/v5/resource', { '@type': 'Resource', name: 'x' }))
      .status,
  ).toBe(201);
});
