/** The settings: read once, checked, frozen. Order: flag, variable, file, profile, default. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { AgentError, sentence } from './core/errors.ts';
import { modes } from './core/expectation.ts';
import { nodePattern } from './core/peer.ts';

const positive = z.coerce.number().int().positive();
const list = z.string().transform(text => text.split(',').flatMap(part => (part.trim() === '' ? [] : [part.trim()])));
const isNetwork = (text: string): boolean => isIP(text.replace(/\/\d{1,3}$/, '')) !== 0;
const yes = z.union([z.boolean(), z.enum(['true', 'false']).transform(text => text === 'true')]);
const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Read as milliseconds. */
const span = z
  .string()
  .regex(/^[1-9]\d{0,5}[smhd]$/, 'a number and a unit, such as 90s, 15m, 1h, 2d')
  .transform(text => Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? 0));
const nodeName = z
  .string()
  .refine(text => text === '' || nodePattern.test(text), 'lower-case letters, digits, . and -');
const brokerUrl = z
  .string()
  .refine(text => text === '' || (URL.canParse(text) && /^(mqtts?|wss?):$/.test(new URL(text).protocol)), {
    message: 'a URL such as mqtt://127.0.0.1:1883',
  });
/** The port of a broker is said, for peers have to be told of it. */
const brokerAddress = z
  .string()
  .refine(text => text === '' || /^(mqtts?:\/\/)?(\[[0-9a-fA-F:.]+\]|[^:/[\]\s]+):\d{1,5}$/.test(text), {
    message: 'HOST:PORT, such as 127.0.0.1:1883, or mqtts://HOST:PORT',
  });

const graphUrl = z.string().refine(text => text === '' || /^(neo4j|bolt)(\+s|\+ssc)?:\/\/[^/@?#\s]+\/?$/.test(text), {
  message: 'a URL such as neo4j+s://host:7687, without a user in it',
});

