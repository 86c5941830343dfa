/** What a writer may have meant by an operator that does not exist. */

/** Names of other languages, and what to write here. */
const elsewhere: Record<string, string> = {
  $not: '$noneOf',
  $ne: '$noneOf',
  $nor: '$noneOf',
  $nin: '$noneOf',
  $in: '$anyOf',
  $or: '$anyOf',
  $enum: '$anyOf',
  $xor: '$oneOf',
  $all: '$contains',
  $regex: '$match',
  $pattern: '$match',
  $exists: '$present',
  $notNull: '$present',
  $missing: '$absent',
  $min: '$gte',
  $max: '$lte',
  $ge: '$gte',
  $le: '$lte',
};

/** The end of the sentence: `: did you mean $gte?`, or nothing. */
export function nearestOperator(name: string, known: readonly string[]): string {
  if (name === '$outstanding') return ': it stands only at the top of a message, around the expectation';
  if (name === '$and')
    return ': the keys of one object hold together already, and $allOf says several things of one value';
  const nearest = Object.hasOwn(elsewhere, name) ? elsewhere[name] : closest(name, known);
  return nearest === undefined ? '' : `: did you mean ${nearest}?`;
}

function closest(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const near = known
    .map(each => ({ each, away: edits(wanted, each.toLowerCase()) }))
    .sort((a, b) => a.away - b.away)[0];
  return near && near.away <= Math.max(1, Math.floor(name.length / 4)) ? near.each : undefined;
}

/** How many letters to change, add or drop to make one name of the other. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
