/** A device with a command line, for tests of the driver `exec`: a shelf of fans, kept in a file by a small program. */
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openExec } from '../../src/adapters/drivers/exec/driver.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { Driver } from '../../src/ports/driver.ts';
import { silentLog } from '../../src/ports/log.ts';

export interface Fan {
  readonly id: string;
  readonly label: string;
  readonly rpm: number;
  readonly on: boolean;
  readonly note?: string;
}

export interface Shelf {
  readonly folder: string;
  /** As the settings of the driver are written. */
  readonly settings: JsonObject;
  read(): readonly Fan[];
  write(fans: readonly Fan[]): void;
  /** Changes one from outside. */
  change(id: string, to: Partial<Fan>): void;
  /** The words of every command that changed something, in order. */
  calls(): readonly (readonly string[])[];
  /** From now on no command ends; the returned function ends that. */
  hang(): () => void;
  /** The path of a script of this text, which can be run. */
  script(name: string, text: string): string;
}

const program = `
import { appendFileSync, existsSync, readFileSync, renameSync, watch, writeFileSync } from 'node:fs';
const [folder, verb, ...words] = process.argv.slice(2);
const file = folder + '/fans.json';
if (existsSync(folder + '/hangs') && verb !== 'watch') {
  process.on('SIGTERM', () => {});
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
const fans = JSON.parse(readFileSync(file, 'utf8'));
const write = all => {
  writeFileSync(file + '.' + process.pid, JSON.stringify(all));
  renameSync(file + '.' + process.pid, file);
};
const refuse = (words, code = 1) => {
  console.error(words);
  console.error('(this line is for nobody)');
  process.exit(code);
};
if (verb === 'list') {
  console.log(JSON.stringify({ fans }));
} else if (verb === 'counters') {
  console.log(JSON.stringify({ fans: Object.fromEntries(fans.map(each => [each.id, { hours: 7 }])) }));
} else if (verb === 'watch') {
  watch(folder, (_, name) => name === 'fans.json' && console.log('something'));
} else {
  appendFileSync(folder + '/calls.jsonl', JSON.stringify([verb, ...words]) + '\\n');
  const [label, value] = words;
  const fan = fans.find(each => each.label === label);
  if (verb === 'add') {
    if (fan) refuse('there is such a fan');
    write([...fans, { id: label, label, rpm: Number(value), on: true }]);
  } else if (!fan) refuse('no such fan', 3);
  else if (verb === 'del') write(fans.filter(each => each !== fan));
  else {
    if (verb === 'rpm' && Number(value) > 9000) refuse('the fan would take off');
    if (verb === 'power' && !['on', 'off'].includes(value)) refuse('on or off');
    if (verb === 'secret') process.exit(0);
    const to = { rpm: { rpm: Number(value) }, power: { on: value === 'on', rpm: value === 'on' ? fan.rpm || 1000 : 0 }, note: { note: value }, unnote: { note: undefined } }[verb];
    write(fans.map(each => (each === fan ? { ...each, ...to } : each)));
  }
}
`;

const type = {
  type: 'object',
  required: ['id', 'label', 'rpm', 'on'],
  properties: { rpm: { type: 'integer' }, on: { type: 'boolean' }, label: { type: 'string' } },
};

export function fanShelf(): Shelf {
  const folder = mkdtempSync(join(tmpdir(), 'diffo-test-exec-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'fans.json');
  const script = join(folder, 'fans.mjs');
  writeFileSync(script, program);
  const shelf: Shelf = {
    folder,
    settings: settingsOf([process.execPath, script, folder]),
    read: () => JSON.parse(readFileSync(file, 'utf8')),
    write(fans) {
      writeFileSync(`${file}.new`, JSON.stringify(fans));
      renameSync(`${file}.new`, file);
    },
    change: (id, to) => shelf.write(shelf.read().map(each => (each.id === id ? { ...each, ...to } : each))),
    calls() {
      try {
        return readFileSync(join(folder, 'calls.jsonl'), 'utf8')
          .trim()
          .split('\n')
          .map(line => JSON.parse(line));
      } catch {
        return [];
      }
    },
    hang() {
      writeFileSync(join(folder, 'hangs'), '');
      return () => rmSync(join(folder, 'hangs'));
    },
    script(name, text) {
      writeFileSync(join(folder, name), text, { mode: 0o755 });
      return join(folder, name);
    },
  };
  shelf.write([
    { id: 'f1', label: 'north', rpm: 1200, on: true, note: 'quiet' },
    { id: 'f2', label: 'south', rpm: 0, on: false },
  ]);
  return shelf;
}

export const rpm = '/resourceCharacteristic/rpm/value';
export const secret = '/resourceCharacteristic/secret/value';
export const note = '/resourceCharacteristic/note/value';

function settingsOf(fans: readonly string[]): JsonObject {
  return {
    timeLimit: '10s',
    look: {
      run: [...fans, 'list'],
      schema: { type: 'object', required: ['fans'], properties: { fans: { type: 'array', items: type } } },
      things: [
        {
          list: '/fans',
          kind: 'fan',
          key: '/id',
          name: '/label',
          facts: {
            '/administrativeState': { at: '/on', as: { true: 'unlocked', false: 'locked' } },
            [rpm]: '/rpm',
            [note]: '/note',
          },
        },
      ],
    },
    sample: {
      run: [...fans, 'counters'],
      schema: { type: 'object' },
      things: [{ list: '/fans', kind: 'fan', key: '#', characteristics: { hours: '/hours' } }],
    },
    watch: { run: [...fans, 'watch'] },
    abilities: [
      {
        kind: 'fan',
        path: rpm,
        accepts: { type: 'integer' },
        set: { run: [...fans, 'rpm', '{name}', '{value}'], exit: { moved: [3] } },
        needs: [{ path: '/administrativeState', expect: 'unlocked', because: 'the fan is on' }],
        lasting: 'lasts',
      },
      {
        kind: 'fan',
        path: '/administrativeState',
        accepts: { enum: ['locked', 'unlocked', 'ajar'] },
        called: { unlocked: 'on', locked: 'off' },
        predict: [
          { to: 'locked', path: rpm, value: 0 },
          { to: 'unlocked', path: rpm, value: 1000 },
        ],
        set: { run: [...fans, 'power', '{name}', '{value}'], exit: { moved: [3] } },
      },
      { kind: 'fan', path: note, accepts: { type: 'string' }, set: { run: [...fans, 'note', '{name}', '{value}'] } },
      { kind: 'fan', path: secret, set: { run: [...fans, 'secret', '{name}', '{value}'] } },
      {
        kind: 'fan',
        path: '',
        make: { run: [...fans, 'add', '{name}', `{${rpm}}`] },
        remove: { run: [...fans, 'del', '{name}'], exit: { moved: [3] } },
        facts: { '/administrativeState': 'unlocked', [rpm]: 1000 },
      },
    ],
  };
}

/** The settings with one ability replaced in part, or the look. */
export function withAbility(settings: JsonObject, path: string, more: JsonObject): JsonObject {
  const abilities = settings.abilities;
  if (!Array.isArray(abilities)) throw new Error('no abilities');
  return { ...settings, abilities: abilities.map(each => (each.path === path ? { ...each, ...more } : each)) };
}

export function openShelf(settings: JsonObject): Driver {
  const driver = openExec({ settings, clock: systemClock, log: silentLog });
  onTestFinished(() => driver.stop());
  return driver;
}
