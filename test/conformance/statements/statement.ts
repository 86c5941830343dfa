/** What TMF630 says, one thing at a time, and how it is shown to hold here. */
import { by, type Shown } from '../../parity/shown.ts';

export interface Statement {
  readonly id: string;
  /** Must, should, may. */
  readonly level: 'M' | 'S' | 'O';
  readonly says: string;
  readonly shown: readonly Shown[];
  /** Where the standard leaves room, or something is left out: what holds here. */
  readonly decided?: string;
}

/** Tests of a file that run over all four APIs, by their titles. */
export const over =
  (file: string) =>
  (...titles: readonly string[]): readonly Shown[] =>
    by(`conformance/${file}.test.ts`, ...titles);
