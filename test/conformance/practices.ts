/** The practices that the loop holds itself to, and the properties it has, each with the tests that show it. */
import { applyPractices } from './practices/apply.ts';
import { decidePractices } from './practices/decide.ts';
import { detectPractices } from './practices/detect.ts';
import { guardPractices } from './practices/guard.ts';
import { properties } from './practices/properties.ts';
import { settlePractices } from './practices/settle.ts';
import { tellPractices } from './practices/tell.ts';

export const practices = [
  ...detectPractices,
  ...decidePractices,
  ...guardPractices,
  ...applyPractices,
  ...settlePractices,
  ...tellPractices,
  ...properties,
];
