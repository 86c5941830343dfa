/** How a row or a behaviour of Diffo is shown to hold here: by tests that stand in this repository. */

export interface Shown {
  /** Below `test/`. */
  readonly file: string;
  /** The title as the file has it; what a template adds behind it is left out. */
  readonly test: string;
  /** Where one title stands for many cases: the words of the one that is meant. */
  readonly oneOf?: string;
}

/** The tests of one file by their titles. */
export const by = (file: string, ...titles: readonly string[]): readonly Shown[] =>
  titles.map(test => ({ file, test }));

/** Some cases of a test that has many. */
export const among = (file: string, test: string, ...cases: readonly string[]): readonly Shown[] =>
  cases.map(oneOf => ({ file, test, oneOf }));

/** Mistakes in a profile that are found, each in a file of its own. */
export const mistakes = (...names: readonly string[]): readonly Shown[] =>
  among('profile/broken.test.ts', '%s', ...names.map(name => `${name}.yaml`));

export const build = (...titles: readonly string[]): readonly Shown[] => by('model/build.test.ts', ...titles);
export const changes = (...titles: readonly string[]): readonly Shown[] => by('model/build-changes.test.ts', ...titles);
export const presented = (...titles: readonly string[]): readonly Shown[] => by('model/present.test.ts', ...titles);
export const states = (...titles: readonly string[]): readonly Shown[] => by('model/service-states.test.ts', ...titles);
export const assign = (...titles: readonly string[]): readonly Shown[] => by('model/assign.test.ts', ...titles);
export const specification = (...titles: readonly string[]): readonly Shown[] =>
  by('model/specification.test.ts', ...titles);
export const party = (...titles: readonly string[]): readonly Shown[] => by('model/party.test.ts', ...titles);
export const place = (...titles: readonly string[]): readonly Shown[] => by('model/place.test.ts', ...titles);
export const geo = (...titles: readonly string[]): readonly Shown[] => by('model/geo.test.ts', ...titles);
export const walk = (...titles: readonly string[]): readonly Shown[] => by('model/traverse.test.ts', ...titles);
export const modelApi = (...titles: readonly string[]): readonly Shown[] => by('api/model.test.ts', ...titles);
export const sharedApi = (...titles: readonly string[]): readonly Shown[] => by('api/shared.test.ts', ...titles);
export const documents = (...titles: readonly string[]): readonly Shown[] => by('parity/documents.test.ts', ...titles);
export const edges = (...titles: readonly string[]): readonly Shown[] => by('parity/edges.test.ts', ...titles);
export const expectations = (...titles: readonly string[]): readonly Shown[] =>
  by('parity/expectations.test.ts', ...titles);
