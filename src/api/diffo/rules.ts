/** `/diffo/v1/rules`: what the local operator says may be done, in order; `/modes` is the list of those about modes. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { didYouMean } from '../../core/did-you-mean.ts';
import { AgentError } from '../../core/errors.ts';
import { inOrder, isOfProfile } from '../../core/guard/rule-book.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import { PROFILE_RULES } from '../../core/profile/rules.ts';
import { type Rule, type RuleId, type RuleSort, ruleId, ruleSorts, type UnwrittenRule } from '../../core/rule.ts';
import { readRule, type SaidRule, writtenRule } from '../../core/rule-form.ts';
import { placeRule } from '../../core/rule-order.ts';
import type { Writer } from '../../ports/store.ts';
import type { Handler } from '../paths.ts';
import { type App, resourceAt } from '../server.ts';
import { inPath, parameter, sendPage } from './lists.ts';
import { type DiffoParts, iso, OPERATOR } from './parts.ts';

type RuleParts = Pick<DiffoParts, 'store' | 'clock' | 'newId' | 'kinds' | 'loop' | 'peers'>;

/** A list that is searched at every leaf; an operator who needs more needs another way to say it. */
const MOST_RULES = 1_000;

export function ruleRoutes(app: App, parts: RuleParts): void {
  rulesAt(app, parts, '/diffo/v1/rules', undefined);
  rulesAt(app, parts, '/diffo/v1/modes', 'mode');
}

/** All rules, or those of one sort alone, which then need not be said. */
function rulesAt(app: App, parts: RuleParts, root: string, only: RuleSort | undefined): void {
  const { store, clock, loop } = parts;
  const show = (rule: Rule): JsonObject => ({
    href: `${root}/${encodeURIComponent(rule.id)}`,
    ...writtenRule(rule),
    createdAt: iso(rule.createdAt),
  });
  const find = (id: RuleId, reader: Pick<Writer, 'rule'> = store): Rule => {
    const rule = reader.rule(id);
    if (rule && (only === undefined || rule.sort === only)) return rule;
    throw new AgentError('notFound', `there is no rule ${id}${only === undefined ? '' : ` of sort ${only}`}`);
  };
  const own = (id: RuleId, reader: Pick<Writer, 'rule'>): Rule => {
    const rule = find(id, reader);
    if (!isOfProfile(rule)) return rule;
    const reason = `${id} is a rule of the firmware profile; lay one of your own, which goes before it`;
    throw new AgentError('conflict', reason);
  };
  const write = async (
    id: RuleId,
    why: string | undefined,
    make: (writer: Writer) => { readonly rule: UnwrittenRule; readonly position: number | undefined },
  ): Promise<Rule> => {
    const cause = { principal: OPERATOR, kind: 'request', ref: id, ...(why === undefined ? {} : { why }) } as const;
    const written = await store.submit(cause, writer => {
      const { rule, position } = make(writer);
      for (const each of placeRule(rule, position, writer.rules())) writer.putRule(each);
      return find(id, writer);
    });
    loop.ring();
    return written;
  };

  const list: Handler = (request, reply) => {
    const asked = only ?? parameter(request, 'sort');
    if (asked !== undefined && !ruleSorts.some(sort => sort === asked)) {
      const reason = `there are no rules of sort "${asked}"${didYouMean(asked, ruleSorts) || `; there are ${ruleSorts.join(', ')}`}`;
      throw new AgentError('invalid', reason, { parameter: 'sort' });
    }
    const rules = store.rules().filter(({ sort }) => asked === undefined || sort === asked);
    return sendPage(request, reply, [...rules].sort(inOrder), show);
  };

  const lay: Handler = async (request, reply) => {
    const { said, position } = readBody(request.body, only);
    checkRule(said, parts);
    if (said.id?.startsWith(PROFILE_RULES)) {
      const reason = `ids that begin with ${PROFILE_RULES} are those of the firmware profile; say another`;
      throw new AgentError('invalid', reason, { pointer: '/id' });
    }
    const id = ruleId(said.id ?? parts.newId());
    const rule = await write(id, said.why, writer => {
      if (writer.rule(id))
        throw new AgentError('conflict', `there is a rule ${id} already; PATCH it, or leave the id out`);
      if (writer.rules().length >= MOST_RULES) {
        throw new AgentError('conflict', `there are ${MOST_RULES} rules already; take some away first`);
      }
      return { rule: { ...said, id, position: 0, principal: OPERATOR, createdAt: clock.now() }, position };
    });
    return reply
      .code(201)
      .header('Location', `${root}/${encodeURIComponent(id)}`)
      .send(show(rule));
  };

  const change: Handler = async (request, reply) => {
    const id = idOf(request);
    const { body } = request;
    if (!isObject(body)) throw new AgentError('invalid', 'a change of a rule is an object', { pointer: '' });
    const { position, ...patch } = body;
    const where = readPosition(position);
    const rule = await write(id, undefined, writer => {
      const before = own(id, writer);
      const { sort } = before;
      if (patch.sort !== undefined && patch.sort !== sort) {
        const reason = `a rule keeps its sort, which is ${sort}; take it away and lay another`;
        throw new AgentError('invalid', reason, { pointer: '/sort' });
      }
      const { id: _, position: __, principal: ___, createdAt: ____, seq: _____, ...written } = writtenRule(before);
      const said = readRule(merged({ ...written }, patch));
      checkRule(said, parts);
      return {
        rule: { ...said, id, position: before.position, principal: OPERATOR, createdAt: before.createdAt },
        position: where,
      };
    });
    return reply.send(show(rule));
  };

  const remove: Handler = async (request, reply) => {
    const id = idOf(request);
    await store.submit({ principal: OPERATOR, kind: 'request', ref: id }, writer =>
      writer.removeRule(own(id, writer).id),
    );
    loop.ring();
    return reply.code(204).send();
  };

  resourceAt(app, root, { GET: list, POST: lay });
  resourceAt(app, `${root}/:id`, {
    GET: (request: FastifyRequest, reply: FastifyReply) => reply.send(show(find(idOf(request)))),
    PATCH: change,
    DELETE: remove,
  });
}

