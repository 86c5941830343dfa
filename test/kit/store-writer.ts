/** A process that writes into a store without end and prints the id of each write once it is acknowledged. */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { openStore } from '../../src/adapters/sqlite/store.ts';
import { systemClock } from '../../src/adapters/system-clock.ts';
import { instanceId } from '../../src/core/ids.ts';

const STDOUT = 1;
const cause = { principal: 'client', kind: 'request' } as const;
const [, , path = ''] = process.argv;
const store = openStore({ path, clock: systemClock, keyed: {}, newId: randomUUID, keep: { rows: 500 } });

for (;;) {
  const crowd = Array.from({ length: 1 + Math.floor(Math.random() * 20) }, async () => {
    const id = instanceId(randomUUID());
    const document = { id, '@type': 'Service', name: 'x'.repeat(Math.random() * 3000) };
    await store.submit(cause, writer =>
      writer.putInstance({ id, type: 'service', kind: 'line', document, createdAt: systemClock.now() }),
    );
    writeSync(STDOUT, `${id}\n`);
  });
  await Promise.all(crowd);
}
