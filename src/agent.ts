/** Builds the parts, starts them, and stops them in reverse; decides nothing. */
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import about from '../package.json' with { type: 'json' };
import { loadAddon } from './adapters/addon.ts';
import { openFailSafe } from './adapters/fail-safe.ts';
import { openIdentity } from './adapters/identity.ts';
import { openLog } from './adapters/json-log.ts';
import { openStore } from './adapters/sqlite/store.ts';
import { systemClock } from './adapters/system-clock.ts';
import { readAuthorities } from './agent/authorities.ts';
import { openCentral } from './agent/central.ts';
import { openDrivers } from './agent/drivers.ts';
import { limitsOf } from './agent/limits.ts';
import { openPeering, readPeering } from './agent/peering.ts';
import { chooseProfile, RunningProfile } from './agent/profile.ts';
import { readSecret } from './agent/secret.ts';
import { markUndertaking, undertakingOver } from './agent/undertaking.ts';
import { catalogueRoutes } from './api/catalogue-routes.ts';
import { describeRoutes } from './api/describe-routes.ts';
import { diffoRoutes } from './api/diffo/routes.ts';
import { readAllow } from './api/hub-allow.ts';
import { startHubDelivery } from './api/hub-delivery.ts';
import { linkTo } from './api/links.ts';
import { createServer } from './api/server.ts';
import { tmfRoutes } from './api/tmf-routes.ts';
import type { TwinDoor } from './api/twins.ts';
import { type Config, type Given, settle } from './config.ts';
import { AgentError, sentence } from './core/errors.ts';
import type { Instant, PlanId } from './core/ids.ts';
import { isObject, type Json } from './core/json.ts';
import { present } from './core/model/present.ts';
import type { FirmwareProfile } from './core/profile/profile.ts';
import { unitsOf } from './core/units-of-kinds.ts';
import type { Clock } from './ports/clock.ts';
import type { Driver } from './ports/driver.ts';
import { type FailSafe, noFailSafe } from './ports/fail-safe.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';
import { Loop } from './reconcile/loop.ts';
import { takeOrders } from './reconcile/orders.ts';
import { Tally } from './reconcile/tally.ts';
import { asShown, type Showing } from './tmf/comparators/as-shown.ts';
import { tmfKeyedArrays } from './tmf/keyed-arrays.ts';
import { documentIndex } from './tmf/query/indexed.ts';

export interface Agent {
  readonly url: string;
  readonly store: Store;
  readonly loop: Loop;
  readonly profile: Pick<RunningProfile, 'reload' | 'state'>;
  stop(): Promise<void>;
}

/** What a test may bring instead of the real thing. */
export interface Overrides {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly drivers?: readonly Driver[];
  readonly failSafe?: FailSafe;
}

/** Telemetry in an answer is at most this old. */
const SAMPLE_AGE_MS = 1_000;

