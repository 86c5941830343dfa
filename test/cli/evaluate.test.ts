import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/core/json.ts';
import { makeDirectory } from '../kit/agent.ts';
import { diffo, nobody } from './running.ts';

const actual = { name: 'eth0', resourceCharacteristic: [{ name: 'mtu', value: 1400 }] };
const wanted = { resourceCharacteristic: [{ name: 'mtu', value: { $gte: 1500 } }] };

function files(texts: Readonly<Record<string, Json>>): (name: string) => string {
  const directory = makeDirectory();
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(directory, name), typeof text === 'string' ? text : JSON.stringify(text));
  }
  return name => join(directory, name);
}

async function compare(expected: Json, have: Json, ...flags: readonly string[]) {
  const file = files({ 'e.json': JSON.stringify(expected), 'a.json': JSON.stringify(have) });
  return diffo(['evaluate', '--expected', file('e.json'), '--actual', file('a.json'), ...flags]);
}

describe('the exit code is the verdict', () => {
  test('0: met', async () => {
    expect(await compare({ name: 'eth0' }, actual)).toEqual({ code: 0, out: 'MET\n', err: '' });
  });

  test('3: unmet, with what is outstanding, where, what is wanted, what is there and why', async () => {
    expect(await compare(wanted, actual)).toEqual({
      code: 3,
      out: [
        'UNMET',
        '  /resourceCharacteristic/mtu/value: mtu is 1400; expected is at least 1500: it is out of bounds',
        'outstanding {"resourceCharacteristic":[{"name":"mtu","value":{"$gte":1500}}]}',
        '',
      ].join('\n'),
      err: '',
    });
  });

  test('4: unknown, because the document is too old or nobody has looked there', async () => {
    const old = await compare(
      wanted,
      actual,
      ...['--observed', '2026-01-15T11:58:00Z', '--freshness', '30s', '--now', '2026-01-15T12:00:00Z'],
    );
    expect(old).toMatchObject({
      code: 4,
      out: expect.stringContaining('mtu is not known: it was 1400 when somebody last looked, 2 min ago'),
    });
    const blind = await compare(wanted, actual, '--unknown', '/resourceCharacteristic/mtu');
    expect(blind).toMatchObject({ code: 4, out: expect.stringContaining('mtu is not known: nobody has looked') });
    expect(await compare(wanted, actual, '--unknown', '/name,/place')).toMatchObject({ code: 3 });
  });

  test('what is unmet goes before what is unknown, in one question and over several', async () => {
    const both = { name: 'eth1', ...wanted };
    expect(await compare(both, actual, '--unknown', '/resourceCharacteristic')).toMatchObject({ code: 3 });
    const several = [
      { expected: 1, actual: 1 },
      { expected: 1, actual: 1, unknown: [''] },
    ];
    const ask = (questions: Json) => diffo(['evaluate', '--stdin'], { input: JSON.stringify(questions) });
    expect(await ask(several)).toMatchObject({ code: 4 });
    expect(await ask([...several, { expected: 1, actual: 2 }])).toMatchObject({ code: 3 });
    expect(await ask([])).toEqual({ code: 0, out: '0 questions\n', err: '' });
  });
});

describe('for scripts and for people', () => {
  test('--json is the answer as the API gives it, with the same exit', async () => {
    const ran = await compare(wanted, actual, '--json');
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.out)).toEqual({
      verdict: 'unmet',
      outstanding: wanted,
      explain: [
        {
          path: '/resourceCharacteristic/mtu/value',
          expected: { $gte: 1500 },
          actual: 1400,
          verdict: 'unmet',
          reason: 'bound',
          sentence: 'mtu is 1400; expected is at least 1500: it is out of bounds',
        },
      ],
    });
  });

  test('on a terminal what is unmet is red, and nothing in the documents is obeyed', async () => {
    const terminal = { isTerminal: true, columns: 80 };
    const ran = await diffo(['evaluate', '{"name": "a"}', '{"name": "\\u001b[2J"}'], terminal);
    expect(ran.out).toContain('\u001b[31mname is');
    expect(ran.out).not.toContain('\u001b[2J');
  });

  test('$now is what --now says; arrays are keyed unless the profile is plain', async () => {
    const until = { until: { $gt: { $now: 'PT0S' } } };
    const have = { until: '2026-01-15T12:00:00Z' };
    expect(await compare(until, have, '--now', '2026-01-15T11:59:59+00:00')).toMatchObject({ code: 0 });
    expect(await compare(until, have, '--now', '2026-01-15T12:00:00Z')).toMatchObject({ code: 3 });
    const more = { resourceCharacteristic: [{ name: 'speed', value: 1 }, ...actual.resourceCharacteristic] };
    expect(await compare(actual, { ...actual, ...more })).toMatchObject({ code: 0 });
    expect(await compare(actual, { ...actual, ...more }, '--profile', 'plain')).toMatchObject({ code: 3 });
  });

  test('either may be YAML, inline, @file or standard input, and no agent is asked', async () => {
    const file = files({ 'e.yaml': '# at least jumbo\nmtu: { $gte: 9000 }\n', 'a.json': { mtu: 9000 } });
    const at = await nobody();
    const args = ['evaluate', '--at', at, '--expected', file('e.yaml')];
    expect(await diffo([...args, '--actual', '-'], { input: '{"mtu": 9216}' })).toMatchObject({ code: 0 });
    expect(await diffo([...args, '--actual', '-'], { input: 'mtu: 1500\n' })).toMatchObject({ code: 3 });
    expect(await diffo(['evaluate', '-', `@${file('a.json')}`], { input: '{"mtu":1}' })).toMatchObject({ code: 3 });
  });
});

