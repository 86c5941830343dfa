/** What a recording is as a file: bounded, without secrets, of use when it is cut off, and found out when it was changed. */
import { appendFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openRecordingFile } from '../../src/adapters/recording/file.ts';
import { replay } from '../../src/agent/replay.ts';
import { replayCommand } from '../../src/agent/replay-command.ts';
import { listenerId } from '../../src/core/ids.ts';
import { isObject, type Json, type JsonObject } from '../../src/core/json.ts';
import { withholdSecrets } from '../../src/core/recording/withhold.ts';
import { silentLog } from '../../src/ports/log.ts';
import { makeDirectory, runAgent } from '../kit/agent.ts';
import { handClock } from '../kit/clock.ts';
import { newSimulator, pathOf, wish } from '../kit/loop-world.ts';
import { recordedLife } from '../kit/recorded-life.ts';
import { recordedWorld } from '../kit/recorded-world.ts';

const shadow = () => [newSimulator(handClock())];

/** An MTU is put right, a second time by hand, and it is stopped. */
async function aRun(more: { file?: string; mostBytes?: number } = {}): Promise<string> {
  const clock = handClock();
  const simulator = newSimulator(clock);
  const world = recordedWorld({ clock, simulator, ...more });
  await world.loop.start();
  world.lay(wish('mtu', 1400), { outOfBand: 'restore' });
  await world.loop.settle();
  await clock.advance(100_000);
  simulator.world.change('port', 'p1', pathOf('mtu'), 1300);
  await clock.advance(100_000);
  await world.loop.settle();
  await world.end();
  return world.file;
}

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');

test('an answer that was changed by one byte is found, named, and shown beside what was recorded', async () => {
  const file = await aRun();
  const lines = linesOf(file);
  const at = lines.findIndex(line => line.includes('"cue":"answer"') && line.includes('"value":1300'));
  lines[at] = lines[at]?.replace('"value":1300', '"value":1301') ?? '';
  writeFileSync(file, lines.join('\n'));
  const { difference, decisions } = await replay(file, { drivers: shadow() });
  expect(decisions).toBeGreaterThan(3);
  expect(difference).toMatchObject({ line: at + 1 });
  expect(difference?.what).toMatch(/^the change \d+$/);
  expect(difference?.recorded).toContain('"new":1300');
  expect(difference?.replayed).toContain('"new":1301');
});

test('every sort of thing that came in is missed, or found out, when it is changed', async () => {
  const file = await aRun();
  const lines = linesOf(file);
  let tried = 0;
  for (const [i, line] of lines.entries()) {
    const told = JSON.parse(line) as JsonObject;
    if (!('turn' in told) || i > lines.length - 4) continue;
    // A turn that never was.
    writeFileSync(file, lines.filter((_, n) => n !== i).join('\n'));
    const cue = isObject(told.turn) ? told.turn.cue : undefined;
    const isSilent = cue === 'told' || cue === 'made' || (Object.keys(told).length === 1 && cue !== 'answer');
    if (isSilent) continue;
    const { difference } = await replay(file, { drivers: shadow() });
    expect(difference, `without line ${i + 1}: ${line.slice(0, 100)}`).toBeDefined();
    tried++;
  }
  expect(tried).toBeGreaterThan(8);
});

test('a decision that was changed in the recording is found', async () => {
  const { file } = await recordedLife(7, 60);
  const lines = linesOf(file);
  const at = lines.findIndex(line => line.includes('"verdict":"unmet"'));
  lines[at] = lines[at]?.replace('"verdict":"unmet"', '"verdict":"met"') ?? '';
  writeFileSync(file, lines.join('\n'));
  const { difference } = await replay(file, { drivers: shadow() });
  expect(difference).toMatchObject({ line: at + 1 });
});

test('one that is cut off anywhere is replayed as far as it goes', async () => {
  const file = await aRun();
  const whole = statSync(file).size;
  const all = (await replay(file, { drivers: shadow() })).decisions;
  let least = all;
  // Without its last newline alone it is whole.
  for (let left = whole - 2; left > whole / 3; left -= 997) {
    truncateSync(file, left);
    const found = await replay(file, { drivers: shadow() });
    expect(found.difference).toBeUndefined();
    if (!readFileSync(file, 'utf8').endsWith('\n')) expect(found.notes.join()).toContain('cut off');
    expect(found.decisions).toBeLessThanOrEqual(least);
    least = found.decisions;
  }
  expect(least).toBeLessThan(all);
});

test('the next run goes on in the same file, whatever the end of the one before', async () => {
  const file = await aRun();
  appendFileSync(file, '{"turn":{"cue":"beg');
  await aRun({ file });
  const found = await replay(file, { drivers: shadow() });
  expect(found.difference).toBeUndefined();
  expect(found.runs).toBe(2);
  expect(found.notes).toEqual([expect.stringContaining('cut off')]);
});

