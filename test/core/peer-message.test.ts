import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { nodeNameOf, publicKeyText, readPeers, readPublicKey } from '../../src/core/peer.ts';
import {
  type Draft,
  MESSAGE_BYTES,
  messageTypes,
  type Opened,
  open,
  type Self,
  seal,
} from '../../src/core/peer-message.ts';

const now = Date.parse('2026-06-01T12:00:00Z');

function makeSelf(node: string, realm = 'default'): Self {
  const { privateKey } = generateKeyPairSync('ed25519');
  return { realm, node, key: privateKey, incarnation: 3, storeId: `store-of-${node}` };
}

const a = makeSelf('edge-a');
const b = makeSelf('edge-b');
const keys = new Map<string, KeyObject>([a, b].map(self => [self.node, createPublicKey(self.key)]));
const draft: Draft = {
  to: 'edge-b',
  type: 'batch',
  id: 'f1c2',
  at: now,
  data: { epoch: 1, items: [{ key: 'expectation/1', body: { mtu: 1400, name: 'ä' } }] },
  stream: 'edge-a>edge-b',
  answers: 'a0',
};

const atB = (text: string | Uint8Array, at = now): Opened => open(text, b, name => keys.get(name), at);
const refusalOf = (opened: Opened): string => (opened.ok ? 'none' : opened.refusal);

test('what was sealed for us opens to what was meant', () => {
  expect(atB(seal(a, draft))).toEqual({
    ok: true,
    message: {
      from: 'edge-a',
      type: 'batch',
      id: 'f1c2',
      at: now,
      incarnation: 3,
      storeId: 'store-of-edge-a',
      boot: 'store-of-edge-a.3',
      data: draft.data,
      stream: 'edge-a>edge-b',
      answers: 'a0',
    },
  });
});

test('the process that speaks is named, by an older agent through its store and start', () => {
  const opened = atB(seal({ ...a, boot: 'random' }, draft));
  expect(opened.ok && opened.message.boot).toBe('random');
});

test('bytes open as text does', () => {
  expect(atB(Buffer.from(seal(a, draft))).ok).toBe(true);
});

test('whatever the data, it comes out as it went in', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), data => {
      const opened = atB(seal(a, { ...draft, data: JSON.parse(JSON.stringify(data)) as JsonObject }));
      expect(opened.ok && opened.message.data).toEqual(JSON.parse(JSON.stringify(data)));
    }),
  );
});

test('a message with any byte altered is refused', () => {
  const bytes = Buffer.from(seal(a, draft));
  for (let place = 0; place < bytes.length; place++) {
    for (const mask of [1, 2, 4, 0x20, 0x80]) {
      const altered = Buffer.from(bytes);
      altered[place] = (altered[place] ?? 0) ^ mask;
      expect(atB(altered).ok, `byte ${place} with ${mask}`).toBe(false);
    }
  }
});

test('a message with any attribute changed, taken away or added is refused', () => {
  const message = JSON.parse(seal(a, draft)) as Record<string, Json>;
  for (const name of Object.keys(message)) {
    const { [name]: was, ...without } = message;
    expect(atB(JSON.stringify(without)).ok, `without ${name}`).toBe(false);
    const other =
      typeof was === 'number' ? was + 1 : typeof was === 'string' ? `${was}x` : { ...(was as object), x: 1 };
    expect(atB(JSON.stringify({ ...message, [name]: other })).ok, `another ${name}`).toBe(false);
  }
  expect(refusalOf(atB(JSON.stringify({ ...message, traceparent: '00' })))).toBe('forged');
  expect(refusalOf(atB(JSON.stringify(message).replace('{', '{"__proto__":{"dest":"x"},')))).toBe('forged');
});

test('a message signed with another key, or by nobody known, is refused', () => {
  const impostor = { ...makeSelf('edge-a') };
  expect(refusalOf(atB(seal(impostor, draft)))).toBe('forged');
  expect(refusalOf(atB(seal(makeSelf('edge-x'), draft)))).toBe('unknown');
  // The key of one peer does not speak for another.
  expect(refusalOf(open(seal({ ...a, node: 'edge-c' }, draft), b, () => keys.get('edge-b'), now))).toBe('forged');
});

