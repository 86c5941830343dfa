/** `diffo standing` and what `diffo expect` says of collisions, against a real agent with a simulated element. */
import { expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { silentLog } from '../../src/ports/log.ts';
import { runAgent } from '../kit/agent.ts';
import { diffo } from './running.ts';

const port = {
  kind: 'port',
  key: 'p1',
  facts: { name: 'p1', '@type': 'LogicalResource', resourceCharacteristic: [{ name: 'mtu', value: 1500 }] },
};

test('who is overruled by whom is told when it is laid, and whenever it is asked', async () => {
  const simulator = openSimulator({ clock: systemClock, log: silentLog, elements: readElements([port]) });
  const agent = await runAgent({ profile: 'simulator' }, { drivers: [simulator] });
  const run = async (words: string) => {
    const ran = await diffo([...words.split(' '), '--at', agent.url]);
    expect([ran.code, ran.err]).toEqual([0, '']);
    return ran.out;
  };
  expect(await run('standing p1')).toMatch(/^nothing is expected of p1; say what with diffo .*expect --help/);
  expect(await run('expect p1 mtu=1400 --owner alice --id first --priority 60')).not.toMatch(/note/);
  expect(await run('expect p1 mtu=9000 --owner bob --id second')).toContain(
    '  note: /resourceCharacteristic/mtu/value 9000 cannot hold together with operator for alice (first, priority 60): 1400: first stands\n',
  );
  expect(await run('standing p1')).toBe(
    [
      '/resourceCharacteristic/mtu/value 1400',
      '  wanted by operator for alice (first, priority 60): 1400',
      '  overruled operator for bob (second, priority 50): 9000, by operator for alice (first, priority 60): 1400',
      '1 wish overruled, and never acted on',
      '',
    ].join('\n'),
  );
  expect(JSON.parse(await run('standing p1 --json'))).toMatchObject({ overruled: [{ expectation: 'second' }] });
  expect((await diffo(['standing', '--at', agent.url])).code).toBe(2);
});
