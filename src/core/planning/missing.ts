/** What could be done about a thing that is expected and is not there: it is made, as near as can be to what is wanted. */
import type { Expectation } from '../expectation.ts';
import { readExpected } from '../expected.ts';
import { isObject, type Json } from '../json.ts';
import { type Nearest, nearest } from '../nearest.ts';
import { type Context, isOutstanding } from '../outstanding.ts';
import { byStanding } from '../ranking.ts';
import { refinedExpect } from '../refinement.ts';
import { twin } from '../twin.ts';
import { allowsMore, type Page } from './page.ts';
import { type Unmet, unmetAt } from './situation.ts';

const NOBODY = 'it does not exist, and nothing here can make it';

export function sketchMissing(page: Page, given: readonly Unmet[]): void {
  const all = given.map(each => unmetAt(each, ''));
  const { of, situation } = page;
  const offers = situation.offers.filter(
    ({ ability }) => ability.make && ability.path === '' && ability.kind === of?.kind,
  );
  if (!of || offers.length === 0) {
    for (const unmet of all) page.waits(unmet, '', { on: 'nobody', because: NOBODY });
    return;
  }
  const standing = [...situation.standingOf(of)].sort(byStanding);
  const willing = all.filter(unmet => {
    if (page.isHeld(unmet, '')) return false;
    const made = { ...asObject(wantedBy([unmet], situation.context)), name: of.name };
    const against = standing.find(
      each => byStanding(each, unmet.expectation) < 0 && isSpoilt(each, made, situation.context),
    );
    if (against) page.overrules(unmet, '', { by: against, decided: true });
    return against === undefined;
  });
  const [first, ...others] = willing;
  if (!first) return;
  // It is made for whoever allows most; the others are asked again when it is there.
  const maker = others.reduce((most, each) => (allowsMore(each.mode, most.mode) ? each : most), first);
  for (const each of willing) {
    if (each.mode === maker.mode) continue;
    page.waits(each, '', {
      on: 'need',
      because: `it does not exist; it is to be made for ${maker.expectation.id} first`,
    });
  }
  const together = willing.filter(each => each.mode === maker.mode);
  const wanted = wantedBy(together, situation.context);
  const also = together.filter(each => each !== maker);
  page.take(
    { unmet: maker, also, path: '', wanted },
    offers,
    ({ ability }) => ability.make?.(of.name, wanted) ?? NOBODY,
  );
}

/** What follows from all of them, the best last, whose word counts where two differ. */
function wantedBy(all: readonly Unmet[], context: Context): Json {
  let wanted: Json = {};
  for (const { residual } of [...all].reverse()) {
    const said = twin(residual, wanted, context);
    const both: Nearest = isObject(said) ? nearest(said, wanted, context) : 'it says nothing';
    if (typeof both !== 'string' && both.value !== undefined) wanted = both.value;
  }
  return wanted;
}

/** Whether an expectation is met while the thing is not there, and would not be by what is to be made. */
function isSpoilt(expectation: Expectation, made: Json, context: Context): boolean {
  const expected = readExpected(refinedExpect(expectation, context.keyed), { ...context, lenient: true });
  return !isOutstanding(expected, undefined, context) && isOutstanding(expected, made, context);
}

function asObject(value: Json) {
  return isObject(value) ? value : {};
}
