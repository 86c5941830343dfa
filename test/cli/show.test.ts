import { describe, expect, test } from 'vitest';
import { colours, type Screen } from '../../src/cli/screen.ts';
import { changeLine } from '../../src/cli/show-changes.ts';
import { evaluationText } from '../../src/cli/show-evaluation.ts';
import { expectationsText } from '../../src/cli/show-expectations.ts';
import { instancesText, instanceText } from '../../src/cli/show-instances.ts';
import { explainText, outstandingText } from '../../src/cli/show-outstanding.ts';
import { plansText, planText, tasksText } from '../../src/cli/show-plans.ts';
import { statusText } from '../../src/cli/show-status.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { screen } from './running.ts';

const expectation = '9ae72ebe-0fbf-4fda-ac4e-a78d53a085f5';
const instance = '8e02951c-133c-4648-a85b-178c63a13c0c';
const lines = (...each: readonly string[]): string => each.map(line => `${line}\n`).join('');

const port: JsonObject = {
  id: instance,
  href: `/tmf-api/resourceInventoryManagement/v5/resource/${instance}`,
  name: 'p1',
  '@type': 'LogicalResource',
  administrativeState: 'unlocked',
  operationalState: 'disabled',
  resourceSpecification: { id: 'x', name: 'port' },
  resourceCharacteristic: [
    { name: 'mtu', value: 1400 },
    { name: 'ipAddress', value: ['10.0.0.2/24', 'fd00::2/64'] },
    { name: 'route', value: [{ destination: '0.0.0.0/0', gateway: '10.0.0.1' }, { destination: '10.0.0.0/24' }] },
  ],
  supportingResource: [{ id: 'b1', name: 'board', '@type': 'ResourceRef' }],
};
const service: JsonObject = {
  id: 's1',
  href: '/tmf-api/serviceInventory/v5/service/s1',
  name: 'access',
  state: 'active',
  serviceSpecification: { name: 'internetAccess' },
  serviceCharacteristic: [{ name: 'mtu', value: 1500 }],
};

describe('instances', () => {
  test('a list says name, kind, states, and MTU and addresses where they are', () => {
    expect(instancesText([port, service, { id: 'r9', availabilityStatus: 'notInstalled' }], screen)).toBe(
      lines(
        'NAME    KIND            STATE              MTU   ADDRESSES',
        'p1      port            unlocked/disabled  1400  10.0.0.2/24, fd00::2/64',
        'access  internetAccess  active             1500',
        'r9      resource        notInstalled',
        '3 instances',
      ),
    );
    expect(instancesText([], screen)).toBe('nothing of that sort is here\n');
  });

  test('one shows its states, its characteristics line by line, and what supports it', () => {
    expect(instanceText(port, screen)).toBe(
      lines(
        `p1  resource port  ${instance}`,
        '  administrativeState  unlocked',
        '  operationalState     disabled',
        '  @type                LogicalResource',
        '',
        '  CHARACTERISTIC  VALUE',
        '  mtu             1400',
        '  ipAddress       10.0.0.2/24, fd00::2/64',
        '  route           destination=0.0.0.0/0 gateway=10.0.0.1',
        '                  destination=10.0.0.0/24',
        '',
        '  SUPPORTED BY  ID',
        '  board         b1',
      ),
    );
  });
});

const leaf: JsonObject = {
  path: '/resourceCharacteristic/mtu/value',
  verdict: 'unmet',
  expected: 1400,
  actual: 1500,
  reason: 'different',
  observedBy: 'linux',
  ageMs: 3_000,
  next: 'set mtu of p1 to 1400 (mode warn: told, not touched)',
};
const blind: JsonObject = {
  path: '/operationalState',
  verdict: 'unknown',
  expected: 'enabled',
  actual: null,
  reason: 'never',
  observedBy: 'linux',
  next: 'look again; nothing is repaired on what is not known',
};
const standing = { met: 2, inapplicable: 1, expectations: 3, ready: true };

