/** FRR as a whole: what it is asked, and what it is told. */
import { AgentError } from '../../../core/errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import { isIPv6Text } from './address.ts';
import {
  readAnnounced,
  readAnswer,
  readInstalled,
  readRouterIds,
  readSessions,
  readTelemetry,
  type Session,
  type SessionTelemetry,
} from './reading.ts';
import { neighborsOf, networksOf, type Running, readRoute, readRunning } from './running.ts';
import type { FrrSettings } from './settings.ts';
import { openVty, type Vty } from './vty.ts';
import { openVtysh } from './vtysh.ts';

/** What is configured, and which sessions came of it, by VRF. */
export interface Configuration {
  readonly running: Running;
  readonly sessions: ReadonlyMap<string, readonly Session[]>;
}

export interface Reading extends Configuration {
  /** By VRF. */
  readonly routerIds: ReadonlyMap<string, string>;
  /** By VRF and prefix, of each network of a `network` statement. */
  readonly announced: ReadonlyMap<
    string,
    ReadonlyMap<string, { readonly inTable: boolean; readonly to: readonly string[] }>
  >;
  /** By VRF: the prefixes whose static route is in use. */
  readonly installed: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface Router {
  configuration(): Promise<Configuration>;
  read(): Promise<Reading>;
  telemetry(): Promise<ReadonlyMap<string, readonly SessionTelemetry[]>>;
  /** A text that is another one when anything has changed that a look would see. */
  trace(): Promise<string>;
  configure(commands: readonly string[]): Promise<void>;
  save(): Promise<void>;
  stop(): void;
}

/** What is configured and what FRR says of it are two answers; somebody may configure in between. */
const READ_TRIES = 3;

export function openRouter(settings: FrrSettings, clock: Clock): Router {
  const at = { vtyDir: settings.vtyDir, clock };
  const bgpd = openVty('bgpd', at);
  const staticd = openVty('staticd', at);
  const zebra = openVty('zebra', at);
  // From version 9 on it is this one that keeps the static routes.
  const mgmtd = openVty('mgmtd', at);
  const all: readonly Vty[] = [bgpd, staticd, zebra, mgmtd];
  const vtysh = openVtysh(settings);

  const json = async (vty: Vty, question: string) => readAnswer(await vty.ask(question), question);

  async function runningText(): Promise<string> {
    const [bgp, routes] = await Promise.all([bgpd.ask(RUNNING), staticd.ask(RUNNING)]);
    const { version } = readRunning(bgp);
    const managed = Number(/^\d+/.exec(version ?? '')?.[0] ?? 0) >= FIRST_WITH_MGMTD ? await mgmtd.ask(RUNNING) : '';
    return `${bgp}\n${routes}\n${managed}`;
  }

  async function announced(running: Running): Promise<Reading['announced']> {
    const found = new Map<string, Map<string, { inTable: boolean; to: readonly string[] }>>();
    for (const config of running.bgp) {
      const ofVrf = new Map<string, { inTable: boolean; to: readonly string[] }>();
      for (const { prefix } of networksOf(config)) {
        const family = isIPv6Text(prefix) ? 'ipv6' : 'ipv4';
        ofVrf.set(
          prefix,
          readAnnounced(await json(bgpd, `show bgp vrf ${config.vrf} ${family} unicast ${prefix} json`)),
        );
      }
      found.set(config.vrf, ofVrf);
    }
    return found;
  }

  async function installed(running: Running): Promise<Reading['installed']> {
    const found = new Map<string, Set<string>>();
    for (const vrf of new Set(running.routes.map(each => each.vrf))) {
      const routes = running.routes.filter(each => each.vrf === vrf).flatMap(each => readRoute(each) ?? []);
      const ofVrf = new Set<string>();
      for (const [family, ip] of [
        [false, 'ip'],
        [true, 'ipv6'],
      ] as const) {
        if (!routes.some(({ prefix }) => isIPv6Text(prefix) === family)) continue;
        for (const prefix of readInstalled(await json(zebra, `show ${ip} route vrf ${vrf} static json`)))
          ofVrf.add(prefix);
      }
      found.set(vrf, ofVrf);
    }
    return found;
  }

  async function configuration(): Promise<Configuration> {
    for (let tries = 1; ; tries++) {
      const running = readRunning(await runningText());
      const sessions = running.bgp.length === 0 ? {} : await json(bgpd, 'show bgp vrf all neighbors json');
      const read = { running, sessions: readSessions(sessions) };
      if (isWhole(read)) return read;
      if (tries === READ_TRIES) throw new AgentError('unreachable', 'FRR is being configured while it is looked at');
    }
  }

  return {
    configuration,
    async read() {
      // Without zebra the others answer as if nothing had ever been installed.
      await zebra.ask('show version');
      const read = await configuration();
      const { running } = read;
      return {
        ...read,
        routerIds: readRouterIds(running.bgp.length === 0 ? {} : await json(bgpd, 'show bgp vrfs json')),
        announced: await announced(running),
        installed: await installed(running),
      };
    },
    async telemetry() {
      return readTelemetry(await json(bgpd, SUMMARY));
    },
    async trace() {
      const [text, summary] = await Promise.all([runningText(), json(bgpd, SUMMARY), zebra.ask('show version')]);
      const sessions = [...readTelemetry(summary)].map(([vrf, of]) => [
        vrf,
        of.map(each => [each.address, coarse(each.fsmState), each.prefixesSent, each.timesEstablished, each.timesLost]),
      ]);
      const routes = [...(await installed(readRunning(text)))].map(([vrf, of]) => [vrf, ...of]);
      return `${text}${JSON.stringify([sessions, routes])}`;
    },
    configure: commands => vtysh.configure(commands),
    save: () => vtysh.save(),
    stop() {
      for (const each of all) each.stop();
    },
  };
}

const RUNNING = 'show running-config';
const SUMMARY = 'show bgp vrf all summary json';
const FIRST_WITH_MGMTD = 9;

/** While it tries, a session goes from one of these to the other and nothing has happened. */
function coarse(fsmState: string): string {
  return fsmState === 'Established' || fsmState === 'Idle (Admin)' ? fsmState : '';
}

/** Whether FRR tells of every neighbor that is configured. */
function isWhole({ running, sessions }: Configuration): boolean {
  return running.bgp.every(config => {
    const known = new Set(sessions.get(config.vrf)?.map(each => each.address));
    return neighborsOf(config).every(each => known.has(each.address));
  });
}
