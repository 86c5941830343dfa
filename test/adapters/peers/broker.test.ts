/** The embedded broker towards those who are no agents: what it serves, and that nobody can make it large. */
import { connect as dial, type Socket } from 'node:net';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { type BrokerParts, openBroker } from '../../../src/adapters/peers/broker.ts';
import { silentLog } from '../../../src/ports/log.ts';
import { until } from '../../kit/agent.ts';
import { connect, pingreq, publish, subscribe } from '../../kit/mqtt-packets.ts';
import { lastingPort } from '../../kit/process.ts';

async function embedded(parts: Partial<BrokerParts> = {}) {
  const port = await lastingPort();
  const broker = await openBroker({ host: '127.0.0.1', port, realm: 'default', log: silentLog, ...parts });
  onTestFinished(() => broker.stop());
  return { port, broker };
}

async function meet(port: number, options: IClientOptions = {}): Promise<MqttClient> {
  const how = { host: '127.0.0.1', port, protocolVersion: 4, reconnectPeriod: 0, ...options } as const;
  const client = await connectAsync(how);
  onTestFinished(() => void client.end(true));
  client.on('error', () => {});
  return client;
}

const refused = (port: number, options: IClientOptions): Promise<string> =>
  meet(port, options).then(
    () => 'let in',
    (error: Error) => error.message,
  );

/** Whether the connection ends over what is said. */
async function ends(client: MqttClient, say: (client: MqttClient) => void): Promise<boolean> {
  say(client);
  await until('it is sent away', () => !client.connected);
  return true;
}

const topic = (node: string, use = 'presence'): string => `edp/1/default/n/${node}/${use}`;

test('presence is kept for those who come later, and the last will of who is gone is told', async () => {
  const { port } = await embedded();
  const will = { topic: topic('a'), payload: Buffer.from('dead'), qos: 1, retain: true } as const;
  const a = await meet(port, { will });
  await a.publishAsync(topic('a'), 'alive', { qos: 1, retain: true });
  const heard: string[] = [];
  const late = await meet(port);
  late.on('message', (_, payload) => heard.push(String(payload)));
  await late.subscribeAsync(topic('a'), { qos: 1 });
  await until('it is heard', () => heard.includes('alive'));
  // Torn, without a goodbye.
  a.stream.destroy();
  await until('its death is heard', () => heard.includes('dead'));
});

test('whoever asks for more than peers need is refused or sent away', async () => {
  const { port } = await embedded();
  expect(await refused(port, { clean: false, clientId: 'kept' })).toContain('Identifier rejected');
  expect(await refused(port, { keepalive: 0 })).not.toBe('let in');
  expect(await ends(await meet(port), client => client.publish('elsewhere', 'x'))).toBe(true);
  expect(await ends(await meet(port), client => client.publish(topic('a', 'in'), 'x', { retain: true }))).toBe(true);
  expect(await ends(await meet(port), client => client.publish(topic('a', 'in'), 'x', { qos: 2 }))).toBe(true);
  const large = Buffer.alloc(5_000);
  expect(await ends(await meet(port), client => client.publish(topic('a'), large, { retain: true }))).toBe(true);
  // And goes on for those who do not.
  const good = await meet(port);
  await good.publishAsync(topic('a'), 'alive', { qos: 1, retain: true });
});

test('the presence of so many nodes is kept, and no more; each listens to so much', async () => {
  const { port } = await embedded();
  const client = await meet(port);
  for (let i = 0; i < 256; i++) await client.publishAsync(topic(`n${i}`), 'x', { qos: 1, retain: true });
  await client.publishAsync(topic('n7'), 'y', { qos: 1, retain: true });
  await client.publishAsync(topic('n8'), '', { qos: 1, retain: true });
  await client.publishAsync(topic('another'), 'x', { qos: 1, retain: true });
  expect(await ends(client, each => each.publish(topic('too-many'), 'x', { retain: true }))).toBe(true);

  const ear = await meet(port);
  for (let i = 0; i < 257; i++) await ear.subscribeAsync(topic(`n${i}`));
  await expect(ear.subscribeAsync(topic('one-more'))).rejects.toThrow();
  await ear.unsubscribeAsync(topic('n1'));
  await ear.subscribeAsync(topic('one-more'));
});

test('a login is asked for where there is one', async () => {
  const { port } = await embedded({ login: { user: 'edge', password: 'correct horse' } });
  expect(await refused(port, {})).toContain('Bad username or password');
  expect(await refused(port, { username: 'edge', password: 'battery staple' })).toContain('Bad username or password');
  await meet(port, { username: 'edge', password: 'correct horse' });
});

