/** Budgets: how much may be begun in a sliding window, deletions apart from all other changes. */
import { durationMs } from '../duration.ts';
import type { Instant } from '../ids.ts';
import { lasting } from '../lasting.ts';
import type { BudgetPart, RuleOf } from '../rule.ts';
import type { WaitsOn } from '../waits-on.ts';
import type { RuleBook, Subject } from './rule-book.ts';

type BudgetRule = Pick<RuleOf<'budget'>, 'changes' | 'deletions' | 'within' | 'per' | 'strict'> & {
  readonly id?: RuleOf<'budget'>['id'];
};

/** Where no rule says otherwise: enough for a person's work, too little for a loop gone wild. */
export const defaultBudget: BudgetRule = { changes: 60, deletions: 10, within: '10m', per: 'all' };

/** One task, as a budget counts it. */
export interface Spending extends Subject {
  readonly removes: boolean;
}

/** Why something has to wait, in words, and until when if time alone can change it. */
export interface Hold {
  readonly because: string;
  readonly until?: Instant;
  readonly on?: WaitsOn;
}

interface Account {
  readonly key: string;
  readonly rule: BudgetRule;
  readonly limit: number;
  readonly withinMs: number;
  readonly what: string;
}

/** Which budget a task counts against: the first that matches and speaks of such tasks. */
function accountOf(book: RuleBook, spending: Spending, now: Instant): Account {
  const says = spending.removes ? 'deletions' : 'changes';
  const rule: BudgetRule = book.firstOf('budget', spending, now, each => each[says] !== undefined) ?? defaultBudget;
  const { per = 'all', within = defaultBudget.within ?? '' } = rule;
  return {
    key: `${rule.id ?? ''}\0${says}\0${partOf(spending, per)}`,
    rule,
    limit: rule[says] ?? 0,
    withinMs: durationMs(within) ?? 0,
    what: says,
  };
}

function partOf({ instance, path }: Spending, per: BudgetPart): string {
  switch (per) {
    case 'all':
      return '';
    case 'kind':
      return instance?.kind ?? '';
    case 'instance':
      return nameOf(instance);
    case 'path':
      return `${nameOf(instance)}\0${path}`;
  }
}

function nameOf(instance: Spending['instance']): string {
  return instance?.id ?? `${instance?.kind ?? ''}/${instance?.name ?? ''}`;
}

/** What was begun lately, held against the budgets; a task counts against the one that governs it now. */
export class Budgets {
  readonly #book: RuleBook;
  readonly #now: Instant;
  /** When tasks were begun, account by account, the oldest first. */
  readonly #begun = new Map<string, Instant[]>();

  constructor(book: RuleBook, begun: readonly (Spending & { readonly at: Instant })[], now: Instant) {
    this.#book = book;
    this.#now = now;
    for (const each of begun) {
      const { key, withinMs } = accountOf(book, each, now);
      if (each.at > now - withinMs) this.#times(key).push(each.at);
    }
    for (const times of this.#begun.values()) times.sort((a, b) => a - b);
  }

  /** Takes the room for all of them, or says why there is none; asked for a person, of strict budgets alone. */
  take(all: readonly Spending[], forWhom: 'loop' | 'person' = 'loop'): Hold | undefined {
    const wanted = Map.groupBy(
      all.map(each => accountOf(this.#book, each, this.#now)),
      ({ key }) => key,
    );
    for (const [key, accounts] of wanted) {
      const [account] = accounts;
      if (!account || (forWhom === 'person' && !account.rule.strict)) continue;
      const hold = lack(account, accounts.length, this.#times(key));
      if (hold) return hold;
    }
    for (const [key, accounts] of wanted) for (const _ of accounts) this.#times(key).push(this.#now);
    return undefined;
  }

  /** What is left of the budget that a task would count against. */
  left(spending: Spending): { readonly left: number; readonly limit: number; readonly withinMs: number } {
    const { key, limit, withinMs } = accountOf(this.#book, spending, this.#now);
    return { left: Math.max(0, limit - this.#times(key).length), limit, withinMs };
  }

  #times(key: string): Instant[] {
    const known = this.#begun.get(key);
    if (known) return known;
    const none: Instant[] = [];
    this.#begun.set(key, none);
    return none;
  }
}

function lack({ rule, limit, withinMs, what }: Account, wanted: number, times: readonly Instant[]): Hold | undefined {
  const over = times.length + wanted - limit;
  if (over <= 0) return undefined;
  const budget = `${limit} ${what} in ${lasting(withinMs)}${rule.id === undefined ? '' : ` (rule ${rule.id})`}`;
  if (wanted > limit) {
    const because = `it needs ${wanted} ${what} at once, and the budget is ${budget}: a person may approve a plan`;
    return { on: 'budget', because };
  }
  const frees = times[over - 1];
  return {
    on: 'budget',
    because: `the budget of ${budget} is spent: a person may approve a plan`,
    ...(frees === undefined ? {} : { until: frees + withinMs }),
  };
}
