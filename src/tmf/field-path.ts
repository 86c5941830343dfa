/** Paths of what moved in an entity, as `fieldPath` says them and `fields` takes them: `note[?(@.id=='1')].text`. */
import { isArray, type Json, type JsonObject, property } from '../core/json.ts';
import { differences, keyName, keyOf, keyPart, keysOfArray, segments } from '../core/path.ts';
import { tmfKeyedArrays } from './keyed-arrays.ts';

/** Of what moved in more places the attributes are named, and not each place in them. */
const MAX_PATHS = 16;

/** Where two sides of an entity, as one version shows it, differ within the attributes that are named. */
export function fieldPaths(before: JsonObject, after: JsonObject, within: ReadonlySet<string>): readonly string[] {
  const paths = differences(before, after, tmfKeyedArrays)
    .map(({ path }) => segments(path))
    .filter(([first = '']) => within.has(first));
  if (paths.length > MAX_PATHS) return [...within];
  return paths.map(path => written(path, before, after));
}

/** The attribute that a path begins with. */
export function attributeIn(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

function written(path: readonly string[], before: JsonObject, after: JsonObject): string {
  let text = '';
  // What went is found in the one, what came in the other.
  let sides: readonly (Json | undefined)[] = [after, before];
  let [parent, above] = ['', ''];
  for (const part of path) {
    const candidates = sides.some(isArray) ? keysOfArray(tmfKeyedArrays, parent, above) : undefined;
    if (candidates) {
      const found = sides.map(side => (isArray(side) ? side : []).find(each => isNamed(each, part, candidates)));
      text += condition(
        found.find(each => each !== undefined),
        candidates,
      );
      sides = found;
    } else {
      text += /^[\w@-]+$/.test(part) ? `${text === '' ? '' : '.'}${part}` : `[${quoted(part)}]`;
      sides = sides.map(side => property(side, part));
    }
    parent = above;
    above = part;
  }
  return text;
}

function isNamed(element: Json, name: string, candidates: readonly (readonly string[])[]): boolean {
  return candidates.some(by => keyOf(element, [by]) && keyName(element, by) === name);
}

function condition(element: Json | undefined, candidates: readonly (readonly string[])[]): string {
  const by = keyOf(element, candidates) ?? [];
  const parts = by.map(part => {
    const value = keyPart(element, part);
    return `@.${part.replaceAll('/', '.')}==${typeof value === 'string' ? quoted(value) : value}`;
  });
  return `[?(${parts.join(' && ')})]`;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