/** Resolves when the agent serves and the first pass has ended. Throws one sentence when it cannot. */
export async function startAgent(given: Given, overrides: Overrides = {}): Promise<Agent> {
  const read = await readSettings(given);
  const { chosen, profile, config } = read;
  const address = readAddress(config);
  readPeering(config);
  readAllow(config['hub.allow']);
  const hubAuthorities = readAuthorities('hub.caFile', config['hub.caFile']);
  await undertakingOver(config.data);
  const hands = await openHands(read, overrides);
  const { log, clock, newId, keyed, kinds, profileMode, drivers, store, publicUrl, showing, loop, recorder } = hands;
  const recordKinds = new Map(profile.recordKinds.map(kind => [kind.name, kind]));
  const peering = await openPeering({
    config,
    identity: openIdentity(config.data),
    store,
    keyed,
    clock,
    steady: overrides.clock ? () => clock.now() : steadyTime(),
    log,
    newId,
    unitOf: unitsOf(kinds),
    ring: () => loop.ring(),
  });
  const central = await openCentral({ config, store, clock, log });
  const tally = new Tally(store);
  const orders = takeOrders({
    store,
    keyed,
    clock,
    newId,
    chosen: isMine => loop.chosen(isMine),
    rules: {
      fourEyes: config['plans.fourEyes'],
      expireAfterMs: config['plans.expireAfter'],
      confirmWithinMs: config['plans.confirmWithin'],
    },
    abilityOf: task => loop.abilityOf(task),
    settable: (kind, path) => loop.settable(kind, path),
    lookAgain: () => loop.lookAgain(),
    guard: loop.guard,
    commits: loop,
    protection: loop,
    settle: () => loop.settle(),
  });

  const hubAllow = config['hub.allow'];
  const ownPort = (): number | undefined => {
    const bound = app.server.address();
    return typeof bound === 'object' ? bound?.port : undefined;
  };
  const delivery = startHubDelivery({ store, kinds, clock, log, publicUrl, hubAllow, ca: hubAuthorities, ownPort });

  const running = new RunningProfile({
    chosen,
    version: about.version,
    data: config.data,
    clock,
    log,
    store,
    keyed,
    kinds,
    recordKinds,
    taken: () => loop.takeKinds(),
  });

  let passed = false;
  const limits = limitsOf(config);
  const app = createServer({ log, limits, ...readAccess(config, address) });
  const twins: TwinDoor = {
    isExpected: instance => loop.isExpected(instance),
    applies: (expectation, instance) => loop.judge.applies(expectation, instance, clock.now()),
    explain: (expectation, instance) => loop.judge.explain(expectation, instance, clock.now()),
    actual: (instance, expected) => {
      const { document } = present(store, kinds, instance);
      const actual = loop.sampling.withTelemetry({ ...instance, document });
      return isObject(actual) ? (asShown([expected], showing)?.(actual, instance.type) ?? actual) : actual;
    },
  };
  const partialContent = config['http.partialContent'];
  tmfRoutes(app, {
    partialContent,
    store,
    kinds,
    recordKinds,
    clock,
    newId,
    chance: Math.random,
    ring: () => loop.ring(),
    sample: id => {
      const latest = loop.sampling.sampleOf(id);
      if (latest && clock.now() - latest.at <= SAMPLE_AGE_MS) return latest;
      return loop.sample(SAMPLE_AGE_MS).then(() => loop.sampling.sampleOf(id));
    },
    publicUrl,
    keyed,
    twins,
    limits,
    hubAllow,
    delivery,
  });
  catalogueRoutes(app, { store, kinds, publicUrl, partialContent, servedSince: clock.now() });
  diffoRoutes(app, {
    store,
    kinds,
    recordKinds,
    keyed,
    twins,
    clock,
    newId,
    publicUrl,
    chance: Math.random,
    loop: {
      ring: () => loop.ring(),
      settle: () => loop.settle(),
      draft: () => loop.toldDraft(),
      holds: plan => loop.guard.holds(plan, clock.now()) ?? loop.commits.whyHeld(plan),
      decide: (by, place, decision) => loop.decide(by, place, decision),
      mode: (expectation, instance, path = '') => loop.guard.modeAt(expectation, instance, path, clock.now()),
      around: (expectation, instance) => loop.around(expectation, instance),
      judge: (expectation, instance) => loop.judge.judge(expectation, instance, clock.now()),
      explain: (expectation, instance) => loop.judge.explain(expectation, instance, clock.now()),
      aside: (expectation, instance) => loop.judge.aside(expectation, instance, clock.now()),
      nextLook: () => loop.watch.nextLook(),
      budget: task => loop.guard.left(task, clock.now()),
      sample: async expectation => {
        if (loop.judge.readsTelemetry(expectation)) await loop.sample(SAMPLE_AGE_MS);
      },
      knows: (expectation, instance, path) => loop.judge.knows(expectation, instance, path, clock.now()),
      seen: (instance, path) => loop.seen.place(instance, path),
      plans: orders,
    },
    figures: () => ({ ...loop.counts, looks: loop.watch.looks, blocked: loop.blocks.counts }),
    tally: () => tally.figures(clock.now()),
    drivers: () =>
      drivers.map(({ name }) => {
        const { at, failure } = loop.sight.of(name);
        return { name, observedAt: at ?? null, ...(failure === undefined ? {} : { failure }) };
      }),
    hub: () => delivery.figures(),
    peers: peering,
    central: central?.door,
    isReady: () => passed && drivers.every(({ name }) => loop.sight.of(name).at !== undefined),
    about: { version: about.version, profile: profile.name, mode: profileMode, entity: hostname() },
    profile: running,
  });
  describeRoutes(app, { publicUrl, version: about.version, secured: config['http.tokenFile'] !== '' });

  const stop = async (): Promise<void> => {
    await peering.stop();
    await central?.stop();
    await app.close();
    delivery.stop();
    await loop.stop();
    recorder?.close();
    store.close();
  };
  try {
    await loop.takeBackUnconfirmed();
    await peering.open();
    const listen = (): Promise<string> => app.listen({ host: address.host, port: address.port });
    await listen()
      .catch(async error => {
        // Who cannot be asked cannot confirm: the address may be what a change has just taken away.
        const why = `the agent cannot serve on ${config.http} any more`;
        if (!isGone(error) || !(await loop.takeBackUnconfirmed(why))) throw error;
        return listen();
      })
      .catch(error => {
        throw cannotListen(error, config.http);
      });
  } catch (error) {
    await stop();
    throw error;
  }
  await loop.start();
  passed = true;
  await peering.start(app.server);
  central?.start();
  const bound = app.server.address();
  const port = typeof bound === 'object' && bound ? bound.port : address.port;
  const url =
    config['http.publicUrl'] || `${config['http.tls.cert'] === '' ? 'http' : 'https'}://${address.shown}:${port}`;
  log.info('ready', { url, profile: profile.name, mode: profileMode, agent: store.agent, version: about.version });
  return { url, store, loop, profile: running, stop };
}

