/** The agent's figures in the text format of Prometheus, version 0.0.4. */

import type { TallyFigures } from '../../core/tally.ts';
import type { PeerState, RefusalCounts } from '../../ports/peers.ts';
import type { HubFigures } from '../hub-delivery.ts';
import type { DiffoParts } from './parts.ts';
import { family, one, type Sample } from './prometheus.ts';
import { tallyFamilies } from './shown-tally.ts';

export function metrics(
  parts: Pick<
    DiffoParts,
    'store' | 'figures' | 'drivers' | 'isReady' | 'about' | 'clock' | 'hub' | 'peers' | 'central'
  >,
  tally: TallyFigures,
  rssBytes: number,
): string {
  const { store } = parts;
  const figures = parts.figures();
  const verdicts = new Map<string, number>(['met', 'unmet', 'unknown', 'inapplicable'].map(each => [each, 0]));
  for (const { verdict } of store.verdicts()) verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  const now = parts.clock.now();
  return [
    family('diffo_info', 'gauge', 'Version and profile of the agent.', [
      [{ version: parts.about.version, profile: parts.about.profile }, 1],
    ]),
    one('diffo_ready', 'gauge', 'Whether the first pass has ended.', parts.isReady() ? 1 : 0),
    family('diffo_instances', 'gauge', 'Instances kept.', [
      [{ type: 'service' }, store.countInstances({ type: 'service' })],
      [{ type: 'resource' }, store.countInstances({ type: 'resource' })],
    ]),
    one('diffo_expectations', 'gauge', 'Expectations held.', store.expectations().length),
    family(
      'diffo_verdicts',
      'gauge',
      'Verdicts that stand.',
      [...verdicts].map(([verdict, n]) => [{ verdict }, n]),
    ),
    one('diffo_plans_waiting', 'gauge', 'Plans that wait for approval.', store.plans({ states: ['proposed'] }).length),
    one('diffo_changes_total', 'counter', 'Changes written since the store began.', store.seq()),
    one('diffo_passes_total', 'counter', 'Passes since the start.', figures.passes),
    one('diffo_looks_total', 'counter', 'Looks at the element since the start.', figures.looks),
    one('diffo_tasks_done_total', 'counter', 'Tasks carried out since the start.', figures.tasksDone),
    one('diffo_tasks_failed_total', 'counter', 'Tasks that failed since the start.', figures.tasksFailed),
    one(
      'diffo_wrong_predictions_total',
      'counter',
      'Tasks that did otherwise than was foreseen, since the start.',
      figures.wrongPredictions,
    ),
    one(
      'diffo_plans_refused_total',
      'counter',
      'Plans refused because what they read had moved.',
      figures.plansRefused,
    ),
    one('diffo_last_pass_seconds', 'gauge', 'How long the last pass took.', figures.lastPassMs / 1000),
    family(
      'diffo_observation_age_seconds',
      'gauge',
      'Time since each driver last saw everything.',
      parts
        .drivers()
        .flatMap(({ name, observedAt }): Sample[] =>
          observedAt === null ? [] : [[{ driver: name }, Math.max(0, now - observedAt) / 1000]],
        ),
    ),
    family(
      'diffo_driver_failing',
      'gauge',
      'Whether the latest look of a driver failed.',
      parts.drivers().map(({ name, failure }): Sample => [{ driver: name }, failure === undefined ? 0 : 1]),
    ),
    ...tallyFamilies(tally, figures.blocked, parts),
    ...hubFamilies(parts.hub()),
    ...peerFamilies(parts.peers, now),
    ...centralFamilies(parts.central, now),
    one('process_resident_memory_bytes', 'gauge', 'Resident memory.', rssBytes),
  ].join('');
}

function hubFamilies({ listeners, deliveries }: HubFigures): readonly string[] {
  const { told, retried, suspended } = listeners;
  return [
    family('diffo_hub_listeners', 'gauge', 'Listeners of the TMF hubs.', [
      [{ state: 'told' }, told],
      [{ state: 'retried' }, retried],
      [{ state: 'suspended' }, suspended],
    ]),
    family('diffo_hub_deliveries_total', 'counter', 'Events posted to listeners since the start.', [
      [{ result: 'delivered' }, deliveries.delivered],
      [{ result: 'failed' }, deliveries.failed],
    ]),
  ];
}

