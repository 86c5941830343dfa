/** The broker that an agent embeds for its peers when it is told to: where it listens, and who may come. */
import { type Broker, openBroker } from '../adapters/peers/broker.ts';
import type { Config } from '../config.ts';
import { AgentError } from '../core/errors.ts';
import type { Log } from '../ports/log.ts';
import { readSecret } from './secret.ts';

interface Embedded {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  /** Where others reach it. */
  readonly url: string;
}

/** Undefined where none is embedded; throws one sentence for what cannot be. */
export function readEmbedded(config: Config): Embedded | undefined {
  const { 'mqtt.embedded': text, 'http.tls.cert': cert, 'http.tls.key': key } = config;
  if (text === '') return undefined;
  const colon = text.lastIndexOf(':');
  const shown = text.slice(0, colon).replace(/^mqtts?:\/\//, '');
  const port = Number(text.slice(colon + 1));
  if (port < 1 || port > 65_535) {
    throw new AgentError(
      'invalid',
      `mqtt.embedded cannot be "${text}": its port is one of 1 to 65535, for peers to know`,
    );
  }
  const isSecure = text.startsWith('mqtts:');
  if (isSecure && (cert === '' || key === '')) {
    throw new AgentError('invalid', `mqtt.embedded=${text} needs http.tls.cert and http.tls.key`);
  }
  const asksWho = config['mqtt.user'] !== '' && config['mqtt.passwordFile'] !== '';
  if (!isLoopback(shown) && !(isSecure && asksWho) && !config['http.insecure']) {
    throw new AgentError(
      'invalid',
      `embedding a broker at ${text}, beyond loopback, needs mqtts:// with http.tls.cert and http.tls.key, and mqtt.user with mqtt.passwordFile; or say --insecure`,
    );
  }
  const url = `${isSecure ? 'mqtts' : 'mqtt'}://${shown}:${port}`;
  return { host: shown.replace(/^\[|\]$/g, ''), port, isSecure, url };
}

/** Resolves when it listens; undefined where none is embedded, and then nothing of it is loaded. */
export async function embedBroker(config: Config, log: Log): Promise<Broker | undefined> {
  const embedded = readEmbedded(config);
  if (!embedded) return undefined;
  const { host, port, isSecure, url } = embedded;
  const { user, password } = readLogin(config);
  const { 'http.tls.cert': cert, 'http.tls.key': key, realm } = config;
  const broker = await openBroker({
    host,
    port,
    realm,
    log,
    ...(isSecure ? { tls: { cert: readSecret('http.tls.cert', cert), key: readSecret('http.tls.key', key) } } : {}),
    ...(user === undefined ? {} : { login: { user, password: password ?? '' } }),
  });
  log.info('a broker is embedded', { url });
  return broker;
}

/** What the broker is told, or the embedded one asks for. */
export function readLogin(config: Config): { readonly user?: string; readonly password?: string } {
  const { 'mqtt.user': user, 'mqtt.passwordFile': file } = config;
  return {
    ...(user === '' ? {} : { user }),
    ...(file === '' ? {} : { password: readSecret('mqtt.passwordFile', file).trim() }),
  };
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\./.test(host);
}
