import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { shippedProfiles } from '../../src/adapters/profiles.ts';
import { chooseProfile } from '../../src/agent/profile.ts';
import { gather } from '../../src/config.ts';
import { callAgent, makeDirectory, runAgent } from '../kit/agent.ts';
import { launch } from '../kit/process.ts';

const profile = (last: number, more = '') => `
name: site
description: for tests
mode: warn
kinds:
  - name: card
    type: resource
    pool:
      - { name: ports, thing: port, last: ${last} }
${more}`;

const broken = profile(0).replace('thing', 'thingy');

const services = '/tmf-api/serviceInventory/v5/service';
const resources = '/tmf-api/resourceInventoryManagement/v5/resource';

function makeProfile(text = profile(8)): string {
  const file = join(makeDirectory(), 'site.yaml');
  writeFileSync(file, text);
  return file;
}

test('a profile that is read again is taken as a whole', async () => {
  const file = makeProfile();
  const agent = await runAgent({ profile: file });
  expect(await agent.get('/diffo/v1/kinds/card')).toMatchObject({ pool: [{ last: 8 }] });
  writeFileSync(file, profile(16, '  - { name: line, type: service }\n'));
  const { status, body } = await agent.call('POST', '/diffo/v1/profile/reload');
  expect([status, body.ok, body.restartFor]).toEqual([200, true, []]);
  expect(await agent.get('/diffo/v1/kinds/card')).toMatchObject({ pool: [{ last: 16 }] });
  // What is of a kind is told by the kinds of now.
  const made = await agent.call('POST', services, {
    '@type': 'Service',
    state: 'active',
    serviceSpecification: { id: (await agent.get('/diffo/v1/kinds/line')).specification.id },
  });
  expect(made.status).toBe(201);
  expect(made.body.serviceSpecification.name).toBe('line');
  writeFileSync(file, profile(16));
  await agent.call('POST', '/diffo/v1/profile/reload');
  expect((await agent.call('GET', '/diffo/v1/kinds/line')).status).toBe(404);
});

test('a profile with one bad kind changes nothing, and is told of until it is mended', async () => {
  const file = makeProfile();
  const agent = await runAgent({ profile: file });
  const before = await agent.get('/diffo/v1/kinds');
  writeFileSync(file, profile(16, '  - { name: line, type: service, extends: nothing }\n'));
  const { status, body } = await agent.call('POST', '/diffo/v1/profile/reload');
  expect(status).toBe(400);
  expect(body.reason).toContain('line 10, column 34, /kinds/1/extends: the kind line extends nothing');
  expect(body.findings).toMatchObject([{ line: 10, column: 34, pointer: '/kinds/1/extends', found: 'nothing' }]);
  expect(await agent.get('/diffo/v1/kinds')).toEqual(before);
  expect((await agent.get('/diffo/v1/status')).profileState).toMatchObject({ ok: false, findings: 1 });
  writeFileSync(file, profile(16));
  expect((await agent.call('POST', '/diffo/v1/profile/reload')).status).toBe(200);
  expect((await agent.get('/diffo/v1/status')).profileState).toMatchObject({ ok: true, findings: 0 });
});

test('what only a start takes up is named', async () => {
  const file = makeProfile();
  const agent = await runAgent({ profile: file });
  writeFileSync(
    file,
    `${profile(8).replace('warn', 'observe')}drivers: [{ driver: simulator }]\nsettings: { look.everyMs: 5000 }\n`,
  );
  const { body } = await agent.call('POST', '/diffo/v1/profile/reload');
  expect(body.restartFor).toEqual(['mode', 'drivers', 'settings']);
  expect((await agent.get('/diffo/v1/status')).mode).toBe('warn');
});

test('a shipped profile has no file to read again', async () => {
  const agent = await runAgent();
  const { status, body } = await agent.call('POST', '/diffo/v1/profile/reload');
  expect([status, body.reason]).toEqual([
    409,
    'the profile inventory is shipped with the agent, so there is no file to read again',
  ]);
});

test('a start with a spoilt file takes the last good copy, and says so; without one it is refused', async () => {
  const file = makeProfile();
  const data = makeDirectory();
  await (await runAgent({ profile: file }, {}, data)).stop();
  writeFileSync(file, broken);
  const logged: string[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (message: string) => void logged.push(message) };
  const agent = await runAgent({ profile: file }, { log }, data);
  expect(logged).toEqual(['the profile cannot be used; running with the last good copy of it']);
  expect(await agent.get('/diffo/v1/kinds/card')).toMatchObject({ pool: [{ thing: 'port', last: 8 }] });
  expect(await agent.get('/diffo/v1/profile')).toMatchObject({ ok: false, file, findings: [{ line: 9 }, { line: 9 }] });
  await agent.stop();
  // Not even the file is there.
  rmSync(file);
  const orphan = await runAgent({ profile: file }, { log }, data);
  expect((await orphan.get('/diffo/v1/profile')).findings[0].message).toContain('it cannot be read: ENOENT');
  await orphan.stop();
  writeFileSync(file, broken);
  await expect(runAgent({ profile: file })).rejects.toThrow(/site\.yaml cannot be used: line 9, column \d+, /);
  // The copy is of that file, and of no other.
  await expect(runAgent({ profile: makeProfile(broken) }, {}, data)).rejects.toThrow('cannot be used');
});

