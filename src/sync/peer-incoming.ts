/** Takes a peer's batch: its expectations become ours to judge, its verdicts are kept beside our own; one transaction. */
import * as z from 'zod';
import { AgentError, sentence } from '../core/errors.ts';
import { type Expectation, modes, onWithdraw } from '../core/expectation.ts';
import { checkExpected, toTarget } from '../core/expectation-form.ts';
import { type ExpectationId, expectationId, type InstanceId, type Instant, instanceId } from '../core/ids.ts';
import { asJson, type Json, type JsonObject } from '../core/json.ts';
import type { KeyedArrays } from '../core/path.ts';
import { principalOf } from '../core/peer.ts';
import { show, toldIn } from '../core/peer-verdict.ts';
import { outOfBandPolicies } from '../core/rule.ts';
import { stalledReasons } from '../core/settle/leaf-record.ts';
import type { Batch, Item, LiveItem, Reply, RowError } from '../core/stream/batch.ts';
import { newReceiver, type Receiver, receive, refuse } from '../core/stream/receiver.ts';
import { type Told, verdictId } from '../core/verdict.ts';
import { withdraw } from '../core/withdraw.ts';
import type { Store, Writer } from '../ports/store.ts';
import { tmfProfiles } from '../tmf/comparators/profiles.ts';
import { EXPECTATION_SCHEMA, VERDICT_SCHEMA } from './peer-outgoing.ts';
import { placeOf, settleVerdicts } from './peer-verdicts.ts';

/** A peer may lay this many expectations here, so that none can fill the flash. */
const EXPECTATIONS_PER_PEER = 10_000;

export interface IncomingParts {
  readonly store: Store;
  readonly keyed: KeyedArrays;
  /** The version of an expectation on the peer that stands now. */
  readonly version: (id: ExpectationId) => string | undefined;
  readonly isSilent: (expectation: Expectation) => boolean;
  readonly held: Held;
}

/** What is held of a peer, as the store says it, so that it need not be asked each time. */
export interface Held {
  /** How many expectations. */
  count: number;
  /** How far its stream has come. */
  receiver: Receiver;
}

export function heldFor(store: Store, peer: string): Held {
  const laid = store.expectations().filter(each => each.principal === principalOf(peer));
  return { count: laid.length, receiver: receiverOf(store, peer) };
}

/** Where a peer's stream to us stands in the store. */
export function incomingName(peer: string): string {
  return `peer:${peer}:in`;
}

function receiverOf(store: Pick<Store, 'streamState'>, peer: string): Receiver {
  return (store.streamState(incomingName(peer)) as Receiver | undefined) ?? newReceiver;
}

export function takeBatch(parts: IncomingParts, peer: string, batch: Batch, now: Instant): Reply {
  const { store, held } = parts;
  const name = incomingName(peer);
  // A heartbeat is answered by reading alone.
  const glance = receive(held.receiver, batch, key => store.incoming(name, key));
  if (!glance.moved) return glance.reply;
  const taken = store.transact({ principal: principalOf(peer), kind: 'request', ref: batch.stream }, writer => {
    const taking = new Taking(parts, peer, writer, now);
    const errors = glance.rows.flatMap(({ item }) => taking.take(item));
    const reception = refuse(glance, errors);
    for (const { item, guard } of reception.rows) writer.putIncoming(name, item.key, guard);
    for (const { item, guard, error } of reception.quarantine) {
      const { code, message } = error;
      writer.putIncoming(name, item.key, guard, { code, message, ...(item.body ? { body: item.body } : {}) });
    }
    if (reception.reconcileBefore !== undefined) {
      for (const key of writer.incomingBefore(name, reception.reconcileBefore)) taking.end(key);
      writer.removeIncomingBefore(name, reception.reconcileBefore);
    }
    taking.settle();
    writer.putStreamState(name, asJson(reception.receiver));
    return reception;
  });
  held.receiver = taken.receiver;
  return taken.reply;
}