test('packed by gzip it is read all the same', async () => {
  const file = await aRun();
  const { decisions } = await replay(file, { drivers: shadow() });
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file)));
  expect(await replay(`${file}.gz`, { drivers: shadow() })).toMatchObject({ decisions, notes: [] });
});

test('it is bounded, says so when it is full, and what it holds is replayed', async () => {
  const all = await replay(await aRun(), { drivers: shadow() });
  const file = await aRun({ mostBytes: 9_000 });
  expect(statSync(file).size).toBeLessThanOrEqual(9_000);
  const found = await replay(file, { drivers: shadow() });
  expect(found.difference).toBeUndefined();
  expect(found.notes.join()).toContain('it was full: record.bytes allows 9000 bytes');
  expect(found.decisions).toBeLessThan(all.decisions);
});

test('what is no recording is told in one sentence', async () => {
  const directory = makeDirectory();
  const file = join(directory, 'none');
  await expect(replay(file)).rejects.toMatchObject({ code: 'invalid', message: `there is no recording ${file}` });
  writeFileSync(file, '');
  await expect(replay(file)).rejects.toMatchObject({
    code: 'invalid',
    message: `${file} is no recording: it is empty`,
  });
  writeFileSync(file, 'a shopping list\n{"turn": 1}\n');
  await expect(replay(file)).rejects.toMatchObject({ code: 'invalid', message: `${file} is no recording` });
  writeFileSync(file, '{"recording":99,"version":"9.9.9"}\n');
  await expect(replay(file)).rejects.toThrow('the recording has the format 99, this version reads 1');
  const folder = join(directory, 'folder');
  mkdirSync(folder);
  await expect(replay(folder)).rejects.toMatchObject({ code: 'invalid' });
  expect(() => openRecordingFile(folder, 1_000, silentLog)).toThrow(`nothing can be recorded to ${folder}`);
});

test('the command says it in one line, shows the places that differ, and tells the story', async () => {
  const data = makeDirectory();
  const record = join(data, 'run.jsonl');
  const agent = await runAgent({ profile: 'simulator', record }, {}, data);
  await agent.call('POST', '/diffo/v1/expectations', { for: { kind: 'port', name: 'p1' }, expect: { name: 'p1' } });
  await agent.loop.settle();
  await agent.stop();
  const said: string[] = [];
  const out = (text: string): void => void said.push(text);
  expect(await replayCommand([record], out)).toBe(0);
  expect(said.join('')).toMatch(/^identical: \d+ decisions? \(\d+ turns of 1 run\)\n$/);
  said.length = 0;
  expect(await replayCommand([record, '--story', '--json'], out)).toBe(0);
  const told = said.map(each => JSON.parse(each) as Json);
  expect(told.at(-1)).toMatchObject({ identical: true, runs: 1 });
  expect(JSON.stringify(told)).toContain('operator expects port p1');
  said.length = 0;
  writeFileSync(record, readFileSync(record, 'utf8').replaceAll('"verdict":"unmet"', '"verdict":"met"'));
  expect(await replayCommand([record], out)).toBe(1);
  expect(said.join('')).toMatch(
    /different after .*line \d+\n {2}\/.*\n {4}recorded {2}"met"\n {4}replayed {2}"unmet"/s,
  );
  await expect(replayCommand([], out)).rejects.toMatchObject({ code: 'invalid' });
  await expect(replayCommand([record, '--until', 'tomorrow'], out)).rejects.toMatchObject({ code: 'invalid' });
  await expect(replayCommand([record, '--why'], out)).rejects.toMatchObject({ code: 'invalid' });
});

test('--until ends with a change or at a moment', async () => {
  const file = await aRun();
  const all: string[] = [];
  const { decisions } = await replay(file, { drivers: shadow(), tell: (_, text) => all.push(text) });
  const some: string[] = [];
  const tell = (_: number, text: string): void => void some.push(text);
  const bySeq = await replay(file, { drivers: shadow(), until: { seq: 5 }, tell });
  expect(bySeq.decisions).toBeLessThan(decisions);
  expect(all.slice(0, some.length)).toEqual(some);
  const begun = Date.parse('2026-01-01T00:00:00Z');
  const byTime = await replay(file, { drivers: shadow(), until: { at: begun + 90_000 } });
  expect(byTime.decisions).toBeLessThan(decisions);
  expect(await replay(file, { drivers: shadow(), until: { timeOfDayMs: 90_000 } })).toEqual(byTime);
});

