/** What the rules of a profile come to beside those that stand: below the operator's, and nobody else's to change. */
import { PROFILE } from '../expectation-set.ts';
import type { Instant } from '../ids.ts';
import { canonical } from '../json.ts';
import { type Rule, type RuleId, ruleId, saidByRule, type UnwrittenRule } from '../rule.ts';
import type { SaidRule } from '../rule-form.ts';

/** What ids of a profile's rules begin with. */
export const PROFILE_RULES = 'profile.';

export interface RulesDifference {
  readonly put: readonly UnwrittenRule[];
  readonly removed: readonly RuleId[];
}

export function differenceOfRules(said: readonly SaidRule[], standing: readonly Rule[], now: Instant): RulesDifference {
  const before = new Map(standing.filter(each => each.principal === PROFILE).map(each => [each.id, each]));
  const put: UnwrittenRule[] = [];
  for (const [i, { id: name, ...rest }] of said.entries()) {
    // Its time has come already: laid again it would only be taken away again.
    if (rest.until !== undefined && rest.until <= now) continue;
    const id = ruleId(`${PROFILE_RULES}${name ?? i + 1}`);
    const known = before.get(id);
    before.delete(id);
    const rule = { ...rest, id, position: i + 1, principal: PROFILE, createdAt: known?.createdAt ?? now };
    const isSame = known?.position === rule.position && canonical(saidByRule(known)) === canonical(saidByRule(rule));
    if (!isSame) put.push(rule);
  }
  return { put, removed: [...before.keys()] };
}
