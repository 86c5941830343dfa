/**
 * Looks for what nobody thought of: `npm run fuzz [profiles|engine|api|all] [COUNT] [SEED]`, all by default. COUNT is how
 * many profiles are spoilt, how many pairs of an expectation and an actual are judged, or how many requests each
 * operation of the APIs is made of. Exits 1 when something is found.
 */
import { chanceOf } from '../test/kit/chance.ts';
import { type Fuzzed, fuzz } from '../test/kit/fuzz/fuzz.ts';
import { operationsWithout } from '../test/kit/fuzz/operations.ts';
import { schemathesis } from '../test/kit/fuzz/schemathesis.ts';
import { spoilAndCheck } from '../test/kit/mutated-profiles.ts';
import { judgePair, randomPair } from '../test/kit/random-pairs.ts';

/** So often every operation is to have succeeded. */
const ANSWERED = 50;
/** Less is noise between two looks of the collector. */
const ENOUGH_REQUESTS = 5_000;
const SLOPE_KIB = 1_024;
/** So long one question to the engine may take at most. */
const BOUND_MS = 100;

const [first = 'all', ...rest] = process.argv.slice(2);
const isNamed = ['profiles', 'engine', 'api', 'all'].includes(first);
const what = isNamed ? first : 'all';
const [count, seed = 1] = (isNamed ? rest : [first, ...rest]).map(Number);
if (Number.isNaN(count ?? 0) || Number.isNaN(seed)) {
  console.error('say: npm run fuzz [profiles|engine|api|all] [COUNT] [SEED]');
  process.exit(2);
}

let isWell = true;
const isAsked = (name: string): boolean => what === name || what === 'all';
if (isAsked('profiles')) isWell = (await profiles(count ?? 100_000, seed)) && isWell;
if (isAsked('engine')) isWell = engine(count ?? 1_000_000, seed) && isWell;
if (isAsked('api')) isWell = (await api(count ?? 250, seed)) && isWell;
process.exit(isWell ? 0 : 1);

/** Spoils profiles at random and checks them. */
async function profiles(profileCount: number, firstSeed: number): Promise<boolean> {
  let withFindings = 0;
  let slowest = { seed: 0, ms: 0 };
  for (let each = firstSeed; each < firstSeed + profileCount; each++) {
    const began = performance.now();
    try {
      const { findings, wrong } = await spoilAndCheck(chanceOf(each));
      if (wrong !== undefined) throw new Error(wrong);
      if (findings > 0) withFindings++;
    } catch (error) {
      console.error(`seed ${each}:`, error);
      return false;
    }
    const ms = performance.now() - began;
    if (ms > slowest.ms) slowest = { seed: each, ms };
  }
  console.log(
    `${profileCount} profiles spoilt, ${withFindings} with findings, no failure; the slowest, seed ${slowest.seed}, took ${slowest.ms.toFixed(0)} ms`,
  );
  return true;
}

/** Judges expectations against actuals that have nothing or much to do with them. */
function engine(pairs: number, firstSeed: number): boolean {
  const counts = { refused: 0, met: 0, slow: 0 };
  let slowest = { seed: 0, ms: 0 };
  for (let each = firstSeed; each < firstSeed + pairs; each++) {
    const pair = randomPair(chanceOf(each));
    try {
      const { read, met, wrong, ...first } = judgePair(pair);
      if (wrong !== undefined) throw new Error(`${wrong}: ${JSON.stringify(pair).slice(0, 2_000)}`);
      let { ms } = first;
      // The machine may have been busy elsewhere: what is slow is slow every time.
      for (let i = 0; i < 5 && ms > BOUND_MS; i++) ms = Math.min(ms, judgePair(pair).ms);
      if (ms > BOUND_MS) {
        console.error(`seed ${each}: took ${ms.toFixed(0)} ms, more than ${BOUND_MS}`);
        counts.slow++;
      }
      if (!read) counts.refused++;
      if (met) counts.met++;
      if (ms > slowest.ms) slowest = { seed: each, ms };
    } catch (error) {
      console.error(`seed ${each}:`, error);
      return false;
    }
  }
  console.log(
    `${pairs} pairs judged, ${counts.refused} refused when read, ${counts.met} met, no failure; the slowest answer, seed ${slowest.seed}, took ${slowest.ms.toFixed(0)} ms`,
  );
  return counts.slow === 0;
}

/** Schemathesis over every document that an agent serves. */
async function api(examples: number, firstSeed: number): Promise<boolean> {
  const found = await schemathesis();
  if ('missing' in found) {
    console.error(found.missing);
    return false;
  }
  const fuzzed = await fuzz({ st: found.st, examples, seed: firstSeed, say: line => console.log(line) });
  for (const finding of fuzzed.findings) console.error(finding);
  return report(fuzzed);
}

async function report(fuzzed: Fuzzed): Promise<boolean> {
  const few = await operationsWithout(fuzzed.answers, ANSWERED);
  for (const each of few) console.error(`answered 2xx less than ${ANSWERED} times: ${each}`);
  let isWell = few.length === 0 && fuzzed.findings.length === 0;
  for (const { name, requests, ended, slopeKiB, rssKiB } of fuzzed.agents) {
    const grows = requests >= ENOUGH_REQUESTS && slopeKiB > SLOPE_KIB;
    if (ended !== undefined) console.error(`${name}: ${ended}`);
    if (grows || ended !== undefined) isWell = false;
    const memory = `${(rssKiB / 1024).toFixed(1)} MiB resident, ${slopeKiB.toFixed(0)} KiB more per 10,000 requests`;
    console.log(`${name}: ${requests} requests, ${memory}${grows ? `, which is more than ${SLOPE_KIB}` : ''}`);
  }
  console.log(`${fuzzed.requests} requests, ${fuzzed.findings.length} documents with findings`);
  return isWell;
}
