/** What the SQLite store does when the disk, the file or another process is against it. */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import { afterAll, expect, onTestFinished, type TestContext, test } from 'vitest';
import { openStore } from '../../../src/adapters/sqlite/store.ts';
import { instanceId } from '../../../src/core/ids.ts';
import type { Store } from '../../../src/ports/store.ts';
import { cause, expectation, keyed, newId, service, verdict } from '../../contracts/store.ts';
import { handClock } from '../../kit/clock.ts';

const directory = mkdtempSync(join(tmpdir(), 'diffo-store-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const open = (path: string): Store => openStore({ path, clock: handClock(), keyed, newId });
const isRoot = process.getuid?.() === 0;
const storage = (words: RegExp): unknown =>
  expect.objectContaining({ code: 'storage', message: expect.stringMatching(words) });

/** What only some machines allow; undefined when it went well, else the reason. */
function attempt(command: string, ...args: string[]): string | undefined {
  try {
    execFileSync(command, args, { stdio: 'pipe' });
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** Runs the writer on the file until it is killed, a moment after its first acknowledgement; what it acknowledged. */
async function writeUntilKilled(path: string, afterMs: number): Promise<string[]> {
  const script = join(import.meta.dirname, '../../kit/store-writer.ts');
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  const ended = new Promise(resolve => child.once('close', resolve));
  createInterface(child.stdout).on('line', line => {
    if (acknowledged.push(line) === 1) setTimeout(() => child.kill('SIGKILL'), afterMs);
  });
  await ended;
  return acknowledged;
}

/** The file as SQLite itself sees it, and whether every row has its change. */
function expectSound(path: string): void {
  const db = new Database(path);
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(db.pragma('foreign_key_check')).toEqual([]);
    const oldest = db.prepare('SELECT min(seq) FROM change').pluck().get();
    const untold =
      'SELECT count(*) FROM instance LEFT JOIN change USING (seq) WHERE instance.seq >= ? AND change.id IS NOT instance.id';
    expect(db.prepare(untold).pluck().get(oldest)).toBe(0);
  } finally {
    db.close();
  }
}

test('a process that is killed at any moment has lost nothing it acknowledged', { timeout: 120_000 }, async () => {
  const path = join(directory, 'killed.db');
  const acknowledged: string[] = [];
  for (let time = 0; time < 20; time++) acknowledged.push(...(await writeUntilKilled(path, Math.random() * 100)));
  const store = open(path);
  const lost = acknowledged.filter(id => store.instanceSeq(instanceId(id)) === undefined);
  store.close();
  expect(acknowledged.length).toBeGreaterThan(20);
  expect(lost).toEqual([]);
  expectSound(path);
});

test('a second agent on the same file is told so', () => {
  const path = join(directory, 'shared.db');
  const first = open(path);
  onTestFinished(() => first.close());
  expect(() => open(path)).toThrow(storage(/shared\.db is in use: another agent runs on it/));
  const script = join(import.meta.dirname, '../../kit/store-writer.ts');
  expect(attempt(process.execPath, script, path)).toMatch(/another agent runs on it/);
  expect(first.transact(cause, writer => writer.putInstance(service('a'))).seq).toBe(1);
});

test('a file of a newer version is refused and left alone', () => {
  const path = join(directory, 'newer.db');
  open(path).close();
  const db = new Database(path);
  db.pragma('user_version = 99');
  db.close();
  const before = readFileSync(path);
  expect(() => open(path)).toThrow(
    storage(/newer\.db was written by a newer Diffo Edge \(schema 99, this one knows \d+\)/),
  );
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("another program's database is refused and left alone", () => {
  const path = join(directory, 'other.db');
  const db = new Database(path);
  db.exec('CREATE TABLE instance (id)');
  db.close();
  const before = readFileSync(path);
  expect(() => open(path)).toThrow(storage(/another program/));
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a file that is no database, or a damaged one, is named with the way out', () => {
  const text = join(directory, 'text.db');
  writeFileSync(text, 'all work and no play makes jack a dull boy\n'.repeat(200));
  expect(() => open(text)).toThrow(storage(/text\.db is damaged .* move it away/));

  const torn = join(directory, 'torn.db');
  const store = open(torn);
  for (let i = 0; i < 100; i++) store.transact(cause, writer => writer.putInstance(service(`s${i}`)));
  store.close();
  const bytes = readFileSync(torn);
  writeFileSync(torn, bytes.fill(0xa5, 100, 4096));
  expect(() => open(torn)).toThrow(storage(/torn\.db is damaged/));
});

test('damage deeper in the file is named when it is met', () => {
  const path = join(directory, 'deep.db');
  const store = open(path);
  for (let i = 0; i < 300; i++) store.transact(cause, writer => writer.putInstance(service(`s${i}`)));
  store.close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xa5, 40 * 4096));
  expect(() => {
    const again = open(path);
    onTestFinished(() => again.close());
    return [[...again.instances({})], again.changesAfter(0, 1000)];
  }).toThrow(storage(/deep\.db is damaged/));
});

test('the directory is made when it is missing; a place that cannot have one is named', () => {
  open(join(directory, 'made/for/me/x.db')).close();
  const file = join(directory, 'file');
  writeFileSync(file, '');
  expect(() => open(join(file, 'data/x.db'))).toThrow(storage(/data directory .*file\/data cannot be made .*ENOTDIR/));
});

test('a directory that cannot be written is named', context => {
  const sealed = join(directory, 'sealed');
  mkdirSync(sealed);
  // Modes do not bind root.
  const [command, seal, unseal] = isRoot ? (['chattr', '+i', '-i'] as const) : (['chmod', '555', '755'] as const);
  const refused = attempt(command, seal, sealed);
  if (refused) context.skip(refused);
  onTestFinished(() => void attempt(command, unseal, sealed));
  expect(() => open(join(sealed, 'x.db'))).toThrow(
    storage(/sealed\/x\.db cannot be read or written .* writable directory/),
  );
});

/** A file system of its own, so small that it can be filled. */
function smallDisk(context: TestContext, name: string, size: string): string {
  if (!isRoot) context.skip('only root can mount a small disk');
  const disk = join(directory, name);
  mkdirSync(disk);
  const refused = attempt('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk);
  if (refused) context.skip(refused);
  onTestFinished(() => void attempt('umount', disk));
  return disk;
}

// The write-ahead log fills a small disk; on a larger one it is the file that can no longer grow.
for (const megabytes of [5, 16]) {
  test(`on a full disk of ${megabytes} MiB writes are refused, reads go on, and room makes all well again`, async context => {
    const disk = smallDisk(context, `full-${megabytes}`, `${megabytes}m`);
    const filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc((megabytes / 2) * 1024 * 1024));
    const path = join(disk, 'x.db');
    const store = open(path);
    onTestFinished(() => store.close());

    const acknowledged: string[] = [];
    const submit = async (id: string): Promise<void> => {
      await store.submit(cause, writer => writer.putInstance(service(id, { description: 'x'.repeat(2000) })));
      acknowledged.push(id);
    };
    let refused: unknown;
    for (let crowd = 0; refused === undefined && crowd < 2000; crowd++) {
      const outcomes = await Promise.allSettled([1, 2, 3].map(i => submit(`${crowd}-${i}`)));
      refused = outcomes.find(outcome => outcome.status === 'rejected')?.reason;
    }
    expect(refused).toEqual(storage(/the disk that holds .* is full/));
    const large = (): unknown =>
      store.transact(cause, writer => writer.putInstance(service('large', { description: 'x'.repeat(200_000) })));
    expect(large).toThrow(storage(/is full/));
    expect([...store.instances({})].map(({ id }) => id)).toEqual(acknowledged);
    expect(store.changesAfter(store.seq() - 1, 9)).toHaveLength(1);

    rmSync(filler);
    await submit('after');
    expect(large).not.toThrow();
    store.close();
    expectSound(path);
    const again = open(path);
    onTestFinished(() => again.close());
    expect([...again.instances({})].map(({ id }) => id)).toEqual([...acknowledged, 'large']);
  });
}

test('a write that met the full disk cannot be kept by looking away', context => {
  const store = open(join(smallDisk(context, 'away', '2m'), 'x.db'));
  onTestFinished(() => store.close());
  const huge = service('huge', { description: 'x'.repeat(8_000_000) });
  expect(() =>
    store.transact(cause, writer => {
      writer.putInstance(service('a'));
      try {
        writer.putInstance(huge);
      } catch {}
      writer.putInstance(service('b'));
    }),
  ).toThrow(storage(/is full/));
  expect([store.seq(), store.countInstances({})]).toEqual([0, 0]);
  expect(store.transact(cause, writer => writer.putInstance(service('c'))).seq).toBe(1);
});

test('a quiet world leaves no trace on the disk', async () => {
  const path = join(directory, 'quiet.db');
  const store = open(path);
  onTestFinished(() => store.close());
  const everything = (): void =>
    store.transact(cause, writer => {
      for (let i = 0; i < 10; i++) writer.putInstance(service(`s${i}`));
      writer.putExpectation(expectation('e'));
      writer.putVerdict(verdict('e', 's1'));
      writer.bindKey({ kind: 'port', key: 'eth0', id: instanceId('s1') });
      writer.putLeafRecord({ leaf: 'l', attempts: 1, until: 5, because: 'refused' });
      writer.putPause({ scope: 'all', by: 'operator', since: 1 });
      writer.removeInstance(instanceId('nobody'));
      writer.clearPause('kind:none');
    });
  everything();
  const trace = (): unknown =>
    [path, `${path}-wal`].map(file => {
      const { size, mtimeNs } = statSync(file, { bigint: true });
      return [size, mtimeNs];
    });
  const before = trace();
  const seq = store.seq();
  for (let i = 0; i < 50; i++) everything();
  await store.submit(cause, writer => writer.putInstance(service('s1')));
  expect(store.seq()).toBe(seq);
  expect(trace()).toEqual(before);
});