function idOf(request: FastifyRequest): RuleId {
  return ruleId(inPath(request, 'id'));
}

/** Of a list of one sort, the sort need not be said. */
function readBody(
  body: unknown,
  only: RuleSort | undefined,
): { readonly said: SaidRule; readonly position: number | undefined } {
  if (!isObject(body)) throw new AgentError('invalid', 'a rule is an object', { pointer: '' });
  const { position, ...rest } = body;
  const said = readRule(only === undefined || rest.sort !== undefined ? rest : { ...rest, sort: only });
  if (only !== undefined && said.sort !== only) {
    throw new AgentError('invalid', `here are rules of sort ${only} alone; see /diffo/v1/rules`, { pointer: '/sort' });
  }
  return { said, position: readPosition(position) };
}

function readPosition(position: unknown): number | undefined {
  if (position === undefined) return undefined;
  if (typeof position === 'number' && Number.isInteger(position) && position >= 1) return position;
  throw new AgentError('invalid', 'position is a whole number from 1: the first that matches counts', {
    pointer: '/position',
  });
}

/** A merge patch (RFC 7386): null takes away. */
function merged(before: JsonObject, patch: JsonObject): JsonObject {
  const after: Record<string, JsonObject[string]> = { ...before };
  for (const [key, value] of Object.entries(patch)) {
    const old = after[key];
    if (value === null) delete after[key];
    else after[key] = isObject(value) && isObject(old) ? merged(old, value) : value;
  }
  return after;
}

/** Throws `invalid` for a rule that could never mean anything: nobody would know that it does not. */
function checkRule(rule: SaidRule, { clock, kinds, store, peers }: RuleParts): void {
  if (rule.until !== undefined && rule.until <= clock.now()) {
    throw new AgentError('invalid', 'until is over already; say a time to come', { pointer: '/until' });
  }
  const kind = rule.for?.kind;
  if (kind !== undefined && !kinds.has(kind) && store.countInstances({ kind }) === 0) {
    const hint = didYouMean(kind, [...kinds.keys()]) || '; see /diffo/v1/kinds';
    throw new AgentError('invalid', `there is no kind ${kind}${hint}`, { pointer: '/for/kind' });
  }
  if (rule.sort === 'delegate') {
    const names = peers.states().map(({ name }) => name);
    if (names.includes(rule.peer)) return;
    const known = names.length === 0 ? 'none are configured (see the setting peers)' : `known are ${names.join(', ')}`;
    throw new AgentError('invalid', `there is no peer ${rule.peer}; ${known}`, { pointer: '/peer' });
  }
}
