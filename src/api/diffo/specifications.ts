/** `/diffo/v1/specifications`: what instances are specified by: list, make, describe, freeze, move the version on, delete. */
import type { FastifyRequest } from 'fastify';
import { AgentError } from '../../core/errors.ts';
import type { InstanceType } from '../../core/instance.ts';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { readVersion, type Specification, specifications, specificationType } from '../../core/model/specification.ts';
import {
  bumpSpecification,
  changeSpecification,
  needSpecification,
  removeSpecification,
  type SpecificationChange,
  type SpecificationWords,
  upsertSpecification,
} from '../../core/model/specification-changes.ts';
import { specificationHref } from '../../tmf/catalogue/roots.ts';
import { type App, type Handler, resourceAt } from '../server.ts';
import { inPath, parameter, sendPage } from './lists.ts';
import { type DiffoParts, OPERATOR } from './parts.ts';

type SpecificationParts = Pick<DiffoParts, 'store' | 'kinds' | 'clock' | 'newId'>;

export function specificationRoutes(app: App, { store, kinds, clock, newId }: SpecificationParts): void {
  const cause = (request: FastifyRequest) => ({ principal: OPERATOR, kind: 'request', ref: request.id }) as const;

  const list: Handler = (request, reply) => {
    const type = parameter(request, 'type');
    const name = parameter(request, 'name');
    const category = parameter(request, 'category');
    const isLatest = parameter(request, 'latest');
    const found = specifications(store, kinds, {
      ...(type === undefined ? {} : { type: readType(type, 'type') }),
      ...(name === undefined ? {} : { name }),
      ...(category === undefined ? {} : { category }),
    });
    // By name and then by version, the highest first: the first of each name is its latest.
    const latest = found.filter((each, i) => each.name !== found[i - 1]?.name);
    return sendPage(request, reply, isLatest === undefined || isLatest === 'false' ? found : latest, show);
  };

  const make: Handler = async (request, reply) => {
    const words = readWords(request.body);
    const { specification, isNew } = await store.submit(cause(request), writer =>
      upsertSpecification(writer, kinds, words, { now: clock.now(), newId }),
    );
    return reply
      .code(isNew ? 201 : 200)
      .header('location', `/diffo/v1/specifications/${encodeURIComponent(specification.id)}`)
      .send(show(specification));
  };

  const change: Handler = async (request, reply) => {
    const said = readChange(request.body);
    const changed = await store.submit(cause(request), writer =>
      changeSpecification(writer, kinds, inPath(request, 'id'), said, clock.now()),
    );
    return reply.send(show(changed));
  };

  const bump =
    (what: 'minor' | 'patch'): Handler =>
    async (request, reply) => {
      const bumped = await store.submit(cause(request), writer =>
        bumpSpecification(writer, kinds, inPath(request, 'id'), what, clock.now()),
      );
      return reply.send(show(bumped));
    };

  const remove: Handler = async (request, reply) => {
    await store.submit(cause(request), writer => removeSpecification(writer, kinds, inPath(request, 'id')));
    return reply.code(204).send();
  };

  resourceAt(app, '/diffo/v1/specifications', { GET: list, POST: make });
  resourceAt(app, '/diffo/v1/specifications/:id', {
    GET: (request, reply) => reply.send(show(needSpecification(store, kinds, inPath(request, 'id')))),
    PATCH: change,
    DELETE: remove,
  });
  resourceAt(app, '/diffo/v1/specifications/:id/nextMinor', { POST: bump('minor') });
  resourceAt(app, '/diffo/v1/specifications/:id/nextPatch', { POST: bump('patch') });
}

function show(specification: Specification): JsonObject {
  const { id, type, name, version, tmfVersion, frozen, description, category, lastUpdate, kind } = specification;
  const numbers = readVersion(version);
  return {
    id,
    href: specificationHref(type, tmfVersion < 5 ? 'v4' : 'v5', id, ''),
    '@type': specificationType[type],
    type: `${type}Specification`,
    name,
    version,
    ...(numbers === undefined
      ? {}
      : { majorVersion: numbers.major, minorVersion: numbers.minor, patchVersion: numbers.patch }),
    tmfVersion,
    lifecycleStatus: frozen ? 'Retired' : 'Active',
    frozen: frozen === true,
    ...(description === undefined ? {} : { description }),
    ...(category === undefined ? {} : { category }),
    ...(kind === undefined ? {} : { kind }),
    ...(lastUpdate === undefined ? {} : { lastUpdate }),
  };
}

const makeNames = [
  'id',
  'type',
  '@type',
  'name',
  'version',
  'majorVersion',
  'minorVersion',
  'patchVersion',
  'tmfVersion',
  'description',
  'category',
  'frozen',
];
const changeNames = ['description', 'category', 'frozen', 'lifecycleStatus'];
/** What a GET shows beside these, so that its echo is understood. */
const derivedNames = ['href', 'kind', 'lastUpdate', 'lifecycleStatus'];

