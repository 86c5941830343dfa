/** How a row or a behaviour of Diffo is shown to hold here: by tests that stand in this repository. */

export interface Shown {
  /** From the root of the repository. */
  readonly file: string;
  /** The title as the file has it; what a template adds behind it is left out. */
  readonly test: string;
  /** Where one title stands for many cases: the words of the one that is meant. */
  readonly case?: string;
}

/** The tests of one file by their titles. */
export const by = (file: string, ...titles: readonly string[]): readonly Shown[] =>
  titles.map(test => ({ file: `test/${file}`, test }));

/** One case of a test that has many. */
export const oneOf = (file: string, test: string, words: string): readonly Shown[] => [
  { file: `test/${file}`, test, case: words },
];

export const build = 'model/build.test.ts';
export const changes = 'model/build-changes.test.ts';
export const shown = 'model/present.test.ts';
export const states = 'model/service-states.test.ts';
export const assign = 'model/assign.test.ts';
export const pools = 'model/pool.test.ts';
export const specification = 'model/specification.test.ts';
export const party = 'model/party.test.ts';
export const place = 'model/place.test.ts';
export const geo = 'model/geo.test.ts';
export const walk = 'model/traverse.test.ts';
export const order = 'model/order.test.ts';
export const axes = 'model/resource-axes.test.ts';
export const values = 'model/values.test.ts';
export const modelApi = 'api/model.test.ts';
export const sharedApi = 'api/shared.test.ts';
export const tmfApi = 'api/tmf.test.ts';
export const hub = 'api/hub.test.ts';
export const documents = 'parity/documents.test.ts';
export const edges = 'parity/edges.test.ts';
export const expectations = 'parity/expectations.test.ts';

/** A case of those that Diffo's own tests assert, by its group. */
export const vector = (group: string): readonly Shown[] => oneOf('core/vectors.test.ts', '%s', group);

/** A mistake in a profile that is found. */
export const mistake = (...names: readonly string[]): readonly Shown[] =>
  names.flatMap(name => oneOf('profile/broken.test.ts', '%s', `${name}.yaml`));
