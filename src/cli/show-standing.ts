/** `diffo standing`, and the collisions that `diffo expect` hears of, for people. */
import type { Json } from '../core/json.ts';
import { listAt, numberAt, part, textAt } from './read.ts';
import type { Screen } from './screen.ts';
import { count, shortId, valueText } from './words.ts';

export function standingText(standing: Json, about: string, screen: Screen): string {
  const { paint } = screen;
  const leaves = listAt(standing, 'leaves');
  const overruled = listAt(standing, 'overruled');
  if (leaves.length === 0 && overruled.length === 0) {
    return `nothing is expected of ${about}; say what with ${screen.command('expect --help')}\n`;
  }
  // Whom no place that stands overrules: no value could meet what they want.
  const told = new Set(leaves.flatMap(leaf => listAt(leaf, 'overruled').map(each => JSON.stringify(each))));
  const alone = overruled.filter(each => !told.has(JSON.stringify(each)));
  return [
    ...leaves.map(leaf =>
      [
        `${paint.bold(placeText(leaf))} ${valueText(part(leaf, 'expected'))}\n`,
        ...listAt(leaf, 'origin').map(each => `  wanted by ${wishText(each)}\n`),
        ...listAt(leaf, 'overruled').map(each => overruledText(each, leaf, screen)),
      ].join(''),
    ),
    ...alone.map(each => `${paint.bold(placeText(each))}\n${overruledText(each, each, screen)}`),
    overruled.length === 0
      ? ''
      : `${paint.doubtful(`${count(overruled.length, 'wish', 'wishes')} overruled, and never acted on`)}\n`,
    ...listAt(standing, 'undecided').map(
      each =>
        `${paint.doubtful('not decided')} whether ${wishText(each)} at ${placeText(each)} can be met beside the rest\n`,
    ),
  ].join('');
}

function overruledText(each: Json, leaf: Json, { paint }: Screen): string {
  const place = textAt(each, 'path') === textAt(leaf, 'path') ? '' : ` at ${placeText(each)}`;
  const by = listAt(each, 'by').map(other => wishText(other));
  const why = by.length === 0 ? 'which no value can meet' : `by ${by.join(', and ')}`;
  return `  ${paint.doubtful('overruled')} ${wishText(each)}${place}, ${why}\n`;
}

/** What laying one has collided with, a line for each place. */
export function conflictNotes(laid: Json): readonly string[] {
  const undecided = listAt(laid, 'undecided').map(
    each => `not decided whether ${placeText(each)} can be met beside what others want: it would take too long to tell`,
  );
  const conflicts = listAt(laid, 'conflicts').map(each => {
    const others = listAt(each, 'with').map(wishText).join(', and ');
    const wants = `${placeText(each)} ${valueText(part(each, 'wants'))}`;
    const stands = textAt(each, 'stands');
    if (stands === undefined) return `${wants} cannot be met by any value`;
    const who = stands === textAt(laid, 'id') ? 'this one stands' : `${shortId(stands)} stands`;
    return `${wants} cannot hold together with ${others}: ${who}`;
  });
  return [...conflicts, ...undecided];
}

function placeText(leaf: Json): string {
  return textAt(leaf, 'path') || '(as a whole)';
}

function wishText(wish: Json): string {
  const [principal, owner] = [textAt(wish, 'principal') ?? '', textAt(wish, 'owner')];
  const who = owner === undefined ? principal : `${principal} for ${owner}`;
  const id = shortId(textAt(wish, 'expectation') ?? '');
  return `${who} (${id}, priority ${numberAt(wish, 'priority') ?? '?'}): ${valueText(part(wish, 'wants'))}`;
}
