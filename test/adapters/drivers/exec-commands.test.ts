import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openExec } from '../../../src/adapters/drivers/exec/driver.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import { at, type Path } from '../../../src/core/path.ts';
import type { Driver, Step } from '../../../src/ports/driver.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { tmfKeyedArrays } from '../../../src/tmf/keyed-arrays.ts';
import { type Fan, fanShelf, note, openShelf, rpm, type Shelf, withAbility } from '../../kit/exec-device.ts';
import { foreseen, tried, wayTo } from '../../kit/foreseen.ts';

async function started(settings: JsonObject): Promise<Driver> {
  const driver = openShelf(settings);
  await driver.start(() => {});
  return driver;
}

function answerTo(driver: Driver, path: Path, facts: JsonObject, wanted: Json): readonly Step[] | string | undefined {
  return driver.abilities.find(each => each.path === path)?.steps(facts, wanted);
}

async function north(driver: Driver): Promise<JsonObject> {
  const found = (await driver.look()).sightings.find(each => each.key === 'f1');
  if (!found) throw new Error('f1 is not there');
  return found.facts;
}

async function stepTo(driver: Driver, path: Path, wanted: Json): Promise<Step> {
  const answer = answerTo(driver, path, await north(driver), wanted);
  if (!Array.isArray(answer)) throw new Error(String(answer));
  return answer[0];
}

const fanOf = (shelf: Shelf, id = 'f1'): Fan | undefined => shelf.read().find(each => each.id === id);

describe('a value reaches the command as one word, whatever it holds', () => {
  test.each([
    '; rm -rf / #',
    '$(touch PWNED)',
    '`touch PWNED`',
    '| tee PWNED && true',
    'it\'s "quoted" \\ twice',
    'two\nlines\r\n--help',
    '  spaces\tand tabs  ',
    '*',
    '~root/$HOME/%s',
    '{name} {value}',
    '',
    'Größe 漢字 \u202e dnik ehT 🦑 e\u0301',
    'x'.repeat(100_000),
  ])('%j', async value => {
    const shelf = fanShelf();
    const driver = await started({ ...shelf.settings, directory: shelf.folder });
    await driver.act(await stepTo(driver, note, value));
    expect(shelf.calls()).toEqual([['note', 'north', value]]);
    expect(fanOf(shelf)?.note).toBe(value);
    expect(existsSync(join(shelf.folder, 'PWNED'))).toBe(false);
  });

  test('and so does the name of a thing that somebody else has chosen', async () => {
    const shelf = fanShelf();
    shelf.change('f1', { label: '$(touch PWNED); x' });
    const driver = await started({ ...shelf.settings, directory: shelf.folder });
    await driver.act(await stepTo(driver, rpm, 2000));
    expect(shelf.calls()).toEqual([['rpm', '$(touch PWNED); x', '2000']]);
    expect(existsSync(join(shelf.folder, 'PWNED'))).toBe(false);
  });
});

