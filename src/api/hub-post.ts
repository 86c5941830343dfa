/** One delivery to a callback: to an address that may be called, within a time, and with no redirect followed. */
import { lookup as ask } from 'node:dns/promises';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { createSecureContext } from 'node:tls';
import { AgentError, sentence } from '../core/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Allow } from './hub-allow.ts';
import { Places } from './hub-places.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}

export interface PostParts {
  readonly clock: Clock;
  readonly allow: Allow;
  /** A listener that has not answered by then has not answered. */
  readonly deadlineMs: number;
  /** The authorities of the certificates of https callbacks (PEM), instead of those that everybody trusts. */
  readonly ca?: string;
  /** All addresses of a name; the system's resolver when not said. */
  readonly resolve?: (name: string) => Promise<readonly Address[]>;
  /** Where this agent itself serves: it never tells itself, for what it is told would be news again. */
  readonly ownPort?: () => number | undefined;
}

/** How it went: undefined when the listener answered 2xx, else why it counts as not delivered. */
export type Outcome = string | undefined;

export interface Posting {
  readonly answer: Promise<Outcome>;
  /** Ends it where it is. */
  readonly callOff: () => void;
}

export interface Postman {
  /** `isDoubtful` when the last try failed: such deliveries have places of their own. */
  post(url: URL, body: string, isDoubtful: boolean): Posting;
  stop(): void;
}

/** More is not read of an answer that nobody reads. */
const ANSWER_LIMIT_BYTES = 65_536;
/** Less than common servers wait, so that it is seldom they who hang up. */
const IDLE_SOCKET_MS = 4_000;

const healthy = { inAll: 32, atOneHost: 8, forMs: 1_000 };
const doubtful = { inAll: 16, atOneHost: 4, forMs: 1_000 };

export function openPostman({ clock, allow, deadlineMs, ca, resolve = everyAddress, ownPort }: PostParts): Postman {
  const sockets = {
    keepAlive: true,
    // As many as can be in use: to open one costs more than all that is sent over it.
    maxFreeSockets: healthy.atOneHost,
    scheduling: 'lifo',
    timeout: IDLE_SOCKET_MS,
  } as const;
  const http = new HttpAgent(sockets);
  const https = new HttpsAgent({
    ...sockets,
    ...(ca === undefined ? {} : { secureContext: createSecureContext({ ca }) }),
  });
  const places = { healthy: new Places(healthy, clock), doubtful: new Places(doubtful, clock) };
  const asked = new Map<string, Promise<readonly Address[]>>();

  /** Many listeners at one host ask once. */
  const addressesOf = (name: string): Promise<readonly Address[]> => {
    const known = asked.get(name);
    if (known) return known;
    const asking = resolve(name).finally(() => asked.delete(name));
    asked.set(name, asking);
    return asking;
  };

  /** The socket connects to what this answers: nobody asks a second time and hears something else. */
  const lookup =
    (url: URL): LookupFunction =>
    (name, options, answer) => {
      const { family } = options;
      addressesOf(name)
        .then(all => {
          const fits = all.filter(each => (family !== 4 && family !== 6) || each.family === family);
          const refusals = fits.map(each => allow.refusal(url, each.address));
          const [first, ...others] = fits.filter((_, i) => refusals[i] === undefined);
          const refused = refusals.find(each => each !== undefined);
          if (!first) throw new AgentError('unreachable', refused ?? `${name} has no address`);
          if (options.all === true) answer(null, [first, ...others]);
          else answer(null, first.address, first.family);
        })
        .catch((error: unknown) => answer(error instanceof Error ? error : new Error(sentence(error)), '', 0));
    };

  const send = (url: URL, body: string, mayRepeat: boolean): Posting => {
    let callOff = (): void => {};
    const answer = new Promise<Outcome>(resolve => {
      const isSecure = url.protocol === 'https:';
      const options = {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        lookup: lookup(url),
      };
      const sent = isSecure
        ? httpsRequest(url, { ...options, agent: https })
        : httpRequest(url, { ...options, agent: http });
      const noDeadline = clock.after(deadlineMs, () => sent.destroy(new Error(`no answer within ${deadlineMs} ms`)));
      let isOff = false;
      const done = (outcome: Outcome): void => {
        noDeadline();
        resolve(outcome);
      };
      callOff = () => {
        isOff = true;
        sent.destroy(new Error('called off'));
      };
      sent.on('error', (error: NodeJS.ErrnoException) => {
        const hungUp = mayRepeat && !isOff && sent.reusedSocket && error.code === 'ECONNRESET';
        if (!hungUp) return done(error.message);
        // The other side closed an idle connection just as it was taken: that says nothing of the listener.
        noDeadline();
        const again = send(url, body, false);
        callOff = again.callOff;
        void again.answer.then(resolve);
      });
      sent.on('response', response => {
        const { statusCode = 0 } = response;
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > ANSWER_LIMIT_BYTES) response.destroy();
        });
        response.on('error', () => {});
        response.on('close', () =>
          done(statusCode >= 200 && statusCode < 300 ? undefined : `it answered ${statusCode}`),
        );
      });
      sent.on('socket', socket => {
        const look = (): void => {
          const isOwn = socket.remoteAddress === socket.localAddress && socket.remotePort === ownPort?.();
          if (isOwn) sent.destroy(new Error('that is this agent itself'));
        };
        if (socket.connecting) socket.once('connect', look);
      });
      sent.on('upgrade', (_, socket) => {
        socket.destroy();
        done('it answered 101');
      });
      sent.end(body);
    });
    return { answer, callOff: () => callOff() };
  };

  return {
    post(url, body, isDoubtful) {
      if (!allow.permits(url)) {
        return { answer: Promise.resolve(`callbacks to ${url.host} are not allowed`), callOff: () => {} };
      }
      let callOff = (): void => {};
      const answer = new Promise<Outcome>(resolve => {
        let isWaiting = true;
        const stopWaiting = places[isDoubtful ? 'doubtful' : 'healthy'].take(url.host, leave => {
          isWaiting = false;
          const sent = send(url, body, true);
          callOff = sent.callOff;
          void sent.answer.then(outcome => {
            leave();
            resolve(outcome);
          });
        });
        if (isWaiting) {
          callOff = () => {
            stopWaiting();
            resolve('called off');
          };
        }
      });
      return { answer, callOff: () => callOff() };
    },
    stop() {
      http.destroy();
      https.destroy();
    },
  };
}

async function everyAddress(name: string): Promise<readonly Address[]> {
  return ask(name, { all: true });
}
