/** The four APIs under one hand: TMF638 and TMF639, each in v4 and v5, so that a statement is tested in all of them. */
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { InstanceType } from '../../src/core/instance.ts';
import { type Json, type JsonObject, property } from '../../src/core/json.ts';
import type { Version } from '../../src/tmf/version.ts';
import { type Answer, R4, R5, S4, S5, type Served, served, type Wanted } from '../api/served.ts';

export interface Api {
  readonly name: string;
  readonly root: string;
  readonly type: InstanceType;
  readonly version: Version;
  /** The path of the collection. */
  readonly all: string;
  /** The state that both types have, and two of its words. */
  readonly state: readonly [name: string, on: string, off: string];
  /** An attribute that is a date. */
  readonly date: string;
  readonly specification: string;
  readonly characteristic: string;
  /** A body that is as small as may be, and more. */
  body(more?: JsonObject): JsonObject;
  /** A characteristic as this version has it. */
  text(name: string, value: string): JsonObject;
  note(text: string, author?: string): JsonObject;
  agent(): Served;
  call(method: string, path?: string, body?: Json, headers?: Record<string, string>): Promise<Answer>;
  /** Makes one; fails when it is not made. */
  make(more?: JsonObject, query?: string): Promise<JsonObject>;
  /** The names of those that a query finds. */
  names(query: string): Promise<readonly Json[]>;
}

const roots: readonly (readonly [InstanceType, Version, string])[] = [
  ['service', 'v4', S4],
  ['service', 'v5', S5],
  ['resource', 'v4', R4],
  ['resource', 'v5', R5],
];

/** The same tests over each API, with an agent of their own. */
export function inEveryApi(tests: (api: Api) => void, wanted: Wanted = {}): void {
  describe.each(roots)('%s inventory %s', (type, version, root) => {
    let agent: Served | undefined;
    beforeAll(async () => {
      agent = await served(wanted);
    });
    afterAll(() => agent?.stop());
    tests(
      apiOf(type, version, root, () => {
        if (!agent) throw new Error('the agent is not there yet');
        return agent;
      }),
    );
  });
}

function apiOf(type: InstanceType, version: Version, root: string, agent: () => Served): Api {
  const isV5 = version === 'v5';
  const all = `${root}/${type}`;
  const typed = (word: string): JsonObject => (isV5 ? { '@type': word } : {});
  const specification = `${type}Specification`;
  const smallest: JsonObject =
    type === 'service'
      ? {
          ...typed('Service'),
          state: 'active',
          serviceSpecification: { id: 'sp', ...typed('ServiceSpecificationRef') },
        }
      : { ...typed('Resource'), name: 'nameless' };
  const call: Api['call'] = (method, path = '', body, headers) => agent().call(method, `${all}${path}`, body, headers);
  return {
    name: `${type} ${version}`,
    root,
    type,
    version,
    all,
    state:
      type === 'service'
        ? ['state', 'active', 'inactive']
        : ['operationalState', ...(isV5 ? (['enabled', 'disabled'] as const) : (['enable', 'disable'] as const))],
    date: type === 'service' ? 'startDate' : 'startOperatingDate',
    specification,
    characteristic: `${type}Characteristic`,
    body: (more = {}) => ({ ...smallest, ...more }),
    text: (name, value) => ({ ...typed('StringCharacteristic'), name, value }),
    note: (text, author = 'a') => ({ ...typed('Note'), date: '2026-01-31T12:00:00Z', author, text }),
    agent,
    call,
    async make(more = {}, query = '') {
      const answer = await call('POST', query, { ...smallest, ...more });
      expect([answer.status, answer.json]).toEqual([201, expect.anything()]);
      return answer.json;
    },
    async names(query) {
      const answer = await call('GET', query);
      expect([answer.status, answer.text]).toEqual([expect.toSatisfy(isList), expect.anything()]);
      return answer.list.map(each => property(each, 'name') ?? null);
    },
  };
}

const isList = (status: number): boolean => status === 200 || status === 206;

/** What every failing answer has, as its version has it. */
export function failing(api: Pick<Api, 'version'>, answer: Answer, status: number, more: JsonObject = {}): void {
  expect([answer.status, answer.text]).toEqual([status, expect.anything()]);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.json).toMatchObject({
    code: expect.stringMatching(/^[a-zA-Z]+$/),
    reason: expect.stringMatching(/./),
    status: String(status),
    ...more,
  });
  if (api.version === 'v5') expect(answer.json['@type']).toBe('Error');
  expect(answer.text).not.toMatch(/\bat .*:\d+:\d+|node_modules|\.ts\b/);
}
