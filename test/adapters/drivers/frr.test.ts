import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Json, JsonObject } from '../../../src/core/json.ts';
import type { Step } from '../../../src/ports/driver.ts';
import { driverContract } from '../../contracts/driver.ts';
import { frrPaths, lonely, noFrr, openDriver, see, stepsTo, stepTo, twoRouters, valueAt } from '../../kit/frr.ts';

const why = noFrr === undefined ? '' : ` (left out: ${noFrr})`;

const shut = { address: '192.0.2.9', remoteAs: 65009, shutdown: true, addressFamily: ['ipv4Unicast'] };
const added = { address: '192.0.2.7', remoteAs: 65007, shutdown: true, addressFamily: ['ipv4Unicast'] };

describe.skipIf(noFrr !== undefined)(`the frr driver${why}`, () => {
  driverContract('the frr driver', async () => {
    const frr = lonely();
    return {
      driver: openDriver(frr),
      kind: 'bgpRouter',
      key: 'default',
      path: frrPaths.neighbor,
      wanted: [added, shut],
      refused: [{ address: '192.0.2.1', remoteAs: 65001 }, shut],
      nonsense: 'many',
      changeFromOutside: () => frr.configure('router bgp 65001', 'neighbor 192.0.2.9 description by hand'),
      takeAway: () => frr.configure('no router bgp 65001'),
      hang() {
        frr.signal('bgpd', 'SIGSTOP');
        return () => frr.signal('bgpd', 'SIGCONT');
      },
    };
  });

  describe('sees', () => {
    test('what is configured, and what came of it', async () => {
      const { one } = await twoRouters();
      one.configure(
        ...[
          'router bgp 65001',
          'neighbor 192.0.2.2 description to the north',
          'neighbor e0 interface remote-as external',
        ],
        ...['neighbor GROUP peer-group', 'neighbor GROUP remote-as 65004', 'neighbor 192.0.2.40 peer-group GROUP'],
        ...['address-family ipv6 unicast', 'network 2001:db8:5::/48', 'neighbor 192.0.2.2 activate'],
      );
      one.configure('ip route 203.0.113.0/24 192.0.2.77 e0 tag 7 50', 'ip route 203.0.113.0/24 10.66.0.1');
      one.configure('router bgp 65009 vrf RED', 'bgp router-id 10.0.0.9');
      one.configure('vrf RED', 'ip route 10.0.0.0/8 blackhole');
      const driver = openDriver(one);
      // A family more begins the session anew.
      await one.established('192.0.2.2');
      const { facts, supportedBy } = await see(driver);
      expect(supportedBy).toEqual([{ kind: 'router', key: 'frr' }]);
      expect(values(facts)).toMatchObject({
        asNumber: 65001,
        routerId: '192.0.2.1',
        neighbor: [
          {
            address: '192.0.2.2',
            remoteAs: 65002,
            description: 'to the north',
            shutdown: false,
            addressFamily: ['ipv4Unicast', 'ipv6Unicast'],
          },
          { address: '192.0.2.40', peerGroup: 'GROUP', shutdown: false, addressFamily: ['ipv4Unicast'] },
          { address: 'e0', remoteAs: 'external', shutdown: false, addressFamily: ['ipv4Unicast'] },
        ],
        session: [
          { address: '192.0.2.2', state: 'Established' },
          { address: '192.0.2.40', state: 'Active', lastReset: expect.any(String) },
          { address: 'e0', state: expect.any(String) },
        ],
        network: [{ prefix: '198.51.100.0/24' }, { prefix: '2001:db8:5::/48' }],
      });
      await vi.waitFor(
        async () =>
          expect(await valueAt(driver, frrPaths.announced)).toEqual([
            { prefix: '198.51.100.0/24', inTable: true, to: ['192.0.2.2'] },
            { prefix: '2001:db8:5::/48', inTable: expect.any(Boolean), to: expect.any(Array) },
          ]),
        { timeout: 20_000 },
      );
      expect(values((await see(driver, 'staticRouting')).facts)).toEqual({
        staticRoute: [
          { prefix: '198.51.100.0/24', nexthop: 'blackhole', distance: 1 },
          { prefix: '203.0.113.0/24', nexthop: '10.66.0.1', distance: 1 },
          { prefix: '203.0.113.0/24', nexthop: '192.0.2.77', interface: 'e0', distance: 50, tag: 7 },
        ],
        routeState: [
          { prefix: '198.51.100.0/24', installed: true },
          { prefix: '203.0.113.0/24', installed: true },
        ],
      });
      expect(values((await see(driver, 'bgpRouter', 'RED')).facts)).toMatchObject({ asNumber: 65009, neighbor: [] });
      expect(values((await see(driver, 'staticRouting', 'RED')).facts)).toMatchObject({
        staticRoute: [{ prefix: '10.0.0.0/8', nexthop: 'blackhole', distance: 1 }],
      });
    });

    test('telemetry of each session: its state to the letter, how long it stands, what went over it', async () => {
      const { one, other } = await twoRouters();
      other.configure('ip route 203.0.113.0/24 blackhole', 'router bgp 65002', 'network 203.0.113.0/24');
      const driver = openDriver(one);
      await vi.waitFor(
        async () => {
          const sample = (await driver.sample(0)).get('bgpRouter/default');
          expect(sample?.characteristics).toMatchObject([
            {
              name: 'sessionTelemetry',
              value: [
                {
                  address: '192.0.2.2',
                  fsmState: 'Established',
                  uptimeS: expect.any(Number),
                  prefixesReceived: 1,
                  prefixesSent: 2,
                  timesEstablished: 1,
                },
              ],
            },
          ]);
        },
        { timeout: 20_000 },
      );
    });

    test('a daemon that has died is not an element without routers, and is seen again when it is back', async () => {
      const frr = lonely();
      const driver = openDriver(frr);
      let rings = 0;
      await driver.start(() => {
        rings++;
      });
      for (const daemon of ['bgpd', 'staticd', 'zebra'] as const) {
        const step = await stepTo(driver, frrPaths.neighbor, [added, shut]);
        const before = rings;
        await frr.kill(daemon);
        await expect(driver.look()).rejects.toMatchObject({
          code: 'unreachable',
          message: expect.stringContaining(daemon),
        });
        await vi.waitFor(() => expect(rings).toBeGreaterThan(before), { timeout: 5_000 });
        if (daemon === 'bgpd') {
          await expect(driver.examine(step)).rejects.toMatchObject({ code: 'unreachable' });
          await expect(driver.act(step)).rejects.toMatchObject({ code: 'unreachable' });
          await expect(driver.sample(0)).rejects.toMatchObject({ code: 'unreachable' });
        }
        frr.start(daemon);
        if (daemon === 'bgpd')
          frr.configure('router bgp 65001', 'neighbor 192.0.2.9 remote-as 65009', 'neighbor 192.0.2.9 shutdown');
        await vi.waitFor(async () => expect(await valueAt(driver, frrPaths.neighbor)).toEqual([shut]), {
          timeout: 5_000,
        });
      }
    });

    test('a daemon that was started anew is another run, a look or a change by hand is not', async () => {
      const frr = lonely();
      const driver = openDriver(frr);
      const runs: (string | undefined)[] = [];
      const look = async (): Promise<void> => {
        await vi.waitFor(() => driver.look(), { timeout: 20_000 });
        runs.push(driver.boot?.());
      };
      await look();
      frr.configure('router bgp 65001', 'neighbor 192.0.2.9 description by hand');
      await frr.kill('zebra');
      frr.start('zebra');
      await look();
      for (const daemon of ['bgpd', 'staticd'] as const) {
        await frr.kill(daemon);
        frr.start(daemon);
        await look();
      }
      expect(runs[1]).toBe(runs[0]);
      expect(new Set(runs).size).toBe(3);
    });

    test('a daemon that hangs is unreachable too', async () => {
      const frr = lonely();
      const driver = openDriver(frr);
      frr.signal('bgpd', 'SIGSTOP');
      try {
        await expect(driver.look()).rejects.toMatchObject({
          code: 'unreachable',
          message: expect.stringContaining('bgpd'),
        });
      } finally {
        frr.signal('bgpd', 'SIGCONT');
      }
      await vi.waitFor(async () => expect(await valueAt(driver, frrPaths.neighbor)).toEqual([shut]), {
        timeout: 5_000,
      });
    });
  });

  describe('acts', () => {
    test('nothing that is asked for can bring a line of its own', async () => {
      const frr = lonely();
      const driver = openDriver(frr);
      const told = frr.told().length;
      const strange = [
        '1\nno router bgp 65001',
        'x\r\nend',
        'a | include b',
        'what?',
        ' x',
        'a\u0000b',
        '! x',
        '',
        'x\u2028y',
        '-c',
        '\ud800',
      ];
      for (const text of strange) {
        const neighbors: readonly JsonObject[] = [
          { ...added, description: text },
          { ...added, address: text },
          { ...added, remoteAs: text },
          { ...added, peerGroup: text },
          { ...added, address: `192.0.2.7 ${text}` },
          { ...added, addressFamily: [text] },
        ];
        for (const neighbor of neighbors) {
          const steps = await stepsTo(driver, frrPaths.neighbor, [neighbor, shut]);
          // Within a line these mean nothing.
          if (['! x', '-c'].includes(String(neighbor.description))) continue;
          expect(steps, JSON.stringify(neighbor)).toEqual(expect.any(String));
          const forged: Step = {
            op: 'addNeighbor',
            args: { vrf: 'default', asNumber: 65001, neighbor },
            summary: '',
            order: 1,
          };
          await expect(driver.act(forged), JSON.stringify(neighbor)).rejects.toMatchObject({
            code: expect.stringMatching(/invalid|refused/),
          });
        }
        for (const network of [
          { prefix: text },
          { prefix: '10.0.0.0/8', routeMap: text },
          { prefix: `10.0.0.0/8 ${text}` },
        ]) {
          expect(await stepsTo(driver, frrPaths.network, [network])).toEqual(expect.any(String));
        }
        const route = { prefix: '10.0.0.0/8', nexthop: '192.0.2.9' };
        for (const wrong of [
          { prefix: text },
          { nexthop: text },
          { interface: text },
          { distance: text },
          { tag: text },
          { options: text },
        ]) {
          expect(await stepsTo(driver, frrPaths.staticRoute, [{ ...route, ...wrong }], 'staticRouting')).toEqual(
            expect.any(String),
          );
        }
        for (const args of [{ vrf: text }, { vrf: `default ${text}` }, { asNumber: text }, { address: text }]) {
          const forged: Step = {
            op: 'removeNeighbor',
            args: { vrf: 'default', asNumber: 65001, address: '192.0.2.9', ...args },
            summary: '',
            order: 1,
          };
          await expect(driver.act(forged)).rejects.toMatchObject({ code: 'invalid' });
        }
      }
      expect(frr.told().slice(told)).toEqual([]);
    });

    test('a description that is taken stands there to the letter', async () => {
      const frr = lonely();
      const driver = openDriver(frr);
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), async description => {
          const steps = await stepsTo(driver, frrPaths.neighbor, [{ ...shut, description }]);
          if (typeof steps === 'string') return;
          taken++;
          for (const step of steps) await driver.act(step);
          expect(await valueAt(driver, frrPaths.neighbor)).toEqual([{ ...shut, description }]);
        }),
        { numRuns: 60 },
      );
      expect(taken).toBeGreaterThan(10);
      expect(frr.told().filter(line => !/^(router bgp 65001$|(no )?neighbor 192\.0\.2\.9 )/.test(line))).toEqual([]);
    });

    test('of a step that is refused half way nothing is left', async () => {
      const frr = lonely();
      const driver = openDriver(frr);
      const before = frr.running();
      const step = await stepTo(driver, frrPaths.neighbor, [{ ...added, peerGroup: 'NOPE' }, shut]);
      await expect(driver.act(step)).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringMatching(/peer-group/i),
      });
      // FRR had taken the neighbor itself before it refused its group.
      expect(frr.told()).toContain('neighbor 192.0.2.7 remote-as 65007');
      expect(frr.running()).toEqual(before);
    });

    test('what is done stays over a restart where that is wanted, and the step says which', async () => {
      const frr = lonely();
      const file = (): string => readFileSync(join(frr.folder, 'frr.conf'), 'utf8');
      const passing = await stepTo(openDriver(frr), frrPaths.neighbor, [added, shut]);
      expect(passing.lasting).toBe('untilRestart');
      await openDriver(frr).act(passing);
      expect(file()).toBe('');

      const saving = openDriver(frr, { save: true });
      const lasting = await stepTo(saving, frrPaths.neighbor, [{ ...added, description: 'kept' }, shut]);
      expect(lasting.lasting).toBe('lasts');
      expect(lasting.sideEffects).toContainEqual(expect.stringContaining('whole running configuration'));
      const { before } = await saving.examine(lasting);
      await saving.act(lasting);
      expect(file()).toContain('neighbor 192.0.2.7 description kept');
      await saving.undo(lasting, before);
      expect(file()).toContain('neighbor 192.0.2.7 remote-as 65007');
      expect(file()).not.toContain('description kept');

      // Where nothing is saved as a rule, one expectation may want it all the same.
      const { facts } = await see(openDriver(frr));
      const ability = openDriver(frr).abilities.find(each => each.path === frrPaths.network);
      const asked = ability?.steps(facts, [{ prefix: '10.0.0.0/8' }], { lasting: true });
      expect(asked).toMatchObject([{ lasting: 'lasts', args: { save: true } }]);
      for (const step of Array.isArray(asked) ? asked : []) await openDriver(frr).act(step);
      expect(file()).toContain('network 10.0.0.0/8');
    });

    test('no secret is written down, and an undo says what it could not put back', async () => {
      const frr = lonely();
      frr.configure('router bgp 65001', 'neighbor 192.0.2.9 password sesame', 'neighbor 192.0.2.9 timers 7 21');
      const driver = openDriver(frr);
      expect(JSON.stringify(await driver.look())).not.toContain('sesame');
      expect(await valueAt(driver, frrPaths.neighbor)).toEqual([{ ...shut, hasPassword: true }]);
      const step = await stepTo(driver, frrPaths.neighbor, []);
      expect(step.cost?.reversible).toBe(false);
      const { before } = await driver.examine(step);
      expect(JSON.stringify([step, before])).not.toContain('sesame');
      await driver.act(step);
      await expect(driver.undo(step, before)).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('neighbor 192.0.2.9 password'),
      });
      expect(await valueAt(driver, frrPaths.neighbor)).toEqual([shut]);
      expect(frr.running()).toContain('neighbor 192.0.2.9 timers 7 21');
    });

    test('an undo refuses when something else stands there by now, naming it', async () => {
      const frr = lonely();
      const driver = openDriver(frr);
      const removal = await stepTo(driver, frrPaths.neighbor, []);
      const { before } = await driver.examine(removal);
      await driver.act(removal);
      frr.configure('router bgp 65001', 'neighbor 192.0.2.9 remote-as 65010');
      await expect(driver.undo(removal, before)).rejects.toMatchObject({
        code: 'refused',
        message: expect.stringContaining('neighbor 192.0.2.9 remote-as 65010'),
      });
      expect(frr.running()).toContain('neighbor 192.0.2.9 remote-as 65010');
    });

    test('a step whose thing is another one by now has moved, and does nothing', async () => {
      const frr = lonely();
      const driver = openDriver(frr);
      const addition = await stepTo(driver, frrPaths.neighbor, [added, shut]);
      frr.configure('router bgp 65001', 'neighbor 192.0.2.7 remote-as 65099');
      await expect(driver.act(addition)).rejects.toMatchObject({
        code: 'moved',
        message: expect.stringContaining('65099'),
      });
      frr.configure('no router bgp 65001', 'router bgp 65005', 'neighbor 192.0.2.7 remote-as 65099');
      await expect(driver.act(addition)).rejects.toMatchObject({ code: 'moved' });
      expect(frr.running()).not.toContain('65007');
    });
  });

  describe('says why', () => {
    const session = (state: string): Json => [{ address: '192.0.2.2', state }];

    test('a session is down, in the words of FRR, and never sets it', async () => {
      const { one, other } = await twoRouters();
      const driver = openDriver(one);
      expect(await stepsTo(driver, frrPaths.session, session('Established'))).toEqual([]);
      other.configure('router bgp 65002', 'neighbor 192.0.2.1 shutdown');
      await vi.waitFor(
        async () =>
          expect(await stepsTo(driver, frrPaths.session, session('Established'))).toMatch(
            /^the session with 192\.0\.2\.2 is Active, last reset: .*(Notification|OPEN)/,
          ),
        { timeout: 20_000 },
      );
      one.configure('router bgp 65001', 'neighbor 192.0.2.2 shutdown');
      expect(await stepsTo(driver, frrPaths.session, session('Established'))).toMatch(/Idle \(Admin\)/);
      one.configure('router bgp 65001', 'no neighbor 192.0.2.2');
      expect(await stepsTo(driver, frrPaths.session, session('Established'))).toMatch(
        /no neighbor 192\.0\.2\.2 is configured/,
      );
    });

    test('a network is not announced', async () => {
      const { one } = await twoRouters();
      const driver = openDriver(one);
      const wish = (prefix: string): Json => [{ prefix, inTable: true, to: ['192.0.2.2'] }];
      const steps = (prefix = '198.51.100.0/24') => stepsTo(driver, frrPaths.announced, wish(prefix));
      await vi.waitFor(async () => expect(await steps()).toEqual([]), { timeout: 20_000 });
      expect(await steps('203.0.113.0/24')).toMatch(/once it stands in network/);
      one.configure('router bgp 65001', 'network 203.0.113.0/24');
      expect(await steps('203.0.113.0/24')).toMatch(/no route to it/);
      one.configure('router bgp 65001', 'no network 203.0.113.0/24', 'bgp ebgp-requires-policy');
      one.vtysh('clear bgp *');
      await one.established('192.0.2.2');
      expect(await steps()).toMatch(/ebgp-requires-policy/);
      one.configure('router bgp 65001', 'neighbor 192.0.2.2 shutdown');
      expect(await steps()).toMatch(/Idle \(Admin\)/);
    });

    test('a route is not in use', async () => {
      const frr = lonely();
      frr.configure('ip route 203.0.113.0/24 10.66.0.1');
      const driver = openDriver(frr);
      const wish = (prefix: string): Json => [{ prefix, installed: true }];
      expect(await stepsTo(driver, frrPaths.routeState, wish('203.0.113.0/24'), 'staticRouting')).toMatch(/next hop/);
      expect(await stepsTo(driver, frrPaths.routeState, wish('10.0.0.0/8'), 'staticRouting')).toMatch(
        /once it stands in staticRoute/,
      );
    });
  });
});

function values(facts: JsonObject): Record<string, Json> {
  const list = facts.resourceCharacteristic as JsonObject[];
  return Object.fromEntries(list.map(each => [String(each.name), each.value ?? null]));
}
