/** The part of `engine` that needs a store: how soon a change has its verdict, and what judging many holds up. */
import { expectationId } from '../../src/core/ids.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { median, nowMs, percentile, type Row, row, say } from './measure.ts';
import { document, fill, heldUp, INSTANCES, idOf, lay, put, spent, world, write } from './world.ts';

const STANDING = 1_000;
const LEAVES = 100;
const SWEEPS = 20;
const CHANGES = 300;
const WARM_UP = 50;
const HELD_UP_MS = 20;

export async function engineStanding(): Promise<Row[]> {
  return [...(await judgedAfresh()), ...(await oneAmongMany())];
}

/** Each expectation on an instance of its own, all of them judged again with nothing remembered but how they read. */
async function judgedAfresh(): Promise<Row[]> {
  say(`  ${STANDING} expectations of ${LEAVES} leaves ...`);
  const { store, loop, sweep, stop } = await world();
  write(store, writer => {
    for (let nth = 0; nth < STANDING; nth++) {
      put(writer, nth, characteristics(nth, 0));
      lay(writer, `e${nth}`, { for: { id: idOf(nth) }, expect: characteristics(nth, nth % 10 === 0 ? 1 : 0) });
    }
  });
  loop.ring();
  await loop.settle();
  const took: number[] = [];
  const gaps: number[] = [];
  for (let i = 0; i < SWEEPS; i++) {
    sweep();
    const began = spent();
    const held = heldUp();
    await loop.settle();
    took.push(spent() - began);
    gaps.push(held.longest());
  }
  const unmet = store.verdicts().filter(({ verdict }) => verdict === 'unmet').length;
  if (unmet !== STANDING / 10) throw new Error(`${unmet} of ${STANDING} are unmet`);
  await stop();
  return [
    row({
      what: `${STANDING} standing expectations of ${LEAVES} leaves judged afresh, with the reading of what they are judged on`,
      unit: 'ms of the processor',
      ours: median(took),
    }),
    row({
      what: 'the longest that the event loop is held up by it',
      unit: 'ms of the processor',
      ours: Math.max(...gaps),
      goal: { of: 'ours', atMost: HELD_UP_MS },
    }),
  ];
}

/** One expectation of all instances, unmet by some of them, and a leaf of one of those that are met. */
async function oneAmongMany(): Promise<Row[]> {
  say(`  ${INSTANCES} instances with expectations ...`);
  const { store, loop, stop } = await world();
  fill(store);
  loop.ring();
  const began = nowMs();
  const held = heldUp();
  await loop.settle();
  const whole = nowMs() - began;
  const longest = held.longest();

  const took: number[] = [];
  const work: number[] = [];
  const commits: number[] = [];
  for (let i = 0; i < WARM_UP + CHANGES; i++) {
    const nth = (i * 7_919 + 1) % INSTANCES;
    const wanted = nth % 20 === 0 ? 'met' : 'unmet';
    let toldAt = Number.NaN;
    let told = Number.NaN;
    const changed = nowMs();
    write(store, writer => put(writer, nth, document(nth, nth % 20 === 0 ? 1500 : 1400)));
    const committed = nowMs();
    const before = spent();
    const unhear = store.onCommit(() => {
      if (!Number.isNaN(toldAt)) return;
      toldAt = nowMs();
      told = spent();
    });
    loop.ring();
    await loop.settle();
    unhear();
    if (store.verdict(expectationId('all'), idOf(nth))?.verdict !== wanted) throw new Error(`${nth} is not ${wanted}`);
    write(store, writer => put(writer, nth, document(nth, nth % 20 === 0 ? 1400 : 1500)));
    loop.ring();
    await loop.settle();
    if (i < WARM_UP) continue;
    took.push(toldAt - committed);
    work.push(told - before);
    commits.push(committed - changed);
  }
  await stop();
  return [
    row({
      what: `one changed leaf among ${INSTANCES} instances with expectations, to its new verdict`,
      unit: 'ms of the processor',
      ours: median(work),
      goal: { of: 'ours', atMost: 1 },
    }),
    row({ what: 'the same, p99', unit: 'ms of the processor', ours: percentile(work, 99) }),
    row({
      what: 'the same until it is on the disk, beside the commit of the change itself',
      unit: 'ms',
      ours: median(took),
      ceiling: median(commits),
      ratio: 'ceiling/ours',
    }),
    row({ what: `an expectation of all ${INSTANCES} judged for the first time`, unit: 'ms', ours: whole }),
    row({
      what: 'the longest that the event loop is held up by it',
      unit: 'ms of the processor',
      ours: longest,
      goal: { of: 'ours', atMost: HELD_UP_MS },
    }),
  ];
}

function characteristics(nth: number, off: number): JsonObject {
  return {
    resourceCharacteristic: Array.from({ length: LEAVES }, (_, i) => ({
      name: `c${i}`,
      value: i === LEAVES - 1 ? nth + off : `value-${i}`,
    })),
  };
}
