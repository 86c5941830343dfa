/** Reads the authorities of certificates that a setting names, and says at once when there are none in the file. */
import { X509Certificate } from 'node:crypto';
import { AgentError, sentence } from '../core/errors.ts';
import { readSecret } from './secret.ts';

const certificate = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** PEM; undefined where no file is named. */
export function readAuthorities(setting: string, file: string): string | undefined {
  if (file === '') return undefined;
  const text = readSecret(setting, file);
  const found = text.match(certificate);
  if (!found) throw new AgentError('invalid', `${setting} names ${file}, which holds no certificate in PEM`);
  for (const each of found) {
    try {
      new X509Certificate(each);
    } catch (error) {
      const why = `${setting} names ${file}, in which a certificate cannot be read: ${sentence(error)}`;
      throw new AgentError('invalid', why, { cause: error });
    }
  }
  return found.join('\n');
}
