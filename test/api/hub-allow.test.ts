import { describe, expect, test } from 'vitest';
import { readAllow } from '../../src/api/hub-allow.ts';

const permits = (entries: string, callback: string): boolean =>
  readAllow(entries.split(' ')).permits(new URL(callback));

describe('a callback', () => {
  test.each([
    ['127.0.0.1', 'http://127.0.0.1:9000/x'],
    ['127.0.0.1:9000', 'http://127.0.0.1:9000/x'],
    ['127.0.0.1:80', 'http://127.0.0.1/'],
    ['nms.example:443', 'https://nms.example/'],
    ['NMS.example', 'http://nms.EXAMPLE/'],
    ['[::1]', 'http://[::1]:8080/'],
    ['::1', 'http://[0:0:0:0:0:0:0:1]/'],
    ['[::1]:8080', 'http://[::1]:8080/'],
    ['10.0.0.0/8', 'http://10.9.8.7/'],
    ['fd00::/8', 'http://[fd12::1]/'],
    ['[fd00::]/8', 'http://[fd12::1]/'],
    ['bücher.example', 'http://xn--bcher-kva.example/'],
    // What a URL writes in other ways is the same address.
    ['127.0.0.1', 'http://2130706433/'],
    ['127.0.0.1', 'http://0x7f.1/'],
    ['127.0.0.1', 'http://0177.0.0.1/'],
    ['0x7f.1', 'http://127.0.0.1/'],
    ['127.0.0.1', 'http://[::ffff:127.0.0.1]/'],
    ['10.0.0.0/8', 'http://[::ffff:a00:1]/'],
  ])('%s permits %s', (entries, callback) => {
    expect(permits(entries, callback)).toBe(true);
  });

  test.each([
    ['127.0.0.1', 'http://localhost/'],
    ['127.0.0.1', 'http://127.0.0.2/'],
    ['127.0.0.1:9000', 'http://127.0.0.1:9001/'],
    ['127.0.0.1:80', 'https://127.0.0.1/'],
    ['nms.example', 'http://evil.nms.example/'],
    ['nms.example', 'http://nms.example.evil/'],
    ['nms.example', 'http://nms.example@evil/'],
    ['nms.example', 'http://nms.example./'],
    ['10.0.0.0/8', 'http://11.0.0.1/'],
    // A range says where a name may lead, and not which names there are.
    ['10.0.0.0/8', 'http://ten.example/'],
  ])('%s does not permit %s', (entries, callback) => {
    expect(permits(entries, callback)).toBe(false);
  });

  test.each([
    'http://127.0.0.1',
    'a b',
    '10.0.0.0/33',
    'nms.example/8',
    'host:99999',
    'host/path',
    'user@host',
    '[::1',
  ])('%s is no entry, and the sentence says so', entry => {
    expect(() => readAllow([entry])).toThrow(`hub.allow cannot hold "${entry}"`);
  });
});

describe('a name that is permitted', () => {
  const refusal = (entries: string, address: string, name = 'nms.example'): string | undefined =>
    readAllow([name, ...entries.split(' ').filter(each => each !== '')]).refusal(new URL(`http://${name}/`), address);

  test.each([
    ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '127.255.0.9', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.168.1.1', '192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1'],
    ...['224.0.0.1', '239.255.255.250', '240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::127.0.0.1', 'fc00::1', 'fd12:3456::1', 'fe80::1', 'fe80::1%eth0', 'fec0::1', 'ff02::1'],
    ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '::ffff:169.254.169.254', '64:ff9b::7f00:1'],
    ...['64:ff9b::10.0.0.1', '64:ff9b::', '64:ff9b:1::1', '2001:db8::1', '2001::1', '2002:7f00:1::1', '100::1'],
  ])('is not called at %s', address => {
    expect(refusal('', address)).toMatch(/^nms\.example is at \S+, which is no public address: add that/);
  });

  test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2a00:1450::1', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    'is called at %s',
    address => {
      expect(refusal('', address)).toBeUndefined();
    },
  );

  test.each([
    ['10.1.2.3', '10.1.2.3'],
    ['10.0.0.0/8', '10.1.2.3'],
    ['10.0.0.0/8', '::ffff:10.1.2.3'],
    ['127.0.0.1:80', '127.0.0.1'],
    ['fd00::/8', 'fd00::1'],
  ])('is called where %s says %s', (entries, address) => {
    expect(refusal(entries, address)).toBeUndefined();
  });

  test('is not called where only another port of that address is said', () => {
    expect(refusal('10.1.2.3:8080', '10.1.2.3')).toContain('no public address');
  });

  test('is called at loopback when it is localhost, and nowhere else that is private', () => {
    expect(refusal('', '127.0.0.1', 'localhost')).toBeUndefined();
    expect(refusal('', '::1', 'localhost')).toBeUndefined();
    expect(refusal('', '10.0.0.1', 'localhost')).toContain('no public address');
  });
});
