/** Which of several ways to the same is taken: the cheapest that has not been tried in vain. */
import type { Ability } from '../ability.ts';
import { harmless, type TaskStep } from '../task.ts';

/** An ability and the driver that has it. */
export interface Offer {
  readonly driver: string;
  readonly ability: Ability;
}

/** One way, and what it takes. */
export interface Way {
  readonly offer: Offer;
  readonly steps: readonly TaskStep[];
}

/** What a way is called among what was tried in vain. */
export function wayName({ driver, way }: { readonly driver: string; readonly way?: string }): string {
  return way === undefined ? driver : `${driver}/${way}`;
}

/** The one that is taken. When all were tried in vain, the cheapest has its turn again. */
export function cheapest(ways: readonly Way[], tried: readonly string[]): Way | undefined {
  const sorted = [...ways].sort((a, b) => byCost(a.steps, b.steps));
  return sorted.find(({ offer }) => !tried.includes(wayName({ driver: offer.driver, ...offer.ability }))) ?? sorted[0];
}

/** What can be taken back comes first, then what is down the shortest, what fewest feel, and what takes fewest steps. */
export function byCost(a: readonly TaskStep[], b: readonly TaskStep[]): number {
  const [one, other] = [costOf(a), costOf(b)];
  return (
    Number(other.reversible) - Number(one.reversible) ||
    one.downtimeMs - other.downtimeMs ||
    one.blastRadius - other.blastRadius ||
    a.length - b.length
  );
}

function costOf(steps: readonly TaskStep[]) {
  const costs = steps.map(({ cost }) => cost ?? harmless);
  return {
    reversible: costs.every(({ reversible }) => reversible),
    downtimeMs: costs.reduce((sum, { downtimeMs }) => sum + downtimeMs, 0),
    blastRadius: Math.max(0, ...costs.map(({ blastRadius }) => blastRadius)),
  };
}
