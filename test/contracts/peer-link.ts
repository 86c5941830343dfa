/** What every carrier between peers promises, whatever it is made of. */
import { expect, test } from 'vitest';
import { MESSAGE_BYTES } from '../../src/core/peer-message.ts';
import type { PeerLink } from '../../src/ports/peer-link.ts';
import { until } from '../kit/agent.ts';

export interface LinkedPair {
  /** Of the node `edge-a`, which knows `edge-b`. */
  readonly a: PeerLink;
  readonly b: PeerLink;
  /** Ends the connection and prevents another. */
  cut(): Promise<void> | void;
  mend(): Promise<void> | void;
}

/** `open` hands in what has not been started yet; it is stopped here. */
export function peerLinkContract(name: string, open: () => Promise<LinkedPair>): void {
  const started = async () => {
    const pair = await open();
    const heard = { a: [] as string[], b: [] as string[] };
    const moves = { a: 0, b: 0 };
    const ear = (side: 'a' | 'b') => ({
      heard: (text: string | Uint8Array) => {
        const said = typeof text === 'string' ? text : Buffer.from(text).toString('utf8');
        // What a carrier says itself is not of interest here.
        if (!said.startsWith('{')) heard[side].push(said);
      },
      moved: () => {
        moves[side]++;
      },
      refused: () => {},
    });
    await pair.b.start(ear('b'));
    await pair.a.start(ear('a'));
    await until('both are up', () => pair.a.state('edge-b')?.up && pair.b.state('edge-a')?.up);
    return { ...pair, heard, moves };
  };
  const stop = async ({ a, b }: LinkedPair) => {
    await a.stop();
    await b.stop();
  };

  test(`${name}: carries messages both ways, in order`, async () => {
    const pair = await started();
    expect(pair.moves.a).toBeGreaterThan(0);
    const texts = Array.from({ length: 50 }, (_, i) => `message ${i} ä`);
    for (const text of texts) {
      pair.a.send('edge-b', text);
      pair.b.send('edge-a', text);
    }
    await until('all have arrived', () => pair.heard.a.length >= 50 && pair.heard.b.length >= 50);
    expect(pair.heard).toEqual({ a: texts, b: texts });
    await stop(pair);
  });

  test(`${name}: says when it is down and why nothing can be sent, and comes back by itself`, async () => {
    const pair = await started();
    const moves = pair.moves.a;
    await pair.cut();
    await until('both are down', () => !pair.a.state('edge-b')?.up && !pair.b.state('edge-a')?.up);
    expect(pair.moves.a).toBeGreaterThan(moves);
    expect(() => pair.a.send('edge-b', 'x')).toThrow(expect.objectContaining({ code: 'unreachable' }));
    await pair.mend();
    await until('both are up again', () => pair.a.state('edge-b')?.up && pair.b.state('edge-a')?.up, 30_000);
    pair.a.send('edge-b', 'after');
    await until('it has arrived', () => pair.heard.b.includes('after'));
    await stop(pair);
  });

  test(`${name}: carries what is as large as the protocol allows, refuses more, and goes on`, async () => {
    const pair = await started();
    const largest = 'x'.repeat(pair.a.most('edge-b'));
    expect(largest.length).toBeLessThanOrEqual(MESSAGE_BYTES);
    expect(() => pair.a.send('edge-b', `${largest}x`)).toThrow(expect.objectContaining({ code: 'tooLarge' }));
    pair.a.send('edge-b', largest);
    await until('it has arrived', () => pair.heard.b.some(text => text.length === largest.length));
    await stop(pair);
  });

  test(`${name}: leads nowhere else, and nowhere after its end`, async () => {
    const pair = await started();
    expect(pair.a.state('edge-x')).toBeUndefined();
    expect(() => pair.a.send('edge-x', 'x')).toThrow();
    await pair.b.stop();
    expect(() => pair.b.send('edge-a', 'x')).toThrow();
    await pair.a.stop();
  });
}