describe('what cannot be a word is refused before anything is run', () => {
  test.each([
    ['--help', /begins with a dash/],
    ['-1', /begins with a dash/],
    ['a\0b', /NUL/],
    ['half \ud83e', /half of a character/],
    ['x'.repeat(1024 * 1024), /longer than 131070 bytes.*stdin: json/],
  ])('%.12j', async (value, why) => {
    const shelf = fanShelf();
    const driver = await started(shelf.settings);
    const facts = await north(driver);
    expect(answerTo(driver, note, facts, value)).toEqual(expect.stringMatching(why));
    // Nor when a step that somebody wrote by hand asks for it.
    const step = await stepTo(driver, note, 'fine');
    await expect(driver.act({ ...step, args: { ...step.args, value } })).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(why),
    });
    expect(shelf.calls()).toEqual([]);
  });

  test('a name that begins with a dash is no option', async () => {
    const shelf = fanShelf();
    const driver = await started(shelf.settings);
    const whole = driver.abilities.find(each => each.path === '');
    expect(whole?.make?.('-rf', {})).toMatch(/"-rf" cannot be given to a command: it begins with a dash/);
    shelf.change('f1', { label: '--all' });
    expect(answerTo(driver, rpm, await north(driver), 2000)).toMatch(/begins with a dash/);
  });

  test('a dash is for the profile to allow; after other letters it is none', async () => {
    const shelf = fanShelf();
    const [program = '', script = '', folder = ''] = wordsOf(shelf);
    const allowed = withAbility(shelf.settings, note, {
      set: { run: [program, script, folder, 'note', '{name}', { text: '{value}', mayBeginWithDash: true }] },
    });
    const driver = await started(allowed);
    await driver.act(await stepTo(driver, note, '--help'));
    const inside = withAbility(shelf.settings, note, {
      set: { run: [program, script, folder, 'note', '{name}', 'v={value}'] },
    });
    const other = await started(inside);
    await other.act(await stepTo(other, note, '--version'));
    expect(shelf.calls()).toEqual([
      ['note', 'north', '--help'],
      ['note', 'north', 'v=--version'],
    ]);
  });

  test('what is too long for a word is read by the command from its input', async () => {
    const shelf = fanShelf();
    const reader = shelf.script(
      'read.mjs',
      `import { readFileSync, writeFileSync } from 'node:fs';
       const { name, value, old, facts } = JSON.parse(readFileSync(0, 'utf8'));
       const all = JSON.parse(readFileSync('fans.json', 'utf8'));
       writeFileSync('seen.json', JSON.stringify({ old, facts: facts.name }));
       writeFileSync('fans.json', JSON.stringify(all.map(each => (each.label === name ? { ...each, note: value } : each))));`,
    );
    const settings = withAbility(shelf.settings, note, {
      set: { run: [process.execPath, reader], stdin: 'json', directory: shelf.folder },
    });
    const driver = await started(settings);
    const value = `\0${'-y\n'.repeat(350_000)}`;
    await driver.act(await stepTo(driver, note, value));
    expect(fanOf(shelf)?.note).toBe(value);
    expect(JSON.parse(readFileSync(join(shelf.folder, 'seen.json'), 'utf8'))).toEqual({ old: 'quiet', facts: 'north' });
  });
});

function wordsOf(shelf: Shelf): readonly string[] {
  return [process.execPath, join(shelf.folder, 'fans.mjs'), shelf.folder];
}

/** A driver whose look is a shell script. */
function looking(shelf: Shelf, text: string, more: JsonObject = {}): Driver {
  const run = [shelf.script('look.sh', `#!/bin/sh\n${text}\n`)];
  return openShelf({ look: { run, ...more } });
}

