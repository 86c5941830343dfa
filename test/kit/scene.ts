/** A simulated element under a clock that stands still, and what an agent in it says to a person. */
import { expect } from 'vitest';
import { openSimulator, readElements, type Simulator } from '../../src/adapters/drivers/simulator.ts';
import { plainPaints, type Screen } from '../../src/cli/screen.ts';
import { explainText } from '../../src/cli/show-outstanding.ts';
import { whyText } from '../../src/cli/show-why.ts';
import { noFailSafe } from '../../src/ports/fail-safe.ts';
import { silentLog } from '../../src/ports/log.ts';
import { runAgent, type TestAgent } from './agent.ts';
import { handClock, type JumpingClock } from './clock.ts';

/** A Thursday, a quarter past nine. */
const NOW = Date.parse('2026-03-12T09:15:00Z');

export const MTU = '/resourceCharacteristic/mtu/value';
export const mtu = (value: unknown) => ({ resourceCharacteristic: [{ name: 'mtu', value }] });
const port = (name: string) => ({
  kind: 'port',
  key: name,
  facts: {
    name,
    '@type': 'LogicalResource',
    administrativeState: 'unlocked',
    operationalState: 'enabled',
    ...mtu(1500),
  },
  settable: [{ path: MTU }, { path: '/administrativeState' }],
});

export interface Scene {
  readonly agent: TestAgent;
  readonly simulator: Simulator;
  readonly clock: JumpingClock;
  lay(name: string, expect: object, more?: object): Promise<void>;
  rule(body: object): Promise<void>;
  /** Lets time pass, and the loop see to what has come due. */
  pass(ms: number): Promise<void>;
  /** Somebody else changes something at the element, and the agent sees it. */
  byHand(name: string, path: string, value: string | number): Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const clock = handClock(NOW);
  const simulator = openSimulator({ clock, log: silentLog, elements: readElements(['p1', 'p2'].map(port)) });
  const agent = await runAgent(
    { profile: 'simulator', mode: 'warn' },
    { drivers: [simulator], clock, failSafe: noFailSafe(clock) },
  );
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    await agent.loop.settle();
  };
  return {
    agent,
    simulator,
    clock,
    pass,
    lay: async (name, what, more = {}) => {
      const body = { for: { kind: 'port', name }, expect: what, ...more };
      expect(await agent.call('POST', '/diffo/v1/expectations', body)).toMatchObject({ status: 201 });
      await agent.loop.settle();
    },
    rule: async body => {
      expect(await agent.call('POST', '/diffo/v1/rules', body)).toMatchObject({ status: 201 });
      await agent.loop.settle();
    },
    byHand: async (name, path, value) => {
      simulator.world.change('port', name, path, value);
      await agent.loop.lookAgain();
    },
  };
}

/** Ids are other ones each time: the first is #1, the next #2. */
export function withoutIds(text: string): string {
  const seen = new Map<string, string>();
  return text.replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})?\b/g, id => {
    const short = id.slice(0, 8);
    const known = seen.get(short) ?? `#${seen.size + 1}`;
    seen.set(short, known);
    return known;
  });
}

/** What people read of a place: `explain` at length, `why` in a sentence, at the time of the clock. */
export async function said({ agent, clock }: Scene, name: string, path: string) {
  const [one] = await agent.get(`/tmf-api/resourceInventoryManagement/v5/resource?name=${name}`);
  const answer = await agent.get(`/diffo/v1/explain?instance=${one.id}&path=${encodeURIComponent(path)}`);
  const screen: Screen = {
    columns: undefined,
    paint: plainPaints,
    now: clock.now(),
    command: words => `diffo ${words}`,
  };
  return {
    leaves: answer.leaves,
    explain: withoutIds(explainText(answer, name, screen)),
    why: withoutIds(whyText(answer, name, true, screen)),
  };
}
