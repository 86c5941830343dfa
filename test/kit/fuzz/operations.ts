/** Which operations of the documents have been answered, and which too seldom. */
import { document } from '../openapi/own.ts';
import type { Fuzzed } from './fuzz.ts';

const methods = ['get', 'post', 'patch', 'put', 'delete'];

/** Those with fewer answers 2xx than wanted; an operation without parameters and body has but one case, and needs one. */
export function operationsWithout(answers: Fuzzed['answers'], wanted: number): Promise<readonly string[]> {
  return Promise.all(Object.entries(answers).map(([root, told]) => seldom(root, told, wanted))).then(all => all.flat());
}

async function seldom(root: string, told: Readonly<Record<string, number>>, wanted: number): Promise<string[]> {
  const { paths } = JSON.parse(await document(root)) as { paths: Record<string, object> };
  return Object.entries(paths).flatMap(([path, item]) =>
    methods
      .filter(method => method in item)
      .map(method => `${method.toUpperCase()} ${path}`)
      .flatMap(label => {
        const its = Object.entries(told).filter(([each]) => each.startsWith(`${label} `));
        const answered = its
          .filter(([each]) => each.startsWith(`${label} 2`))
          .reduce((sum, [, times]) => sum + times, 0);
        const all = its.map(([each, times]) => `${each.slice(label.length + 1)} ${times} times`).join(', ');
        return answered >= wanted ? [] : [`${root}: ${label}: ${all || 'not asked'}`];
      }),
  );
}
