/** Ten situations of an element and what is expected of it, with what the agent says of each. */
import { until } from '../kit/agent.ts';
import { MTU, mtu, type Scene } from '../kit/scene.ts';

export type Fact = 'wanted' | 'have' | 'since' | 'because' | 'next' | 'when';

export interface Story {
  readonly about: string;
  readonly name: string;
  readonly path: string;
  happens(scene: Scene): Promise<void>;
  /** What `explain` says, to the letter. */
  readonly explained: readonly string[];
  /** What of it has to be in each of its lines. */
  readonly facts: Readonly<Record<Fact, string>>;
}

export const stories: readonly Story[] = [
  {
    about: 'the carrier is lost, and no agent can plug in a cable',
    name: 'p1',
    path: '/operationalState',
    happens: async scene => {
      await scene.lay(
        'p1',
        { operationalState: 'enabled' },
        { owner: 'noc', why: 'uplink of the site', mode: 'enforce' },
      );
      await scene.pass(3_600_000);
      await scene.byHand('p1', '/operationalState', 'disabled');
      await scene.pass(2_000);
    },
    explained: [
      'p1',
      '  /operationalState  UNMET',
      '    wanted   enabled by operator for noc, since 09:15:00, priority 50, mode enforce, expectation #1: uplink of the site',
      '    have     disabled  seen 2 s ago',
      '    since    10:15:00: enabled → disabled by driver:simulator (observation)',
      '    because  it is another value; nothing here can change /operationalState',
      '    next     nothing by itself',
      '    when     somebody changes it at the element, or what is wanted of it',
      '    in short operationalState of p1 has been disabled for 2 s (by driver:simulator); noc (operator) wants enabled (uplink of the site); seen 2 s ago by simulator. It waits: nothing here can change /operationalState. Next: nothing by itself, until somebody changes it at the element, or what is wanted of it',
    ],
    facts: {
      wanted: 'enabled by operator for noc',
      have: 'disabled',
      since: '10:15:00: enabled → disabled',
      because: 'nothing here can change /operationalState',
      next: 'nothing by itself',
      when: 'somebody changes it at the element',
    },
  },
  {
    about: 'it waits for somebody to approve a plan',
    name: 'p1',
    path: MTU,
    happens: scene => scene.lay('p1', mtu(1400), { owner: 'ann', why: 'tunnel overhead', mode: 'approve' }),
    explained: [
      'p1',
      '  /resourceCharacteristic/mtu/value  UNMET',
      '    wanted   1400 by operator for ann, since 09:15:00, priority 50, mode approve, expectation #1: tunnel overhead',
      '    have     1500  seen 0 s ago',
      '    since    09:15:00: it came by driver:simulator (observation)',
      '    because  it is another value; mode approve: a plan waits for a yes',
      '    next     set /resourceCharacteristic/mtu/value of p1 to 1400',
      '    when     a person approves plan #2: diffo approve #2',
      '    in short mtu of p1 has been 1500 for 0 s (by driver:simulator); ann (operator) wants 1400 (tunnel overhead); seen 0 s ago by simulator. It waits: mode approve: a plan waits for a yes. Next: set /resourceCharacteristic/mtu/value of p1 to 1400, when a person approves plan #2 (diffo approve #2)',
    ],
    facts: {
      wanted: '1400 by operator for ann',
      have: '1500',
      since: '09:15:00',
      because: 'a plan waits for a yes',
      next: 'to 1400',
      when: 'a person approves plan #2: diffo approve #2',
    },
  },
  {
    about: 'somebody with more say wants something else',
    name: 'p1',
    path: MTU,
    happens: async scene => {
      await scene.lay('p1', mtu(1500), { owner: 'noc', why: 'standard', mode: 'enforce', priority: 80 });
      await scene.lay('p1', mtu(9000), { owner: 'storage', why: 'jumbo frames', mode: 'enforce', priority: 40 });
    },
    explained: [
      'p1',
      '  /resourceCharacteristic/mtu/value  MET',
      '    wanted   1500 by operator for noc, since 09:15:00, priority 80, mode enforce, expectation #1: standard',
      '    have     1500  seen 0 s ago',
      '    since    09:15:00: it came by driver:simulator (observation)',
      '    because  it is as wanted',
      '    next     nothing, but to put it right when it changes',
      '    when     it changes, or what is wanted of it does',
      '    in short mtu of p1 has been 1500 for 0 s (by driver:simulator), as noc (operator) wants; seen 0 s ago by simulator',
      '  /resourceCharacteristic/mtu/value  UNMET',
      '    wanted   9000 by operator for storage, since 09:15:00, priority 40, mode enforce, expectation #2: jumbo frames',
      '    have     1500  seen 0 s ago',
      '    since    09:15:00: it came by driver:simulator (observation)',
      '    because  it is another value; overruled: noc (operator), whose word counts more (priority 80), wants 1500 (expectation #1)',
      '    next     it is put right, as far as that can be done',
      '    when     that one is withdrawn, or wants less',
      '    in short mtu of p1 has been 1500 for 0 s (by driver:simulator); storage (operator) wants 9000 (jumbo frames); seen 0 s ago by simulator. It waits: overruled: noc (operator), whose word counts more (priority 80), wants 1500 (expectation #1). Next: it is put right, as far as that can be done, when that one is withdrawn, or wants less',
    ],
    facts: {
      wanted: '9000 by operator for storage',
      have: '1500',
      since: '09:15:00',
      because: 'noc (operator), whose word counts more',
      next: 'put right',
      when: 'that one is withdrawn',
    },
  },
  {
    about: 'the element refuses, and it is tried again later',
    name: 'p1',
    path: MTU,
    happens: async scene => {
      scene.simulator.world.refuseNext('the line card is busy');
      await scene.lay('p1', mtu(1400), { owner: 'ann', mode: 'enforce' });
    },
    explained: [
      'p1',
      '  /resourceCharacteristic/mtu/value  UNMET',
      '    wanted   1400 by operator for ann, since 09:15:00, priority 50, mode enforce, expectation #1',
      '    have     1500  seen 0 s ago',
      '    since    09:15:00: it came by driver:simulator (observation)',
      '    because  it is another value; tried once, last: the line card is busy',
      '    next     try again: set /resourceCharacteristic/mtu/value of p1 to 1400',
      '    when     in 1 s',
      '    in short mtu of p1 has been 1500 for 0 s (by driver:simulator); ann (operator) wants 1400; seen 0 s ago by simulator. It waits: tried once, last: the line card is busy. Next: try again: set /resourceCharacteristic/mtu/value of p1 to 1400, in 1 s',
    ],
    facts: {
      wanted: '1400 by operator for ann',
      have: '1500',
      since: '09:15:00',
      because: 'the line card is busy',
      next: 'try again',
      when: 'in 1 s',
    },
  },
  {
    about: 'somebody else sets it back each time',
    name: 'p1',
    path: MTU,
    happens: async scene => {
      await scene.lay('p1', mtu(1400), { owner: 'ann', mode: 'enforce', outOfBand: 'restore' });
      for (let i = 0; i < 2; i++) {
        await scene.byHand('p1', MTU, 1500);
        await scene.pass(60_000);
      }
    },
    explained: [
      'p1',
      '  /resourceCharacteristic/mtu/value  UNMET',
      '    wanted   1400 by operator for ann, since 09:15:00, priority 50, mode enforce, expectation #1',
      '    have     1500  seen 0 s ago',
      '    since    09:16:00: 1400 → 1500 by driver:simulator (observation)',
      '    because  it is another value; stalled: somebody else has set it back: it was set to 1400 and is 1500, twice within 60 min',
      '    next     nothing',
      '    when     somebody sees to it: settle with somebody else who has the say; a change of what is expected, or a person who resumes it, sets it going again; so does a rest as expected for 11 min: diffo resume p1',
      '    in short mtu of p1 has been 1500 for 1 min (by driver:simulator); ann (operator) wants 1400; seen 0 s ago by simulator. It waits: stalled: somebody else has set it back: it was set to 1400 and is 1500, twice within 60 min. Next: nothing, until somebody sees to it: settle with somebody else who has the say; a change of what is expected, or a person who resumes it, sets it going again; so does a rest as expected for 11 min (diffo resume p1)',
    ],
    facts: {
      wanted: '1400 by operator for ann',
      have: '1500',
      since: '09:16:00: 1400 → 1500',
      because: 'somebody else has set it back',
      next: 'nothing',
      when: 'diffo resume p1',
    },
  },
  {
    about: 'somebody changed it by hand, and nobody has decided what becomes of that',
    name: 'p1',
    path: MTU,
    happens: async scene => {
      await scene.lay('p1', mtu(1500), { owner: 'noc', mode: 'enforce', outOfBand: 'hold' });
      await scene.pass(3_600_000);
      await scene.byHand('p1', MTU, 1300);
      await scene.pass(120_000);
    },
    explained: [
      'p1',
      '  /resourceCharacteristic/mtu/value  UNMET',
      '    wanted   1500 by operator for noc, since 09:15:00, priority 50, mode enforce, expectation #1',
      '    have     1300  seen 0 s ago',
      '    since    10:15:00: 1500 → 1300 by driver:simulator (observation)',
      '    because  it is another value; somebody changed it at the element 2 min ago, as driver:simulator saw; it was 1500',
      '    next     it is put right, taken over, or no longer wanted',
      '    when     a person decides what becomes of it: diffo decide #1 p1 /resourceCharacteristic/mtu/value restore|adopt|manage',
      '    in short mtu of p1 has been 1300 for 2 min (by driver:simulator); noc (operator) wants 1500; seen 0 s ago by simulator. It waits: somebody changed it at the element 2 min ago, as driver:simulator saw; it was 1500. Next: it is put right, taken over, or no longer wanted, when a person decides what becomes of it (diffo decide #1 p1 /resourceCharacteristic/mtu/value restore|adopt|manage)',
    ],
    facts: {
      wanted: '1500 by operator for noc',
      have: '1300',
      since: '10:15:00: 1500 → 1300',
      because: 'somebody changed it at the element 2 min ago',
      next: 'put right, taken over, or no longer wanted',
      when: 'diffo decide #1 p1 /resourceCharacteristic/mtu/value restore|adopt|manage',
    },
  },
  {
    about: 'the budget of changes is spent',
    name: 'p2',
    path: MTU,
    happens: async scene => {
      await scene.rule({ sort: 'budget', changes: 1, within: '10m' });
      await scene.lay('p1', mtu(1400), { mode: 'enforce' });
      await scene.lay('p2', mtu(1400), { owner: 'ann', mode: 'enforce' });
    },
    explained: [
      'p2',
      '  /resourceCharacteristic/mtu/value  UNMET',
      '    wanted   1400 by operator for ann, since 09:15:00, priority 50, mode enforce, expectation #1',
      '    have     1500  seen 0 s ago',
      '    since    09:15:00: it came by driver:simulator (observation)',
      '    because  it is another value; the budget of 1 changes in 10 min (rule #2) is spent: a person may approve a plan',
      '    next     set /resourceCharacteristic/mtu/value of p2 to 1400',
      '    when     in 10 min, or when a person approves a plan of it: diffo plan --instance p2, at 09:25:00',
      '    in short mtu of p2 has been 1500 for 0 s (by driver:simulator); ann (operator) wants 1400; seen 0 s ago by simulator. It waits: the budget of 1 changes in 10 min (rule #2) is spent: a person may approve a plan. Next: set /resourceCharacteristic/mtu/value of p2 to 1400, in 10 min, or when a person approves a plan of it (diffo plan --instance p2)',
    ],
    facts: {
      wanted: '1400 by operator for ann',
      have: '1500',
      since: '09:15:00',
      because: 'the budget of 1 changes in 10 min',
      next: 'to 1400',
      when: 'in 10 min, or when a person approves a plan of it',
    },
  },
  {
    about: 'the maintenance window opens tomorrow',
    name: 'p1',
    path: MTU,
    happens: async scene => {
      await scene.rule({ sort: 'window', days: ['fri'], from: '02:00', to: '04:00', zone: 'UTC' });
      await scene.lay('p1', mtu(1400), { owner: 'ann', why: 'change 4711', mode: 'enforce' });
    },
    explained: [
      'p1',
      '  /resourceCharacteristic/mtu/value  UNMET',
      '    wanted   1400 by operator for ann, since 09:15:00, priority 50, mode enforce, expectation #1: change 4711',
      '    have     1500  seen 0 s ago',
      '    since    09:15:00: it came by driver:simulator (observation)',
      '    because  it is another value; outside of its maintenance window (rule #2)',
      '    next     set /resourceCharacteristic/mtu/value of p1 to 1400',
      '    when     in 17 h, at 2026-03-13 02:00:00',
      '    in short mtu of p1 has been 1500 for 0 s (by driver:simulator); ann (operator) wants 1400 (change 4711); seen 0 s ago by simulator. It waits: outside of its maintenance window (rule #2). Next: set /resourceCharacteristic/mtu/value of p1 to 1400, in 17 h',
    ],
    facts: {
      wanted: '1400 by operator for ann',
      have: '1500',
      since: '09:15:00',
      because: 'outside of its maintenance window',
      next: 'to 1400',
      when: 'in 17 h, at 2026-03-13 02:00:00',
    },
  },
  {
    about: 'the element does not answer, so nobody knows',
    name: 'p1',
    path: MTU,
    happens: async scene => {
      await scene.lay('p1', mtu(1500), { owner: 'noc', mode: 'enforce', freshnessMs: 60_000 });
      scene.simulator.world.setUnreachable(true);
      await scene.pass(300_000);
    },
    explained: [
      'p1',
      '  /resourceCharacteristic/mtu/value  UNKNOWN',
      '    wanted   1500 by operator for noc, since 09:15:00, priority 50, mode enforce, expectation #1',
      '    have     1500  seen 5 min ago',
      '    since    09:15:00: it came by driver:simulator (observation)',
      '    because  it was 1500 when simulator last looked, 5 min ago (the simulated element does not answer)',
      '    next     look again; nothing is repaired on what is not known',
      '    when     in 3 s',
      '    in short mtu of p1 is not known: it was 1500 when simulator last looked, 5 min ago (the simulated element does not answer); noc (operator) wants 1500. Next: look again; nothing is repaired on what is not known, in 3 s',
    ],
    facts: {
      wanted: '1500 by operator for noc',
      have: '1500  seen 5 min ago',
      since: '09:15:00',
      because: 'the simulated element does not answer',
      next: 'look again',
      when: 'in 3 s',
    },
  },
  {
    about: 'what may cut somebody off was done, and nobody has confirmed it yet',
    name: 'p1',
    path: MTU,
    happens: async scene => {
      await scene.rule({ sort: 'protect', for: { instance: 'p1' }, why: 'the way to the site' });
      await scene.lay('p1', mtu(1400), { owner: 'ann', mode: 'enforce' });
      const plan = await until('there is a plan', async () => (await scene.agent.get('/diffo/v1/plans'))[0]);
      await scene.agent.call('POST', `/diffo/v1/plans/${plan.id}/approve`, { by: 'ann' });
      await scene.pass(5_000);
    },
    explained: [
      'p1',
      '  /resourceCharacteristic/mtu/value  MET',
      '    wanted   1400 by operator for ann, since 09:15:00, priority 50, mode enforce, expectation #1',
      '    have     1400  seen 5 s ago',
      '    since    09:15:00: 1500 → 1400 by driver:simulator (observation)',
      '    because  it is as wanted; plan #2 has touched what is protected, and nobody has confirmed it yet',
      '    next     keep what plan #2 did',
      '    when     a person confirms plan #2; else it goes back in 55 s: diffo confirm #2 --by NAME',
      '    in short mtu of p1 has been 1400 for 5 s (by driver:simulator), as ann (operator) wants; seen 5 s ago by simulator. It waits: plan #2 has touched what is protected, and nobody has confirmed it yet. Next: keep what plan #2 did, when a person confirms plan #2; else it goes back in 55 s (diffo confirm #2 --by NAME)',
    ],
    facts: {
      wanted: '1400 by operator for ann',
      have: '1400',
      since: '1500 → 1400',
      because: 'nobody has confirmed it yet',
      next: 'keep what plan #2 did',
      when: 'diffo confirm #2 --by NAME',
    },
  },
];