test('no secret is in it: neither tokens and passwords of the agent, nor those of listeners and of drivers', async () => {
  const data = makeDirectory();
  const record = join(data, 'run.jsonl');
  const tokenFile = join(data, 'token');
  writeFileSync(tokenFile, 'S3CRET-TOKEN-OF-HTTP\n');
  writeFileSync(join(data, 'password'), 'S3CRET-OF-MQTT\n');
  const agent = await runAgent(
    { profile: 'simulator', record, 'http.tokenFile': tokenFile, 'mqtt.passwordFile': join(data, 'password') },
    {},
    data,
  );
  const asked = await agent.call('GET', '/diffo/v1/status', undefined, {
    authorization: 'Bearer S3CRET-TOKEN-OF-HTTP',
  });
  expect(asked.status).toBe(200);
  agent.store.transact({ principal: 'client', kind: 'request' }, writer =>
    writer.putListener({
      id: listenerId('l1'),
      callback: 'http://user:S3CRET-OF-LISTENER@127.0.0.1:9/',
      topic: 'serviceInventory',
      version: 5,
      createdAt: 1,
      cursor: 0,
    } as never),
  );
  await agent.stop();
  const again = await runAgent({ profile: 'simulator', record }, {}, data);
  await again.stop();
  const text = readFileSync(record, 'utf8');
  expect(text.split('\n').filter(line => line.startsWith('{"recording"'))).toHaveLength(2);
  expect(text).not.toContain('S3CRET');
  expect(statSync(record).mode & 0o077).toBe(0);
  const settings = {
    run: ['show', 'x'],
    login: { user: 'u', password: 'S3CRET', apiKey: 'S3CRET', passwords: ['S3CRET', 2] },
    environment: { SNMP_V2: 'S3CRET' },
    list: [{ community: 'S3CRET' }],
  };
  const kept = withholdSecrets(settings);
  expect(JSON.stringify(kept)).not.toContain('S3CRET');
  expect(kept).toMatchObject({ run: ['show', 'x'], login: { user: 'u' }, environment: { SNMP_V2: '(withheld)' } });
});

test('a profile that is read again while it runs is part of it', async () => {
  const data = makeDirectory();
  const record = join(data, 'run.jsonl');
  const file = join(data, 'profile.json');
  const shipped = readFileSync(join(import.meta.dirname, '../../firmware-profiles/simulator.json'), 'utf8');
  const profile = JSON.parse(shipped);
  const [driver] = profile.drivers;
  driver.settings.elements = [
    { kind: 'port', key: 'p1', facts: { '@type': 'Resource', name: 'p1', administrativeState: 'locked' } },
  ];
  profile.name = 'mine';
  writeFileSync(file, JSON.stringify(profile));
  const agent = await runAgent({ profile: file, record }, {}, data);
  const laid = { for: { kind: 'port', name: 'p1' }, expect: { administrativeState: 'unlocked', category: 'optical' } };
  await agent.call('POST', '/diffo/v1/expectations', laid);
  await agent.loop.settle();
  profile.kinds[0].category = 'optical';
  writeFileSync(file, JSON.stringify(profile));
  await agent.profile.reload();
  await agent.loop.lookAgain();
  await agent.stop();
  expect(readFileSync(record, 'utf8')).toContain('"word":"takeKinds"');
  const found = await replay(record);
  expect(found).toMatchObject({ notes: [], runs: 1 });
  expect(found.difference).toBeUndefined();
  expect(found.decisions).toBeGreaterThan(0);
});

test('seven days at one look a minute are replayed in seconds', { timeout: 300_000 }, async () => {
  const clock = handClock();
  const simulator = newSimulator(clock);
  const world = recordedWorld({ clock, simulator });
  await world.loop.start();
  world.lay(wish('mtu', 1400), { outOfBand: 'restore' });
  world.lay(wish('label', 'y'), { for: { kind: 'port', name: 'p2' }, outOfBand: 'restore' });
  for (let hour = 0; hour < 7 * 24; hour++) {
    if (hour % 3 === 0) simulator.world.change('port', 'p1', pathOf('mtu'), 1280 + hour);
    for (let minute = 0; minute < 60; minute++) await clock.advance(60_000);
  }
  await world.end();
  const began = performance.now();
  const found = await replay(world.file, { drivers: shadow() });
  const seconds = (performance.now() - began) / 1_000;
  expect(found.difference).toBeUndefined();
  expect(found.turns).toBeGreaterThan(20_000);
  expect(found.decisions).toBeGreaterThan(300);
  const bytes = statSync(world.file).size;
  console.log(
    `7 days: ${found.turns} turns, ${found.decisions} decisions, ${bytes} bytes, replayed in ${seconds.toFixed(1)} s`,
  );
});
