/** What the command line says of central. */
import { expect, test } from 'vitest';
import { centralText } from '../../src/cli/show-central.ts';
import { runAgent, until } from '../kit/agent.ts';
import { diffo, screen } from './running.ts';

test('without a graph it says how to name one', async () => {
  const agent = await runAgent();
  const { code, out } = await diffo(['central', '--at', agent.url]);
  expect(code).toBe(0);
  expect(out).toBe('no graph is configured to report to; the setting central.url names one\n');
});

test('a graph that does not answer is named, with the reason', async () => {
  const agent = await runAgent({ 'central.url': 'bolt://127.0.0.1:9' });
  await until('a failure', async () => (await agent.get('/diffo/v1/central')).lastError);
  const { out } = await diffo(['central', '--at', agent.url]);
  expect(out).toMatch(/^bolt:\/\/127\.0\.0\.1:9\n {2}state +backing off/);
  expect(out).toMatch(/last error .*does not answer: .*ECONNREFUSED/);
  expect((await diffo(['status', '--at', agent.url])).out).toMatch(/central +backing off/);
});

test('a stream that was stopped is released, where there is one', async () => {
  const agent = await runAgent({ 'central.url': 'bolt://127.0.0.1:9' });
  expect(await diffo(['central', 'release', '--at', agent.url])).toMatchObject({ code: 0, err: '' });
  const none = await runAgent();
  expect(await diffo(['central', 'release', '--at', none.url])).toMatchObject({
    code: 1,
    err: 'diffo: no graph is configured to report to: set central.url\n',
  });
  const text = centralText({ url: 'bolt://x', state: 'backing off', alarm: 'two agents report' }, screen);
  expect(text).toMatch(/alarm +two agents report/);
});

test('when both sides hold the same it says since when', () => {
  const told = {
    url: 'neo4j+s://graph.example:7687',
    state: 'synced',
    epoch: 1,
    cursor: 7,
    seq: 7,
    lagRows: 0,
    agreedAt: new Date(screen.now - 60_000).toISOString(),
    next: null,
    lastError: null,
    counts: { pushes: 3, rows: 5 },
    failures: {},
    quarantined: [{ key: 'instance/x', seq: 5, code: 'tooLarge', message: 'the row is too large to travel' }],
  };
  const text = centralText(told, screen);
  expect(text).toContain('state    synced');
  expect(text).toMatch(/agreed +1 min(ute)? ago/);
  expect(text).toContain('7 of 7, epoch 1');
  expect(text).toContain('instance/x: the row is too large to travel');
});