test('a message for another node, realm, or of ourselves is not taken', () => {
  expect(refusalOf(atB(seal(a, { ...draft, to: 'edge-c' })))).toBe('misaddressed');
  expect(refusalOf(atB(seal({ ...a, realm: 'other' }, draft)))).toBe('misaddressed');
  expect(refusalOf(atB(seal(b, draft)))).toBe('misaddressed');
  // Only presence is for everybody.
  expect(refusalOf(atB(seal(a, { ...draft, to: undefined })))).toBe('misaddressed');
  expect(atB(seal(a, { ...draft, to: undefined, type: 'presence' })).ok).toBe(true);
});

test('a message of a later protocol is refused, and its sender is owed an answer', () => {
  const text = seal(a, draft);
  const later = text.replace(messageTypes.batch, 'io.diffo.edge.stream.batch.v2');
  expect(refusalOf(atB(later))).toBe('forged');
  // Signed as it is, by someone who knows the later type.
  const types = messageTypes as { batch: string };
  const { batch } = types;
  types.batch = 'io.diffo.edge.stream.batch.v2';
  const { answers: _, ...question } = draft;
  const signed = seal(a, question);
  types.batch = batch;
  expect(atB(signed)).toMatchObject({ ok: false, refusal: 'version', answer: { to: 'edge-a', id: 'f1c2' } });
});

test('a message from the future is refused, unless our own clock was never set', () => {
  const { answers: _, ...question } = draft;
  const ahead = seal(a, { ...question, at: now + 10 * 60_000 });
  expect(atB(ahead)).toMatchObject({ ok: false, refusal: 'future', answer: { id: 'f1c2' } });
  expect(atB(seal(a, { ...draft, at: now + 60_000 })).ok).toBe(true);
  expect(atB(seal(a, { ...draft, at: now - 7 * 86_400_000 })).ok).toBe(true);
  expect(atB(ahead, 0).ok).toBe(true);
});

test('what is too large is refused before it is read', () => {
  expect(refusalOf(atB(`"${'x'.repeat(MESSAGE_BYTES)}`))).toBe('tooLarge');
});

test('whatever comes in, it is answered and nothing is thrown', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), fc.uint8Array({ maxLength: 200 })), text => {
      expect(atB(text).ok).toBe(false);
    }),
    { numRuns: 1000 },
  );
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  expect(refusalOf(atB(deep))).toBe('malformed');
  const message = JSON.parse(seal(a, draft)) as object;
  const nested = JSON.stringify({ ...message, data: {} }).replace('"data":{}', `"data":{"x":${deep}}`);
  expect(refusalOf(atB(nested))).toBe('forged');
});

test('peers are read from NAME=KEY[@URL], and every mistake is told', () => {
  const key = publicKeyText(createPublicKey(a.key));
  const [one, two] = readPeers([`edge-a=${key}`, `edge-b=${key}@wss://10.0.0.1:8638/peer`], 'me');
  expect(one).toMatchObject({ name: 'edge-a', publicKey: key });
  expect(one?.url).toBeUndefined();
  expect(two).toMatchObject({ name: 'edge-b', url: 'wss://10.0.0.1:8638/peer' });
  expect(() => readPeers([`Edge=${key}`], 'me')).toThrow('a name has lower-case letters');
  expect(() => readPeers(['edge-a=abc'], 'me')).toThrow('diffo identity');
  expect(() => readPeers([`edge-a=${key}@http://x`], 'me')).toThrow('is no ws:// or wss:// URL');
  expect(() => readPeers([`a=${key}`, `a=${key}`], 'me')).toThrow('twice');
  expect(() => readPeers([`me=${key}`], 'me')).toThrow('this agent itself');
});

test('a public key has one text', () => {
  const text = publicKeyText(createPublicKey(a.key));
  expect(text).toHaveLength(43);
  expect(readPublicKey(text)).toBeDefined();
  expect(readPublicKey(`${text}=`)).toBeUndefined();
  const spare = `${text.slice(0, -1)}${String.fromCharCode(text.charCodeAt(42) + 1)}`;
  expect(readPublicKey(spare) === undefined || publicKeyText(readPublicKey(spare) as KeyObject) === spare).toBe(true);
});

test('a host gives its name to the node where it can', () => {
  expect(nodeNameOf('Edge_7.Example.ORG')).toBe('edge-7.example.org');
  expect(nodeNameOf('...')).toBe('node');
});
