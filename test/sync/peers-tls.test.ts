/** Two real agents over wss://, where one serves with a certificate of an authority of its own. */
import { execFile, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makeDirectory, runAgent, type TestAgent, until } from '../kit/agent.ts';
import { makeCertificates } from '../kit/certificates.ts';
import { makeParty, peerAt } from './pair.ts';

const top = resolve(import.meta.dirname, '../..');

const peerOf = async (agent: TestAgent) => (await agent.get('/diffo/v1/peers'))[0];
const linkError = async (agent: TestAgent): Promise<string> => (await peerOf(agent)).links[0].lastError ?? '';

/** B serves over TLS; A calls it. */
async function calling(name?: string) {
  const { ca, cert, key } = makeCertificates(name);
  const [partyA, partyB] = [makeParty('edge-a'), makeParty('edge-b')];
  const tls = { 'http.tls.cert': cert, 'http.tls.key': key };
  const b = await runAgent({ node: 'edge-b', peers: peerAt(partyA), ...tls }, {}, partyB.data);
  const peers = peerAt(partyB, `${b.url.replace('https', 'wss')}/peer`);
  const call = (more: Readonly<Record<string, string>>) =>
    runAgent({ node: 'edge-a', peers, ...more }, {}, partyA.data);
  return { ca, call };
}

test('the authority of a certificate is named in peers.caFile, and the two agree', async () => {
  const { ca, call } = await calling();
  const blind = await call({});
  await until('it is told', async () => (await linkError(blind)).includes('does not fit'));
  expect(await linkError(blind)).toContain('name its authority in peers.caFile');
  const words = [join(top, 'src/main.ts'), 'peers', '--at', blind.url];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  expect(stdout).toContain('name its authority in peers.caFile');
  await blind.stop();
  const a = await call({ 'peers.caFile': ca });
  await until('they agree', async () => (await peerOf(a)).agreed);
  expect(await peerOf(a)).toMatchObject({ presence: 'alive', carrier: 'websocket' });
});

test('another authority does not do, and a certificate for another name is told as such', async () => {
  const { call } = await calling();
  const other = await call({ 'peers.caFile': makeCertificates().ca });
  await until('it is told', async () => (await linkError(other)).includes('does not fit'));
  await other.stop();

  const elsewhere = await calling('DNS:elsewhere.example');
  const a = await elsewhere.call({ 'peers.caFile': elsewhere.ca });
  await until('it is told', async () => (await linkError(a)).includes('is for another name than it is called by'));
});

test('a file that cannot be read, or holds no certificate, is one sentence at the start', () => {
  const file = join(makeDirectory(), 'ca.pem');
  const refused = (setting: string, path: string) => {
    const words = ['run', '--profile', 'inventory', '--data', makeDirectory(), '--http', '127.0.0.1:0'];
    const ended = spawnSync(process.execPath, [join(top, 'src/main.ts'), ...words, '--set', `${setting}=${path}`], {
      encoding: 'utf8',
      timeout: 20_000,
    });
    return { code: ended.status, said: ended.stderr.trim() };
  };
  for (const setting of ['peers.caFile', 'mqtt.caFile']) {
    expect(refused(setting, file)).toEqual({
      code: 2,
      said: expect.stringMatching(`^diffo: ${setting} names ${file}, which cannot be read: ENOENT.*$`),
    });
    writeFileSync(file, 'not a certificate');
    expect(refused(setting, file)).toEqual({
      code: 2,
      said: `diffo: ${setting} names ${file}, which holds no certificate in PEM`,
    });
    writeFileSync(file, '-----BEGIN CERTIFICATE-----\nbm9uc2Vuc2U=\n-----END CERTIFICATE-----\n');
    expect(refused(setting, file)).toEqual({
      code: 2,
      said: expect.stringMatching(`^diffo: ${setting} names ${file}, in which a certificate cannot be read: .*$`),
    });
    rmSync(file);
  }
});