function peerFamilies(peers: DiffoParts['peers'], now: number): readonly string[] {
  const states = peers.states();
  const of = (value: (state: PeerState) => number | undefined): readonly Sample[] =>
    states.flatMap((state): Sample[] => {
      const known = value(state);
      return known === undefined ? [] : [[{ peer: state.name }, known]];
    });
  const refused = (peer: string, counts: RefusalCounts): readonly Sample[] =>
    Object.entries(counts).map(([reason, n]): Sample => [{ peer, reason }, n]);
  return [
    family(
      'diffo_peer_alive',
      'gauge',
      'Whether a peer has answered lately.',
      of(({ presence }) => (presence === 'alive' ? 1 : 0)),
    ),
    family(
      'diffo_peer_alarm',
      'gauge',
      'Whether a stream to or from a peer waits for a person, as when two agents run in its name.',
      of(({ alarm }) => (alarm === undefined ? 0 : 1)),
    ),
    family(
      'diffo_peer_link_up',
      'gauge',
      'Whether a carrier to a peer is up.',
      states.flatMap(({ name, links }) =>
        links.map(({ carrier, up }): Sample => [{ peer: name, carrier }, up ? 1 : 0]),
      ),
    ),
    family(
      'diffo_peer_answer_age_seconds',
      'gauge',
      'Time since a peer last answered.',
      of(({ answeredAt }) => (answeredAt === undefined ? undefined : Math.max(0, now - answeredAt) / 1000)),
    ),
    family(
      'diffo_peer_lag_rows',
      'gauge',
      'Rows that a peer has yet to take.',
      of(({ out }) => out.lag),
    ),
    family(
      'diffo_peer_quarantine_rows',
      'gauge',
      'Rows of a peer that could not be taken.',
      of(each => each.in.quarantine.length),
    ),
    family(
      'diffo_peer_messages_sent_total',
      'counter',
      'Messages sent to a peer since the start.',
      of(({ messages }) => messages.sent),
    ),
    family(
      'diffo_peer_messages_received_total',
      'counter',
      'Messages taken from a peer since the start.',
      of(({ messages }) => messages.received),
    ),
    family(
      'diffo_peer_messages_refused_total',
      'counter',
      'Messages refused since the start; without a peer: of strangers.',
      [...refused('', peers.refusedStrangers()), ...states.flatMap(state => refused(state.name, state.refused))],
    ),
  ];
}

function centralFamilies(central: DiffoParts['central'], now: number): readonly string[] {
  if (!central) return [];
  const { state, lagRows, agreedAt, cursor, epoch, counts, failures, quarantined, alarm } = central.state();
  return [
    one('diffo_central_synced', 'gauge', 'Whether central holds the same rows.', state === 'synced' ? 1 : 0),
    one(
      'diffo_central_alarm',
      'gauge',
      'Whether the stream to central waits for a person, as when two agents run in one name.',
      alarm === undefined ? 0 : 1,
    ),
    one('diffo_central_lag_rows', 'gauge', 'Rows that central has yet to take.', lagRows),
    one('diffo_central_cursor', 'gauge', 'Up to where central has everything.', cursor),
    one('diffo_central_epoch', 'gauge', 'The epoch of the stream to central.', epoch),
    one('diffo_central_quarantined_rows', 'gauge', 'Rows that central could not take.', quarantined.length),
    family(
      'diffo_central_agreement_age_seconds',
      'gauge',
      'Time since both sides were found equal.',
      agreedAt === undefined ? [] : [[{}, Math.max(0, now - agreedAt) / 1000]],
    ),
    family(
      'diffo_central_total',
      'counter',
      'What has happened towards central since the start.',
      Object.entries(counts).map(([of, n]): Sample => [{ of }, n]),
    ),
    family(
      'diffo_central_failures_total',
      'counter',
      'Pushes that failed since the start, by reason.',
      Object.entries(failures).map(([reason, n]): Sample => [{ reason }, n]),
    ),
  ];
}