describe('outstanding', () => {
  const entry: JsonObject = {
    expectation,
    instance: { id: instance, kind: 'port', name: 'p1' },
    mode: 'warn',
    verdict: 'unmet',
    since: '2026-03-12T11:55:00Z',
    leaves: [leaf, blind],
  };

  test('each leaf says path, expected, actual, age and what is next; unknown is as loud as unmet', () => {
    expect(outstandingText([entry], standing, '', screen)).toBe(
      lines(
        'UNMET  p1 (port)  for 5 min, expectation 9ae72ebe, mode warn',
        '  /resourceCharacteristic/mtu/value',
        '    expected 1400',
        '    actual   1500  seen 3 s ago',
        '    next     set mtu of p1 to 1400 (mode warn: told, not touched)',
        '  /operationalState UNKNOWN',
        '    expected enabled',
        '    actual   (nothing)  not seen by linux since the start',
        '    unknown  nobody has looked',
        '    next     look again; nothing is repaired on what is not known',
        '',
        '2 met',
      ),
    );
  });

  test('what does not exist is told by what it would be', () => {
    const missing = { ...entry, instance: null, for: { kind: 'port', name: 'p9' }, leaves: [] };
    const { instance: _, ...rest } = missing;
    expect(outstandingText([rest], standing, '', screen)).toContain('UNMET  port/p9, which does not exist');
  });

  test('nothing outstanding says how many are met, and is no good news while nobody has looked', () => {
    expect(outstandingText([], standing, ' of p1', screen)).toBe(
      'nothing is outstanding of p1: 2 met, 1 inapplicable\n',
    );
    expect(outstandingText([], { ...standing, expectations: 0 }, '', screen)).toBe(
      'nothing is outstanding, for nothing is expected; say what with diffo expect --help\n',
    );
    expect(outstandingText([], { ...standing, ready: false }, '', screen)).toMatch(/^NOT READY: /);
  });

  test('explain says who wants it, what it is since when and through whom, why, and what is next', () => {
    const explained: JsonObject = {
      ...leaf,
      wantedBy: {
        expectation,
        principal: 'operator',
        owner: 'noc',
        why: 'tunnel overhead',
        priority: 50,
        mode: 'warn',
        since: '2026-03-12T11:00:00Z',
      },
      changes: [
        {
          seq: 7,
          at: '2026-03-11T09:00:00Z',
          type: 'attributeValueChange',
          old: 1400,
          new: 1500,
          cause: { principal: 'driver:linux', kind: 'observation' },
        },
      ],
    };
    const text = explainText({ leaves: [explained] }, 'p1 mtu', screen);
    expect(text).toContain('  /resourceCharacteristic/mtu/value  UNMET\n');
    expect(text).toMatch(
      /wanted {3}1400 by operator for noc, since \d\d:00:00, priority 50, mode warn, .*: tunnel overhead/,
    );
    expect(text).toContain('    have     1500  seen 3 s ago\n');
    expect(text).toMatch(/since {4}2026-03-\d\d \d\d:00:00: 1400 → 1500 by driver:linux \(observation\)\n/);
    expect(text).toContain('    because  it is another value\n');
    expect(text).toContain('    next     set mtu of p1 to 1400');
    expect(explainText({ leaves: [] }, 'p1 mtu', screen)).toBe('nothing is expected of p1 mtu\n');
  });

  test('an evaluation is its verdict, its leaves and the rest', () => {
    expect(
      evaluationText(
        {
          verdict: 'unmet',
          outstanding: { a: 1 },
          explain: [{ path: '/a', expected: 1, actual: 2, sentence: 'a is 2; expected is 1' }],
        },
        screen,
      ),
    ).toBe(lines('UNMET', '  /a: a is 2; expected is 1', 'outstanding {"a":1}'));
  });
});

