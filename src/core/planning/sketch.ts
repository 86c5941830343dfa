/** What could be done about what is unmet of one thing, step by step and in no order yet, and why the rest waits. */
import { stepsTo } from '../ability.ts';
import { modes } from '../expectation.ts';
import type { Instance } from '../instance.ts';
import type { Json } from '../json.ts';
import { allExpectedAt } from '../outstanding.ts';
import { at, type Path } from '../path.ts';
import { byStanding, nearestToAll } from '../ranking.ts';
import { isGone } from '../target.ts';
import type { Offer } from './choice.ts';
import { sketchMissing } from './missing.ts';
import { allowsMore, Page } from './page.ts';
import { type Situation, type Sketch, type Unmet, unmetAt } from './situation.ts';

/** All that is unmet of one thing, or of one name that nothing has, the one that stands above the others first. */
export function sketch(situation: Situation): Sketch {
  const unmet = [...situation.unmet].sort((a, b) => byStanding(a.expectation, b.expectation));
  const [first] = unmet;
  if (!first) return { place: '', candidates: [], waits: [], reads: [], moves: [] };
  const page = new Page(situation, first);
  if (first.instance && !isGone(first.instance)) sketchThere(page, first.instance, unmet);
  else sketchMissing(page, unmet);
  return page.sketch();
}

function sketchThere(page: Page, instance: Instance, all: readonly Unmet[]): void {
  const { offers, context } = page.situation;
  const byPath = new Map<Path, Offer[]>();
  for (const offer of offers) {
    if (offer.ability.kind !== instance.kind) continue;
    const others = byPath.get(offer.ability.path);
    if (others) others.push(offer);
    else byPath.set(offer.ability.path, [offer]);
  }
  const granted = new Map<Path, Granted[]>();
  let going: Unmet | undefined;
  for (const unmet of all) {
    if (going) {
      const { id, principal } = going.expectation;
      page.waits(unmet, '', { on: 'overruled', because: `overruled by ${id}, for which ${principal} wants it to go` });
      continue;
    }
    for (const leaf of unmet.leaves) {
      if (leaf.verdict !== 'unmet' || [...byPath.keys()].some(path => reaches(path, leaf.path))) continue;
      page.waits(unmetAt(unmet, leaf.path), leaf.path, { on: 'nobody', because: noOffer(leaf.path) });
    }
    for (const path of byPath.keys()) {
      const wishes = allExpectedAt(unmet.residual, path, context.keyed);
      if (wishes.length === 0) continue;
      const here = unmetAt(unmet, path);
      const actual = at(instance.document, path, context.keyed);
      const wanted = nearestToAll(wishes, actual, context, path);
      // What can be made and taken away as a whole is not remade for what is expected of its parts.
      if (path === '' && (typeof wanted === 'string' || wanted.value !== undefined)) continue;
      if (page.isHeld(here, path)) continue;
      if (typeof wanted === 'string') {
        page.waits(here, path, { on: 'nobody', because: wanted });
        continue;
      }
      if (page.isOverruled(here, path, wishes, actual)) continue;
      if (path === '') going = unmet;
      granted.set(path, [...(granted.get(path) ?? []), { unmet: here, wishes }]);
    }
  }
  for (const [path, ways] of byPath) takeAll(page, instance, path, granted.get(path) ?? [], ways);
}

/** What an expectation may have at a path. */
interface Granted {
  readonly unmet: Unmet;
  readonly wishes: readonly Json[];
}

/** All that may have something at one path get one value; whoever allows less gets it with what the others want. */
function takeAll(
  page: Page,
  instance: Instance,
  path: Path,
  granted: readonly Granted[],
  ways: readonly Offer[],
): void {
  const { context } = page.situation;
  const actual = at(instance.document, path, context.keyed);
  for (const mode of [...modes].reverse()) {
    const [first, ...others] = granted.filter(each => each.unmet.mode === mode);
    if (!first) continue;
    const lasting = [first, ...others].some(each => each.unmet.expectation.lasting === true);
    const wishes = granted.filter(each => !allowsMore(mode, each.unmet.mode)).flatMap(each => each.wishes);
    const wanted = nearestToAll(wishes, actual, context, path);
    if (typeof wanted === 'string') {
      for (const { unmet } of [first, ...others]) page.waits(unmet, path, { on: 'nobody', because: wanted });
      continue;
    }
    const pace = page.situation.pace?.(first.unmet, path, wanted.value) ?? { wanted: wanted.value };
    if ('because' in pace) {
      for (const { unmet } of [first, ...others]) page.waits(unmet, path, pace);
      continue;
    }
    page.take(
      { unmet: first.unmet, also: others.map(each => each.unmet), path, wanted: pace.wanted },
      ways,
      ({ ability }) => stepsTo(ability, instance.document, pace.wanted, { lasting }),
    );
  }
}

/** One path lies within the other; what concerns a thing as a whole says nothing of its parts. */
function reaches(ability: Path, leaf: Path): boolean {
  if (ability === leaf) return true;
  return ability !== '' && (ability.startsWith(`${leaf}/`) || leaf.startsWith(`${ability}/`));
}

function noOffer(path: Path): string {
  return path === '' ? 'nothing here can change it' : `nothing here can change ${path}`;
}
