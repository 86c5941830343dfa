import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/cli.ts';
import { makeDirectory } from '../kit/agent.ts';
import { answering, diffo, nobody } from './running.ts';

const tmfError = (status: number, code: string, reason: string, message?: string) => ({
  status,
  body: { code, reason, status: String(status), ...(message === undefined ? {} : { message }) },
});

describe('bad input is exit 2, and one sentence with the nearest right word', () => {
  test.each([
    [['stauts'], 'there is no command "stauts"; did you mean status?'],
    [['rnu'], 'there is no command "rnu"; did you mean run?'],
    [['xyzzy'], 'there is no command "xyzzy"; diffo --help lists all'],
    [['ls', '--knd', 'port'], 'ls has no flag --knd; did you mean --kind?'],
    [['ls', '-x'], 'ls has no flag -x; see diffo ls --help'],
    [['ls', 'resurce'], 'ls takes resource or service, not "resurce"; did you mean resource?'],
    [['get'], 'something is missing; the command is diffo get NAME|ID [flags]'],
    [['get', 'a', 'b'], '"b" is one word too many; the command is diffo get NAME|ID [flags]'],
    [['pause', 'all', '--why'], '--why needs a value: --why TEXT; the command is diffo pause SCOPE [flags]'],
    [['pause', 'all', '--why', '--json'], '--why needs a value: --why TEXT; the command is diffo pause SCOPE [flags]'],
    [['status', '--json=yes'], '--json takes no value; the command is diffo status'],
    [['status', '--at', 'ftp://x'], '"ftp://x" is no address of an agent; say one such as http://127.0.0.1:8638'],
    [['status', '--token-file', '/nowhere/token'], 'the file /nowhere/token cannot be read: it does not exist'],
    [
      ['expect', '--where', '{"name": x}', 'mtu=1'],
      '--where is not JSON: at line 1, column 10, a value should stand where "x}" does',
    ],
    [['expect'], 'say of what and what: diffo expect TARGET EXPECTATION (see diffo expect --help)'],
    [['evaluate', '{"a": 1', '{}'], 'EXPECTED is not JSON: it ends at line 1, column 8, where , or } is missing'],
    [
      ['evaluate', '{}'],
      'evaluate takes --expected FILE and --actual FILE, or EXPECTED and ACTUAL as JSON or @file, or --stdin',
    ],
    [['plan', 'x', '--list'], 'say one of ID, --instance and --list'],
    [['changes', '--last', 'many'], '--last is a whole number from 0 to 100000, not "many"'],
    [['profile', 'chek', 'x'], 'say diffo profile check FILE, print FILE or reload, not "profile chek x"'],
  ])('diffo %j', async (args, sentence) => {
    expect(await diffo(args)).toEqual({ code: 2, out: '', err: `diffo: ${sentence}\n` });
  });

  test('control characters in what was typed do not reach the terminal either', async () => {
    expect((await diffo(['\u001b[2J'])).err).toContain('\\u{1b}[2J');
  });
});

describe('failure is exit 1, and one sentence that says what to do', () => {
  test('nobody listens', async () => {
    const at = await nobody();
    const sentence = `diffo: no agent answers at ${at}; start one with ./scripts/start or say --at URL\n`;
    expect(await diffo(['status', '--at', at])).toEqual({ code: 1, out: '', err: sentence });
    expect((await diffo(['status'], { env: { DIFFO_URL: `${at}/` } })).err).toBe(sentence);
    expect((await diffo([`--at=${at.slice('http://'.length)}`, 'status'])).err).toBe(sentence);
    expect((await diffo(['status', '--at', '127.0.0.1:6000'])).err).toContain('no HTTP client may call port 6000');
  });

  test('something else listens', async () => {
    const page = await answering(() => ({ body: '<html>', headers: { 'content-type': 'text/html' } }));
    const ran = await diffo(['status', '--at', page]);
    expect(ran).toMatchObject({
      code: 1,
      err: `diffo: what answers at ${page} is no Diffo Edge agent; say where it is with --at URL\n`,
    });
    const other = await answering(() => ({ status: 404, body: 'not found' }));
    expect((await diffo(['outstanding', '--at', other])).err).toContain('is no Diffo Edge agent');
  });

  test('the agent refuses: its own sentence is told', async () => {
    const conflict = await answering(() => tmfError(409, 'conflict', 'the plan night is done; approve does not apply'));
    expect(await diffo(['approve', 'night', '--at', conflict])).toEqual({
      code: 1,
      out: '',
      err: 'diffo: the plan night is done; approve does not apply\n',
    });
    const missing = await answering(() => tmfError(404, 'notFound', 'there is no plan abc'));
    expect(await diffo(['undo', 'abc', '--at', missing])).toMatchObject({
      code: 1,
      err: 'diffo: there is no plan abc\n',
    });
    const hostile = await answering(() => tmfError(500, 'internal', 'red \u001b[31m alert'));
    expect((await diffo(['status', '--at', hostile])).err).toBe('diffo: red \\u{1b}[31m alert\n');
  });

  test('what the agent cannot read was bad input, with its place', async () => {
    const url = await answering(() =>
      tmfError(400, 'invalid', '$min is not an operator: did you mean $gte?', 'See /expect/mtu/$min of the body'),
    );
    expect(await diffo(['expect', 'port/p1', '{"mtu":{"$min":1}}', '--at', url])).toEqual({
      code: 2,
      out: '',
      err: 'diffo: $min is not an operator: did you mean $gte? (at /expect/mtu/$min)\n',
    });
  });

  test('a token is sent from its file, and asked for where it is missing', async () => {
    const file = join(makeDirectory(), 'token');
    writeFileSync(file, 's3cret\n');
    const url = await answering(({ headers }) =>
      headers.authorization === 'Bearer s3cret'
        ? { body: { version: '0.1.0', ready: true } }
        : tmfError(401, 'unauthorized', 'Send the token of this agent'),
    );
    expect(await diffo(['status', '--at', url])).toMatchObject({
      code: 1,
      err: `diffo: the agent at ${url} asks for its token; say --token-file FILE\n`,
    });
    expect((await diffo(['status', '--at', url, '--token-file', file])).code).toBe(0);
    expect((await diffo(['status', '--at', url], { env: { DIFFO_HTTP_TOKEN_FILE: file } })).code).toBe(0);
    mkdirSync(join(file, '..', 'empty'));
    expect((await diffo(['status', '--token-file', join(file, '..', 'empty')])).err).toContain('it is a directory');
  });
});

