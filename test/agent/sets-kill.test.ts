/**
 * Sets from files and one from the profile on one device: what stands, who is overruled by whom and what is outstanding,
 * step by step, and the same after `kill -9` between any two steps and in the middle of each.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { diffo } from '../cli/running.ts';
import { callAgent, makeDirectory } from '../kit/agent.ts';
import { chanceOf } from '../kit/chance.ts';
import { lastingPort, launch } from '../kit/process.ts';

const seed = Number(process.env.DIFFO_SEED ?? Date.now() % 1_000_000);
/** Longer than any of the steps takes. */
const STEP_MS = 60;

// biome-ignore lint/suspicious/noExplicitAny: a test says what it expects to find in an answer
type Told = any;

const mtu = (value: number): string => `{ resourceCharacteristic: [{ name: mtu, value: ${value} }] }`;
const item = (name: string, expected: string, priority: number): string =>
  `  - { name: ${name}, for: { kind: port, name: p1 }, expect: ${expected}, priority: ${priority} }\n`;

const up = item('up', '{ operationalState: enabled }', 50);

const profileOf = (expectations: string): string => `
name: one-port
description: a device with one port
mode: warn
drivers:
  - driver: simulator
    settings:
      elements:
        - kind: port
          key: p1
          facts:
            name: p1
            '@type': LogicalResource
            operationalState: enabled
            resourceCharacteristic: [{ name: mtu, value: 1500 }]
kinds:
  - name: port
    type: resource
    observed: [name, '@type', operationalState]
    characteristic:
      - { name: mtu, owner: driver, schema: { type: integer } }
expectations:
${expectations || '  []\n'}`;

interface Device {
  /** The address of the agent as it runs now. */
  url(): string;
  readonly files: string;
}

interface Step {
  readonly does: string;
  readonly do: (device: Device) => Promise<void>;
  /** Of the MTU: what stands, by whom, and whom that overrules. */
  readonly stands: readonly [mtu: number | undefined, by: string | undefined, ...overruled: string[]];
  readonly outstanding: readonly string[];
}

const file =
  (name: string, text: string, ...more: string[]) =>
  async ({ url, files }: Device): Promise<void> => {
    const path = join(files, `${name}.yaml`);
    writeFileSync(path, `set: ${name}\nexpectations:\n${text}`);
    await run(url(), 'apply', '-f', path, '--yes', ...more);
  };

const profile =
  (expectations: string) =>
  async ({ url, files }: Device): Promise<void> => {
    writeFileSync(join(files, 'one-port.profile.yaml'), profileOf(expectations));
    await run(url(), 'profile', 'reload');
  };

async function run(url: string, ...words: string[]): Promise<void> {
  const { code, err } = await diffo(words, { env: { DIFFO_URL: url } });
  if (code !== 0) throw new Error(`diffo ${words.join(' ')}: ${err}`);
}

const steps: readonly Step[] = [
  {
    does: 'the profile alone',
    do: async () => {},
    stands: [1500, 'profile/base'],
    outstanding: [],
  },
  {
    does: 'a first file above it',
    do: file('site', item('jumbo', mtu(9000), 50) + up),
    stands: [9000, 'site/jumbo', 'profile/base'],
    outstanding: ['site/jumbo unmet'],
  },
  {
    does: 'a second file above both',
    do: file('customer', item('small', mtu(1400), 60)),
    stands: [1400, 'customer/small', 'profile/base', 'site/jumbo'],
    outstanding: ['customer/small unmet', 'site/jumbo unmet'],
  },
  {
    does: 'the first file is changed and stands above',
    do: file('site', item('jumbo', mtu(8000), 70) + up),
    stands: [8000, 'site/jumbo', 'customer/small', 'profile/base'],
    outstanding: ['customer/small unmet', 'site/jumbo unmet'],
  },
  {
    does: 'what the first file says no longer stays without being pruned',
    do: file('site', up),
    stands: [8000, 'site/jumbo', 'customer/small', 'profile/base'],
    outstanding: ['customer/small unmet', 'site/jumbo unmet'],
  },
  {
    does: 'it is pruned',
    do: file('site', up, '--prune'),
    stands: [1400, 'customer/small', 'profile/base'],
    outstanding: ['customer/small unmet'],
  },
  {
    does: 'the profile expects something else, and one thing more',
    do: profile(item('base', mtu(1300), 40) + item('open', '{ administrativeState: unlocked }', 40)),
    stands: [1400, 'customer/small', 'profile/base'],
    outstanding: ['customer/small unmet', 'profile/base unmet', 'profile/open unmet'],
  },
  {
    does: 'a hand takes one away',
    do: async ({ url }) => {
      const all = (await callAgent(url(), 'GET', '/diffo/v1/expectations')).body;
      const small = all.find((each: Told) => each.name === 'small');
      if (small) await callAgent(url(), 'DELETE', `/diffo/v1/expectations/${small.id}`);
    },
    stands: [1300, 'profile/base'],
    outstanding: ['profile/base unmet', 'profile/open unmet'],
  },
  {
    does: 'its file brings it back, with what it says by now',
    do: file('customer', item('small', mtu(1500), 60)),
    stands: [1500, 'customer/small', 'profile/base'],
    outstanding: ['profile/base unmet', 'profile/open unmet'],
  },
  {
    does: 'the profile expects nothing any more',
    do: profile(''),
    stands: [1500, 'customer/small'],
    outstanding: [],
  },
  {
    does: 'a set is withdrawn',
    do: async ({ url }) => {
      await callAgent(url(), 'DELETE', '/diffo/v1/sets/customer');
    },
    stands: [undefined, undefined],
    outstanding: [],
  },
];