describe('a command runs', () => {
  test('in an environment and a folder of its own', async () => {
    const shelf = fanShelf();
    process.env.DIFFO_TEST_HANDED = 'handed';
    process.env.DIFFO_TEST_SECRET = 'secret';
    const run = [shelf.script('env.sh', `#!/bin/sh\nenv | sort >env.txt\npwd >pwd.txt\necho '[]'\n`)];
    const driver = openShelf({
      directory: shelf.folder,
      environment: { LC_ALL: 'C' },
      handOn: ['DIFFO_TEST_HANDED', 'DIFFO_TEST_NOT_THERE'],
      look: { run, environment: { MORE: 'a b;c' } },
    });
    await driver.look();
    const found = readFileSync(join(shelf.folder, 'env.txt'), 'utf8').trim().split('\n');
    // What a shell sets for itself is its own.
    expect(found.filter(each => !/^(PWD|OLDPWD|SHLVL|_)=/.test(each))).toEqual([
      'DIFFO_TEST_HANDED=handed',
      'LC_ALL=C',
      'MORE=a b;c',
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ]);
    expect(readFileSync(join(shelf.folder, 'pwd.txt'), 'utf8').trim()).toBe(shelf.folder);
  });

  test('within its time, and goes with all that it has started', async () => {
    const shelf = fanShelf();
    // One that does not listen to SIGTERM, and started another.
    const text = `trap '' TERM\nsleep 600 & echo $! >${shelf.folder}/child\necho $$ >${shelf.folder}/own\nwhile :; do sleep 600; done`;
    const driver = looking(shelf, text, { timeLimit: '1s' });
    await expect(driver.look()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/look\.sh did not end within 1000 ms, and was ended/),
    });
    for (const file of ['own', 'child']) {
      const pid = Number(readFileSync(join(shelf.folder, file), 'utf8'));
      await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000 });
    }
  });

  test('with so much to say', async () => {
    const driver = looking(fanShelf(), 'yes', { outputBytes: 10_000 });
    await expect(driver.look()).rejects.toMatchObject({
      message: expect.stringMatching(/printed more than 10000 bytes/),
    });
  });

  test('with its words even when what it started still runs', async () => {
    const shelf = fanShelf();
    const driver = looking(shelf, `sleep 30 & echo $! >${shelf.folder}/child; echo '[]'`);
    expect((await driver.look()).sightings).toEqual([]);
    process.kill(Number(readFileSync(join(shelf.folder, 'child'), 'utf8')), 'SIGKILL');
  });

  test('never more of them at one time than allowed', async () => {
    const shelf = fanShelf();
    const run = [
      shelf.script(
        'count.sh',
        `#!/bin/sh\ncd ${shelf.folder}\nmkdir r.$$\nls -d r.* | wc -l >>most\nsleep 0.1\nrmdir r.$$\necho '[]'\n`,
      ),
    ];
    const driver = openShelf({ atOnce: 2, look: { run }, sample: { run } });
    await Promise.all(Array.from({ length: 12 }, () => driver.sample(0)));
    const counts = readFileSync(join(shelf.folder, 'most'), 'utf8').trim().split('\n').map(Number);
    expect(counts).toHaveLength(12);
    expect(Math.max(...counts)).toBeLessThanOrEqual(2);
  });

  test('once for all who look while it waits for its turn', async () => {
    const shelf = fanShelf();
    const driver = looking(shelf, `echo x >>${shelf.folder}/looks; sleep 0.2; echo '[]'`);
    await Promise.all(Array.from({ length: 30 }, () => driver.look()));
    expect(readFileSync(join(shelf.folder, 'looks'), 'utf8').trim().split('\n').length).toBeLessThan(30);
    // One that is asked for later looks later.
    const before = readFileSync(join(shelf.folder, 'looks'), 'utf8').length;
    await driver.look();
    expect(readFileSync(join(shelf.folder, 'looks'), 'utf8').length).toBeGreaterThan(before);
  });
});

