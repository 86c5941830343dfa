/** Which run of the daemons this is: what was not saved is gone with the run. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Those that keep what is configured here; zebra and its routes come and go without that. */
const keepers = ['bgpd', 'staticd', 'mgmtd'];

/** Another text whenever one of them was started anew, for a daemon makes its socket when it starts; '' where none is. */
export async function runOf(vtyDir: string): Promise<string> {
  const runs = await Promise.all(
    keepers.map(async daemon => {
      const socket = await stat(join(vtyDir, `${daemon}.vty`)).catch(() => undefined);
      return socket ? [`${daemon} ${socket.ino} ${socket.mtimeMs}`] : [];
    }),
  );
  return runs.flat().join(', ');
}
