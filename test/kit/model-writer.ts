/**
 * A process that takes steps in the life of a domain without end, in a store of its own, and tells after each where the
 * store stands, until it is killed: by somebody else, or by itself where a number of steps is given, when all of the next
 * one is written and its commit is due.
 */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { tmfKeyedArrays } from '../../src/tmf/keyed-arrays.ts';
import { chanceOf } from './chance.ts';
import { handClock } from './clock.ts';
import { stepOf, take } from './model-life.ts';

const STDOUT = 1;
const [, , path = '', seed = '0', last = 'Infinity'] = process.argv;
const store = openStore({ path, clock: handClock(), keyed: tmfKeyedArrays, newId: randomUUID });
const chance = chanceOf(Number(seed));

for (let taken = 0; ; taken++) {
  const isLast = taken >= Number(last);
  const refused = take(
    {
      transact: (cause, write) =>
        store.transact(cause, writer => {
          const result = write(writer);
          if (isLast) process.kill(process.pid, 'SIGKILL');
          return result;
        }),
    },
    stepOf(chance),
  );
  if (!refused) writeSync(STDOUT, `${store.seq()}\n`);
}