/** Every setting there is: what it means, how it is read, and what it is when nobody says. */
const settings = {
  profile: { about: 'firmware profile: a shipped name or a file', read: z.string().min(1), otherwise: 'linux-host' },
  data: { about: 'data directory', read: z.string().min(1), otherwise: defaultData() },
  http: {
    about: 'address to serve on, HOST:PORT',
    read: z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+):\d{1,5}$/, 'HOST:PORT, such as 127.0.0.1:8638'),
    otherwise: '127.0.0.1:8638',
  },
  'http.insecure': { about: 'serve beyond loopback without TLS and login', read: yes, otherwise: 'false' },
  'http.tls.cert': { about: 'file of the TLS certificate (PEM)', read: z.string(), otherwise: '' },
  'http.tls.key': { about: 'file of its private key (PEM)', read: z.string(), otherwise: '' },
  'http.tokenFile': { about: 'file that holds the bearer token to ask for', read: z.string(), otherwise: '' },
  'http.publicUrl': { about: 'URL others reach this agent by, for hrefs', read: z.string(), otherwise: '' },
  'http.proxies': {
    about: 'addresses or networks of proxies whose X-Forwarded-For is believed, comma separated',
    read: list.refine(all => all.every(isNetwork), 'addresses or networks such as 192.0.2.1, 10.0.0.0/8'),
    otherwise: '',
  },
  'http.partialContent': { about: 'a page of a list answers 206, else 200', read: yes, otherwise: 'true' },
  'http.bodyBytes': { about: 'largest body of a request', read: positive, otherwise: String(1024 * 1024) },
  'http.bodyDepth': { about: 'how deep a body may be nested', read: positive, otherwise: '64' },
  'http.bodyParts': { about: 'most members and elements in a body', read: positive, otherwise: '100000' },
  'http.batch': { about: 'most entities in one PATCH of a collection', read: positive, otherwise: '500' },
  'http.uriBytes': { about: 'longest path and query', read: positive, otherwise: '8192' },
  'http.headerBytes': { about: 'longest headers of a request', read: positive, otherwise: '16384' },
  'http.headersMs': { about: 'how long headers may take to arrive', read: positive, otherwise: '10000' },
  'http.requestMs': { about: 'how long a whole request may take to arrive', read: positive, otherwise: '30000' },
  'http.idleMs': { about: 'how long a connection is kept without a request', read: positive, otherwise: '72000' },
  'http.stalledMs': { about: 'how long an answer may lie unread', read: positive, otherwise: '20000' },
  'http.connections': { about: 'most connections; then the idlest goes', read: positive, otherwise: '256' },
  'http.concurrent': { about: 'most requests answered at one time', read: positive, otherwise: '64' },
  'http.ratePerSecond': {
    about: 'requests a second of one address beyond loopback, twice as many at once; 0: no limit',
    read: z.coerce.number().min(0),
    otherwise: '500',
  },
  'hub.allow': {
    about: 'whom hub callbacks may call, comma separated: HOST, HOST:PORT or a range such as 10.0.0.0/8',
    read: list,
    otherwise: '',
  },
  'hub.caFile': {
    about: 'file of the authorities of the certificates of https:// callbacks (PEM)',
    read: z.string(),
    otherwise: '',
  },
  mode: { about: 'what may be done when an expectation does not say', read: z.enum(['', ...modes]), otherwise: '' },
  'plans.fourEyes': { about: 'whoever asked for a plan cannot approve it', read: yes, otherwise: 'false' },
  'plans.expireAfter': {
    about: 'how long a plan may wait to be approved and begun, such as 90s, 15m, 1h, 2d',
    read: span,
    otherwise: '1h',
  },
  'plans.confirmWithin': {
    about: 'how long a plan that may cut somebody off waits to be confirmed before it goes back, 5s to 1h',
    read: span.refine(ms => ms >= 5_000 && ms <= 3_600_000, 'from 5s to 1h'),
    otherwise: '60s',
  },
  'driver.timeout': {
    about: 'how long a driver may take to answer, such as 30s, 2m',
    read: span,
    otherwise: '30s',
  },
  'look.everyMs': { about: 'the longest time between two looks at the element', read: positive, otherwise: '60000' },
  'freshness.ms': { about: 'how old an observation may be to be judged', read: positive, otherwise: '180000' },
  'changes.rows': { about: 'changes to keep', read: positive, otherwise: '100000' },
  'changes.bytes': { about: 'bytes of changes to keep', read: positive, otherwise: String(32 * 1024 * 1024) },
  'changes.days': { about: 'days to keep changes', read: positive, otherwise: '30' },
  'log.level': {
    about: 'least level that is logged',
    read: z.enum(['debug', 'info', 'warn', 'error']),
    otherwise: 'info',
  },
  node: { about: 'name of this agent among its peers; the host name when not said', read: nodeName, otherwise: '' },
  realm: { about: 'name that this agent and its peers share', read: nodeName, otherwise: 'default' },
  peers: { about: 'peers, comma separated: NAME=PUBLICKEY[@ws://host:port/peer]', read: list, otherwise: '' },
  'peers.caFile': {
    about: 'file of the authorities of the certificates of wss:// peers (PEM)',
    read: z.string(),
    otherwise: '',
  },
  'mqtt.url': { about: 'MQTT broker where peers meet, mqtt:// or mqtts://', read: brokerUrl, otherwise: '' },
  'mqtt.embedded': {
    about: 'address to embed a broker at for peers, HOST:PORT, or mqtts://HOST:PORT with http.tls',
    read: brokerAddress,
    otherwise: '',
  },
  'mqtt.user': { about: 'user name at the broker, or to ask for at the embedded one', read: z.string(), otherwise: '' },
  'mqtt.passwordFile': { about: 'file that holds its password', read: z.string(), otherwise: '' },
  'mqtt.caFile': { about: "file of the authority of the broker's certificate (PEM)", read: z.string(), otherwise: '' },
  'central.url': {
    about: 'Neo4j to report to: neo4j+s://, neo4j://, bolt+s:// or bolt://',
    read: graphUrl,
    otherwise: '',
  },
  'central.user': { about: 'user name at central', read: z.string(), otherwise: 'neo4j' },
  'central.passwordFile': { about: 'file that holds its password', read: z.string(), otherwise: '' },
  'central.database': { about: "database at central; the user's own when not said", read: z.string(), otherwise: '' },
  'central.heartbeatMs': { about: 'the longest silence towards central', read: positive, otherwise: '900000' },
  'central.epochEveryMs': { about: 'the least time between two epochs', read: positive, otherwise: '3600000' },
  'frr.vtyDir': {
    about: 'folder of the sockets of FRR, instead of the one the profile says',
    read: z.string(),
    otherwise: '',
  },
  'frr.configDir': {
    about: 'folder of the configuration of FRR, instead of the one the profile says',
    read: z.string(),
    otherwise: '',
  },
  'linux.takeOver': {
    about: 'interfaces acted on although something else manages them, comma separated',
    read: list,
    otherwise: '',
  },
  record: {
    about: 'file to record the run to, for diffo replay; nothing is recorded without',
    read: z.string(),
    otherwise: '',
  },
  'record.bytes': {
    about: 'most bytes of that file; then recording ends',
    read: positive,
    otherwise: String(64 * 1024 * 1024),
  },
  'linux.netns': { about: 'network namespace to observe instead of the host', read: z.string(), otherwise: '' },
} as const;

