/** `diffo watch`: convergence as it happens, as a screen with fixed rows, as lines, as JSON, and as an exit code. */
import { describe, expect, test } from 'vitest';
import { openSimulator, readElements } from '../../src/adapters/drivers/simulator.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { eventLine, eventOf, frame, type Watched } from '../../src/cli/show-watch.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { silentLog } from '../../src/ports/log.ts';
import { runAgent, until } from '../kit/agent.ts';
import { diffo, screen } from './running.ts';

const expectation = '9ae72ebe-0fbf-4fda-ac4e-a78d53a085f5';
const instance = '8e02951c-133c-4648-a85b-178c63a13c0c';
const lines = (...each: readonly string[]): string => each.map(line => `${line}\n`).join('');

const open: JsonObject = {
  expectation,
  instance: { id: instance, kind: 'port', name: 'p1' },
  verdict: 'unmet',
  since: '2026-03-12T11:59:00Z',
  leaves: [
    {
      path: '/resourceCharacteristic/mtu/value',
      verdict: 'unmet',
      expected: 1400,
      actual: 1500,
      next: 'set mtu of p1 to 1400',
      when: { words: 'in 4 s' },
      lastAction: { came: 'failed: refused', at: '2026-03-12T11:59:56Z' },
      attempts: 2,
    },
  ],
};
const change: JsonObject = {
  at: '2026-03-12T11:59:58Z',
  subject: 'verdict',
  id: `${expectation}:${instance}`,
  type: 'attributeValueChange',
  paths: [{ path: '/verdict', old: 'unmet', new: 'met' }],
};
const names = new Map([
  [instance, 'p1'],
  ['t1', 'set mtu of p1 to 1400'],
]);

describe('a screen', () => {
  const watched: Watched = {
    of: '',
    open: [open],
    tasks: [{ state: 'inProgress', step: { summary: 'set mtu of p1 to 1400' } }],
    events: [{ at: '2026-03-12T11:59:58Z', event: 'verdict', of: 'p2', from: 'unmet', to: 'met' }],
  };

  test('says what is outstanding, what is being done, and what has happened', () => {
    const text = frame(watched, 24, screen).replace(/\d\d:59:58/, 'HH:59:58');
    expect(text).toBe(
      lines(
        '1 unmet',
        'VERDICT  OF         WANTED  IS    SINCE        LAST                      NEXT                   WHEN    SO FAR',
        'unmet    mtu of p1  1400    1500  1 min ago    failed: refused, 4 s ago  set mtu of p1 to 1400  in 4 s  2 tries in vain',
        '1 leaf',
        'doing  set mtu of p1 to 1400',
        '',
        'HH:59:58  p2  unmet → met',
      )
        .replaceAll('SINCE        LAST', 'SINCE      LAST')
        .replaceAll('1 min ago    failed', '1 min ago  failed'),
    );
  });

  test('has no more rows than there are, and says that there is more', () => {
    const many = {
      ...watched,
      open: Array.from({ length: 30 }, () => open),
      events: Array.from({ length: 9 }, () => watched.events[0]).flatMap(each => each ?? []),
    };
    const text = frame(many, 12, screen);
    expect(text.split('\n').length - 1).toBeLessThanOrEqual(11);
    expect(text).toContain('…');
  });

  test('that is narrow cuts a line rather than breaking it', () => {
    const [event] = watched.events;
    if (!event) return expect.fail();
    expect(
      eventLine({ ...event, what: 'a long story'.repeat(9) }, { ...screen, columns: 40 }).trimEnd().length,
    ).toBeLessThanOrEqual(40);
  });
});

test('what a change tells: a verdict that turns, a task that runs, a plan that moves, and nothing of the rest', () => {
  expect(eventOf(change, names)).toEqual({
    at: '2026-03-12T11:59:58Z',
    event: 'verdict',
    of: 'p1',
    from: 'unmet',
    to: 'met',
    what: 'expectation 9ae72ebe',
  });
  const task = {
    ...change,
    subject: 'task',
    id: 't1',
    paths: [
      { path: '/state', old: 'inProgress', new: 'terminatedWithError' },
      { path: '/error', new: 'refused' },
    ],
  };
  expect(eventOf(task, names)).toMatchObject({ to: 'terminatedWithError', what: 'set mtu of p1 to 1400: refused' });
  const plan = {
    ...change,
    subject: 'plan',
    id: 'plan',
    type: 'create',
    document: { state: 'proposed' },
    paths: [],
    cause: { why: 'mode approve' },
  };
  expect(eventOf(plan, names)).toMatchObject({ of: 'plan plan', to: 'proposed', what: 'mode approve' });
  expect(eventOf({ ...change, paths: [{ path: '/residual', old: 1, new: 2 }] }, names)).toBeUndefined();
  expect(eventOf({ ...change, subject: 'instance', id: instance }, names)).toBeUndefined();
});