function isRunning(pid: number): boolean {
  try {
    // Whoever has ended and was not fetched yet runs no more.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a look that says nothing says nothing about the element', () => {
  test.each([
    ['exit 0', /look\.sh was to print JSON and printed nothing at all/],
    ['echo oops', /was to print JSON and printed "oops/],
    ["printf '\\377\\376'", /not UTF-8/],
    ["echo 'the bus is stuck' >&2; exit 4", /^the bus is stuck$/],
    ['exit 7', /look\.sh ended with 7 and gave no reason/],
    ['kill -KILL $$', /look\.sh was ended by SIGKILL/],
    [`echo '{"fans": []}'`, /printed \{"fans":\[\]\} at the top, where an? \w+ was expected/],
    [`echo '[{"kind": "fan", "key": 7, "facts": {"name": "x"}}]'`, /printed 7 at \/0\/key, where a text was expected/],
    [`echo '[{"kind": "fan", "key": "1", "facts": {}}]'`, /\/0\/facts/],
    [`echo '[{"kind": "fan", "key": "1", "facts": {"name": 4}}]'`, /printed 4 at \/0\/facts\/name/],
    [
      `echo '[{"kind":"fan","key":"1","facts":{"name":"a"}},{"kind":"fan","key":"1","facts":{"name":"b"}}]'`,
      /two things of kind fan with the key "1"/,
    ],
    [
      `echo '[{"kind":"fan","key":"1","facts":{"name":"a"}},{"kind":"fan","key":"2","facts":{"name":"a"}}]'`,
      /two things of kind fan called "a"/,
    ],
  ])('%s', async (text, why) => {
    await expect(looking(fanShelf(), text).look()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(why),
    });
  });

  test('what does not meet the schema is named by its place', async () => {
    const shelf = fanShelf();
    const driver = openShelf(shelf.settings);
    shelf.write([...shelf.read(), { id: 'f3', label: 'west', rpm: 3.5, on: true }]);
    await expect(driver.look()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/printed 3\.5 at \/fans\/2\/rpm, where a whole number was expected/),
    });
  });

  test('a program that is not there or may not be run is told', async () => {
    const shelf = fanShelf();
    for (const [program, why] of [
      ['/not/there', /\/not\/there is not there/],
      [join(shelf.folder, 'fans.json'), /fans\.json may not be run/],
    ] as const) {
      const driver = openShelf({ look: { run: [program] } });
      await expect(driver.look()).rejects.toMatchObject({ code: 'unreachable', message: expect.stringMatching(why) });
    }
  });

  test('what prints sightings by itself needs no map', async () => {
    const text = `echo '[{"kind":"fan","key":"1","handle":"h1","facts":{"name":"a","operationalState":"enabled"},"supportedBy":[{"kind":"shelf","key":"s"}],"bad":{"/operationalState":"the sensor is old"}}]'`;
    expect((await looking(fanShelf(), text).look()).sightings).toEqual([
      {
        kind: 'fan',
        key: '1',
        type: 'resource',
        handle: 'h1',
        facts: { '@type': 'Resource', name: 'a', operationalState: 'enabled' },
        supportedBy: [{ kind: 'shelf', key: 's' }],
        bad: { '/operationalState': 'the sensor is old' },
      },
    ]);
  });
});