/** A connection that says what it is told to, and reads nothing. */
async function rudely(port: number): Promise<{ socket: Socket; gone: () => boolean }> {
  const socket = dial(port, '127.0.0.1');
  let isGone = false;
  socket.on('error', () => {});
  socket.on('close', () => {
    isGone = true;
  });
  onTestFinished(() => void socket.destroy());
  await new Promise(resolve => socket.once('connect', resolve));
  return { socket, gone: () => isGone };
}

/** A packet to a node, or only the beginning of it. */
const message = (bytes: number): Buffer => publish(topic('a', 'in'), bytes);

test('a packet that says it is large ends the connection before it has come', async () => {
  const { port } = await embedded();
  const stranger = await rudely(port);
  stranger.socket.write(message(10_000).subarray(0, 50));
  stranger.socket.resume();
  await until('it is sent away', stranger.gone);

  const known = await rudely(port);
  known.socket.write(connect('known'));
  await new Promise(resolve => known.socket.once('data', resolve));
  known.socket.write(message(300_000));
  known.socket.write(message(330_000).subarray(0, 50));
  await until('it is sent away', known.gone);
});

test('whoever reads too slowly is sent away, and does not keep the others waiting for ever', async () => {
  const { port } = await embedded();
  const slow = await rudely(port);
  slow.socket.write(connect('slow'));
  await new Promise(resolve => slow.socket.once('data', resolve));
  slow.socket.pause();
  slow.socket.write(subscribe(topic('a', 'in')));
  const quick = await meet(port);
  let heard = 0;
  quick.on('message', () => heard++);
  await quick.subscribeAsync(topic('a', 'in'), { qos: 1 });
  const writer = await meet(port);
  const text = 'x'.repeat(300_000);
  for (let i = 0; i < 40; i++) await writer.publishAsync(topic('a', 'in'), text, { qos: 1 });
  await until('all are heard', () => heard === 40);
  slow.socket.resume();
  await until('it is sent away', slow.gone);
  expect(slow.socket.bytesRead).toBeLessThan(40 * text.length);
});

test('whoever says more than can be handed on, or asks and does not hear, is sent away', async () => {
  const { port } = await embedded();
  const deaf = await rudely(port);
  deaf.socket.write(connect('deaf'));
  await new Promise(resolve => deaf.socket.once('data', resolve));
  deaf.socket.pause();
  deaf.socket.write(subscribe('#'));
  const floods = await Promise.all(Array.from({ length: 4 }, () => rudely(port)));
  floods.forEach(({ socket }, i) => {
    socket.resume();
    socket.write(connect(`flood-${i}`));
    socket.once('data', () => {
      for (let n = 0; n < 100; n++) socket.write(message(300_000));
    });
  });
  await until('they are sent away', () => floods.every(each => each.gone()));
  const asks = await rudely(port);
  asks.socket.write(connect('asks'));
  await new Promise(resolve => asks.socket.once('data', resolve));
  asks.socket.write(Buffer.concat(Array.from({ length: 5_000 }, () => pingreq)));
  await until('it is sent away', asks.gone);
  const good = await meet(port);
  await good.publishAsync(topic('a'), 'alive', { qos: 1, retain: true });
});

test('one more than it has room for is not let in, but we are', async () => {
  const { port, broker } = await embedded();
  const guests = await Promise.all(Array.from({ length: 32 }, () => rudely(port)));
  const another = await rudely(port);
  another.socket.resume();
  await until('it is turned away', another.gone);
  expect(guests.some(guest => guest.gone())).toBe(false);
  const ours = broker.join();
  ours.write(connect('ours'));
  await until('it answers', () => ours.read() !== null);
});

test('it goes with all who are connected, and frees its port', async () => {
  const { port, broker } = await embedded();
  const guest = await rudely(port);
  guest.socket.resume();
  const client = await meet(port);
  await broker.stop();
  await until('both are gone', () => guest.gone() && !client.connected);
  const again = await openBroker({ host: '127.0.0.1', port, realm: 'default', log: silentLog });
  await expect(openBroker({ host: '127.0.0.1', port, realm: 'default', log: silentLog })).rejects.toThrow(
    `cannot embed a broker at 127.0.0.1:${port}: somebody else serves there already`,
  );
  await again.stop();
});