interface Settings {
  readonly given: Given;
  readonly chosen: Awaited<ReturnType<typeof chooseProfile>>;
  readonly profile: FirmwareProfile;
  readonly config: Config;
}

async function readSettings(given: Given): Promise<Settings> {
  const chosen = await chooseProfile(given, about.version);
  const { profile } = chosen;
  return { given, chosen, profile, config: settle(given, profile) };
}

/** What sees and acts, without a door to the outside. */
async function openHands({ given, profile, config }: Settings, overrides: Overrides) {
  const log = overrides.log ?? openLog(config['log.level']);
  const own = overrides.clock ?? systemClock;
  const recorder = config.record === '' ? undefined : (await import('./agent/recording.ts')).openRecorder(config, log);
  const clock = recorder?.clock(own) ?? own;
  const newId = randomUUID;
  const keyed = tmfKeyedArrays;
  const kinds = new Map(profile.kinds.map(kind => [kind.name, kind]));
  const profileMode = config.mode === '' ? profile.mode : config.mode;
  const drivers = overrides.drivers ?? (await openDrivers(profile, config, { clock: own, log }));
  const kept = openData(config, { clock, newId });
  const publicUrl = config['http.publicUrl'].replace(/\/$/, '');
  const showing: Showing = { publicUrl, links: (to, id) => linkTo(to, 'v5', id, publicUrl) };
  const parts = {
    store: kept,
    drivers,
    kinds,
    keyed,
    asShown: (expected: readonly Json[]) => asShown(expected, showing),
    clock,
    log,
    newId,
    chance: Math.random,
    profileMode,
    lookEveryMs: config['look.everyMs'],
    driverTimeoutMs: config['driver.timeout'],
    planExpiryMs: config['plans.expireAfter'],
    confirmWithinMs: config['plans.confirmWithin'],
    failSafe: overrides.failSafe ?? openFailSafe({ settings: wordsOf(given, config) }),
    freshnessMs: config['freshness.ms'],
  };
  const hands = { log, clock, newId, keyed, kinds, profileMode, drivers, publicUrl, showing, recorder };
  if (!recorder) return { ...hands, store: kept, loop: new Loop(parts) };
  const { beginRecording, recorded } = await import('./agent/recording.ts');
  beginRecording(recorder, { ...parts, config, profile, version: about.version, publicUrl });
  return { ...hands, store: recorder.others(kept), loop: recorder.making(() => new Loop(recorded(recorder, parts))) };
}

/** The settings as words of the command line, for the process that takes a plan back when this one is gone. */
function wordsOf(given: Given, { data }: Config): readonly string[] {
  // Of two at once neither could be replayed.
  const left = new Set<string>(['data', 'record']);
  const others = [...given].filter(([name]) => !left.has(name));
  return ['--data', resolve(data), ...others.flatMap(([name, { value }]) => ['--set', `${name}=${value}`])];
}

