/** What could be done about what is unmet of one thing, step by step and in no order yet, and why the rest waits. */
import type { Instance } from '../instance.ts';
import { allExpectedAt } from '../outstanding.ts';
import { at, type Path } from '../path.ts';
import { byStanding, nearestToAll } from '../ranking.ts';
import { isGone } from '../target.ts';
import type { Offer } from './choice.ts';
import { sketchMissing } from './missing.ts';
import { Page } from './page.ts';
import type { Situation, Sketch, Unmet } from './situation.ts';

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
  let going: Unmet | undefined;
  for (const unmet of all) {
    if (going) {
      const { id, principal } = going.expectation;
      page.waits(unmet, '', { because: `overruled by ${id}, for which ${principal} wants it to go` });
      continue;
    }
    for (const leaf of unmet.leaves) {
      if (leaf.verdict !== 'unmet' || [...byPath.keys()].some(path => reaches(path, leaf.path))) continue;
      page.waits(unmet, leaf.path, { because: noOffer(leaf.path) });
    }
    for (const [path, ways] of byPath) {
      const wishes = allExpectedAt(unmet.residual, path, context.keyed);
      if (wishes.length === 0) continue;
      const actual = at(instance.document, path, context.keyed);
      const wanted = nearestToAll(wishes, actual, context, path);
      // What can be made and taken away as a whole is not remade for what is expected of its parts.
      if (path === '' && (typeof wanted === 'string' || wanted.value !== undefined)) continue;
      if (page.isHeld(unmet, path)) continue;
      if (typeof wanted === 'string') {
        page.waits(unmet, path, { because: wanted });
        continue;
      }
      if (page.isOverruled(unmet, path, wishes, actual)) continue;
      page.take(unmet, path, wanted.value, ways, ({ ability }) => ability.steps(instance.document, wanted.value));
      if (path === '') going = unmet;
    }
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
