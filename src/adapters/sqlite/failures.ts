/** What SQLite and the disk can answer, told as this house tells it: a code to decide on and what to do about it. */
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { AgentError, sentence } from '../../core/errors.ts';

/** The AgentError of what SQLite threw; anything else comes back as it is. */
export function translated(error: unknown, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const cause = error;
  switch (primaryCode(error.code)) {
    case 'FULL':
      return new AgentError('storage', `the disk that holds ${file} is full: free some space, then try again`, {
        cause,
      });
    case 'BUSY':
    case 'LOCKED':
      return new AgentError(
        'storage',
        `${file} is in use: another agent runs on it; stop that one, or give this one its own data directory`,
        { cause },
      );
    case 'NOTADB':
    case 'CORRUPT':
      return damaged(file, cause);
    case 'IOERR':
    case 'READONLY':
    case 'CANTOPEN':
    case 'PERM':
    case 'NOLFS':
      return new AgentError(
        'storage',
        `${file} cannot be read or written (${cause.message}): see that ${dirname(file)} is a writable directory on a healthy disk`,
        { cause },
      );
    case 'TOOBIG':
      return new AgentError('tooLarge', 'this is larger than the store can keep', { cause });
    case 'CONSTRAINT':
      return error.code === 'SQLITE_CONSTRAINT_FOREIGNKEY'
        ? new AgentError('moved', 'what this belongs to is no longer there', { cause })
        : error;
    default:
      return error;
  }
}

function damaged(file: string, cause: unknown): AgentError {
  return new AgentError(
    'storage',
    `${file} is damaged or is not a database (${sentence(cause)}): move it away, and the agent will rebuild what it can from the device`,
    { cause },
  );
}

/** `SQLITE_IOERR_FSYNC` is an `IOERR`. */
function primaryCode(code: string): string | undefined {
  return code.split('_')[1];
}
