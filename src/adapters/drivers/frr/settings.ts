/** Where an FRR is found and what may be done to it, as a profile says it. */
import { AgentError } from '../../../core/errors.ts';
import type { Json, JsonObject } from '../../../core/json.ts';

export interface FrrSettings {
  /** Where the daemons have their sockets. */
  readonly vtyDir: string;
  /** Where `vtysh.conf` is, and `frr.conf` is written to. */
  readonly configDir: string;
  /** How often it is asked whether anything has changed. */
  readonly pollEveryMs: number;
  /** Whether every change is saved at once, so that it lasts. */
  readonly save: boolean;
}

/** As the packages of FRR install it. */
const usual: FrrSettings = {
  vtyDir: '/var/run/frr',
  configDir: '/etc/frr',
  pollEveryMs: 2_000,
  save: false,
};

/** Faster than this is a load that nobody asked for. */
const FASTEST_POLL_MS = 100;

export function readFrrSettings(given: JsonObject): FrrSettings {
  const { vtyDir = usual.vtyDir, configDir = usual.configDir, pollEveryMs = usual.pollEveryMs, save = false } = given;
  const extra = Object.keys(given).find(name => !Object.hasOwn(usual, name));
  if (extra !== undefined)
    wrong(`the frr driver has no setting "${extra}"; there are ${Object.keys(usual).join(', ')}`);
  for (const [name, folder] of Object.entries({ vtyDir, configDir })) {
    if (typeof folder !== 'string' || !folder.startsWith('/')) {
      wrong(`${name} of the frr driver is a folder such as ${usual.vtyDir}, not ${JSON.stringify(folder)}`);
    }
  }
  if (typeof pollEveryMs !== 'number' || !Number.isInteger(pollEveryMs) || pollEveryMs < FASTEST_POLL_MS) {
    wrong(
      `pollEveryMs of the frr driver is a whole number from ${FASTEST_POLL_MS}, not ${JSON.stringify(pollEveryMs)}`,
    );
  }
  if (typeof save !== 'boolean') wrong(`save of the frr driver is true or false, not ${JSON.stringify(save)}`);
  return { vtyDir: text(vtyDir), configDir: text(configDir), pollEveryMs: Number(pollEveryMs), save: save === true };
}

function wrong(message: string): never {
  throw new AgentError('invalid', message);
}

function text(value: Json): string {
  return typeof value === 'string' ? value : '';
}