/** The fail-safe: takes back what was not confirmed in time; false when it is not its turn, or not all is back yet. */
export async function takeBackAlone(given: Given, plan: PlanId): Promise<boolean> {
  const read = await readSettings(given);
  const failSafe: FailSafe = {
    ...noFailSafe(systemClock),
    moment: openFailSafe({ settings: [] }).moment,
    isAlone: true,
  };
  const mark = markUndertaking(read.config.data);
  try {
    const { loop, store } = await openHands(read, { failSafe });
    try {
      await loop.takeBackUnconfirmed();
      return !loop.commits.isOpen(plan);
    } finally {
      await loop.stop();
      store.close();
    }
  } finally {
    mark.clear();
  }
}

/** Goes on evenly from now, whatever is done to the clock: nothing waits an hour because it was set back by one. */
function steadyTime(): () => Instant {
  const ahead = Date.now() - performance.now();
  return () => Math.round(ahead + performance.now());
}

function openData(config: Config, parts: { readonly clock: Clock; readonly newId: () => string }): Store {
  try {
    mkdirSync(config.data, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new AgentError(
      'storage',
      `the data directory ${config.data} cannot be made: ${sentence(error)}; choose another with --data`,
      {
        cause: error,
      },
    );
  }
  const nativeBinding = loadAddon(config.data);
  return openStore({
    path: join(config.data, 'diffo.sqlite'),
    keyed: tmfKeyedArrays,
    index: documentIndex,
    keep: { rows: config['changes.rows'], bytes: config['changes.bytes'], days: config['changes.days'] },
    ...(nativeBinding === undefined ? {} : { nativeBinding }),
    ...parts,
  });
}

interface Address {
  /** As `listen` takes it. */
  readonly host: string;
  /** As a URL shows it. */
  readonly shown: string;
  readonly port: number;
  readonly isLoopback: boolean;
}

function readAddress({ http }: Config): Address {
  const colon = http.lastIndexOf(':');
  const shown = http.slice(0, colon);
  const host = shown.replace(/^\[|\]$/g, '');
  const port = Number(http.slice(colon + 1));
  if (port > 65_535) throw new AgentError('invalid', `http cannot be "${http}": ports end at 65535`);
  return { host, shown, port, isLoopback: host === 'localhost' || host === '::1' || /^127\./.test(host) };
}

/** Who may reach the server and how; beyond loopback only with TLS and a token, unless told otherwise. */
function readAccess(config: Config, address: Address) {
  const {
    'http.tls.cert': cert,
    'http.tls.key': key,
    'http.tokenFile': tokenFile,
    'http.publicUrl': publicUrl,
  } = config;
  const isSafe = cert !== '' && key !== '' && tokenFile !== '';
  if (!address.isLoopback && !isSafe && !config['http.insecure']) {
    throw new AgentError(
      'invalid',
      `serving on ${config.http}, beyond loopback, needs http.tls.cert, http.tls.key and http.tokenFile; or say --insecure`,
    );
  }
  const token = tokenFile === '' ? undefined : readSecret('http.tokenFile', tokenFile).trim();
  if (token === '')
    throw new AgentError('invalid', `the token file ${tokenFile} is empty; put a long random word in it`);
  return {
    loopback: address.isLoopback,
    hosts: publicUrl === '' ? [] : [new URL(publicUrl).host, new URL(publicUrl).hostname],
    proxies: config['http.proxies'],
    ...(token === undefined ? {} : { token }),
    ...(cert === ''
      ? {}
      : { https: { cert: readSecret('http.tls.cert', cert), key: readSecret('http.tls.key', key) } }),
  };
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL';
}

function cannotListen(error: unknown, http: string): AgentError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const why =
    code === 'EADDRINUSE'
      ? 'somebody else serves there already; stop it, or choose another address with --http HOST:PORT'
      : code === 'EACCES'
        ? 'that port needs more rights; choose one above 1023 with --http HOST:PORT'
        : sentence(error);
  return new AgentError('conflict', `cannot serve on ${http}: ${why}`, { cause: error });
}