/** Forgets a peer that is one no longer, and all that it has laid here. */
export function forgetPeer(store: Store, peer: string): void {
  const principal = principalOf(peer);
  store.transact({ principal: 'operator', kind: 'upkeep', why: `${peer} is no peer any more` }, writer => {
    for (const each of writer.expectations()) if (each.principal === principal) writer.removeExpectation(each.id);
    writer.removeIncomingBefore(incomingName(peer), Number.MAX_SAFE_INTEGER);
    writer.removeStreamState(incomingName(peer));
  });
}

class Taking {
  private readonly parts: IncomingParts;
  private readonly peer: string;
  private readonly writer: Writer;
  private readonly now: Instant;
  private readonly judged = new Set<ExpectationId>();

  constructor(parts: IncomingParts, peer: string, writer: Writer, now: Instant) {
    this.parts = parts;
    this.peer = peer;
    this.writer = writer;
    this.now = now;
  }

  /** Writes a row, or says why not; nothing of it is written then. */
  take(item: Item): readonly RowError[] {
    // Withheld: the receiver has told so already.
    if (!item.deleted && item.body === undefined) return [];
    try {
      if (item.deleted) this.end(item.key);
      else this.put(item, item.body ?? {});
      return [];
    } catch (error) {
      if (!(error instanceof AgentError) || error.code === 'storage' || error.code === 'internal') throw error;
      return [{ key: item.key, seq: item.seq, code: error.code, message: sentence(error).slice(0, 2000) }];
    }
  }

  end(key: string): void {
    const [, subject, id = ''] = /^([a-z]+)\/(.*)$/s.exec(key) ?? [];
    if (subject === 'expectation') {
      const standing = this.writer.expectation(expectationId(id));
      if (standing?.principal === principalOf(this.peer)) {
        withdraw(this.writer, standing, { by: standing.principal, now: this.now });
        if (!standing.withdrawing) this.parts.held.count--;
      }
    }
    if (subject === 'verdict') this.endVerdict(id);
  }

  /** An expectation on the peer of which it says nothing yet is unknown. */
  settle(): void {
    for (const id of this.judged) {
      const expectation = this.writer.expectation(id);
      if (expectation) settleVerdicts(this.writer, expectation, this.now);
    }
  }

  private put({ key, schema, hash }: LiveItem, body: JsonObject): void {
    switch (schema) {
      case EXPECTATION_SCHEMA:
        this.putExpectation(key, hash, body);
        return;
      case VERDICT_SCHEMA:
        this.putVerdict(key, body);
        return;
      default:
        throw new AgentError('unsupported', `${schema} is not known here`);
    }
  }

  private putExpectation(key: string, version: string, body: JsonObject): void {
    const { writer } = this;
    const read = readBody(expectationShape, body);
    checkExpected({ ...read, for: toTarget(read.for) }, { keyed: this.parts.keyed, profiles: tmfProfiles });
    const id = expectationId(key.slice('expectation/'.length));
    if (key !== `expectation/${id}` || id === '') throw new AgentError('invalid', `${key} names no expectation`);
    const principal = principalOf(this.peer);
    const before = writer.expectation(id);
    if (before && before.principal !== principal) {
      throw new AgentError('conflict', `there is an expectation ${id} of somebody else; lay it under another id`);
    }
    if (!before || before.withdrawing) this.countOne();
    const written = writer.putExpectation({ ...read, id, principal, version } as Expectation);
    if (!before || before.seq === written.seq) return;
    // They spoke of the version before; the loop judges this one, and says so in rows of their own.
    for (const { expectation, instance } of writer.verdicts({ expectation: id })) {
      writer.removeVerdict(expectation, instance);
    }
  }

  private countOne(): void {
    const { held } = this.parts;
    if (held.count >= EXPECTATIONS_PER_PEER) {
      throw new AgentError('forbidden', `${EXPECTATIONS_PER_PEER} expectations of one peer are held, and no more`);
    }
    held.count++;
  }

