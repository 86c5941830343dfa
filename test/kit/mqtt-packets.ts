/** Packets of MQTT 3.1.1 byte by byte, for those who say what no library would. */

export function connect(clientId: string): Buffer {
  return packet(0x10, text('MQTT'), Buffer.from([4, 0x02, 0, 60]), text(clientId));
}

export function publish(topic: string, bytes: number): Buffer {
  return packet(0x30, text(topic), Buffer.alloc(bytes));
}

export function subscribe(topic: string): Buffer {
  return packet(0x82, Buffer.from([0, 1]), text(topic), Buffer.from([0]));
}

export const pingreq: Buffer = Buffer.from([0xc0, 0]);

function packet(head: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  for (let rest = body.length; ; rest >>= 7) {
    if (rest < 0x80) return Buffer.concat([Buffer.from([head, ...length, rest]), body]);
    length.push((rest & 0x7f) | 0x80);
  }
}

function text(words: string): Buffer {
  const bytes = Buffer.from(words);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