describe('bad input is exit 2, one sentence with its place', () => {
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ['e.json', '{\n  "mtu": {\n    "$min": 1 } }', /e\.json:3:\d+: \$min is not an operator.* \(at \/mtu\/\$min\)\n$/],
    ['e.json', '{\n  "mtu": ', /e\.json is not JSON: it ends at line 2, column 10/],
    ['e.yaml', 'mtu: {$gte: 1}\nname:\n  $match: "("\n', /e\.yaml:3:\d+: .*pattern.*\(at \/name\/\$match\)\n$/],
    ['e.yaml', 'mtu: [1, 2\nname: x\n', /e\.yaml:\d+:\d+: the text cannot be read/],
    ['e.yaml', '', /e\.yaml:1:1: it is empty/],
    ['e.yaml', '# nothing\n\n', /e\.yaml:1:1: it is empty/],
  ];
  test.each(bad)('%s: %j', async (name, text, sentence) => {
    const file = files({ [name]: text, 'a.json': {} });
    const ran = await diffo(['evaluate', '--expected', file(name), '--actual', file('a.json')]);
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringMatching(sentence) });
    expect(ran.err.trimEnd()).not.toContain('\n');
  });

  test.each([
    [['--expected', 'nowhere.json', '--actual', '-'], 'the file nowhere.json cannot be read: it does not exist'],
    [['--expected', '-', '--actual', '-'], 'standard input is one of EXPECTED and ACTUAL, not both'],
    [['--expected', '-'], 'evaluate takes --expected FILE and --actual FILE'],
    [['--expected', '-', '{}'], 'evaluate takes --expected FILE and --actual FILE'],
    [['1', '1', '--now', 'noon'], '--now is a time such as 2026-01-15T12:00:00Z, not "noon"'],
    [
      ['1', '1', '--profile', 'tmf'],
      'there is no profile tmf: known are tmf@1, tmf638@1, tmf639@1, tmf633@1, tmf634@1, plain; did you mean tmf@1?',
    ],
    [
      ['{"stat":"active"}', '{}', '--profile', 'tmf638@1'],
      'EXPECTED:1:2: Service has no stat, says the profile tmf638@1',
    ],
    [['1', '1', '--freshness', '30s'], '--freshness needs --observed TIME'],
    [['1', '1', '--unknown', 'mtu'], 'a path begins with /'],
    [['{"a":{"$between":[2,1]}}', '1'], 'EXPECTED:1:'],
    [['--stdin'], 'standard input:1:15: question 0: $min is not an operator'],
  ])('%j', async (args, sentence) => {
    const ran = await diffo(['evaluate', ...args], { input: '[{"expected":{"$min":1},"actual":1}]' });
    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining(sentence) });
  });

  test('a directory is no file', async () => {
    const directory = join(makeDirectory(), 'sub');
    mkdirSync(directory);
    expect((await diffo(['evaluate', '--expected', directory, '--actual', '-'])).err).toContain('it is a directory');
  });

  test('any document whatever as actual is answered', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    for (const odd of [deep, 'null', '{"$gte": 1, "$b": {}}', '"\\ud800"', '{"__proto__": {"mtu": 1}}']) {
      const ran = await diffo(['evaluate', '{"mtu": 1, "list": [{"$contains": [1]}]}', odd]);
      expect(ran.code, odd.slice(0, 30)).toBe(3);
      expect((await diffo(['evaluate', '{"$type": "object"}', odd, '--json'])).err).toBe('');
    }
  });
});