const plan: JsonObject = {
  id: 'c48f23d1-4ceb-4f5e-85ab-42b0cf143aee',
  state: 'proposed',
  hash: 'abc',
  madeBy: 'operator',
  madeAt: '2026-03-12T11:59:50Z',
  tasks: [
    {
      instance,
      expectation,
      path: '/resourceCharacteristic/mtu/value',
      step: { summary: 'set mtu of p1 to 1200', sideEffects: ['IPv6 addresses are lost below an MTU of 1280'] },
    },
  ],
  waiting: [{ instance: 'b1', expectation, path: '/administrativeState', because: 'paused by operator: supper' }],
  carriedOut: [],
};

describe('plans', () => {
  test('tasks in order with side effects, what waits and why, the hash, and how to approve', () => {
    expect(planText(plan, new Map([['b1', 'board']]), screen)).toBe(
      lines(
        'plan c48f23d1  proposed  made by operator 10 s ago',
        '  1. set mtu of p1 to 1200',
        '     why     for expectation 9ae72ebe at mtu',
        '     risk    nothing that anybody would feel',
        '     beside  IPv6 addresses are lost below an MTU of 1280',
        '     undo    puts back what was there',
        '  waits',
        '    administrativeState of board: paused by operator: supper',
        '  hash abc',
        'approve: diffo approve c48f23d1 --hash abc --wait',
        'discard: diffo discard c48f23d1',
      ),
    );
  });

  const fd00 = 'fd00::2/64';
  const whole: JsonObject = {
    ...plan,
    expiresAt: '2026-03-12T12:59:50Z',
    tasks: [
      {
        instance,
        of: { kind: 'port', name: 'p1' },
        expectation,
        also: ['another'],
        path: '/resourceCharacteristic/mtu/value',
        step: {
          summary: 'set mtu of p1 to 1200',
          sideEffects: ['IPv6 addresses are lost below an MTU of 1280'],
          cost: { blastRadius: 3, downtimeMs: 2_000, reversible: true },
          lasting: 'untilRestart',
        },
        wantedBy: { principal: 'operator', owner: 'noc', why: 'tunnel overhead', priority: 50 },
        changes: [
          { of: { kind: 'port', name: 'p1' }, path: '/resourceCharacteristic/mtu/value', from: 1500, to: 1200 },
          {
            of: { kind: 'port', name: 'p1' },
            path: '/resourceCharacteristic/ipAddress/value',
            from: ['10.0.0.2/24', fd00],
            to: ['10.0.0.2/24'],
          },
          { of: { kind: 'port', name: 'p2' }, path: '/usageState', from: 'idle', to: 'busy' },
        ],
      },
      {
        of: { kind: 'vlan', name: 'v7' },
        expectation,
        path: '',
        step: {
          summary: 'take vlan v7 away',
          removes: true,
          cost: { blastRadius: 1, downtimeMs: 0, reversible: false },
          lasting: 'lasts',
        },
        protected: { because: '192.0.2.7 is connected by it' },
        changes: [{ of: { kind: 'vlan', name: 'v7' }, path: '', from: 'v7' }],
      },
    ],
    waiting: [],
    outcome: [
      { expectation, of: { kind: 'port', name: 'p1' }, before: 'unmet', after: 'met' },
      {
        expectation: 'another',
        of: { kind: 'port', name: 'p1' },
        before: 'met',
        after: 'unmet',
        residual: { name: 'x' },
      },
    ],
    after: '2 more tasks would follow',
  };

  test('a plan reads like a difference: from, to, why, risk and undo of each task, and what comes of it', () => {
    expect(planText(whole, new Map(), screen)).toBe(
      lines(
        'plan c48f23d1  proposed  made by operator 10 s ago, for 1 h more',
        '  1. set mtu of p1 to 1200',
        '     mtu of p1',
        '       - 1500',
        '       + 1200',
        '     why     noc (operator) wants it: tunnel overhead (mtu of p1, expectation 9ae72ebe, and 1 other with it)',
        '     risk    out of service for 2 s, 3 things feel it, gone after a restart',
        '     beside  IPv6 addresses are lost below an MTU of 1280',
        '     moves   ipAddress of p1: - fd00::2/64',
        '             usageState of p2: idle → busy',
        '     undo    puts back 1500',
        '  2. take vlan v7 away',
        '     vlan v7',
        '       - vlan v7',
        '     why     for expectation 9ae72ebe at v7',
        '     protected: 192.0.2.7 is connected by it',
        '     risk    cannot be taken back, takes something away, lasts over a restart',
        '     undo    there is no way back',
        '  after it',
        '    p1, expectation 9ae72ebe: unmet → met',
        '    p1, expectation another: met → unmet, still lacking name=x',
        '    2 more tasks would follow',
        '  hash abc',
        'approve: diffo approve c48f23d1 --hash abc --by YOUR-NAME --wait',
        'discard: diffo discard c48f23d1',
      ),
    );
  });

  test('in colours what goes is red and what comes is green', () => {
    const text = planText(whole, new Map(), { ...screen, paint: colours });
    expect(text).toContain('\u001b[31m  - 1500\u001b[39m\n');
    expect(text).toContain('\u001b[32m  + 1200\u001b[39m\n');
    expect(text).toContain('\u001b[31mcannot be taken back\u001b[39m');
  });

  test('what came otherwise than foreseen is told with both values', () => {
    const differs = [
      { of: { kind: 'port', name: 'p1' }, path: '/resourceCharacteristic/mtu/value', foreseen: 1200, found: 1280 },
    ];
    const done: JsonObject = {
      ...whole,
      state: 'done',
      carriedOut: [
        { state: 'done', foreseen: { asForeseen: false, differs } },
        { state: 'done', already: true },
      ],
    };
    const text = planText(done, new Map(), screen);
    expect(text).toContain('     but     mtu of p1 was to be 1200 and is 1280\n');
    expect(text).toContain('  2. take vlan v7 away  done already\n');
  });

  test('one that failed says where and why, and how to take it back', () => {
    const failed: JsonObject = {
      ...plan,
      state: 'failed',
      because: 'set mtu of p1 to 1200: not permitted',
      waiting: [],
      carriedOut: [{ state: 'terminatedWithError', error: 'not permitted' }],
    };
    const text = planText(failed, new Map(), screen);
    expect(text).toContain('  because set mtu of p1 to 1200: not permitted\n');
    expect(text).toContain('  1. set mtu of p1 to 1200  terminatedWithError\n     not permitted\n');
    expect(text).toContain('take back: diffo undo c48f23d1\n');
  });

  test('where nothing can be done, what waits is told', () => {
    expect(planText({ tasks: [], waiting: [] }, new Map(), screen)).toBe('there is nothing to do\n');
    expect(planText({ tasks: [], waiting: [{ instance: 'b1', path: '', because: 'gone' }] }, new Map(), screen)).toBe(
      lines('there is nothing that could be done now', '  waits', '    b1: gone'),
    );
  });

  test('lists of plans and tasks', () => {
    expect(plansText([plan], screen)).toBe(
      lines(
        'PLAN      STATE     MADE      BY        TASKS',
        'c48f23d1  proposed  10 s ago  operator  set mtu of p1 to 1200',
      ),
    );
    expect(tasksText([{ state: 'done', already: true, step: { summary: 'lock p2' }, plan: 'night' }], screen)).toBe(
      lines('STATE         TASK     PLAN', 'done already  lock p2  night', '1 task'),
    );
  });
});

