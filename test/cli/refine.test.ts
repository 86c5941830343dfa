/** `diffo refine`, `refinements`, `unrefine`, `versions` and `get --which`, against a real agent with a simulated element. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { makeDirectory, runAgent } from '../kit/agent.ts';
import { diffo } from './running.ts';

const port = (name: string, mtu: number) => ({
  kind: 'port',
  key: name,
  facts: {
    name,
    '@type': 'LogicalResource',
    administrativeState: 'unlocked',
    resourceCharacteristic: [{ name: 'mtu', value: mtu }],
  },
  telemetry: [{ name: 'rxPower', value: -20 }],
});

async function start() {
  const elements = readElements([port('p1', 1500), port('p2', 9000)]);
  const simulator = openSimulator({ clock: systemClock, log: silentLog, elements });
  const agent = await runAgent({ profile: 'simulator' }, { drivers: [simulator] });
  const ask = (words: readonly string[], input = '') => diffo([...words, '--at', agent.url], { input });
  const run = async (words: string, input = '') => {
    const ran = await ask(words.split(' '), input);
    expect([ran.code, ran.err]).toEqual([0, '']);
    return ran.out;
  };
  const refused = async (...words: string[]) => {
    const { code, err } = await ask(words);
    return [code, err];
  };
  const lay = async (id: string, meant: object, wanted: object) => {
    const { status } = await agent.call('POST', '/diffo/v1/expectations', { id, for: meant, expect: wanted });
    expect(status).toBe(201);
    await agent.loop.settle();
  };
  return { agent, simulator, ask, run, refused, lay };
}

const p1 = { kind: 'port', name: 'p1' };
const some = { resourceCharacteristic: [{ name: 'mtu', value: { $gte: 1400 } }] };
const MTU = '/resourceCharacteristic/mtu/value';

test('an expectation is refined by a name or a path, to a value or to what is observed, and returned to', async () => {
  const { agent, run, lay, ask } = await start();
  await lay('mine', p1, { ...some, administrativeState: { $anyOf: ['unlocked', 'locked'] } });
  expect(await run('refinements mine')).toMatch(
    /^mine was not refined; say it more closely with diffo .*refine --help/,
  );
  expect(await run('refine mine mtu --observed')).toBe(
    [
      `refined at ${MTU} to 1500`,
      '  expected now: mtu=1500 administrativeState={"$anyOf":["unlocked","locked"]}',
      `return with: diffo unrefine mine 0 --at ${agent.url}`,
      '',
    ].join('\n'),
  );
  expect((await ask(['refine', 'mine', '/administrativeState', 'unlocked', '--why', 'in service'])).code).toBe(0);
  const table = (await run('refinements mine')).split('\n');
  expect(table[0]).toMatch(/^N +PATH +TO +BY +WHEN +WHY/);
  expect(table[1]).toMatch(new RegExp(`^0 +${MTU} +1500 +operator `));
  expect(table[2]).toMatch(/^1 +\/administrativeState +unlocked +operator .* in service/);
  expect(JSON.parse(await run('refinements mine --json'))).toMatchObject([{ to: 1500 }, { to: 'unlocked' }]);

  expect(await run('unrefine mine')).toMatch(/^expected again, with 1 refinement left: mtu=1500 admin/);
  expect(JSON.parse(await run('refine mine administrativeState - --json', '"unlocked"\n'))).toMatchObject({
    id: 'mine',
    refinements: [{ path: MTU }, { path: '/administrativeState', to: 'unlocked' }],
  });
  expect(await run('unrefine mine 0')).toMatch(/^expected again, as it was laid: mtu=\{"\$gte":1400\} /);
  const file = join(makeDirectory(), 'closer.json');
  writeFileSync(file, '{"$between": [1400, 1500]}\n');
  expect(await run(`refine mine mtu @${file}`)).toContain(`refined at ${MTU} to {"$between":[1400,1500]}`);

  const versions = (await run('versions mine')).trimEnd().split('\n');
  expect(versions[0]).toMatch(/^HASH +SINCE +BY +EXPECTED +WHY/);
  expect(versions).toHaveLength(8);
  expect(versions[1]).toMatch(/^sha256:[0-9a-f]{8} .* operator +mtu=\{"\$between":\[1400,1500\]\}/);
  expect(versions.at(-1)).toMatch(/ mtu=\{"\$gte":1400\} /);
  const told = JSON.parse(await run('versions mine --json'));
  expect(told[0]).toMatchObject({ cause: { principal: 'operator' }, hash: expect.stringMatching(/^sha256:/) });
});

test('what is wider, unknown or said wrong is refused in one sentence', async () => {
  const { refused, lay, simulator, agent, ask } = await start();
  await lay('mine', p1, some);
  await lay('all', { kind: 'port', where: { name: { $present: true } } }, some);
  await lay('bare', p1, { $present: true });
  expect(await refused('refine', 'mine', 'mtu', '1300')).toEqual([1, expect.stringContaining('says more, never less')]);
  expect(await refused('refine', 'mine', 'mtu', '1500', '--observed')).toEqual([
    2,
    'diffo: say VALUE or --observed, not both\n',
  ]);
  expect(await refused('refine', 'mine', 'mtu')).toEqual([2, `diffo: say what is expected at ${MTU}, or --observed\n`]);
  expect(await refused('refine', 'mine', 'mtu', '1500', '--of', 'p1')).toEqual([
    2,
    'diffo: --of goes with --observed\n',
  ]);
  expect(await refused('refine', 'mine', 'mtu', '{"$gte"')).toEqual([2, expect.stringContaining('is not JSON')]);
  expect(await refused('refine', 'bare', 'mtu', '1')).toEqual([
    2,
    'diffo: bare does not tell where mtu stands; say its path, such as /state\n',
  ]);
  expect(await refused('refine', 'mine')).toEqual([2, expect.stringContaining('refine EXPECTATION PATH [VALUE]')]);
  expect(await refused('refine', 'nobody', 'mtu', '1')).toEqual([1, expect.stringContaining('nobody')]);
  expect(await refused('refine', 'all', 'mtu', '--observed')).toEqual([2, expect.stringContaining('may mean several')]);
  expect((await ask(['refine', 'all', 'mtu', '--observed', '--of', 'p2'])).out).toContain(`refined at ${MTU} to 9000`);
  expect(await refused('unrefine', 'mine')).toEqual([1, 'diffo: mine was not refined; it says what was laid\n']);
  expect(await refused('unrefine', 'all', 'x')).toEqual([2, expect.stringContaining('counted from 0, not "x"')]);
  expect(await refused('unrefine', 'all', '7')).toEqual([1, expect.stringContaining('no number 7')]);

  await lay('power', p1, { resourceCharacteristic: [{ name: 'rxPower', value: { $lt: 0 } }] });
  simulator.world.doubt('port', 'p1', '/resourceCharacteristic/rxPower', 'the laser is saturated');
  await agent.loop.sampling.sample(0);
  expect(await refused('refine', 'power', 'rxPower', '--observed')).toEqual([
    1,
    'diffo: nobody knows what is at /resourceCharacteristic/rxPower/value now (bad): the laser is saturated\n',
  ]);
});

test('one thing is shown as it is, as it is expected, or as what is outstanding of it', async () => {
  const { run, refused, lay, simulator } = await start();
  expect(await run('get p1 --which expected')).toBe('nothing is expected of p1\n');
  await lay('mine', p1, { resourceCharacteristic: [{ name: 'mtu', value: 1400 }], administrativeState: 'unlocked' });
  expect(await run('get p1 --which actual')).toBe(await run('get p1'));
  const expected = await run('get p1 --which expected');
  expect(expected).toMatch(/administrativeState +unlocked/);
  expect(expected).toMatch(/mtu +1400/);
  expect(expected).toMatch(/^p1 {2}as it is expected\n/);
  expect(expected).toContain('\n  expected exactly {"resourceCharacteristic":[{"name":"mtu","value":1400}]');
  const outstanding = await run('get p1 --which outstanding');
  expect(outstanding).toMatch(/mtu +1400/);
  expect(outstanding).not.toMatch(/administrativeState +unlocked/);
  expect(JSON.parse(await run('get p1 --which outstanding --json'))).toMatchObject({
    expectation: { resourceCharacteristic: [{ name: 'mtu', value: 1400 }] },
  });
  simulator.world.doubt('port', 'p2', MTU, 'read from a cache');
  await lay('other', { kind: 'port', name: 'p2' }, some);
  expect(await run('get p2 --which outstanding')).toBe(`nothing is outstanding of p2\n  not known ${MTU}\n`);
  expect(await refused('get', 'p1', '--which', 'outstandin')).toEqual([
    2,
    expect.stringContaining(
      '--which is one of actual, expected, outstanding, not "outstandin"; did you mean outstanding?',
    ),
  ]);
});