const uuid4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const lowerCamel = /^[a-z][a-zA-Z0-9]*$/;

function readWords(body: unknown): SpecificationWords {
  const given = members(body, [...makeNames, ...derivedNames]);
  const name = text(given, 'name');
  if (name === undefined || !lowerCamel.test(name)) {
    throw invalid('/name', 'name must be a lower camel case name such as broadbandAccess');
  }
  const id = text(given, 'id');
  if (id !== undefined && !uuid4.test(id)) throw invalid('/id', 'id must be a version 4 uuid; leave it out to get one');
  const type = text(given, 'type') ?? text(given, '@type');
  const written = text(given, 'version');
  const version = written === undefined ? undefined : readVersion(written);
  if (written !== undefined && !version)
    throw invalid('/version', `version must be of the form 1.2.3, not "${written}"`);
  const major = numberOf(given, 'majorVersion', version?.major);
  const minor = numberOf(given, 'minorVersion', version?.minor);
  const patch = numberOf(given, 'patchVersion', version?.patch);
  const tmfVersion = number(given, 'tmfVersion', 1);
  return {
    name,
    ...(id === undefined ? {} : { id: id.toLowerCase() }),
    ...(type === undefined ? {} : { type: readType(type, '/type') }),
    ...(major === undefined ? {} : { major }),
    ...(minor === undefined ? {} : { minor }),
    ...(patch === undefined ? {} : { patch }),
    ...(tmfVersion === undefined ? {} : { tmfVersion }),
    ...described(given),
    ...frozen(given),
  };
}

/** A part of the version, said alone or in the whole of it, which must not contradict one another. */
function numberOf(given: JsonObject, name: string, inVersion: number | undefined): number | undefined {
  const said = number(given, name, 0);
  if (said === undefined || inVersion === undefined || said === inVersion) return said ?? inVersion;
  throw invalid(`/${name}`, `${name} is ${said} and version says ${inVersion}; leave one of them out`);
}

/** Said as a flag or in TMF's word for it, which must not contradict one another. */
function frozen(given: JsonObject): { readonly frozen?: boolean } {
  const status = text(given, 'lifecycleStatus');
  if (status !== undefined && status !== 'Active' && status !== 'Retired') {
    throw invalid('/lifecycleStatus', 'lifecycleStatus must be Active or Retired');
  }
  const said = given.frozen === undefined ? undefined : flag(given, 'frozen');
  const byStatus = status === undefined ? undefined : status === 'Retired';
  if (said !== undefined && byStatus !== undefined && said !== byStatus) {
    throw invalid('/lifecycleStatus', `frozen is ${said} and lifecycleStatus ${status}; leave one of them out`);
  }
  const is = said ?? byStatus;
  return is === undefined ? {} : { frozen: is };
}

function described(given: JsonObject): Pick<SpecificationWords, 'description' | 'category'> {
  const description = text(given, 'description');
  const category = text(given, 'category');
  return { ...(description === undefined ? {} : { description }), ...(category === undefined ? {} : { category }) };
}

function readChange(body: unknown): SpecificationChange {
  const given = members(body, changeNames);
  return {
    ...described(given),
    ...(given.description === null ? { description: null } : {}),
    ...(given.category === null ? { category: null } : {}),
    ...frozen(given),
  };
}

function readType(text: string, pointer: string): InstanceType {
  if (text === 'service' || text === 'serviceSpecification' || text === 'ServiceSpecification') return 'service';
  if (text === 'resource' || text === 'resourceSpecification' || text === 'ResourceSpecification') return 'resource';
  throw invalid(pointer, `type must be serviceSpecification or resourceSpecification, not "${text}"`);
}

function members(body: unknown, names: readonly string[]): JsonObject {
  if (!isObject(body)) throw new AgentError('invalid', 'the body must be one JSON object');
  for (const name of Object.keys(body)) {
    if (!names.includes(name)) throw invalid(`/${name}`, `${name} cannot be said here; ${names.join(', ')} can`);
  }
  return body;
}

function text(given: JsonObject, name: string): string | undefined {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`/${name}`, `${name} must be a text`);
}

function number(given: JsonObject, name: string, least: number): number | undefined {
  const value = given[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value < 1_000_000_000) return value;
  throw invalid(`/${name}`, `${name} must be a whole number from ${least}`);
}

function flag(given: JsonObject, name: string): boolean {
  const value: Json | undefined = given[name];
  if (typeof value === 'boolean') return value;
  throw invalid(`/${name}`, `${name} must be true or false`);
}

function invalid(pointer: string, sentence: string): AgentError {
  return new AgentError('invalid', sentence, { pointer });
}