export type SettingName = keyof typeof settings;
type Read = { readonly [Name in SettingName]: z.output<(typeof settings)[Name]['read']> };

export type Config = Read;

/** A value as somebody gave it, and where. */
interface GivenValue {
  readonly value: string;
  readonly from: string;
}

/** What flags, variables and file say; the profile and the defaults come in when it is settled. */
export type Given = ReadonlyMap<SettingName, GivenValue>;

export interface Sources {
  /** From the command line: by setting name. */
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A JSON file of settings by name. */
  readonly file?: string;
}

/** Throws `invalid` for a setting that does not exist, naming the nearest that does. */
export function gather({ flags, env, file }: Sources): Given {
  const given = new Map<SettingName, GivenValue>();
  const take = (name: string, value: string, from: string): void => {
    const known = settingName(name, from);
    if (!given.has(known)) given.set(known, { value, from });
  };
  for (const [name, value] of Object.entries(flags)) take(name, value, 'the command line');
  for (const name of settingNames) {
    const value = env[variableOf(name)];
    if (value !== undefined) take(name, value, variableOf(name));
  }
  if (file !== undefined) {
    for (const [name, value] of Object.entries(readFile(file))) take(name, String(value), file);
  }
  return given;
}

/** The profile to load, which has its own word in what follows. */
export function profileOf(given: Given): string {
  return given.get('profile')?.value ?? settings.profile.otherwise;
}

/** Throws `invalid`, naming the setting and who gave it. */
export function settle(
  given: Given,
  profile: { readonly name: string; readonly settings: Readonly<Record<string, string | number | boolean>> },
): Config {
  const all = new Map(given);
  for (const [name, value] of Object.entries(profile.settings)) {
    const known = settingName(name, `the profile ${profile.name}`);
    if (!all.has(known)) all.set(known, { value: String(value), from: `the profile ${profile.name}` });
  }
  const read = Object.fromEntries(
    settingNames.map(name => {
      const { value, from } = all.get(name) ?? { value: settings[name].otherwise, from: 'default' };
      const parsed = settings[name].read.safeParse(value);
      if (parsed.success) return [name, parsed.data];
      const expected = parsed.error.issues[0]?.message ?? 'another value';
      throw new AgentError('invalid', `${name} cannot be "${value}" (from ${from}): ${expected}`);
    }),
  );
  // Each value was read by the schema of its own name just above.
  return Object.freeze(read) as Config;
}

/** Names, meanings and defaults, for `--help`. */
export function describeSettings(): readonly { name: string; about: string; otherwise: string; variable: string }[] {
  return settingNames.map(name => ({
    name,
    about: settings[name].about,
    otherwise: settings[name].otherwise,
    variable: variableOf(name),
  }));
}

export const settingNames = Object.keys(settings) as readonly SettingName[];

/** `look.everyMs` is `DIFFO_LOOK_EVERY_MS`. */
function variableOf(name: string): string {
  return `DIFFO_${name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('.', '_')
    .toUpperCase()}`;
}

function settingName(name: string, from: string): SettingName {
  const known = settingNames.find(each => each === name);
  if (known !== undefined) return known;
  const near = settingNames.find(each => each.includes(name) || each.toLowerCase().includes(name.toLowerCase()));
  const hint = near === undefined ? `known are ${settingNames.join(', ')}` : `did you mean ${near}?`;
  throw new AgentError('invalid', `there is no setting "${name}" (from ${from}); ${hint}`);
}

function readFile(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new AgentError('invalid', `the configuration ${file} cannot be read: ${sentence(error)}`, { cause: error });
  }
  try {
    return z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).parse(JSON.parse(text));
  } catch (error) {
    const why = error instanceof z.ZodError ? 'it must be an object of setting names and values' : sentence(error);
    throw new AgentError('invalid', `the configuration ${file} cannot be used: ${why}`, { cause: error });
  }
}

function defaultData(): string {
  if (process.getuid?.() === 0) return '/var/lib/diffo-edge';
  const state = process.env.XDG_STATE_HOME;
  return join(state === undefined || state === '' ? join(homedir(), '.local', 'state') : state, 'diffo-edge');
}
