/** What somebody may have meant by a word that nothing here goes by. */

/** The known word that is nearest, if any is near enough to ask. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const wanted = word.toLowerCase();
  const [best] = known
    .map(each => ({ each, away: distance(wanted, each.toLowerCase()) }))
    .sort((a, b) => a.away - b.away || (a.each < b.each ? -1 : 1));
  if (best && best.away <= Math.max(1, Math.floor(word.length / 3))) return best.each;
  return wanted.length < 2 ? undefined : known.find(each => each.toLowerCase().startsWith(wanted));
}

/** The end of a sentence: `; did you mean status?`, or nothing. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = nearestWord(word, known);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** How many letters to change, add, drop or swap with their neighbour to make one word of the other. */
function distance(a: string, b: string): number {
  let older: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? (older[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(change, swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    older = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
