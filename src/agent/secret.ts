/** Reads a file that a setting names. */
import { readFileSync } from 'node:fs';
import { AgentError, sentence } from '../core/errors.ts';

export function readSecret(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AgentError('invalid', `${setting} names ${file}, which cannot be read: ${sentence(error)}`, {
      cause: error,
    });
  }
}
