/** What could be done about a thing that is expected and is not there: it is made, as near as can be to what is wanted. */
import { isObject, type Json } from '../json.ts';
import { type Nearest, nearest } from '../nearest.ts';
import type { Context } from '../outstanding.ts';
import { twin } from '../twin.ts';
import { allowsMore, type Page } from './page.ts';
import type { Unmet } from './situation.ts';

const NOBODY = 'it does not exist, and nothing here can make it';

export function sketchMissing(page: Page, all: readonly Unmet[]): void {
  const { of, situation } = page;
  const offers = situation.offers.filter(
    ({ ability }) => ability.make && ability.path === '' && ability.kind === of?.kind,
  );
  const willing: Unmet[] = [];
  for (const unmet of all) {
    if (!of || offers.length === 0) page.waits(unmet, '', { because: NOBODY });
    else if (!page.isHeld(unmet, '') && !page.isOverruled(unmet, '', [unmet.residual], undefined)) willing.push(unmet);
  }
  const [first, ...others] = willing;
  if (!of || !first) return;
  // It is made for whoever allows most; the others are asked again when it is there.
  const maker = others.reduce((most, each) => (allowsMore(each.mode, most.mode) ? each : most), first);
  const [together, later] = [true, false].map(is => willing.filter(each => (each.mode === maker.mode) === is));
  for (const each of later ?? []) {
    page.waits(each, '', { because: `it does not exist; it is to be made for ${maker.expectation.id} first` });
  }
  const wanted = wantedBy(together ?? [], situation.context);
  const also = (together ?? []).filter(each => each !== maker);
  page.take(
    { unmet: maker, also, path: '', wanted },
    offers,
    ({ ability }) => ability.make?.(of.name, wanted) ?? NOBODY,
  );
}

/** What follows from all of them; where nothing follows, what it is made with is as good as any. */
function wantedBy(all: readonly Unmet[], context: Context): Json {
  let wanted: Json = {};
  for (const { residual } of all) {
    const said = twin(residual, wanted, context);
    const both: Nearest = isObject(said) ? nearest(said, wanted, context) : 'it says nothing';
    if (typeof both !== 'string' && both.value !== undefined) wanted = both.value;
  }
  return wanted;
}
