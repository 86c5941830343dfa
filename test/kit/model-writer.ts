/** A process that takes steps in the life of a domain without end, in a store of its own, until it is killed. */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { chanceOf } from './chance.ts';
import { stepOf, take } from './model-life.ts';

const STDOUT = 1;
const [, , path = '', seed = '0'] = process.argv;
const store = openStore({ path, clock: systemClock, keyed: tmfKeyedArrays, newId: randomUUID });
const chance = chanceOf(Number(seed));

for (;;) if (!take(store, stepOf(chance))) writeSync(STDOUT, 'taken\n');
