/** When central cannot be told: a clear sentence, a counter, and an agent that serves on. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { callAgent, makeDirectory, runAgent, type TestAgent, until } from '../kit/agent.ts';
import { runNeo4j, type TestNeo4j, whyNoNeo4j } from '../kit/neo4j.ts';
import { lastingPort, launch } from '../kit/process.ts';

const resources = '/tmf-api/resourceInventoryManagement/v5/resource';
const body = { '@type': 'Resource', id: 'a', name: 'a' };

/** The agent serves and keeps what it is told, and says what is wrong with central. */
async function refused(agent: TestAgent, code: string, says: RegExp): Promise<void> {
  expect((await agent.call('POST', resources, body)).status).toBe(201);
  const state = await until(
    'it says so',
    async () => {
      const told = await agent.get('/diffo/v1/central');
      return told.failures[code] >= 2 ? told : undefined;
    },
    30_000,
  );
  expect(state).toMatchObject({ state: 'backing off', lagRows: 1, lastError: { code } });
  expect(state.lastError.message).toMatch(says);
  expect((await agent.get('/diffo/v1/status')).central).toMatchObject({ state: 'backing off' });
  expect(await agent.get('/metrics')).toMatch(/^diffo_central_alarm 0$/m);
  expect(await agent.get('/metrics')).toMatch(new RegExp(`diffo_central_failures_total\\{reason="${code}"\\} [2-9]`));
  expect((await agent.get(`${resources}/a`)).name).toBe('a');
}

function passwordFile(text: string): string {
  const file = join(makeDirectory(), 'password');
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return file;
}

test('nobody listens there', async () => {
  const agent = await runAgent({ 'central.url': 'bolt://127.0.0.1:9' });
  await refused(agent, 'unreachable', /bolt:\/\/127.0.0.1:9 does not answer: .*ECONNREFUSED/);
});

test('somebody else listens there', async () => {
  const other = await runAgent();
  const agent = await runAgent({ 'central.url': other.url.replace('http:', 'bolt:') });
  await refused(agent, 'unreachable', /does not answer/);
});

test('without a graph to report to nothing is said of one', async () => {
  const agent = await runAgent();
  expect(await agent.get('/diffo/v1/central')).toEqual({ state: 'not configured', set: 'central.url' });
  expect((await agent.get('/diffo/v1/status')).central).toBeNull();
  expect(await agent.get('/metrics')).not.toContain('diffo_central');
});

test('a URL or a password file that cannot be is refused at the start', async () => {
  await expect(runAgent({ 'central.url': 'http://127.0.0.1' })).rejects.toThrow(/central.url cannot be .* neo4j\+s:/);
  await expect(runAgent({ 'central.url': 'bolt://neo4j:secret@127.0.0.1' })).rejects.toThrow(/without a user in it/);
  const settings = { 'central.url': 'bolt://127.0.0.1:9', 'central.passwordFile': '/nowhere/at/all' };
  await expect(runAgent(settings)).rejects.toThrow(/central.passwordFile names \/nowhere\/at\/all/);
});

describe.skipIf(whyNoNeo4j !== '')(`a Neo4j that asks for a login${whyNoNeo4j}`, () => {
  let server: TestNeo4j;
  beforeAll(async () => {
    server = await runNeo4j('correct horse');
  }, 240_000);
  afterAll(() => server.remove());

  test('the right password lets it in, and another one is called by its name', async () => {
    const wrong = await runAgent({ 'central.url': server.url, 'central.passwordFile': passwordFile('wrong horse') });
    await refused(wrong, 'unauthorized', /refuses the user neo4j|has refused the user neo4j too often/);
    await wrong.stop();
    // After a few wrong ones the server refuses the right one too, for some seconds.
    const right = await runAgent({ 'central.url': server.url, 'central.passwordFile': passwordFile('correct horse') });
    await until('synced', async () => (await right.get('/diffo/v1/central')).state === 'synced', 40_000);
  });

  test('a database that is not there', async () => {
    const agent = await runAgent({
      'central.url': server.url,
      'central.passwordFile': passwordFile('correct horse'),
      'central.database': 'nowhere',
    });
    await refused(agent, 'notFound', /there is no database nowhere at bolt:.*central.database/);
  });

  test('TLS where there is none', async () => {
    const agent = await runAgent({
      'central.url': server.url.replace('bolt:', 'bolt+s:'),
      'central.passwordFile': passwordFile('correct horse'),
    });
    await refused(agent, 'refused', /does not speak TLS/);
  });

  const hasOpenssl = ((): boolean => {
    try {
      execFileSync('openssl', ['version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  })();

  describe.skipIf(!hasOpenssl)(`behind TLS${hasOpenssl ? '' : ' (skipped: there is no openssl)'}`, () => {
    /** A certificate of its own making for a name, and a server with it before Neo4j. */
    const behindTls = async (name: string): Promise<{ url: string; cert: string }> => {
      const directory = makeDirectory();
      const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
      const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
      const words = [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '1',
      ];
      execFileSync('openssl', [...words, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
      const proxy = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, client => {
        const upstream = connect(server.port, '127.0.0.1');
        client.pipe(upstream).pipe(client);
        for (const socket of [client, upstream])
          socket.on('error', () => [client, upstream].map(each => each.destroy()));
      });
      proxy.on('tlsClientError', () => {});
      await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
      onTestFinished(() => void proxy.close());
      const address = proxy.address();
      return { url: `bolt+s://localhost:${typeof address === 'object' ? address?.port : 0}`, cert };
    };

    test('a certificate that nobody has signed', async () => {
      const { url } = await behindTls('localhost');
      const agent = await runAgent({ 'central.url': url, 'central.passwordFile': passwordFile('correct horse') });
      await refused(agent, 'refused', /the certificate of bolt\+s:\/\/localhost:\d+ does not fit: .*SELF_SIGNED/);
    });

    test('one that is trusted lets it in, and one for another name does not', async () => {
      for (const [name, state] of [
        ['localhost', 'synced'],
        ['elsewhere.example', 'backing off'],
      ] as const) {
        const { url, cert } = await behindTls(name);
        const settings = {
          profile: 'inventory',
          data: makeDirectory(),
          http: `127.0.0.1:${await lastingPort()}`,
          'central.url': url,
          'central.passwordFile': passwordFile('correct horse'),
        };
        process.env.NODE_EXTRA_CA_CERTS = cert;
        const child = launch(settings);
        delete process.env.NODE_EXTRA_CA_CERTS;
        const { url: at } = await child.ready;
        const told = await until('an answer', async () => {
          const { body: answer } = await callAgent(at, 'GET', '/diffo/v1/central');
          return answer.state === state ? answer : undefined;
        });
        if (state !== 'synced') expect(told.lastError.message).toMatch(/does not fit: .*ALTNAME/);
        expect(await child.stop()).toBe(0);
      }
    });
  });
});