  private putVerdict(key: string, body: JsonObject): void {
    const { writer, peer, now } = this;
    const { expectation: name, instance: place, ...told } = readBody(verdictShape, body);
    const id = expectationId(name);
    const instance = place === undefined ? undefined : instanceId(place);
    if (key !== `verdict/${verdictId(id, instance)}`) throw new AgentError('invalid', `${key} is not what it names`);
    const expectation = writer.expectation(id);
    // Withdrawn meanwhile.
    if (!expectation) return;
    if (expectation.for.peer !== peer) throw new AgentError('forbidden', `${id} is not for ${peer} to judge`);
    this.judged.add(id);
    const before = writer.verdict(id, instance);
    const hearing = { now, silent: this.parts.isSilent(expectation), version: this.parts.version(id) };
    writer.putVerdict({ ...placeOf(expectation, instance), ...show(told as Told, before, hearing) });
  }

  private endVerdict(name: string): void {
    for (const { id, instance } of places(name)) {
      const standing = this.writer.verdict(id, instance);
      // The name is found whichever way it is cut.
      if (standing?.peer !== this.peer || standing.expectation !== id || toldIn(standing) === undefined) continue;
      this.writer.removeVerdict(id, instance);
      this.judged.add(id);
    }
  }
}

/** Both parts of a verdict's name may hold colons. */
function places(name: string): readonly { readonly id: ExpectationId; readonly instance: InstanceId | undefined }[] {
  const found = [{ id: expectationId(name), instance: undefined as InstanceId | undefined }];
  for (let colon = name.indexOf(':'); colon >= 0; colon = name.indexOf(':', colon + 1)) {
    found.push({ id: expectationId(name.slice(0, colon)), instance: instanceId(name.slice(colon + 1)) });
  }
  return found;
}

const json = z.custom<Json>(value => value !== undefined, 'any JSON');
const name = z.string().min(1).max(512);

/** Members that a later version may add are left out. */
const expectationShape = z.object({
  for: z.union(
    [
      z.strictObject({ id: name }),
      z.strictObject({ kind: name, name }),
      z.strictObject({ kind: name.exactOptional(), where: json }),
    ],
    'one of {"id"}, {"kind","name"} or {"kind"?,"where"}',
  ),
  expect: json,
  profile: z.string().min(1).max(64).exactOptional(),
  mode: z.enum(modes).exactOptional(),
  outOfBand: z.enum(outOfBandPolicies).exactOptional(),
  priority: z.int().min(1).max(100),
  owner: name.exactOptional(),
  why: z.string().max(2000).exactOptional(),
  when: json.exactOptional(),
  validFor: z
    .object({
      startDateTime: z.iso.datetime({ offset: true }).exactOptional(),
      endDateTime: z.iso.datetime({ offset: true }).exactOptional(),
    })
    .exactOptional(),
  freshnessMs: z.int().positive().exactOptional(),
  lasting: z.boolean().exactOptional(),
  onWithdraw: z.enum(onWithdraw).exactOptional(),
  createdAt: z.int(),
});

/** What somebody at the peer wants that cannot hold together with what we expect there. */
const wishShape = z.object({
  expectation: name.transform(expectationId),
  principal: name,
  owner: name.exactOptional(),
  priority: z.int().min(1).max(100),
  wants: json,
});

const verdictShape = z.object({
  expectation: name,
  instance: name.exactOptional(),
  verdict: z.enum(['met', 'unmet', 'unknown', 'inapplicable']),
  residual: json.exactOptional(),
  unknown: z.array(z.string()).max(1000).exactOptional(),
  conflicts: z
    .array(
      z.object({
        path: z.string(),
        wants: json,
        with: z.array(wishShape).max(100),
        stands: name.transform(expectationId).nullable(),
      }),
    )
    .max(100)
    .exactOptional(),
  stalled: z
    .array(
      z.object({
        path: z.string(),
        since: z.int(),
        reason: z.enum(stalledReasons),
        because: z.string().max(10_000),
        unblocks: z.string().max(10_000),
        delegatedTo: name.exactOptional(),
      }),
    )
    .max(1000)
    .exactOptional(),
  since: z.int(),
  of: z.string().max(64),
});

function readBody<T extends z.ZodType>(shape: T, body: JsonObject): z.output<T> {
  const read = shape.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new AgentError('invalid', `/${(issue?.path ?? []).join('/')}: ${issue?.message ?? 'unreadable'}`);
}
