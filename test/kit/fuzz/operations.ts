/** Which operations of the documents have been answered, and which too seldom. */
import { document } from '../openapi/own.ts';
import type { Fuzzed } from './fuzz.ts';

const methods = ['get', 'post', 'patch', 'put', 'delete'];

/** Those with fewer answers 2xx than wanted; an operation without parameters and body has but one case, and needs one. */
export function operationsWithout(answers: Fuzzed['answers'], wanted: number): Promise<readonly string[]> {
  return Promise.all(Object.entries(answers).map(([root, told]) => seldom(root, told, wanted))).then(all => all.flat());
}

/** What no request alone can bring about: asked and answered as described, and shown to be done by the test named. */
const beyondRequests: Readonly<Record<string, string>> = {
  'POST /decisions': 'somebody has to change the element by hand: test/reconcile/out-of-band.test.ts',
  'POST /plans/{id}/confirm': 'a plan has to be about to cut somebody off: test/agent/protected.test.ts',
};

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
        if (beyondRequests[label] !== undefined && its.length > 0) return [];
        return answered >= wanted ? [] : [`${root}: ${label}: ${all || 'not asked'}`];
      }),
  );
}
