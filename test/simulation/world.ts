/**
 * One seed, one life: agents, a central and the network between them, through whatever faults the seed has drawn. Then
 * the faults end, and what must have become true is looked at.
 */
import { type Batch, readBatch, readReply } from '../../src/core/stream/batch.ts';
import { pressed } from '../../src/core/stream/receiver.ts';
import type { Rules } from '../../src/core/stream/rules.ts';
import type { Limits } from '../../src/core/stream/sender.ts';
import { sameSum, sumOf } from '../../src/core/stream/sum.ts';
import { type Chance, chanceOf } from '../kit/chance.ts';
import { Agent, type Body, emptyImage, type Image } from './agent.ts';
import { Central } from './central.ts';
import { type Message, Network, type NetworkFaults, reliable } from './network.ts';

export interface Outcome {
  readonly seed: number;
  /** A sentence for each promise that was broken; empty for a good run. */
  readonly notConverged: readonly string[];
  readonly violations: readonly string[];
  readonly faults: Faults;
  readonly epochs: number;
  readonly rewinds: number;
  readonly rounds: number;
  /** What happened in this life: why epochs were begun, which answers were given, what was kept aside. */
  readonly met: ReadonlySet<string>;
  readonly story: readonly string[];
}

/** What the seed has drawn: each kind of fault in half of the lives, so that none can hide another. */
export interface Faults {
  readonly network: NetworkFaults;
  /** Central dies around its commit. */
  readonly crashes: boolean;
  readonly agentRestarts: boolean;
  readonly lostCommits: boolean;
  readonly oldImages: boolean;
  readonly doubles: boolean;
  readonly centralRestored: boolean;
  readonly forgottenTombstones: boolean;
}

/** Nothing here takes a state away from either side. */
export function onlyDeliveryFails(faults: Faults): boolean {
  const { lostCommits, oldImages, doubles, centralRestored, forgottenTombstones } = faults;
  return !(lostCommits || oldImages || doubles || centralRestored || forgottenTombstones);
}

const KEYS = Array.from({ length: 12 }, (_, i) => `instance/${i}`);
const STEPS = 250;
const LONGEST_STEP_MS = 4 * 60_000;
const PATIENCE_MS = 8 * 60_000;
/** Far more than healing ever takes, and few enough to end a sender that goes in circles. */
const MOST_ROUNDS = 60;

export function live(seed: number, rules: Rules, telling = false): Outcome {
  const world = new World(seed, rules, telling);
  for (let i = 0; i < STEPS; i++) world.step();
  const rounds = world.heal();
  return world.outcome(rounds);
}

class World {
  readonly #seed: number;
  readonly #rules: Rules;
  readonly #chance: Chance;
  readonly #faults: Faults;
  readonly #limits: Limits;
  readonly #network: Network;
  readonly #central: Central;
  readonly #story: string[] | undefined;
  #agents: Agent[];
  #images: Image[] = [emptyImage];
  #crashes: boolean;
  #now = 1_700_000_000_000;
  #tick = 0;
  #lives = 0;
  #epochs = 0;
  readonly #met = new Set<string>();