test('what was checked is not checked again, and another text is', async () => {
  const file = makeProfile();
  const data = makeDirectory();
  await (await runAgent({ profile: file }, {}, data)).stop();
  const kept = JSON.parse(readFileSync(join(data, 'profile.json'), 'utf8'));
  // A mark that only the copy has.
  kept.source.description = 'from the copy';
  writeFileSync(join(data, 'profile.json'), JSON.stringify(kept));
  const given = gather({ flags: { profile: file, data }, env: {} });
  expect((await chooseProfile(given, kept.version)).profile.description).toBe('from the copy');
  expect((await chooseProfile(given, 'another version')).profile.description).toBe('for tests');
  writeFileSync(file, `${profile(8)}\n`);
  expect((await chooseProfile(given, kept.version)).profile.description).toBe('for tests');
});

test('SIGHUP has the file read again', async () => {
  const file = makeProfile();
  const agent = launch({ profile: file, data: makeDirectory(), http: '127.0.0.1:0' });
  const { url } = await agent.ready;
  const pools = async () => (await callAgent(url, 'GET', '/diffo/v1/kinds/card')).body.pool[0].last;
  expect(await pools()).toBe(8);
  writeFileSync(file, broken);
  agent.signal('SIGHUP');
  await expect.poll(() => agent.log(), { timeout: 20_000 }).toContain('going on with the kinds from before');
  expect(await pools()).toBe(8);
  writeFileSync(file, profile(32));
  agent.signal('SIGHUP');
  await expect.poll(pools, { timeout: 20_000 }).toBe(32);
  expect(await agent.stop()).toBe(0);
});

test('a profile can be checked by the agent, as YAML with lines and as JSON with pointers', async () => {
  const agent = await runAgent();
  const send = async (path: string, type: string, body: string) => {
    const answer = await fetch(`${agent.url}${path}`, { method: 'POST', headers: { 'content-type': type }, body });
    // A test says what it expects to find in an answer.
    // biome-ignore lint/suspicious/noExplicitAny: see above
    return { status: answer.status, body: (await answer.json()) as any };
  };
  const check = '/diffo/v1/profile/check';
  expect(await send(check, 'application/yaml', profile(3))).toEqual({ status: 200, body: { ok: true, findings: [] } });
  expect(await send(check, 'text/yaml', broken)).toMatchObject({
    status: 200,
    body: { ok: false, findings: [{ line: 9 }, { line: 9, nearest: 'thing' }] },
  });
  const json = await send(check, 'application/json', '{"name": "x", "description": "x", "mode": "wern"}');
  expect(json.body.findings).toEqual([
    {
      pointer: '/mode',
      message: 'mode of a profile cannot be "wern"',
      found: 'wern',
      expected: 'observe, warn, approve or enforce',
      nearest: 'warn',
    },
  ]);
  expect((await send('/diffo/v1/evaluate', 'application/yaml', 'a: 1')).status).toBe(415);
});

test('an instance fits the schema of its kind, and one that is spoilt does not', async () => {
  const agent = await runAgent({ profile: 'olt-shelf' });
  const make = async (kind: string, more: object = {}) => {
    const { type, specification } = await agent.get(`/diffo/v1/kinds/${kind}`);
    const isService = type === 'service';
    const answer = await agent.call('POST', isService ? services : resources, {
      '@type': isService ? 'Service' : 'Resource',
      [`${type}Specification`]: { id: specification.id },
      ...(isService ? { state: 'active' } : { lifecycleState: 'installed' }),
      ...more,
    });
    expect(answer.body.reason).toBeUndefined();
    return answer.body;
  };
  const characteristics = [{ name: 'serialNumber', value: 'EXAM00000001' }];
  const ont = await make('ont', { resourceCharacteristic: characteristics });
  const { id } = await make('broadband', { supportingResource: [{ id: ont.id, '@type': 'ResourceRef' }] });
  const service = await agent.get(`${services}/${id}`);
  const ajv = new Ajv2020({ strict: false });
  const fits = ajv.compile(await agent.get('/diffo/v1/kinds/broadband/schema'));
  expect(fits(service), JSON.stringify(fits.errors)).toBe(true);
  expect(fits({ ...service, serviceCharacteristic: [{ name: 'downstream', value: 'fast' }] })).toBe(false);
  expect(fits({ ...service, relatedParty: [{ role: 'stranger' }] })).toBe(false);
  const fitsOnt = ajv.compile(await agent.get('/diffo/v1/kinds/ont/schema'));
  expect(fitsOnt({ resourceCharacteristic: [] })).toBe(false);
  expect(fitsOnt({ resourceCharacteristic: characteristics })).toBe(true);
});

test('every shipped profile can be chosen', async () => {
  for (const name of shippedProfiles) {
    const given = gather({ flags: { profile: name, data: makeDirectory() }, env: {} });
    expect((await chooseProfile(given, '1')).profile.name).toBe(name);
  }
  expect(existsSync(join(import.meta.dirname, '../../firmware-profiles/olt-shelf.yaml'))).toBe(true);
});