describe('with an agent', () => {
  const mtu = (value: number) => ({ resourceCharacteristic: [{ name: 'mtu', value }] });

  async function start() {
    const simulator = openSimulator({
      clock: systemClock,
      log: silentLog,
      elements: readElements(
        ['p1', 'p2'].map(name => ({
          kind: 'port',
          key: name,
          facts: { name, '@type': 'LogicalResource', ...mtu(1500) },
          settable: [{ path: '/resourceCharacteristic/mtu/value' }],
        })),
      ),
    });
    const agent = await runAgent({ profile: 'simulator' }, { drivers: [simulator] });
    const lay = async (name: string, mode: string): Promise<void> => {
      const body = { for: { kind: 'port', name }, expect: mtu(1400), mode };
      expect((await agent.call('POST', '/diffo/v1/expectations', body)).status).toBe(201);
      await agent.loop.settle();
    };
    return { agent, lay };
  }

  test('it ends when nothing is outstanding any more, and has told what happened until then', async () => {
    const { agent, lay } = await start();
    await lay('p1', 'approve');
    await lay('p2', 'warn');
    let out = '';
    const watching = diffo(['watch', 'p1', '--until-met', '--timeout', '60s', '--at', agent.url], {
      out: text => {
        out += text;
      },
    });
    await until('it watches', () => out.includes('1 unmet of p1'));
    const [plan] = await agent.get('/diffo/v1/plans');
    expect((await agent.call('POST', `/diffo/v1/plans/${plan.id}/approve`, { by: 'ann' })).status).toBe(200);
    expect((await watching).code).toBe(0);
    expect(out).toMatch(/^VERDICT .*\nunmet +mtu of p1 /);
    expect(out).toContain('acknowledged → inProgress  set /resourceCharacteristic/mtu/value of p1 to 1400');
    expect(out).toContain('p1  unmet → met');
    expect(out).not.toContain('p2');
    expect(out).toMatch(/nothing is outstanding of p1\n$/);
  });

  test('when its time is over the exit code says what is left', async () => {
    const { agent, lay } = await start();
    expect((await diffo(['watch', '--until-met', '--at', agent.url])).code).toBe(0);
    await lay('p2', 'warn');
    const ran = await diffo(['watch', '--until-met', '--timeout', '300ms', '--at', agent.url]);
    expect([ran.code, ran.err]).toEqual([3, '']);
    const asJson = await diffo(['watch', '--timeout', '300ms', '--json', '--at', agent.url]);
    const said = asJson.out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(said.map(each => each.event)).toEqual(['outstanding', 'ended']);
    expect(said.at(-1)).toEqual({ event: 'ended', outstanding: 1, exit: 3 });
    expect((await diffo(['watch', '--timeout', 'soon', '--at', agent.url])).code).toBe(2);
    expect((await diffo(['watch', 'p9', '--at', agent.url])).code).toBe(1);
  });

  test('at a terminal it draws its own lines anew and leaves what stood before', async () => {
    const { agent, lay } = await start();
    await lay('p1', 'approve');
    let out = '';
    const watching = diffo(['watch', '--until-met', '--timeout', '60s', '--at', agent.url], {
      isTerminal: true,
      columns: 100,
      rows: 16,
      env: { NO_COLOR: '1' },
      out: text => {
        out += text;
      },
    });
    await until('it is drawn', () => out.includes('1 unmet'));
    const [plan] = await agent.get('/diffo/v1/plans');
    await agent.call('POST', `/diffo/v1/plans/${plan.id}/approve`, { by: 'ann' });
    expect((await watching).code).toBe(0);
    // Back to its own first line, and clear from there on.
    const frames = out.split('\r\u001b[J');
    expect(frames.length).toBeGreaterThan(1);
    for (const each of frames) expect(each.split('\n').length - 1).toBeLessThanOrEqual(16);
    expect(frames.at(-1)).toMatch(/^nothing is outstanding\n/);
  });
});
