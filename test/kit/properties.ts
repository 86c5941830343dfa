/**
 * Properties are tried with the same examples in every run, so that a red run is red again and green says that nothing
 * broke; `DIFFO_PROPERTIES=SEED`, any number, tries others.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.DIFFO_PROPERTIES ?? 1) });
