/** What is outstanding as a node on its instance. */
import type { Instant } from '../../core/ids.ts';
import { canonical, type Json } from '../../core/json.ts';
import { uuidOf } from '../../core/uuid.ts';
import { rootKey } from './keys.ts';
import { instanceLink } from './links.ts';
import { compact, moment } from './properties.ts';
import type { Subgraph } from './subgraph.ts';

export interface VerdictRow {
  readonly expectation: string;
  readonly instance?: string;
  readonly verdict: string;
  readonly residual?: Json;
  readonly unknown?: readonly string[];
  readonly since: Instant;
}

/** A verdict that is not met: what is outstanding, and on what. */
export function outstandingToGraph(agent: string, rowKey: string, row: VerdictRow): Subgraph {
  const { expectation, instance, verdict, residual, unknown, since } = row;
  const key = rootKey(agent, rowKey);
  return {
    kind: 'outstanding',
    key,
    properties: compact({
      uuid: uuidOf(key),
      expectation,
      verdict,
      residual: residual === undefined ? undefined : canonical(residual),
      unknown: unknown && unknown.length > 0 ? unknown : undefined,
      since: moment(since),
    }),
    ...(instance === undefined ? {} : { link: instanceLink(agent, instance) }),
    owned: [],
  };
}