  constructor(seed: number, rules: Rules, telling: boolean) {
    this.#seed = seed;
    this.#rules = rules;
    this.#chance = chanceOf(seed);
    const { happens, pick } = this.#chance;
    this.#story = telling ? [] : undefined;
    this.#faults = {
      network: happens(0.2) ? reliable : { drop: 0.2, repeat: 0.15, overtaking: pick([1, 3, 8]) ?? 1 },
      crashes: happens(0.5),
      agentRestarts: happens(0.5),
      lostCommits: happens(0.5),
      oldImages: happens(0.4),
      doubles: happens(0.2),
      centralRestored: happens(0.5),
      forgottenTombstones: happens(0.5),
    };
    this.#crashes = this.#faults.crashes;
    // Small batches, so that a snapshot takes several and things happen between them.
    this.#limits = { rows: pick([2, 4, 500]) ?? 4, bytes: pick([1000, 4000]) ?? 4000 };
    this.#network = new Network(this.#chance, this.#faults.network);
    this.#central = new Central(rules);
    this.#agents = [new Agent(this.#lives, emptyImage, rules)];
    this.#tell(() => `faults ${JSON.stringify(this.#faults)}, limits ${JSON.stringify(this.#limits)}`);
  }

  step(): void {
    const { one, whole, happens, pick } = this.#chance;
    this.#now += whole(0, LONGEST_STEP_MS);
    const agent = pick(this.#agents);
    if (!agent) return;
    const act = one();
    if (act < 0.28) this.#write(agent);
    else if (act < 0.58) this.#push(agent);
    else if (act < 0.9) this.#deliver();
    else if (act < 0.95) this.#hurtAgent(agent);
    else if (act < 0.98) {
      if (!this.#faults.centralRestored) return;
      if (happens(0.6)) this.#central.backUp();
      else {
        this.#central.restore(pick);
        this.#tell(() => `central comes back from a backup at ${at(this.#central.receiver)}`);
      }
    } else if (this.#faults.forgottenTombstones) {
      const upTo = whole(0, agent.image.seq + 1);
      agent.forgetTombstones(upTo);
      this.#tell(() => `agent ${agent.life} forgets its tombstones up to ${upTo}`);
    }
  }

  /**
   * Faults end, one agent is left, and nobody writes any more. Time jumps to whatever the sender waits for; healed is
   * when it has found twice that both sides agree, or when it has had its chances.
   */
  heal(): number {
    this.#tell(() => 'the faults end');
    const agent = this.#chance.pick(this.#agents);
    if (!agent) throw new Error('there is always an agent');
    this.#agents = [agent];
    while (this.#deliver());
    this.#network.faults = reliable;
    this.#crashes = false;
    let contentments = 0;
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      const step = this.#push(agent);
      while (this.#deliver());
      if (step === 'waiting for an answer') {
        this.#now += PATIENCE_MS;
        continue;
      }
      if (step.step !== 'wait') continue;
      if (!step.held && agent.sender.renewal === undefined && ++contentments === 2) return round;
      this.#now = step.until;
    }
    return MOST_ROUNDS;
  }

  outcome(rounds: number): Outcome {
    this.#central.recount();
    return {
      seed: this.#seed,
      notConverged: this.#differences(rounds),
      violations: this.#central.violations,
      faults: this.#faults,
      epochs: this.#epochs,
      rewinds: this.#central.rewinds,
      rounds,
      met: this.#met,
      story: this.#story ?? [],
    };
  }

  #write(agent: Agent): void {
    const { happens, pick, whole } = this.#chance;
    const key = pick(KEYS) ?? '';
    const act = whole(0, 20);
    if (act < 4) agent.remove(key);
    else if (act < 6) agent.touch(key);
    else if (act < 7) agent.writeElsewhere();
    else {
      const body: Body = {
        life: agent.life,
        tick: ++this.#tick,
        ...(happens(0.06) ? { poison: true } : {}),
        ...(happens(0.08) ? { padding: 'x'.repeat(pick([300, 1200]) ?? 0) } : {}),
      };
      agent.put(key, body);
    }
    this.#tell(() => `agent ${agent.life} writes ${agent.image.seq}: ${act < 4 ? 'no ' : ''}${key}`);
  }

  #push(agent: Agent): ReturnType<Agent['step']> {
    const step = agent.step(this.#moment(), this.#limits, PATIENCE_MS);
    if (step === 'waiting for an answer') return step;
    if (step.step === 'send') this.#network.send('central', step.batch);
    if (step.step === 'begin') {
      this.#epochs++;
      this.#met.add(`begun: ${step.because}`);
    }
    if (step.step === 'send' && agent.sender.renewal) this.#met.add('rows told while a new epoch has to wait');
    this.#tell(() => {
      if (step.step === 'wait') return `agent ${agent.life} waits: ${step.because}`;
      if (step.step === 'begin') return `agent ${agent.life} begins epoch ${step.sender.epoch}: ${step.because}`;
      const { epoch, from, to, items, caughtUp } = step.batch;
      const rows = items.map(({ key, seq }) => `${seq}=${key.slice(9)}`).join(' ');
      return `agent ${agent.life} sends ${epoch}: ${from}–${to} [${rows}]${caughtUp ? ', caught up' : ''}`;
    });
    return step;
  }

  #deliver(): boolean {
    const message = this.#network.take();
    if (message?.to === 'central') this.#arriveAtCentral(message);
    if (message?.to === 'agents') this.#arriveAtAgents(message);
    return message !== undefined;
  }

  #arriveAtCentral({ text }: Message): void {
    const { happens, whole } = this.#chance;
    const batch = legible(text);
    if (!batch) return;
    const reply = this.#central.take(batch, this.#crashes && happens(0.1));
    this.#tell(() => `central ${reply ? `answers ${reply.reply}` : 'crashes'}, is at ${at(this.#central.receiver)}`);
    if (reply) this.#met.add(reply.reply);
    for (const { code } of reply?.errors ?? []) this.#met.add(`quarantine: ${code}`);
    if (!reply || (this.#crashes && happens(0.1))) return;
    const pressure = happens(0.05) ? { retryAfterMs: whole(0, 120_000), creditRows: whole(0, 5) } : {};
    this.#network.send('agents', pressed(reply, pressure));
  }

  /** A double listens where the agent listens. */
  #arriveAtAgents({ text }: Message): void {
    const reply = readReply(JSON.parse(text));
    for (const agent of this.#agents) {
      agent.hear(reply, this.#moment());
      if (this.#chance.happens(0.3)) agent.keepCursor();
    }
  }

  #hurtAgent(agent: Agent): void {
    const { whole, pick, happens } = this.#chance;
    const { agentRestarts, lostCommits, oldImages, doubles } = this.#faults;
    switch (whole(0, 6)) {
      case 0:
        if (agentRestarts) this.#replace(agent, agent.image, agent.life, 'restarts');
        return;
      case 1:
        if (lostCommits) this.#replace(agent, agent.withoutLast(whole(1, 4)), ++this.#lives, 'loses commits');
        return;
      case 2:
        this.#images.push(agent.image);
        return;
      case 3:
        if (oldImages) this.#replace(agent, pick(this.#images) ?? agent.image, ++this.#lives, 'is restored');
        return;
      case 4: {
        if (!doubles) return;
        const life = ++this.#lives;
        if (this.#agents.length > 1) this.#agents = this.#agents.filter(each => each !== agent);
        else
          this.#agents.push(
            new Agent(life, (happens(0.5) ? pick(this.#images) : undefined) ?? agent.image, this.#rules),
          );
        this.#tell(() => `now there are ${this.#agents.length} of the agent`);
        return;
      }
      case 5:
        // An operator, who may be wrong.
        if (agent.sender.renewal) agent.release();
    }
  }

  #replace(agent: Agent, image: Image, life: number, what: string): void {
    this.#agents = this.#agents.map(each => (each === agent ? new Agent(life, image, this.#rules) : each));
    this.#tell(() => `agent ${agent.life} ${what}: agent ${life} at seq ${image.seq}, epoch ${image.kept.epoch}`);
  }

  #differences(rounds: number): readonly string[] {
    const differences: string[] = [];
    const [agent] = this.#agents;
    if (!agent) return ['there is no agent'];
    if (rounds === MOST_ROUNDS) differences.push('the sender never came to rest');
    const { rows, sum } = agent.image;
    const live = [...rows.values()].flatMap(row => (row.deleted ? [] : [row]));
    if (!sameSum(sum, this.#central.receiver.sum)) differences.push('the sums differ');
    if (!sameSum(sum, sumOf(live.map(row => [row.key, row.hash])))) differences.push('the sum of the agent is wrong');
    for (const row of live) {
      const there = this.#central.rows.get(row.key);
      const quarantined = there && there.guard.shown !== there.guard.hash;
      const bad = (row.body as Body).poison === true;
      if (there?.guard.hash !== row.hash) differences.push(`${row.key} is another one at central`);
      else if (
        quarantined ? !bad && !tooLarge(row.body as Body) : JSON.stringify(there.body) !== JSON.stringify(row.body)
      ) {
        differences.push(`${row.key} shows other content at central`);
      }
    }
    const keys = new Set(live.map(row => row.key));
    for (const [key, { guard, body }] of this.#central.rows) {
      if (!keys.has(key) && (guard.hash !== null || body)) differences.push(`${key} is a ghost at central`);
    }
    return differences;
  }

  #moment() {
    return { now: this.#now, chance: this.#chance.one() };
  }

  #tell(line: () => string): void {
    this.#story?.push(`${new Date(this.#now).toISOString().slice(5, 19)} ${line()}`);
  }
}

/** What cannot be read is answered by nobody. */
function legible(text: string): Batch | undefined {
  try {
    return readBatch(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Larger than the smaller limit: it may travel without its body. */
function tooLarge({ padding }: Body): boolean {
  return (padding?.length ?? 0) > 1000;
}

function at({ epoch, cursor, whole }: { epoch: number; cursor: number; whole: boolean }): string {
  return `${epoch}.${cursor}${whole ? '' : ' (snapshot not complete)'}`;
}
