/** What we show of a peer's verdicts: one row for each instance it has spoken of, or one that says that it has not. */
import type { Expectation } from '../core/expectation.ts';
import type { ExpectationId, InstanceId, Instant } from '../core/ids.ts';
import { principalOf } from '../core/peer.ts';
import { show, toldIn, unjudged } from '../core/peer-verdict.ts';
import type { StandingVerdict } from '../core/verdict.ts';
import type { Store, Unwritten, Writer } from '../ports/store.ts';

export interface ShowingParts {
  readonly store: Store;
  /** The version of an expectation on the peer that stands now. */
  readonly version: (id: ExpectationId) => string | undefined;
  readonly isSilent: (expectation: Expectation) => boolean;
}

/** Writes what has to be shown of the peer's verdicts now, where it is not what is shown. */
export function showVerdicts(
  parts: ShowingParts,
  peer: string,
  expectations: readonly Expectation[],
  now: Instant,
): void {
  const { store } = parts;
  const puts: Unwritten<StandingVerdict>[] = [];
  const bare: Expectation[] = [];
  for (const expectation of expectations) {
    const verdicts = store.verdicts({ expectation: expectation.id });
    if (verdicts.length === 0) bare.push(expectation);
    const hearing = { now, silent: parts.isSilent(expectation), version: parts.version(expectation.id) };
    for (const verdict of verdicts) {
      const shown = show(toldIn(verdict), verdict, hearing);
      if (shown.verdict === verdict.verdict && shown.since === verdict.since && shown.of === verdict.of) continue;
      puts.push({ ...placeOf(expectation, verdict.instance), ...shown });
    }
  }
  if (puts.length === 0 && bare.length === 0) return;
  store.transact({ principal: principalOf(peer), kind: 'judgement' }, writer => {
    for (const put of puts) writer.putVerdict(put);
    for (const expectation of bare) settleVerdicts(writer, expectation, now);
  });
}

/** Of an expectation on a peer: unknown as a whole while there is no word of the peer, and only then. */
export function settleVerdicts(writer: Writer, expectation: Expectation, now: Instant): void {
  const verdicts = writer.verdicts({ expectation: expectation.id });
  const nothing = verdicts.find(each => each.instance === undefined && toldIn(each) === undefined);
  const words = verdicts.filter(each => each !== nothing);
  if (words.some(each => each.instance === undefined)) return;
  if (words.length === 0) {
    if (!nothing) writer.putVerdict(unjudged(expectation, now));
  } else if (nothing) writer.removeVerdict(expectation.id, undefined);
}

export function placeOf(
  { id, for: meant }: Expectation,
  instance: InstanceId | undefined,
): Pick<StandingVerdict, 'expectation' | 'instance' | 'peer' | 'instanceName'> {
  return {
    expectation: id,
    ...(instance === undefined ? {} : { instance }),
    ...(meant.peer === undefined ? {} : { peer: meant.peer }),
    ...('name' in meant ? { instanceName: meant.name } : {}),
  };
}
