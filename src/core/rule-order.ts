/** Where a rule stands among those of its sort, and what moves when it is put somewhere else. */
import { inOrder, isOfProfile } from './guard/rule-book.ts';
import type { Rule, UnwrittenRule } from './rule.ts';

/** The operator's rules of a sort, in order. */
function listOf(rules: readonly Rule[], { sort }: Pick<Rule, 'sort'>): readonly Rule[] {
  return rules.filter(each => each.sort === sort && !isOfProfile(each)).sort(inOrder);
}

/**
 * The rule at a position, counted from 1 (undefined: where it stands, or at the end), and every other one that has to
 * make room for it.
 */
export function placeRule(
  rule: UnwrittenRule,
  position: number | undefined,
  rules: readonly Rule[],
): readonly UnwrittenRule[] {
  const list = listOf(rules, rule);
  const others = list.filter(({ id }) => id !== rule.id);
  const own = list.findIndex(({ id }) => id === rule.id);
  const index = position === undefined ? (own < 0 ? others.length : own) : Math.min(position - 1, others.length);
  const ordered: readonly UnwrittenRule[] = [...others.slice(0, index), rule, ...others.slice(index)];
  return ordered.flatMap((each, i) =>
    each.id !== rule.id && each.position === i + 1 ? [] : [{ ...each, position: i + 1 }],
  );
}
