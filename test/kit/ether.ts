/** A carrier within this process that loses, repeats, delays and reorders, all by chance from a seed. */
import { AgentError } from '../../src/core/errors.ts';
import { MESSAGE_BYTES } from '../../src/core/peer-message.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { LinkEar, PeerLink } from '../../src/ports/peer-link.ts';
import type { Chance } from './chance.ts';

export interface Weather {
  /** The part of all messages. */
  readonly lost: number;
  readonly repeated: number;
  readonly longestMs: number;
}

export const fair: Weather = { lost: 0, repeated: 0, longestMs: 0 };

export interface Ether {
  weather: Weather;
  /** Every message that was sent, lost ones too. */
  readonly sent: string[];
  link(node: string): PeerLink;
  /** Between all; both ends notice. */
  cut(): void;
  mend(): void;
  /** Says something in somebody's place. */
  inject(to: string, text: string | Uint8Array): void;
}

export function makeEther(clock: Clock, chance: Chance): Ether {
  const ears = new Map<string, LinkEar>();
  let up = true;
  let since = clock.now();
  const turn = (now: boolean): void => {
    up = now;
    since = clock.now();
    for (const ear of ears.values()) ear.moved();
  };
  const ether: Ether = {
    weather: fair,
    sent: [],
    cut: () => turn(false),
    mend: () => turn(true),
    inject: (to, text) => ears.get(to)?.heard(text),
    link: node => ({
      carrier: 'memory',
      start: async ear => {
        ears.set(node, ear);
        for (const each of ears.values()) each.moved();
      },
      stop: async () => {
        ears.delete(node);
        for (const each of ears.values()) each.moved(node);
      },
      state: peer => ({ up: up && ears.has(node) && ears.has(peer), since }),
      most: () => MESSAGE_BYTES,
      send: (peer, text) => {
        if (!up || !ears.has(node) || !ears.has(peer))
          throw new AgentError('unreachable', `nothing leads to ${peer} now`);
        if (Buffer.byteLength(text) > MESSAGE_BYTES) throw new AgentError('tooLarge', 'the message is too large');
        ether.sent.push(text);
        const { lost, repeated, longestMs } = ether.weather;
        for (let copy = 0; copy === 0 || chance.happens(repeated); copy++) {
          if (chance.happens(lost)) continue;
          clock.after(Math.round(longestMs * chance.one()), () => up && ears.get(peer)?.heard(text));
        }
      },
    }),
  };
  return ether;
}
