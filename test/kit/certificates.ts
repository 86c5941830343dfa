/** Certificates that a test makes for itself: an authority, and a server's certificate that it has signed. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory } from './agent.ts';

/** Files, all in PEM. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** `name` as in a certificate: `IP:127.0.0.1`. */
export function makeCertificates(name = 'IP:127.0.0.1'): Certificates {
  const directory = makeDirectory();
  const file = (each: string): string => join(directory, each);
  const openssl = (...words: string[]): void => void execFileSync('openssl', words, { stdio: 'ignore' });
  const subject = (common: string): string[] => ['-subj', `/CN=${common}`];
  openssl(
    'req',
    '-x509',
    ...curve,
    '-days',
    '2',
    ...subject('authority'),
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca'),
  );
  openssl('req', ...curve, ...subject('server'), '-keyout', file('key'), '-out', file('request'));
  writeFileSync(file('names'), `subjectAltName=${name}\n`);
  const signed = ['x509', '-req', '-in', file('request'), '-CA', file('ca'), '-CAkey', file('ca.key'), '-days', '2'];
  openssl(...signed, '-extfile', file('names'), '-out', file('cert'));
  return { ca: file('ca'), cert: file('cert'), key: file('key') };
}
