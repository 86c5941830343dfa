/** The single executables, both ways: no Node and no node_modules beside them, and the same path as ever. */
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import about from '../../package.json' with { type: 'json' };
import { fillStore } from '../../scripts/bench/documents.ts';
import { memoryOf } from '../../scripts/bench/measure.ts';
import { type Arch, runner } from '../../scripts/packaging/nodes.ts';
import { callAgent, makeDirectory, until } from '../kit/agent.ts';
import { makeNetns, noNamespaces } from '../kit/netns.ts';
import { executable, make, makePlace, say, start } from './packed.ts';

const here = process.arch === 'x64' || process.arch === 'arm64' ? process.arch : undefined;
const noPackage =
  here === undefined || process.platform !== 'linux' ? `there is no build for ${process.platform} ${process.arch}` : '';
const leftOut = (why: string | undefined): string => (why ? ` (left out: ${why})` : '');

const RESOURCES = '/tmf-api/resourceInventoryManagement/v5/resource';
const MAKING_MS = 300_000;
const STARTS = 3;
const IDLE_MS = 5_000;

const single = executable(`diffo-linux-${here}`);
const byPkg = executable(`diffo-pkg-linux-${here}`);

describe.skipIf(noPackage !== '')(`on this machine${leftOut(noPackage)}`, () => {
  beforeAll(async () => {
    await make(here ?? '');
    await make('--pkg', here ?? '');
  }, MAKING_MS);

  for (const [way, program] of Object.entries({ 'the single executable': single, 'the same by pkg': byPkg })) {
    test(`${way} tells its version, and in one sentence what is wrong`, async () => {
      const place = makePlace();
      expect(await say(place, [program, '--version'])).toEqual({ code: 0, out: `${about.version}\n`, err: '' });
      const wrong = await say(place, [program, 'run', '--set', 'what=ever']);
      expect(wrong).toMatchObject({ code: 2, out: '' });
      expect(wrong.err).toMatch(/^diffo: there is no setting "what".*\n$/);
    });

    test(`${way} keeps what it answered through kill -9, and ends with 0 when told to`, async () => {
      const place = makePlace();
      const settings = { profile: 'inventory', data: join(place.directory, 'data') };
      const before = await start(place, [program], settings);
      const made = await callAgent(before.url, 'POST', RESOURCES, { '@type': 'Resource', name: 'kept' });
      expect(made.status).toBe(201);
      await before.kill('SIGKILL');

      const after = await start(place, [program], settings);
      const found = await callAgent(after.url, 'GET', `${RESOURCES}/${made.body.id}`);
      expect(found).toMatchObject({ status: 200, body: { id: made.body.id, name: 'kept' } });
      void after.kill('SIGTERM');
      // Who stops a whole group of processes sends it twice.
      expect(await after.kill('SIGTERM')).toBe(0);
    });

    test.skipIf(noNamespaces !== undefined)(
      `${way} sees interfaces as ip does, puts one right, and is talked to by its own command line${leftOut(noNamespaces)}`,
      async () => {
        const netns = makeNetns();
        netns.veth('veth0', 'veth1');
        await netns.settle();
        const place = makePlace('ip', 'sh');
        const agent = await start(place, [program], {
          profile: 'linux-host',
          data: join(place.directory, 'data'),
          'linux.netns': netns.name,
        });
        const diffo = (...words: string[]) => say(place, [program, ...words], { DIFFO_URL: agent.url });

        const links = netns.ipJson('link show');
        const listed = await diffo('ls', '--kind', 'networkInterface', '--json');
        expect(listed).toMatchObject({ code: 0, err: '' });
        const seen = JSON.parse(listed.out) as {
          name: string;
          resourceCharacteristic: { name: string; value: unknown }[];
        }[];
        const mtu = (each: (typeof seen)[number]) =>
          each.resourceCharacteristic.find(({ name }) => name === 'mtu')?.value;
        expect(new Map(seen.map(each => [each.name, mtu(each)]))).toEqual(
          new Map(links.map(link => [link.ifname, link.mtu])),
        );

        netns.ip('link set veth1 down');
        const laid = await diffo(
          'expect',
          'networkInterface/veth1',
          'administrativeState=unlocked',
          'mtu=1400',
          '--mode',
          'enforce',
        );
        expect(laid).toMatchObject({ code: 0, err: '' });
        await until('ip sees it put right', () => {
          const [link = {}] = netns.ipJson('link show dev veth1');
          return link.mtu === 1400 && (link.flags as string[]).includes('UP');
        });
        await until('nothing is outstanding', async () =>
          (await diffo('outstanding')).out.startsWith('nothing is outstanding'),
        );
        expect((await diffo('status')).out).toContain('linux-host');
        expect(await agent.kill('SIGTERM')).toBe(0);
      },
    );

    test.skipIf(noNamespaces !== undefined)(
      `${way} is its own fail-safe: what nobody confirmed goes back when it is killed${leftOut(noNamespaces)}`,
      { timeout: 60_000 },
      async () => {
        const netns = makeNetns();
        netns.veth('veth0', 'veth1');
        await netns.settle();
        const place = makePlace('ip', 'sh');
        const settings = {
          profile: 'linux-host',
          data: join(place.directory, 'data'),
          'linux.netns': netns.name,
          'plans.confirmWithin': '5s',
        };
        const agent = await start(place, [program], settings);
        const call = (path: string, body: object) => callAgent(agent.url, 'POST', `/diffo/v1/${path}`, body);
        const mtu = () => netns.ipJson('link show dev veth1')[0]?.mtu;
        await call('rules', { sort: 'protect', for: { instance: 'veth1' } });
        const wish = { resourceCharacteristic: [{ name: 'mtu', value: 1400 }] };
        await call('expectations', { for: { kind: 'networkInterface', name: 'veth1' }, expect: wish, mode: 'warn' });
        const { body: plan } = await call('plans', {});
        await call(`plans/${plan.id}/approve`, { by: 'ana' });
        await until('it is done', () => mtu() === 1400);
        await agent.kill('SIGKILL');
        await until('it is back', () => mtu() === 1500);
        const after = await start(place, [program], settings);
        const { body: ended } = await callAgent(after.url, 'GET', `/diffo/v1/plans/${plan.id}`);
        expect(ended).toMatchObject({ state: 'undone', because: expect.stringContaining('by the fail-safe') });
        expect(await after.kill('SIGTERM')).toBe(0);
      },
    );
  }

  test('the addon is unpacked once, looked at before each start, and put right when it is damaged', async () => {
    const place = makePlace();
    const data = join(place.directory, 'data');
    const settings = { profile: 'inventory', data };
    await (await start(place, [single], settings)).kill('SIGTERM');
    const [name = '', ...others] = readdirSync(data).filter(each => each.endsWith('.node'));
    expect(others).toEqual([]);
    const addon = join(data, name);
    const { ino, mode } = statSync(addon);
    expect(mode & 0o777).toBe(0o500);
    const prebuild = `../../node_modules/better-sqlite3/prebuilds/linux-${here}.node`;
    expect(readFileSync(addon).equals(readFileSync(join(import.meta.dirname, prebuild)))).toBe(true);

    await (await start(place, [single], settings)).kill('SIGTERM');
    expect(statSync(addon).ino).toBe(ino);

    chmodSync(addon, 0o700);
    writeFileSync(addon, 'not an addon');
    await (await start(place, [single], settings)).kill('SIGTERM');
    expect(readFileSync(addon).equals(readFileSync(join(import.meta.dirname, prebuild)))).toBe(true);
  });

  test('what both take is told side by side', async () => {
    const rows: string[] = ['                   size MB   ready ms   RSS MiB   private dirty MiB'];
    for (const [name, program] of Object.entries({ single, pkg: byPkg })) {
      const place = makePlace();
      const settings = { profile: 'inventory', data: makeDirectory() };
      fillStore(settings.data, 1_000);
      const readyMs: number[] = [];
      for (let i = 0; i <= STARTS; i++) {
        const agent = await start(place, [program], settings);
        // The first start unpacks.
        if (i > 0) readyMs.push(agent.readyMs);
        await agent.kill('SIGTERM');
      }
      const agent = await start(place, [program], settings);
      await wait(IDLE_MS);
      const { rss, dirty } = memoryOf(agent.pid);
      const figures = [statSync(program).size / 1e6, Math.min(...readyMs), rss, dirty];
      rows.push(`${name.padEnd(14)}${figures.map(figure => figure.toFixed(1).padStart(11)).join('')}`);
      expect(figures.every(Number.isFinite)).toBe(true);
      await agent.kill('SIGTERM');
    }
    console.log(`1,000 resources, ${IDLE_MS / 1_000} s after the start\n${rows.join('\n')}`);
  });
});

const other: Arch = here === 'arm64' ? 'x64' : 'arm64';
const emulator = runner(other);
const noEmulator = emulator ? '' : `needs qemu-user-static and the libraries of ${other}`;

test.skipIf(noEmulator !== '')(
  `the executable for ${other} serves and keeps under emulation${leftOut(noEmulator)}`,
  { timeout: MAKING_MS },
  async () => {
    await make(other);
    const words = [...(emulator ?? []), executable(`diffo-linux-${other}`)];
    const place = makePlace(words[0] ?? '');
    expect(await say(place, [...words, '--version'])).toMatchObject({ code: 0, out: `${about.version}\n` });
    const settings = { profile: 'inventory', data: join(place.directory, 'data') };
    const before = await start(place, words, settings);
    const made = await callAgent(before.url, 'POST', RESOURCES, { '@type': 'Resource', name: 'kept' });
    expect(made.status).toBe(201);
    await before.kill('SIGKILL');
    const after = await start(place, words, settings);
    expect(await callAgent(after.url, 'GET', `${RESOURCES}/${made.body.id}`)).toMatchObject({ status: 200 });
    expect(await after.kill('SIGTERM')).toBe(0);
  },
);