test('expectations are listed by the name of what they are for and the words they were laid with', () => {
  const laid: JsonObject = {
    id: expectation,
    for: { id: instance },
    expect: { resourceCharacteristic: [{ name: 'mtu', value: 1400 }] },
    priority: 50,
    principal: 'client',
    owner: 'noc',
  };
  expect(expectationsText([laid], new Map([[instance, 'p1']]), screen)).toBe(
    lines(
      'ID        FOR  EXPECTED  MODE     PRIORITY  BY',
      '9ae72ebe  p1   mtu=1400  profile  50        client for noc',
    ),
  );
});

test('a status says at once what is unmet, unknown, failing, paused and waiting', () => {
  const status: JsonObject = {
    version: '0.1.0',
    entity: 'cpe-7',
    profile: 'linux-host',
    mode: 'warn',
    ready: true,
    cursor: 'e.12',
    counts: { services: 1, resources: 12, expectations: 3, plansWaiting: 1 },
    verdicts: { met: 1, unmet: 1, unknown: 1, inapplicable: 0 },
    lastPass: { at: '2026-03-12T11:59:57Z', ms: 12, passes: 14 },
    drivers: [{ name: 'linux', observedAt: null, failure: 'ip: not permitted' }],
    paused: [
      { scope: `leaf:${expectation}:${instance}`, by: 'operator', since: '2026-03-12T11:00:00Z', why: 'undone' },
    ],
    store: { changes: 12, databaseBytes: 1024 * 1024, logBytes: 0 },
    loop: {
      compliance: { count: 4, meanSeconds: 90, meanSteps: 1 },
      predictions: { right: 18, wrong: 2, alarm: true },
      stalled: { now: 1, total: 3 },
    },
  };
  const text = statusText(status, new Map([[instance, 'p1']]), screen);
  expect(text).toContain('diffo 0.1.0 on cpe-7: ready\n');
  expect(text).toContain('12 resources, 1 service\n');
  expect(text).toMatch(/1 unmet\n +1 unknown\n +1 met\n/);
  expect(text).toContain('1 plan to approve: diffo plan --list\n');
  expect(text).toMatch(
    /stalled +1 leaf: .*\n +foreseen +2 of 20 tasks came otherwise than foreseen\n +put right +4 times, in 2 min on average\n/,
  );
  expect(text).toContain('linux FAILS: ip: not permitted; it has not seen anything yet\n');
  expect(text).toMatch(/paused {5}p1 for expectation 9ae72ebe, by operator since \d\d:00:00: undone\n/);
  expect(statusText({ ...status, ready: false }, new Map(), screen)).toContain('not ready');
});

