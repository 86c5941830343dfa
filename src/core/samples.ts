/** Sampled values in what is laid as an expectation. */
import { characteristicArray } from './instance.ts';
import { isArray, isObject, type Json, property } from './json.ts';

/**
 * A value that was sampled is shown with the time of that. Laid again it tells how it was then, and is no wish: whoever
 * expects such a value leaves `sampledAt` out.
 */
export function withoutSamples(expect: Json): Json {
  if (!isObject(expect)) return expect;
  const isSample = (item: Json): boolean => typeof property(item, 'sampledAt') === 'string';
  const members = Object.entries(expect).flatMap(([name, each]): [string, Json][] => {
    if (!Object.values(characteristicArray).includes(name) || !isArray(each) || !each.some(isSample)) {
      return [[name, each]];
    }
    const rest = each.filter(item => !isSample(item));
    return rest.length === 0 ? [] : [[name, rest]];
  });
  return members.every(([name, each]) => expect[name] === each) && members.length === Object.keys(expect).length
    ? expect
    : Object.fromEntries(members);
}
