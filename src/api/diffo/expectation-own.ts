/** An expectation that is there, and that a caller here may change. */
import { AgentError } from '../../core/errors.ts';
import type { Expectation } from '../../core/expectation.ts';
import { expectationId } from '../../core/ids.ts';
import { peerOf } from '../../core/peer.ts';
import type { Reader } from '../../ports/store.ts';
import type { DiffoParts } from './parts.ts';

export function findExpectation(id: string, store: Reader): Expectation {
  const expectation = store.expectation(expectationId(id));
  if (!expectation) throw new AgentError('notFound', `there is no expectation ${id}`);
  return expectation;
}

/** What a peer expects is for the peer to change. */
export function ownExpectation(id: string, store: Reader, peers: Pick<DiffoParts['peers'], 'states'>): Expectation {
  const expectation = findExpectation(id, store);
  const peer = peerOf(expectation.principal);
  if (peer === undefined || !peers.states().some(({ name }) => name === peer)) return expectation;
  throw new AgentError('conflict', `${id} is expected by the peer ${peer}; change it there, or pause it here`);
}
