/** Spoils profiles at random and checks them: `npm run fuzz [COUNT] [FIRST SEED]`. Exits 1 at the first that fails. */
import { chanceOf } from '../test/kit/chance.ts';
import { spoilAndCheck } from '../test/kit/mutated-profiles.ts';

const [count = 100_000, first = 1] = process.argv.slice(2).map(Number);
let withFindings = 0;
let slowest = { seed: 0, ms: 0 };
for (let seed = first; seed < first + count; seed++) {
  const began = performance.now();
  try {
    const { findings, wrong } = await spoilAndCheck(chanceOf(seed));
    if (wrong !== undefined) throw new Error(wrong);
    if (findings > 0) withFindings++;
  } catch (error) {
    console.error(`seed ${seed}:`, error);
    process.exit(1);
  }
  const ms = performance.now() - began;
  if (ms > slowest.ms) slowest = { seed, ms };
}
console.log(
  `${count} profiles spoilt, ${withFindings} with findings, no failure; the slowest, seed ${slowest.seed}, took ${slowest.ms.toFixed(0)} ms`,
);
