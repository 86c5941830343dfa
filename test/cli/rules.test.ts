/** `diffo rules`, `rule`, `freeze`, `thaw` and `decide`, against a real agent with a simulated element. */
import { expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { runAgent, until } from '../kit/agent.ts';
import { diffo } from './running.ts';

const MTU = '/resourceCharacteristic/mtu/value';
const port = {
  kind: 'port',
  key: 'p1',
  facts: { name: 'p1', '@type': 'LogicalResource', resourceCharacteristic: [{ name: 'mtu', value: 1500 }] },
  settable: [{ path: MTU }],
};

async function session() {
  const simulator = openSimulator({ clock: systemClock, log: silentLog, elements: readElements([port]) });
  const agent = await runAgent({ profile: 'simulator' }, { drivers: [simulator] });
  const run = (words: string | readonly string[]) =>
    diffo([...(typeof words === 'string' ? words.split(' ') : words), '--at', agent.url]);
  const said = async (words: string | readonly string[]) => {
    const ran = await run(words);
    expect([ran.code, ran.err]).toEqual([0, '']);
    return ran.out;
  };
  const change = async (value: number): Promise<void> => {
    simulator.world.change('port', 'p1', MTU, value);
    await agent.loop.settle();
  };
  const mtu = async () => {
    const { sightings } = await simulator.look();
    return JSON.stringify(sightings[0]?.facts.resourceCharacteristic).match(/"mtu","value":(\d+)/)?.[1];
  };
  return { agent, run, said, change, mtu };
}

test('rules of every sort are laid, listed in order, moved and taken away, and each is told', async () => {
  const { said, run, agent } = await session();
  expect(await said('rules')).toMatch(/^RULE .*\nprofile\.restore {2}outOfBand {2}1 +profile {2}restore {2}everything/);
  await said([
    'rule',
    'add',
    'mode',
    'observe',
    '--path',
    '/resourceCharacteristic/mtu',
    '--until',
    '7d',
    '--why',
    'ticket 42',
    '--owner',
    'alice',
    '--id',
    'ignored',
  ]);
  await said('rule add mode warn --kind port --id all-ports');
  await said('rule add outOfBand hold --instance p1');
  await said('rule add budget changes=20 deletions=2 within=10m per=kind strict=true');
  await said('rule add window from=22:00 to=06:00 days=mon,tue zone=Europe/Berlin');
  await said('rule add settle holdDown=30s flaps=3');
  await said('rule add protect within=60s --kind port');
  const all = JSON.parse(await said('rules --json'));
  expect(all.map((each: { sort: string; principal: string }) => [each.sort, each.principal])).toEqual([
    ['mode', 'operator'],
    ['mode', 'operator'],
    ['outOfBand', 'operator'],
    ['budget', 'operator'],
    ['window', 'operator'],
    ['settle', 'operator'],
    ['protect', 'operator'],
    ['outOfBand', 'profile'],
  ]);
  expect(all[4]).toMatchObject({ days: ['mon', 'tue'], from: '22:00', to: '06:00', zone: 'Europe/Berlin' });
  expect(await said('rules --sort mode')).toMatch(/ignored .*1 .*alice .*observe .*ticket 42\n.*all-ports .*2 .*warn/s);
  expect(await said('rule move all-ports 1')).toMatch(/^moved: mode warn, for kind port\n/);
  expect(await said('rules --sort mode')).toMatch(/all-ports .*1 .*\n.*ignored .*2/s);
  expect(await said('rule rm ignored')).toBe('taken away: ignored\n');
  const told = (await agent.get('/diffo/v1/changes?limit=1000')).filter(
    (each: { subject: string; id: string }) => each.subject === 'rule' && each.id === 'ignored',
  );
  expect(told.map((each: { type: string; cause: object }) => [each.type, each.cause])).toEqual([
    ['create', { principal: 'operator', kind: 'request', ref: 'ignored', why: 'ticket 42' }],
    ['attributeValueChange', expect.objectContaining({ principal: 'operator' })],
    ['delete', { principal: 'operator', kind: 'request', ref: 'ignored' }],
  ]);
  for (const [words, says] of [
    ['rule add modus warn', 'there are no rules of sort "modus"'],
    ['rule add mode', 'does not fit at /mode'],
    ['rule add mode sometimes', 'does not fit at /mode'],
    ['rule add budget change=3', 'does not fit at /change'],
    ['rule add window from=22:00 to=late', 'does not fit at /to'],
    ['rule add mode warn --kind prot', 'there is no kind prot'],
    ['rule add mode warn --until 2001-01-01T00:00:00Z', 'until is over already'],
    ['rule add delegate peer=north', 'there is no peer north'],
    ['rule rename x y', 'added, moved or taken away'],
    ['rule move all-ports first', 'a position is a whole number from 1'],
    ['rules --sort modus', 'there are no rules of sort "modus"'],
  ] as const) {
    const { code, err } = await run(words);
    expect([words, code, err]).toEqual([words, 2, expect.stringContaining(says)]);
  }
  expect(await run('rule rm profile.restore')).toMatchObject({
    code: 1,
    err: expect.stringContaining('firmware profile'),
  });
});

test('what is changed by hand is held, shown with what to say, and put right once that is said', async () => {
  const { said, run, change, mtu, agent } = await session();
  await said('rule add outOfBand hold');
  await said('expect p1 mtu=1400 --mode enforce --id e1');
  await until('it is done', async () => (await mtu()) === '1400');
  await agent.loop.settle();
  await change(9000);
  const told = await said('outstanding');
  const [, command = ''] = /diffo (decide e1 \S+ \S+) restore\|adopt\|manage/.exec(told) ?? [];
  expect(command).not.toBe('');
  expect(await mtu()).toBe('9000');
  expect(await run(`${command} repair`)).toMatchObject({
    code: 2,
    err: expect.stringContaining('a decision is restore'),
  });
  expect(await said(`${command} restore`)).toContain('it is put right as its mode allows');
  await until('it is put right', async () => (await mtu()) === '1400');
  await agent.loop.settle();
  expect(await run(`${command} restore`)).toMatchObject({
    code: 1,
    err: expect.stringContaining('held there is nothing'),
  });
});

test('in a freeze nothing is written but what is approved in spite of it, and a thaw ends it', async () => {
  const { said, run, mtu, agent } = await session();
  expect(await run('freeze --until 2h')).toMatchObject({ code: 2, err: expect.stringContaining('say --why') });
  expect(await said(['freeze', '--until', '2h', '--why', 'the big game'])).toMatch(/^frozen: everything, until 20/);
  await said('expect p1 mtu=1400 --mode enforce --id e1');
  await agent.loop.settle();
  expect(await mtu()).toBe('1500');
  expect(await said('outstanding')).toContain('frozen by operator: the big game');
  const plan = JSON.parse(await said('plan --json'));
  const late = await run(['approve', plan.id]);
  expect(late).toMatchObject({ code: 1, err: expect.stringContaining('longer than the plan may wait') });
  await said(['apply', plan.id, '--during-freeze']);
  expect(await mtu()).toBe('1400');
  await said('expect p1 mtu=1300 --mode enforce --id e2 --priority 90');
  await agent.loop.settle();
  expect(await mtu()).toBe('1400');
  expect(await said('thaw')).toMatch(/^goes on: /);
  await until('it goes on', async () => (await mtu()) === '1300');
  expect(await run('thaw')).toMatchObject({ code: 1, err: expect.stringContaining('nothing is frozen') });
});