/** Everything that is expected, in the order in which it was laid. */
async function laid(url: string): Promise<readonly Told[]> {
  const all: readonly Told[] = (await callAgent(url, 'GET', '/diffo/v1/expectations')).body;
  return all.map(({ id, set, name, expect: expected, priority }) => ({ id, set, name, expected, priority }));
}

async function cursorOf(url: string): Promise<string> {
  return (await callAgent(url, 'GET', '/diffo/v1/status')).body.cursor;
}

async function state(url: string): Promise<Pick<Step, 'stands' | 'outstanding'>> {
  const get = async (path: string): Promise<Told> => (await callAgent(url, 'GET', path)).body;
  const names = new Map((await laid(url)).map(({ id, set, name }) => [id, `${set}/${name}`]));
  const nameOf = ({ expectation }: { readonly expectation: string }): string => names.get(expectation) ?? expectation;
  const [port] = await get('/tmf-api/resourceInventoryManagement/v5/resource?name=p1');
  const { leaves, overruled } = await get(`/diffo/v1/standing?instance=${port.id}`);
  const isMtu = ({ path }: Told): boolean => path === '/resourceCharacteristic/mtu/value';
  const leaf = leaves.find(isMtu);
  const beaten = overruled.filter(isMtu).map(nameOf).sort();
  const outstanding = (await get('/diffo/v1/outstanding'))
    .map((each: Told) => `${nameOf(each)} ${each.verdict}`)
    .sort();
  return { stands: [leaf?.expected, leaf?.origin.map(nameOf)[0], ...beaten], outstanding };
}

test('sets from two files and the profile: each step comes out right, killed or not', {
  timeout: 300_000,
}, async () => {
  const chance = chanceOf(seed);
  const files = makeDirectory();
  const data = makeDirectory();
  const path = join(files, 'one-port.profile.yaml');
  writeFileSync(path, profileOf(item('base', mtu(1500), 40)));
  const settings = { profile: path, data, http: `127.0.0.1:${await lastingPort()}` };
  let agent = launch(settings);
  let url = (await agent.ready).url;
  onTestFinished(() => rmSync(files, { recursive: true, force: true }));
  const device: Device = { files, url: () => url };
  const killed = async (): Promise<void> => {
    await agent.kill();
    agent = launch(settings);
    url = (await agent.ready).url;
  };

  for (const { does, do: take, ...right } of steps) {
    const story = `${does} (DIFFO_SEED=${seed})`;
    const before = await laid(url);
    // In the middle of it: whatever came of that is all of it or nothing.
    const under = take(device).catch(() => {});
    await wait(chance.whole(0, STEP_MS));
    await killed();
    await under;
    const between = await laid(url);
    await take(device);
    const after = await laid(url);
    expect([before, after], story).toContainEqual(between);
    await expect.poll(() => state(url), { timeout: 30_000, message: story }).toEqual(right);
    // And after it.
    await killed();
    expect(await laid(url), story).toEqual(after);
    await expect.poll(() => state(url), { timeout: 30_000, message: `${story}, killed` }).toEqual(right);
    // The same again is nothing.
    const cursor = await cursorOf(url);
    await take(device);
    expect(await laid(url), story).toEqual(after);
    expect(await cursorOf(url), story).toBe(cursor);
  }
});
