/** A carrier that promises nothing: what is sent may be lost, come twice, come late and in any order. */
import type { Chance } from '../kit/chance.ts';

export interface NetworkFaults {
  readonly drop: number;
  readonly repeat: number;
  /** How many of those under way may overtake one another; 1 keeps the order. */
  readonly overtaking: number;
}

export const reliable: NetworkFaults = { drop: 0, repeat: 0, overtaking: 1 };

export interface Message {
  readonly to: 'central' | 'agents';
  /** As it leaves the house; read again where it comes in. */
  readonly text: string;
}

export class Network {
  readonly #chance: Chance;
  #underway: Message[] = [];
  faults: NetworkFaults;

  constructor(chance: Chance, faults: NetworkFaults) {
    this.#chance = chance;
    this.faults = faults;
  }

  send(to: Message['to'], content: object): void {
    if (this.#chance.happens(this.faults.drop)) return;
    const message = { to, text: JSON.stringify(content) };
    this.#underway.push(message);
    if (this.#chance.happens(this.faults.repeat)) this.#underway.push(message);
  }

  /** The one that comes in next. */
  take(): Message | undefined {
    const which = this.#chance.whole(0, Math.min(this.faults.overtaking, this.#underway.length));
    return this.#underway.splice(which, 1)[0];
  }
}
