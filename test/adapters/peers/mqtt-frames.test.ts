import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameMeter } from '../../../src/adapters/peers/mqtt-frames.ts';
import { pingreq, publish } from '../../kit/mqtt-packets.ts';

test('the longest packet is told as soon as its head is there, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 70_000 })), { minLength: 1, maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 20 }),
      (sizes, cuts) => {
        const bytes = Buffer.concat([...sizes.map(size => publish('t', size)), pingreq]);
        const meter = new FrameMeter();
        let [longest, packets] = [0, 0];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const step = cuts[i % cuts.length] ?? 1;
          const frames = meter.measure(bytes.subarray(at, at + step));
          longest = Math.max(longest, frames.longest);
          packets += frames.packets;
          at += step;
        }
        // The topic and its length come before the payload.
        expect(longest).toBe(Math.max(...sizes) + 3);
        expect(packets).toBe(sizes.length + 1);
      },
    ),
  );
});

test('a head is enough, and a length that never ends is endless', () => {
  expect(new FrameMeter().measure(publish('t', 1_000_000).subarray(0, 5)).longest).toBe(1_000_003);
  expect(new FrameMeter().measure(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01])).longest).toBe(
    Number.POSITIVE_INFINITY,
  );
});
