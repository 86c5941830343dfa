/**
 * What travels between peers ("edp/1"): a CloudEvent in its structured JSON form, the same on every carrier, signed by
 * its sender. Neither carrier nor broker is trusted: they may read, lose, repeat and delay, and no more.
 *
 * The signature covers every attribute, those that nobody here knows among them, and the hash of the data. What it
 * cannot tell is whether a message has been here before; so each kind is made such that a second one does nothing:
 * a batch by the guard of its rows, an answer by the id of what it answers, presence by the sender's incarnation.
 */
import { hash, type KeyObject, sign, verify } from 'node:crypto';
import * as z from 'zod';
import type { Instant } from './ids.ts';
import { canonical, isObject, type JsonObject } from './json.ts';
import { nodePattern } from './peer.ts';

/** A full batch with its envelope, and room to spare; well under what brokers accept. */
export const MESSAGE_BYTES = 320 * 1024;
/** What the envelope and the head of a batch may take of it. */
export const ENVELOPE_BYTES = 4 * 1024;
/** So far ahead of ours a sender's clock may be. */
const AHEAD_MS = 5 * 60_000;
/** A clock before this has not been set, and says nothing about those of others. */
export const CLOCKS_SET_AFTER: Instant = Date.parse('2026-01-01T00:00:00Z');

export const contentType = 'application/cloudevents+json';

/**
 * - `presence`: to everybody; the sender is there, or no longer.
 * - `hello`, `welcome`, `proof`: both ends of a connection show that they hold their key now: each of the latter two
 *   answers the random id of the one before.
 * - `batch`, `reply`: the state stream. A batch may carry the reply to one of the other side's in its `reply`, if that
 *   side has said with `takesReply` that it reads it there.
 * - `refusal`: a message that was understood to be the sender's and yet not taken.
 */
export const messageTypes = {
  presence: 'io.diffo.edge.presence.v1',
  hello: 'io.diffo.edge.peer.hello.v1',
  welcome: 'io.diffo.edge.peer.welcome.v1',
  proof: 'io.diffo.edge.peer.proof.v1',
  batch: 'io.diffo.edge.stream.batch.v1',
  reply: 'io.diffo.edge.stream.reply.v1',
  refusal: 'io.diffo.edge.refusal.v1',
} as const;
export type MessageType = keyof typeof messageTypes;

/** Who signs. */
export interface Self {
  readonly realm: string;
  readonly node: string;
  readonly key: KeyObject;
  /** Raised at each start, so that an earlier life is told from this one. */
  readonly incarnation: number;
  /** The store's name; a lost store comes back under another one. */
  readonly storeId: string;
  /** Random, of this process alone: tells a copy of the store from the store. */
  readonly boot?: string;
}

export interface Draft {
  /** A node of the realm; undefined: everybody. */
  readonly to: string | undefined;
  readonly type: MessageType;
  /** Random, for an answer to it proves that it has been read. */
  readonly id: string;
  readonly at: Instant;
  readonly data: JsonObject;
  readonly stream?: string;
  /** The id of the message that this one answers. */
  readonly answers?: string;
}

/** A message whose signature holds. */
export interface Message {
  readonly from: string;
  readonly type: MessageType;
  readonly id: string;
  readonly at: Instant;
  readonly incarnation: number;
  readonly storeId: string;
  /** Names the process that sent it. */
  readonly boot: string;
  readonly data: JsonObject;
  readonly stream?: string;
  readonly answers?: string;
}

/** Why a message is not taken. */
export type Refusal =
  | 'tooLarge'
  | 'malformed'
  /** It is for another node or realm, or of ourselves. */
  | 'misaddressed'
  /** Nobody by that name is configured. */
  | 'unknown'
  /** It is not signed with the key of whom it names. */
  | 'forged'
  /** Another version of the protocol. */
  | 'version'
  | 'future'
  /** The same one was here before. */
  | 'repeated'
  /** It answers nothing that was asked, or its meaning is none. */
  | 'meaningless';

export type Opened =
  | { readonly ok: true; readonly message: Message }
  | {
      readonly ok: false;
      readonly refusal: Refusal;
      readonly because: string;
      /** Whom it names as its sender, true or not. */
      readonly from?: string;
      /** The message, when it is its sender's beyond doubt and an answer is owed. */
      readonly answer?: { readonly to: string; readonly id: string };
    };

const nodeUri = /^\/\/([^/]+)\/([^/]+)$/;
const typePattern = /^io\.diffo\.edge\.[a-z.]+\.v(\d+)$/;
const shortText = z.string().min(1).max(256);

const envelope = z.looseObject({
  specversion: z.literal('1.0'),
  id: shortText,
  source: shortText.regex(nodeUri, 'a node as //realm/node'),
  dest: shortText.regex(/^\/\/[^/]+(\/[^/]+)?$/, 'a node as //realm/node, or //realm'),
  type: shortText.regex(typePattern, 'a type of this protocol'),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  nodeinc: z.int().nonnegative(),
  storeid: shortText,
  bootid: shortText.optional(),
  stream: shortText.optional(),
  correlationid: shortText.optional(),
  signature: z.string().max(128),
  data: z.custom<JsonObject>(isObject, 'an object'),
});

