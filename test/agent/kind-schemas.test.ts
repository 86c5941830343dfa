import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { runAgent } from '../kit/agent.ts';

const profile = 'olt-shelf';

interface Specification {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly '@schemaLocation': string;
  readonly resourceSpecCharacteristic?: readonly { readonly name: string; readonly '@valueSchemaLocation': string }[];
}

test('every kind has its schema at the address that its catalogue names, for each version of its specification', async () => {
  const agent = await runAgent({ profile });
  const at = '/tmf-api/resourceCatalogManagement/v5/resourceSpecification';
  const specifications = await agent.get<readonly Specification[]>(at);
  expect(specifications.length).toBeGreaterThan(2);
  for (const one of specifications) {
    const address = one['@schemaLocation'];
    expect(address).toMatch(new RegExp(`/schema/${one.version}$`));
    const schema = await agent.get(address);
    expect(schema.$id).toBe(address);
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema(schema);
    for (const each of one.resourceSpecCharacteristic ?? []) {
      expect(ajv.getSchema(each['@valueSchemaLocation']), each['@valueSchemaLocation']).toBeTypeOf('function');
    }
    const latest = address.slice(0, address.lastIndexOf('/'));
    expect(await agent.get(latest)).toEqual(schema);
  }
  const [moved] = specifications;
  const before = moved?.['@schemaLocation'] ?? '';
  const bumped = await agent.call('POST', `/diffo/v1/specifications/${moved?.id}/nextMinor`);
  expect(bumped.status).toBe(200);
  const now = await agent.get<Specification>(`${at}/${moved?.id}`);
  expect(now['@schemaLocation']).not.toBe(before);
  expect((await agent.get(now['@schemaLocation'])).$id).toBe(now['@schemaLocation']);
  const gone = await agent.call('GET', before);
  expect([gone.status, gone.body.reason]).toEqual([404, expect.stringContaining(now['@schemaLocation'])]);
});