describe('help', () => {
  test('tells every command in one line, and of each what it takes with examples', async () => {
    const { out, code } = await diffo(['--help']);
    expect(code).toBe(0);
    for (const command of commands) {
      expect(out).toContain(`  ${command.name}`);
      const own = await diffo([command.name, '--help']);
      expect(own.code).toBe(0);
      for (const flag of Object.keys(command.flags ?? {})) expect(own.out).toContain(`--${flag}`);
      expect(await diffo(['help', command.name])).toEqual(own);
    }
    expect((await diffo([])).out).toBe(out);
  });
});

describe('profile check works without an agent', () => {
  const check = (text: string) => {
    const file = join(makeDirectory(), 'profile.json');
    writeFileSync(file, text);
    return { file, run: (...flags: readonly string[]) => diffo(['profile', 'check', file, ...flags]) };
  };

  test('every finding with file and pointer, and exit 2', async () => {
    const { file, run } = check(JSON.stringify({ name: 'Bad Name', description: 'x', mode: 'sometimes' }));
    const { code, out, err } = await run();
    expect([code, err]).toEqual([2, '']);
    expect(out).toBe(
      `${file}:1:2: name of a profile cannot be "Bad Name"; expected a lower case name such as linux-host\n` +
        `${file}:1:38: mode of a profile cannot be "sometimes"; expected observe, warn, approve or enforce\n`,
    );
    const json = JSON.parse((await run('--json')).out);
    expect(json).toMatchObject({ ok: false, findings: [{ pointer: '/name' }, { pointer: '/mode' }] });
  });

  test('what is not JSON says where', async () => {
    const { file, run } = check('{"name": "x",\n}');
    expect(await run()).toEqual({
      code: 2,
      out: `${file}:2:1: the text cannot be read: Expected double-quoted property name in JSON at position 14 (line 2 column 1); expected JSON\n`,
      err: '',
    });
  });

  test('a good one has no findings', async () => {
    const { file, run } = check(JSON.stringify({ name: 'mine', description: 'x', mode: 'warn' }));
    expect(await run()).toEqual({ code: 0, out: `${file}: no findings\n`, err: '' });
  });
});

test('names from the network reach neither a terminal nor a script with anything it would obey', async () => {
  const name = 'evil\u001b]0;owned\u0007\u202e';
  const url = await answering(({ url: path = '' }) => ({
    body: path.includes('/resource?') ? [{ id: 'r1', name, '@type': 'Resource' }] : [],
    headers: { 'x-total-count': path.includes('/resource?') ? '1' : '0' },
  }));
  const text = await diffo(['ls', '--at', url], { isTerminal: true, columns: 120, env: { NO_COLOR: '1' } });
  expect(text.out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(text.out).toContain('evil\\u{1b}]0;owned\\u{7}\\u{202e}');
  const json = await diffo(['ls', '--json', '--at', url]);
  expect(json.out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(JSON.parse(json.out)[0].name).toBe(name);
});

test('colours stand on a terminal only, and not when NO_COLOR is set', async () => {
  const url = await answering(() => ({ body: { ready: true } }));
  const run = async (isTerminal: boolean, env = {}) => (await diffo(['status', '--at', url], { isTerminal, env })).out;
  expect(await run(true)).toContain('\u001b[');
  expect(await run(true, { NO_COLOR: '1' })).not.toContain('\u001b[');
  expect(await run(true, { TERM: 'dumb' })).not.toContain('\u001b[');
  expect(await run(false)).not.toContain('\u001b[');
});

test('ages follow the clock of the agent, not that of this machine', async () => {
  const url = await answering(() => ({
    body: { ready: true, lastPass: { at: '2030-01-01T00:00:00Z', ms: 1 } },
    headers: { date: 'Tue, 01 Jan 2030 00:01:00 GMT' },
  }));
  expect((await diffo(['status', '--at', url])).out).toContain('1 min ago');
});