describe('what a command says is told', () => {
  test('a refusal in its first line, an exit code as the profile has it', async () => {
    const shelf = fanShelf();
    const driver = await started(shelf.settings);
    await expect(driver.act(await stepTo(driver, rpm, 9500))).rejects.toMatchObject({
      code: 'refused',
      message: 'the fan would take off',
    });
    for (const [code, exit] of [
      ['moved', 'moved'],
      ['unreachable', 'unreachable'],
    ] as const) {
      const run = [shelf.script(`${exit}.sh`, `#!/bin/sh\nprintf '\\033[31mno answer\\033[0m\\n' >&2\nexit 9\n`)];
      const other = await started(withAbility(shelf.settings, rpm, { set: { run, exit: { [exit]: [9] } } }));
      await expect(other.act(await stepTo(other, rpm, 2000))).rejects.toMatchObject({
        code,
        message: '[31mno answer [0m',
      });
    }
  });

  test('what took too long may or may not have been done', async () => {
    const shelf = fanShelf();
    const run = [shelf.script('slow.sh', '#!/bin/sh\nsleep 600\n')];
    const driver = await started(withAbility(shelf.settings, rpm, { set: { run, timeLimit: '500ms' } }));
    await expect(driver.act(await stepTo(driver, rpm, 2000))).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('a step is not done again when it is done, and not on what has changed since', async () => {
    const shelf = fanShelf();
    const driver = await started(shelf.settings);
    const step = await stepTo(driver, rpm, 2000);
    await driver.act(step);
    await driver.act(step);
    expect(shelf.calls()).toHaveLength(1);
    const [program = '', script = '', folder = ''] = wordsOf(shelf);
    const reading = await started(
      withAbility(shelf.settings, rpm, {
        set: { run: [program, script, folder, 'rpm', '{name}', '{value}', '{old}', `{${note}}`] },
      }),
    );
    const other = await stepTo(reading, rpm, 3000);
    shelf.change('f1', { note: 'loud' });
    await expect(reading.act(other)).rejects.toMatchObject({ code: 'moved', message: expect.stringContaining(note) });
    await reading.act(await stepTo(reading, rpm, 3000));
    expect(shelf.calls().at(-1)).toEqual(['rpm', 'north', '3000', '2000', 'loud']);
  });

  test('a command that is not there is told of at the start, and nothing else fails by it', async () => {
    const shelf = fanShelf();
    const warned: unknown[] = [];
    const settings = withAbility(shelf.settings, rpm, { set: { run: ['no-such-program', '{value}'] } });
    const log = { ...silentLog, warn: (message: string, values?: unknown) => warned.push([message, values]) };
    const driver = openExec({ settings, clock: systemClock, log });
    await driver.start(() => {});
    expect(warned).toEqual([
      ['a command of the profile is not there', { program: 'no-such-program', at: '/abilities/0/set' }],
    ]);
    await expect(driver.act(await stepTo(driver, rpm, 2000))).rejects.toMatchObject({ code: 'unreachable' });
    await driver.stop();
  });

  test('a command that watches is begun again when it ends, and what was missed is looked for', async () => {
    const shelf = fanShelf();
    const run = [shelf.script('watch.sh', `#!/bin/sh\necho begun >>${shelf.folder}/begun\necho something\n`)];
    const driver = openExec({ settings: { ...shelf.settings, watch: { run } }, clock: systemClock, log: silentLog });
    let rings = 0;
    await driver.start(() => rings++);
    await vi.waitFor(() => expect(readFileSync(join(shelf.folder, 'begun'), 'utf8').match(/begun/g)?.length).toBe(2), {
      timeout: 20_000,
    });
    await vi.waitFor(() => expect(rings).toBeGreaterThanOrEqual(3), { timeout: 20_000 });
    await driver.stop();
  });
});

describe('what is examined', () => {
  test('what cannot be seen is called unseen', async () => {
    const shelf = fanShelf();
    const driver = await started(withAbility(shelf.settings, note, { unseen: 'a note is never shown' }));
    const step = await stepTo(driver, note, 'loud');
    // Nor can it be put back as it was.
    expect(step.cost?.reversible).toBe(false);
    await driver.act(step);
    expect(await driver.examine(step)).toMatchObject({ already: false, unseen: 'a note is never shown' });
  });

  test('a command of its own may say whether it is done', async () => {
    const shelf = fanShelf();
    const run = [
      shelf.script(
        'is.sh',
        `#!/bin/sh\ngrep -q "\\"note\\":\\"$2\\"" ${shelf.folder}/fans.json && echo '{"already": true}' || echo '{"already": false}'\n`,
      ),
      '{name}',
      '{value}',
    ];
    const driver = await started(withAbility(shelf.settings, note, { examine: { run } }));
    const step = await stepTo(driver, note, 'loud');
    expect((await driver.examine(step)).already).toBe(false);
    await driver.act(step);
    expect((await driver.examine(step)).already).toBe(true);
    const odd = [shelf.script('odd.sh', "#!/bin/sh\necho '{}'\n")];
    const other = await started(withAbility(shelf.settings, note, { examine: { run: odd } }));
    await expect(other.examine(step)).rejects.toMatchObject({ code: 'unreachable' });
  });
});

describe('what is undone', () => {
  test('goes back with what went with it, and leaves what others have changed since', async () => {
    const shelf = fanShelf();
    const driver = await started(shelf.settings);
    const was = shelf.read();
    const step = await stepTo(driver, '/administrativeState', 'locked');
    const { before } = await driver.examine(step);
    await driver.act(step);
    expect(fanOf(shelf)).toMatchObject({ on: false, rpm: 0 });
    await driver.undo(step, before);
    expect(shelf.read()).toEqual(was);

    const again = await driver.examine(step);
    await driver.act(step);
    shelf.change('f1', { rpm: 77 });
    shelf.change('f2', { note: 'by hand' });
    await driver.undo(step, again.before);
    expect(fanOf(shelf, 'f2')?.note).toBe('by hand');
    expect(fanOf(shelf)?.on).toBe(true);
  });

  test('what was made goes, what was removed comes back, and what does not is named', async () => {
    const shelf = fanShelf();
    const driver = await started(shelf.settings);
    const was = (await driver.look()).sightings;
    const asked = { kind: 'fan', name: 'east', make: { resourceCharacteristic: [{ name: 'rpm', value: 400 }] } };
    const [make] = wayTo(driver, await driver.look(), asked).steps;
    if (!make) throw new Error('no step');
    const made = await driver.examine(make);
    await driver.act(make);
    expect(shelf.calls()).toEqual([['add', 'east', '400']]);
    expect((await driver.examine(make)).already).toBe(true);
    await expect(driver.act(make)).rejects.toMatchObject({
      code: 'refused',
      message: expect.stringMatching(/already/),
    });
    await driver.undo(make, made.before);
    await driver.undo(make, made.before);
    expect((await driver.look()).sightings).toEqual(was);

    const [remove] = wayTo(driver, await driver.look(), {
      kind: 'fan',
      name: 'north',
      path: '',
      wanted: undefined,
    }).steps;
    if (!remove) throw new Error('no step');
    expect(remove).toMatchObject({ removes: true, cost: { reversible: true } });
    const { before } = await driver.examine(remove);
    await driver.act(remove);
    await driver.act(remove);
    expect(shelf.calls().filter(([verb]) => verb === 'del')).toHaveLength(2);
    await driver.undo(remove, JSON.parse(JSON.stringify(before)));
    expect(fanOf(shelf, 'north')).toEqual({ id: 'north', label: 'north', rpm: 1200, on: true, note: 'quiet' });

    const noNote = await started(withAbility(shelf.settings, note, { set: { run: ['false'] } }));
    const [again] = wayTo(noNote, await noNote.look(), {
      kind: 'fan',
      name: 'north',
      path: '',
      wanted: undefined,
    }).steps;
    if (!again) throw new Error('no step');
    const kept = await noNote.examine(again);
    await noNote.act(again);
    await expect(noNote.undo(again, kept.before)).rejects.toMatchObject({ code: 'refused' });
  });
});

test('every sort of step comes out as foreseen', async () => {
  const shelf = fanShelf();
  const driver = await started(
    withAbility(shelf.settings, note, { remove: { run: [...wordsOf(shelf), 'unnote', '{name}'] } }),
  );
  for (const asked of [
    { kind: 'fan', name: 'north', path: rpm, wanted: 1800 },
    { kind: 'fan', name: 'north', path: '/administrativeState', wanted: 'locked' },
    { kind: 'fan', name: 'north', path: '/administrativeState', wanted: 'unlocked' },
    { kind: 'fan', name: 'north', path: note, wanted: 'loud' },
    { kind: 'fan', name: 'north', path: note, wanted: undefined },
    { kind: 'fan', name: 'west', make: {} },
    { kind: 'fan', name: 'west', path: '', wanted: undefined },
  ]) {
    const { ability, steps } = wayTo(driver, await driver.look(), asked);
    expect(steps).toHaveLength(1);
    for (const step of steps) {
      expect(step).toMatchObject({ cost: expect.any(Object), lasting: expect.any(String) });
      expect((await foreseen({ driver, ability, step })).surprises, step.summary).toEqual([]);
    }
  }
  expect([...tried].sort()).toEqual(['clear', 'make', 'remove', 'set']);
  expect(at(await north(driver), note, tmfKeyedArrays)).toBeUndefined();
});
