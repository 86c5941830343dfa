/** Sets of expectations from files: what a person sees, is asked, and is told to mend. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { makeDirectory, runAgent, type TestAgent } from '../kit/agent.ts';
import { diffo, type Ran } from './running.ts';

let agent: TestAgent;
let directory: string;

beforeEach(async () => {
  agent = await runAgent();
  directory = makeDirectory();
});

const run = (words: readonly string[], io: Parameters<typeof diffo>[1] = {}): Promise<Ran> =>
  diffo(words, { ...io, env: { DIFFO_URL: agent.url } });

const file = (name: string, text: string): string => {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
};

const site = `set: site
expectations:
  - name: wan-up
    for: { kind: interface, name: wan }
    expect: { operationalState: enabled }
  - name: lan
    for: { kind: interface, name: lan }
    expect: { description: office }
    why: as drawn
`;

const laid = async (): Promise<unknown[]> =>
  (await agent.get('/diffo/v1/expectations')).map((each: { set: string; name: string; priority: number }) => [
    each.set,
    each.name,
    each.priority,
  ]);

test('what differs is shown, asked about, laid; the same again is nothing', async () => {
  const path = file('site.yaml', site);
  const questions: string[] = [];
  const answering = (answer: string) => ({
    ask: async (question: string) => {
      questions.push(question);
      return answer;
    },
  });
  const added = [
    'set site',
    '  + wan-up  interface/wan: operationalState=enabled',
    '  + lan     interface/lan: description=office',
    '2 to add, 0 to change, 0 to remove',
    '',
  ].join('\n');
  expect(await run(['apply', '-f', path], answering(''))).toEqual({
    code: 1,
    out: `${added}nothing was changed\n`,
    err: '',
  });
  expect(await laid()).toEqual([]);
  expect(await run(['apply', '-f', path], answering('y'))).toEqual({ code: 0, out: `${added}laid\n`, err: '' });
  expect(questions).toEqual(['lay this? [y/N] ', 'lay this? [y/N] ']);
  expect(await laid()).toEqual([
    ['site', 'wan-up', 50],
    ['site', 'lan', 50],
  ]);
  const again = await run(['apply', '--file', path]);
  expect(again).toEqual({ code: 0, out: 'set site\n  = 2 the same\nnothing differs\n', err: '' });
});

test('where nobody can be asked it is shown and refused; --dry-run looks, --yes does, --json says it all', async () => {
  const path = file('site.yaml', site);
  const refused = await run(['apply', '-f', path]);
  expect(refused).toMatchObject({
    code: 2,
    err: 'diffo: nothing was changed, for nobody can be asked here: say --yes\n',
  });
  expect(refused.out).toContain('2 to add');
  expect((await run(['apply', '-f', path, '--dry-run'])).out).toBe(refused.out);
  expect(await laid()).toEqual([]);
  const dry = JSON.parse((await run(['apply', '-f', path, '--dry-run', '--json'])).out);
  expect(dry).toMatchObject({
    dryRun: true,
    sets: [{ set: 'site', added: [{ name: 'wan-up' }, { why: 'as drawn' }] }],
  });
  expect((await run(['apply', '-f', path, '--json'])).code).toBe(2);
  const done = JSON.parse((await run(['apply', '-f', path, '--json', '--yes'])).out);
  expect(done).toEqual({ ...dry, dryRun: false });
  expect(await laid()).toHaveLength(2);
});

test('a change is shown from what it was to what it will be, and what goes only goes with --prune', async () => {
  await run(['apply', '-f', file('site.yaml', site), '--yes']);
  const path = file(
    'site.yaml',
    site.replace(/ {2}- name: lan.*/s, '    priority: 70\n').replace('enabled', 'disabled'),
  );
  const kept = await run(['apply', '-f', path, '--dry-run']);
  expect(kept.out).toBe(
    [
      'set site',
      '  ~ wan-up  interface/wan',
      '      /expect/operationalState: enabled → disabled',
      '      /priority: 50 → 70',
      '  = 1 not said any more and left as it is (see --prune)',
      '0 to add, 1 to change, 0 to remove',
      '',
    ].join('\n'),
  );
  const pruned = await run(['apply', '-f', path, '--prune', '--yes']);
  expect(pruned.out).toContain('  - lan     interface/lan: description=office\n');
  expect(pruned.out).toContain('0 to add, 1 to change, 1 to remove\nlaid\n');
  expect(await laid()).toEqual([['site', 'wan-up', 70]]);
});

test('a directory is taken in order of its names, documents of one set together, all or nothing', async () => {
  mkdirSync(join(directory, 'sets', 'deeper'), { recursive: true });
  file(
    'sets/b.yml',
    'set: site\nexpectations:\n  - { name: second, for: { kind: a, name: b }, expect: { name: b } }\n',
  );
  file(
    'sets/a.yaml',
    `${site}---\nset: other\nexpectations:\n  - { name: one, for: { kind: a, name: a }, expect: { name: a } }\n`,
  );
  file('sets/c.json', '{"set": "third", "expectations": []}');
  file('sets/README.md', 'set: nothing');
  file('sets/.hidden.yaml', 'set: nothing');
  expect((await run(['apply', '-f', join(directory, 'sets'), '--yes'])).code).toBe(0);
  expect(await laid()).toEqual([
    ['site', 'wan-up', 50],
    ['site', 'lan', 50],
    ['site', 'second', 50],
    ['other', 'one', 50],
  ]);
  file('sets/b.yml', 'set: site\nexpectations:\n  - { name: third, for: { id: nobody }, expect: {} }\n');
  file('sets/a.yaml', site.replace('office', 'attic'));
  const seq = agent.store.seq();
  expect(await run(['apply', '-f', join(directory, 'sets'), '--yes'])).toEqual({
    code: 2,
    out: '',
    err: `diffo: ${join(directory, 'sets/b.yml')}:3:27: there is no instance nobody; expect it by {"kind","name"} if it is yet to come (at /expectations/0/for/id)\n`,
  });
  expect(agent.store.seq()).toBe(seq);
});

