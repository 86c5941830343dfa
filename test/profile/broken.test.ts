import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkText, formOf } from '../../src/core/profile/check-text.ts';
import { type Finding, findingText } from '../../src/core/profile/finding.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';

const folder = join(import.meta.dirname, 'broken');
const files = readdirSync(folder);

/** Where there is no place for a comment: by file, the line and the words of each finding. */
const elsewhere: Readonly<Record<string, readonly [line: number, words: string][]>> = {
  'text-not-yaml.yaml': [[5, 'the text cannot be read: Flow sequence']],
  'json-comma.json': [[5, 'the text cannot be read: Expected double-quoted property name in JSON']],
  'json-key-twice.json': [[5, 'the key mode stands twice']],
  'json-pool.json': [[10, 'the pool ports ends at 8, before it begins at 9']],
};

/** A comment `# !! words; more words` says what is found in its line; the words in this order. */
function expectedIn(file: string, text: string): readonly [line: number, words: string][] {
  const noted = text.split('\n').flatMap((line, i): [number, string][] =>
    line
      .split('# !! ')
      .slice(1)
      .map(words => [i + 1, words.trim()]),
  );
  return [...noted, ...(elsewhere[file] ?? [])];
}

function says(finding: Finding, words: string): boolean {
  const text = findingText(finding);
  let from = 0;
  for (const part of words.split('; ')) {
    const at = text.indexOf(part, from);
    if (at < 0) return false;
    from = at + part.length;
  }
  return true;
}

const around = { settings: ['look.everyMs', 'mode'], keyed: tmfKeyedArrays };

describe('every mistake is found, alone, in its line', () => {
  test.each(files)('%s', async file => {
    const text = readFileSync(join(folder, file), 'utf8');
    const expected = expectedIn(file, text);
    const { profile, findings } = await checkText(text, formOf(file), around);
    expect(profile).toBeUndefined();
    expect(expected.length).toBeGreaterThan(0);
    const left = [...expected];
    const surprising = findings.filter(each => {
      const i = left.findIndex(([line, words]) => line === each.line && says(each, words));
      if (i >= 0) left.splice(i, 1);
      return i < 0;
    });
    expect({ missing: left, surprising }).toEqual({ missing: [], surprising: [] });
  });

  test('there are enough of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(60);
  });
});
