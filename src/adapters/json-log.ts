/** One JSON object a line on standard error, by pino. */
import { pino } from 'pino';
import type { Log } from '../ports/log.ts';

export function openLog(level: string): Log {
  const log = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: label => ({ level: label }) } },
    // Written at once: what is said just before a crash must not be lost.
    pino.destination({ dest: 2, sync: true }),
  );
  const say =
    (at: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, values: Record<string, unknown> = {}): void => {
      log[at](values, message);
    };
  return { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
}
