/** A leaf as one sentence for somebody tired: what it is since when, who wants what, and why that is not so. */
import { expectedWords, valueWords } from './expected/words.ts';
import type { Instant } from './ids.ts';
import { characteristicArray } from './instance.ts';
import { isObject } from './json.ts';
import { lasting } from './lasting.ts';
import type { Next } from './next-step.ts';
import type { Leaf, Reason } from './outstanding.ts';
import { type Path, segments } from './path.ts';

/** What is known around a leaf; whatever is left out is not spoken of. */
export interface Around {
  readonly now: Instant;
  /** What the instance is called. */
  readonly of?: string;
  readonly wantedBy?: { readonly principal: string; readonly owner?: string; readonly why?: string };
  /** How the actual became what it is. */
  readonly became?: { readonly at: Instant; readonly principal: string; readonly why?: string };
  readonly observed?: Observed;
  /** Why it does not apply, where it does not. */
  readonly aside?: string;
  /** What is next, and when. */
  readonly next?: Next;
}

/** When it was last seen and by whom. */
export interface Observed {
  readonly at?: Instant;
  readonly by?: string;
  /** Whether it is sampled rather than looked at. */
  readonly sampled?: boolean;
  /** Why it is known no better. */
  readonly because?: string;
}

export function explainSentence(leaf: Leaf, around: Around): string {
  return `${factsSentence(leaf, around)}${nextWords(leaf, around)}`;
}

/** Why a leaf is judged as it is, by itself: of one that is unmet, what of it is not as it should be. */
export function becauseOf(leaf: Leaf, around: Pick<Around, 'now' | 'observed' | 'aside'>): string {
  switch (leaf.verdict) {
    case 'met':
      return 'it is as wanted';
    case 'unmet':
      return leaf.reason === undefined ? 'it is not as wanted' : reasonSentences[leaf.reason];
    case 'unknown':
      return blind(leaf, around);
    case 'inapplicable':
      return around.aside ?? 'it does not apply now';
  }
}

/** Nothing is said of what is met or does not matter: nobody waits for it. */
function nextWords({ verdict }: Leaf, { next }: Around): string {
  if (next === undefined || verdict === 'inapplicable') return '';
  const { because, when } = next;
  if (verdict === 'met' && next.on === undefined) return '';
  const why = because === undefined || verdict === 'unknown' ? '' : `. It waits: ${because}`;
  const say = when.say === undefined ? '' : ` (${when.say})`;
  // Of nothing nobody asks when it is done, but until when.
  const words = next.next.startsWith('nothing') ? when.words.replace(/^when /, 'until ') : when.words;
  return withShortIds(`${why}. Next: ${next.next}, ${words}${say}`);
}

/** Ids of ours are said by their beginning, which every command accepts. */
export function withShortIds(text: string): string {
  return text.replace(/(?<![:\w-])([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '$1');
}

function factsSentence(leaf: Leaf, around: Around): string {
  const place = placeWords(leaf.path, around.of);
  switch (leaf.verdict) {
    case 'met':
      return `${place} ${have(leaf, around)}, as ${asWanted(around)}${metBy(leaf)}${seen(around)}`;
    case 'unmet': {
      const because = leaf.reason === undefined ? '' : reasonWords[leaf.reason];
      const why = because === '' ? '' : `: ${because}`;
      return `${place} ${have(leaf, around)}; ${wants(leaf, around)}${why}${seen(around)}`;
    }
    case 'unknown':
      return `${place} is not known: ${blind(leaf, around)}; ${wants(leaf, around)}`;
    case 'inapplicable':
      return `${place} does not matter now${around.aside === undefined ? '' : `: ${around.aside}`}; ${wants(leaf, around)}`;
  }
}

/** `mtu of veth1`: without what every characteristic's path has in common. */
export function placeWords(path: Path, of?: string): string {
  const parts = segments(path);
  const isCharacteristic = Object.values(characteristicArray).some(array => array === parts[0]) && parts.length > 1;
  const named = isCharacteristic
    ? parts.slice(1, parts.length > 2 && parts.at(-1) === 'value' ? -1 : undefined)
    : parts;
  if (named.length === 0) return of ?? 'the whole';
  return `${named.join('/')}${of === undefined ? '' : ` of ${of}`}`;
}

/** Empty where the values say it already. */
const reasonWords: Readonly<Record<Reason, string>> = {
  missing: '',
  different: '',
  present: '',
  type: 'it is of another type',
  format: 'it is not written so',
  bound: 'it is out of bounds',
  unit: 'its unit does not fit',
  length: 'the length is another',
  extra: '',
  alternatives: '',
  pattern: '',
  function: 'the function says no',
  stale: 'the last look is too long ago',
  never: 'nobody has looked',
  bad: 'the element does not vouch for it',
};

/** The same where nothing else is said. */
export const reasonSentences: Readonly<Record<Reason, string>> = {
  ...reasonWords,
  missing: 'what is wanted is not there',
  different: 'it is another value',
  present: 'there is something and should be nothing',
  extra: 'it is there and should not be',
  length: 'the length is another',
  alternatives: 'the alternatives do not come out as they should',
  pattern: 'it does not match the pattern',
};

function have({ actual }: Leaf, { became, now }: Around): string {
  const [is, hasBeen] =
    actual === undefined
      ? ['is not there', 'has not been there']
      : [`is ${valueWords(actual)}`, `has been ${valueWords(actual)}`];
  if (became === undefined) return is;
  const why = became.why === undefined ? '' : `: ${became.why}`;
  return `${hasBeen} for ${lasting(now - became.at)} (by ${became.principal}${why})`;
}

function asWanted({ wantedBy }: Around): string {
  return wantedBy === undefined ? 'expected' : `${nameOf(wantedBy)} wants`;
}

function nameOf({ principal, owner }: NonNullable<Around['wantedBy']>): string {
  return owner === undefined ? principal : `${owner} (${principal})`;
}

function wants({ expected }: Leaf, { wantedBy }: Around): string {
  const wanted = expectedWords(expected);
  if (wantedBy === undefined) return `expected is ${wanted}`;
  return `${nameOf(wantedBy)} wants ${wanted}${wantedBy.why === undefined ? '' : ` (${wantedBy.why})`}`;
}

/** A literal that is met has been said already. */
function metBy({ expected }: Leaf): string {
  return isObject(expected) ? ` (${expectedWords(expected)})` : '';
}

function seen({ observed, now }: Around): string {
  if (observed?.at === undefined) return '';
  return `; seen ${lasting(now - observed.at)} ago${observed.by === undefined ? '' : ` by ${observed.by}`}`;
}

function blind({ actual, reason }: Leaf, { observed, now }: Pick<Around, 'observed' | 'now'>): string {
  const { at, by, sampled = false, because } = observed ?? {};
  const why = because === undefined ? '' : ` (${because})`;
  if (reason === 'never') {
    if (by === undefined) return 'nobody has looked';
    return `${by} has not ${sampled ? 'sampled' : 'seen'} it since the start${why}`;
  }
  const value = actual === undefined ? 'not there' : valueWords(actual);
  if (reason === 'bad') return `${by ?? 'the element'} says ${value} and that it is of bad quality${why}`;
  const ago = at === undefined ? 'too long ago' : `${lasting(now - at)} ago`;
  return `it was ${value} when ${by ?? 'somebody'} last ${sampled ? 'sampled it' : 'looked'}, ${ago}${why}`;
}