/** The signed text of a message. */
export function seal(self: Self, { to, type, id, at, data, stream, answers }: Draft): string {
  const unsigned: JsonObject = {
    specversion: '1.0',
    id,
    source: `//${self.realm}/${self.node}`,
    dest: to === undefined ? `//${self.realm}` : `//${self.realm}/${to}`,
    type: messageTypes[type],
    time: new Date(at).toISOString(),
    datacontenttype: 'application/json',
    nodeinc: self.incarnation,
    storeid: self.storeId,
    ...(self.boot === undefined ? {} : { bootid: self.boot }),
    ...(stream === undefined ? {} : { stream }),
    ...(answers === undefined ? {} : { correlationid: answers }),
    data,
  };
  const signature = sign(null, toSign(unsigned), self.key).toString('base64url');
  return JSON.stringify({ ...unsigned, signature });
}

/**
 * Everything that can be said of a message without knowing what was before it: size, shape, address, sender, signature,
 * version, time; in this order, so that little is spent on what nobody has signed.
 */
export function open(
  text: string | Uint8Array,
  me: { readonly realm: string; readonly node: string },
  keyOf: (node: string) => KeyObject | undefined,
  now: Instant,
): Opened {
  const bytes = typeof text === 'string' ? Buffer.byteLength(text) : text.byteLength;
  if (bytes > MESSAGE_BYTES) {
    return { ok: false, refusal: 'tooLarge', because: `it has ${bytes} bytes, ${MESSAGE_BYTES} are taken` };
  }
  let source: unknown;
  try {
    source = JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'));
  } catch {
    return { ok: false, refusal: 'malformed', because: 'it is no JSON' };
  }
  const read = envelope.safeParse(source);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = (issue?.path ?? []).join('/');
    return { ok: false, refusal: 'malformed', because: `${place || 'the message'}: ${issue?.message ?? 'unreadable'}` };
  }
  const { data } = read;
  const [, realm = '', from = ''] = nodeUri.exec(data.source) ?? [];
  const named = { ok: false, ...(nodePattern.test(from) ? { from } : {}) } as const;
  const toAll = data.type === messageTypes.presence && data.dest === `//${me.realm}`;
  if (realm !== me.realm || from === me.node || !(toAll || data.dest === `//${me.realm}/${me.node}`)) {
    return { ...named, refusal: 'misaddressed', because: `it is from ${data.source} for ${data.dest}` };
  }
  const key = keyOf(from);
  if (!key) return { ...named, refusal: 'unknown', because: `no peer ${from} is configured` };
  if (!isSigned(source as JsonObject, data.signature, key)) {
    return { ...named, refusal: 'forged', because: `it is not signed with the key of ${from}` };
  }
  // What is nothing but an answer is not answered, or two could refuse each other for ever.
  const isAsking = data.correlationid === undefined || data.type === messageTypes.batch;
  const owed = isAsking ? { answer: { to: from, id: data.id } } : {};
  const type = typeNamed(data.type);
  if (type === undefined) {
    return { ...named, refusal: 'version', because: `${data.type} is not spoken here; version 1 is`, ...owed };
  }
  const at = Date.parse(data.time);
  if (at > now + AHEAD_MS && now > CLOCKS_SET_AFTER) {
    const because = `it was sent at ${data.time}, here it is ${new Date(now).toISOString()}: set the clocks`;
    return { ...named, refusal: 'future', because, ...owed };
  }
  return {
    ok: true,
    message: {
      from,
      type,
      id: data.id,
      at,
      incarnation: data.nodeinc,
      storeId: data.storeid,
      boot: data.bootid ?? `${data.storeid}.${data.nodeinc}`,
      data: data.data,
      ...(data.stream === undefined ? {} : { stream: data.stream }),
      ...(data.correlationid === undefined ? {} : { answers: data.correlationid }),
    },
  };
}

function isSigned(source: JsonObject, text: string, key: KeyObject): boolean {
  const signature = Buffer.from(text, 'base64url');
  // One signature has one text: its last letter has bits to spare.
  if (signature.length !== 64 || signature.toString('base64url') !== text) return false;
  try {
    return verify(null, toSign(source), key, signature);
  } catch (error) {
    // Nested deeper than anybody means it.
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** What is signed: every attribute, and the hash of the data. */
function toSign({ signature: _, data = {}, ...attributes }: JsonObject): Buffer {
  return Buffer.from(`edp/1\n${canonical({ ...attributes, data: hash('sha256', canonical(data), 'hex') })}`);
}

function typeNamed(name: string): MessageType | undefined {
  const known = Object.entries(messageTypes).find(([, each]) => each === name);
  return known?.[0] as MessageType | undefined;
}