test.each([
  ['set: site\n', 'FILE:1:1: the set site must say expectations, a list'],
  ['expectations: []\n', 'FILE:1:1: a set must say its name, such as set: site'],
  ['set: site\nexpectation: []\n', 'FILE:2:1: a set has no key "expectation"; did you mean expectations?'],
  ['- 1\n', 'FILE:1:1: a set is an object: set: NAME, and expectations: a list'],
  ['set: [\n', 'FILE:2:1: the text cannot be read: '],
  ['set: a\nset: b\n', 'FILE:2:1: the key set stands twice'],
  ['', 'FILE holds no set of expectations; it is empty'],
  ['---\n---\n', 'FILE holds no set of expectations; it is empty'],
  [`${site}---\n${site}`, 'FILE:13:5: the name wan-up stands twice in the set site; '],
  [site.replace('site', 'a b'), 'FILE:1:1: the body does not fit at /set: a name of letters, digits'],
  [site.replace('site', 'profile'), 'FILE:1:1: the set profile is what the firmware profile says'],
  [site.replace('enabled', '{ $gtt: 1 }'), 'FILE:5:35: $gtt is not an operator'],
  [site.replace('why', 'whi'), 'FILE:9:5: '],
  [`${site}    priority: 101\n`, 'FILE:10:5: '],
])('what is wrong is told with its line: %#', async (text, told) => {
  const path = file('site.yaml', text);
  const { code, out, err } = await run(['apply', '-f', path, '--yes']);
  expect([code, out]).toEqual([2, '']);
  expect(err.replace('diffo: ', '').replace(path, 'FILE').trimEnd()).toEqual(expect.stringContaining(told));
  expect(err.replace('diffo: ', '').replace(path, 'FILE').startsWith(told.slice(0, 10))).toBe(true);
  expect(await laid()).toEqual([]);
});

test('whom it would collide with is told before it is laid', async () => {
  await run(['apply', '-f', file('site.yaml', site), '--yes']);
  const other = file(
    'other.yaml',
    site
      .replace('site', 'other')
      .replace('enabled', 'disabled')
      .replace(/ {2}- name: lan.*/s, '    priority: 60\n'),
  );
  const { out } = await run(['apply', '-f', other, '--dry-run']);
  const [{ id }] = await agent.get('/diffo/v1/expectations');
  expect(out).toBe(
    [
      'set other',
      '  + wan-up  interface/wan: operationalState=disabled',
      `  ! other/wan-up wants disabled at /operationalState; ${id.slice(0, 8)} (operator, priority 50) wants enabled; this one stands`,
      '1 to add, 0 to change, 0 to remove',
      '',
    ].join('\n'),
  );
});

test('from standard input; and words that do not go together are refused', async () => {
  expect((await run(['apply', '-f', '-', '--yes'], { input: site })).code).toBe(0);
  expect(await laid()).toHaveLength(2);
  const refused = async (...words: string[]): Promise<string> => (await run(['apply', ...words])).err;
  expect(await refused()).toContain('say which plan, diffo apply ID; or which sets');
  expect(await refused('p', '-f', 'x')).toContain('what is "p"?');
  expect(await refused('p', '--prune')).toContain('--prune goes with -f');
  expect(await refused('-f', 'x', '--hash', 'h')).toContain('--hash goes with a plan');
  expect(await refused('-f', join(directory, 'none.yaml'))).toContain('it does not exist');
  expect(await refused('-f', directory)).toContain('holds no sets');
});

test('sets are listed, shown and withdrawn', async () => {
  expect((await run(['sets'])).out).toBe('there are no sets yet; lay one with diffo apply -f FILE\n');
  await run(['apply', '-f', file('site.yaml', site), '--yes']);
  await agent.loop.settle();
  expect((await run(['sets'])).out).toBe(
    'SET   BY        EXPECTATIONS  OUTSTANDING\nsite  operator  2             2 unmet\n',
  );
  expect((await run(['sets', 'site'])).out).toBe(
    [
      '2 expectations of the set site, outstanding: 2 unmet',
      'NAME    FOR            EXPECTED                  MODE     PRIORITY  WHY',
      'wan-up  interface/wan  operationalState=enabled  profile  50',
      'lan     interface/lan  description=office        profile  50        as drawn',
      '',
    ].join('\n'),
  );
  const listed = (await run(['expect', '--list'])).out.split('\n');
  expect(listed[0]).toMatch(/^ID +OF SET +FOR /);
  expect(listed[1]).toMatch(/^[0-9a-f]{8} +site\/wan-up +interface\/wan /);
  expect(await run(['sets', 'nothing'])).toMatchObject({ code: 1, err: 'diffo: there is no set nothing\n' });
  expect((await run(['sets', 'site', '--delete'])).code).toBe(2);
  expect((await run(['sets', 'site', '--delete'], { ask: async () => 'n' })).code).toBe(1);
  expect(await laid()).toHaveLength(2);
  expect((await run(['sets', 'site', '--delete', '--yes'])).out).toBe('no longer expected: the set site\n');
  expect(await laid()).toEqual([]);
});
