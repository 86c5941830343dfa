/** `/diffo/v1/specifications`: what instances are specified by: list, make, describe, freeze, move the version on, delete. */
import type { FastifyRequest } from 'fastify';
import type * as z from 'zod';
import { AgentError } from '../../core/errors.ts';
import type { InstanceType } from '../../core/instance.ts';
import type { JsonObject } from '../../core/json.ts';
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
import { parse } from '../../core/read-body.ts';
import { specificationHref } from '../../tmf/catalogue/roots.ts';
import type { Handler } from '../paths.ts';
import { type App, resourceAt } from '../server.ts';
import { inPath, parameter, sendPage } from './lists.ts';
import { type DiffoParts, OPERATOR } from './parts.ts';
import * as bodies from './specification-bodies.ts';

type SpecificationParts = Pick<DiffoParts, 'store' | 'kinds' | 'clock' | 'newId'>;

export function specificationRoutes(app: App, { store, kinds, clock, newId }: SpecificationParts): void {
  const cause = (request: FastifyRequest) => ({ principal: OPERATOR, kind: 'request', ref: request.id }) as const;

  const list: Handler = (request, reply) => {
    const type = parameter(request, 'type');
    const name = parameter(request, 'name');
    const category = parameter(request, 'category');
    const isLatest = parameter(request, 'latest');
    const found = specifications(store, kinds, {
      ...(type === undefined ? {} : { type: readType(type) }),
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

function readWords(body: unknown): SpecificationWords {
  const given = parse(bodies.words, body);
  const { name, id } = given;
  const type = given.type ?? given['@type'];
  const version = given.version ? readVersion(given.version) : undefined;
  const major = numberOf('majorVersion', given.majorVersion, version?.major);
  const minor = numberOf('minorVersion', given.minorVersion, version?.minor);
  const patch = numberOf('patchVersion', given.patchVersion, version?.patch);
  const { tmfVersion } = given;
  return {
    name,
    ...(id ? { id: id.toLowerCase() } : {}),
    ...(type ? { type: readType(type) } : {}),
    ...(major === undefined ? {} : { major }),
    ...(minor === undefined ? {} : { minor }),
    ...(patch === undefined ? {} : { patch }),
    ...(tmfVersion ? { tmfVersion } : {}),
    ...described(given),
    ...frozen(given),
  };
}

/** A part of the version, said alone or in the whole of it, which must not contradict one another. */
function numberOf(name: string, given: number | null | undefined, inVersion: number | undefined): number | undefined {
  const said = given ?? undefined;
  if (said === undefined || inVersion === undefined || said === inVersion) return said ?? inVersion;
  throw invalid(`/${name}`, `${name} is ${said} and version says ${inVersion}; leave one of them out`);
}

type Said = z.output<typeof bodies.change>;

/** Said as a flag or in TMF's word for it, which must not contradict one another. */
function frozen({ frozen: said, lifecycleStatus: status }: Said): { readonly frozen?: boolean } {
  const byStatus = status ? status === 'Retired' : undefined;
  if (said !== undefined && byStatus !== undefined && said !== byStatus) {
    throw invalid('/lifecycleStatus', `frozen is ${said} and lifecycleStatus ${status}; leave one of them out`);
  }
  const is = said ?? byStatus;
  return is === undefined ? {} : { frozen: is };
}

function described({ description, category }: Said): Pick<SpecificationWords, 'description' | 'category'> {
  return { ...(description ? { description } : {}), ...(category ? { category } : {}) };
}

function readChange(body: unknown): SpecificationChange {
  const given = parse(bodies.change, body);
  return {
    ...described(given),
    ...(given.description === null ? { description: null } : {}),
    ...(given.category === null ? { category: null } : {}),
    ...frozen(given),
  };
}

function readType(text: string): InstanceType {
  if (text === 'service' || text === 'serviceSpecification' || text === 'ServiceSpecification') return 'service';
  if (text === 'resource' || text === 'resourceSpecification' || text === 'ResourceSpecification') return 'resource';
  const reason = `type must be serviceSpecification or resourceSpecification, not "${text}"`;
  throw new AgentError('invalid', reason, { parameter: 'type' });
}

function invalid(pointer: string, sentence: string): AgentError {
  return new AgentError('invalid', sentence, { pointer });
}
