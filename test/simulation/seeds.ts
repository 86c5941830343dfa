/**
 * Which lives are lived:
 *
 *     SEEDS=20000 npx vitest run --config test/vitest.config.ts test/simulation    more of them
 *     SEED=17 npx vitest run --config test/vitest.config.ts test/simulation        one, with its story
 */
import type { Outcome } from './world.ts';

export const alone = process.env.SEED === undefined ? undefined : Number(process.env.SEED);

export const seeds: readonly number[] =
  alone === undefined ? Array.from({ length: Number(process.env.SEEDS ?? 2000) }, (_, seed) => seed) : [alone];

export function isGood({ notConverged, violations }: Outcome): boolean {
  return notConverged.length + violations.length === 0;
}

/** What was wrong with a life, and the command that lives it again. */
export function told({ seed, notConverged, violations, rewinds, epochs }: Outcome): string {
  const what = [...notConverged, ...violations].slice(0, 5).join('; ') || `${epochs} epochs, ${rewinds} rewinds`;
  return `seed ${seed}: ${what}; SEED=${seed} npx vitest run --config test/vitest.config.ts test/simulation/stream.test.ts`;
}
