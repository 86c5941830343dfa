import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { openExec } from '../../../src/adapters/drivers/exec/driver.ts';
import { systemClock } from '../../../src/adapters/system-clock.ts';
import { checkText } from '../../../src/core/profile/check-text.ts';
import type { Driver } from '../../../src/ports/driver.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { tmfKeyedArrays } from '../../../src/tmf/keyed-arrays.ts';
import { foreseen, wayTo } from '../../kit/foreseen.ts';
import { makeNetns, type Netns, noNamespaces } from '../../kit/netns.ts';

const why = noNamespaces === undefined ? '' : ` (left out: ${noNamespaces})`;
const file = join(import.meta.dirname, '../../../firmware-profiles/exec-example.yaml');

/** The example as it ships, about a namespace of the test's own. */
async function opened(netns: Netns): Promise<{ driver: Driver; rings: () => number }> {
  const text = readFileSync(file, 'utf8').replaceAll('diffo-example', netns.name);
  const { profile, findings } = await checkText(text, 'yaml', { keyed: tmfKeyedArrays });
  expect(findings).toEqual([]);
  const driver = openExec({ settings: profile?.drivers[0]?.settings ?? {}, clock: systemClock, log: silentLog });
  let rings = 0;
  onTestFinished(() => driver.stop());
  await driver.start(() => {
    rings++;
  });
  return { driver, rings: () => rings };
}

describe.skipIf(noNamespaces !== undefined)(`the example of a profile for exec${why}`, () => {
  test('sees the bridges of a namespace, and hears of them', async () => {
    const netns = makeNetns();
    const { driver, rings } = await opened(netns);
    expect((await driver.look()).sightings).toEqual([]);
    netns.ip('link add name br0 mtu 1400 type bridge');
    await vi.waitFor(() => expect(rings()).toBeGreaterThan(0), { timeout: 20_000 });
    const { sightings } = await driver.look();
    expect(sightings).toMatchObject([
      { kind: 'bridge', key: 'br0', facts: { name: 'br0', administrativeState: 'locked' } },
    ]);
    expect((await driver.sample(0)).get('bridge/br0')?.characteristics).toMatchObject([
      { name: 'rxBytes', value: 0, valueType: 'integer' },
      { name: 'txBytes', value: 0 },
    ]);
  });

  test('does all that it declares, as foreseen, and takes it back', async () => {
    const netns = makeNetns();
    const { driver } = await opened(netns);
    netns.ip('link add name br0 type bridge');
    await netns.settle();
    const mtu = '/resourceCharacteristic/mtu/value';
    const alias = '/resourceCharacteristic/alias/value';
    for (const asked of [
      { kind: 'bridge', name: 'br0', path: alias, wanted: 'to the lab; $(reboot)' },
      { kind: 'bridge', name: 'br0', path: alias, wanted: undefined },
      { kind: 'bridge', name: 'br0', path: mtu, wanted: 1400 },
      { kind: 'bridge', name: 'br0', path: '/administrativeState', wanted: 'unlocked' },
      { kind: 'bridge', name: 'br0', path: '/administrativeState', wanted: 'locked' },
      { kind: 'bridge', name: 'br1', make: { resourceCharacteristic: [{ name: 'mtu', value: 1300 }] } },
      { kind: 'bridge', name: 'br1', path: '', wanted: undefined },
    ]) {
      const was = (await driver.look()).sightings;
      const { ability, steps } = wayTo(driver, await driver.look(), asked);
      const [step] = steps;
      if (!step) continue;
      const { before } = await driver.examine(step);
      expect((await foreseen({ driver, ability, step, withinMs: 5_000 })).surprises, step.summary).toEqual([]);
      expect((await driver.examine(step)).already).toBe(true);
      await driver.undo(step, before);
      // One that comes back is another one to the kernel.
      const bare = (all: typeof was) => all.map(({ handle: _, ...each }) => each);
      await vi.waitFor(async () => expect(bare((await driver.look()).sightings)).toEqual(bare(was)), {
        timeout: 20_000,
      });
      await driver.act(step);
    }
  });

  test('a namespace that is not there is told in the words of ip', async () => {
    const netns = makeNetns();
    const { driver } = await opened({ ...netns, name: 'diffo-test-none' });
    await expect(driver.look()).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/Cannot open network namespace/),
    });
  });
});
