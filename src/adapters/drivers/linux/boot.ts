/** Which run of the kernel this is: what does not last is gone in the next. */
import { readFile } from 'node:fs/promises';

export async function bootId(): Promise<string | undefined> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return text.trim() || undefined;
}