describe('a change is one line', () => {
  const change: JsonObject = {
    cursor: 'e.7',
    at: '2026-03-12T11:00:00Z',
    subject: 'instance',
    id: instance,
    type: 'attributeValueChange',
    paths: [{ path: '/resourceCharacteristic/mtu/value', old: 1500, new: 1400 }],
    cause: { principal: 'driver:linux', kind: 'observation' },
  };
  const line = (more: JsonObject, on: Screen = screen): string => changeLine({ ...change, ...more }, 'p1', on);

  test('with what moved from what to what, and through whom', () => {
    expect(line({})).toMatch(
      /^\d\d:00:00 {2}p1 {2}\/resourceCharacteristic\/mtu\/value 1500 → 1400 {2}by driver:linux\n$/,
    );
    expect(line({ type: 'delete' })).toContain('p1  deleted  by driver:linux');
    expect(
      line({ subject: 'expectation', id: expectation, type: 'create', document: { expect: { name: 'x' } } }),
    ).toContain('expectation 9ae72ebe  created: name=x');
    expect(line({ paths: [{ path: '/place', new: [{ role: 'a' }] }] })).toContain('/place changed');
  });

  test('that leaves out who did it, then its end, before it is wider than the screen', () => {
    const narrow = line({}, { ...screen, columns: 60 });
    expect(narrow).toContain('p1  /resourceCharacteristic/mtu/value 1500 → 1400\n');
    expect(line({}, { ...screen, columns: 40 }).trimEnd().length).toBeLessThanOrEqual(40);
  });
});

test('colours mark the verdict', () => {
  const text = evaluationText({ verdict: 'unknown', explain: [] }, { ...screen, paint: colours });
  expect(text).toBe('\u001b[1m\u001b[33mUNKNOWN\u001b[39m\u001b[22m\n');
});
