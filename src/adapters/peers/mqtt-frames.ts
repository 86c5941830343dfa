/** Measures MQTT packets as they come in, so that a connection can be ended before a large one has been kept. */

/** The length of a packet has at most so many bytes, seven bits in each. */
const LENGTH_BYTES = 4;

export interface Frames {
  /** How many packets begin in these bytes. */
  readonly packets: number;
  /** The length of the longest whose head ends in them; infinite for what is no packet. */
  readonly longest: number;
}

export class FrameMeter {
  /** Of the packet under way: its bytes that are still to come, once its length is known. */
  private rest = 0;
  /** While a length is being read: what is known of it. */
  private length: { value: number; bytes: number } | undefined;

  measure(bytes: Uint8Array): Frames {
    let packets = 0;
    let longest = 0;
    for (let at = 0; at < bytes.length; ) {
      if (this.rest > 0) {
        const step = Math.min(this.rest, bytes.length - at);
        this.rest -= step;
        at += step;
      } else if (this.length === undefined) {
        this.length = { value: 0, bytes: 0 };
        packets++;
        at++;
      } else {
        const byte = bytes[at++] ?? 0;
        this.length.value += (byte & 0x7f) * 0x80 ** this.length.bytes++;
        if ((byte & 0x80) === 0) {
          this.rest = this.length.value;
          longest = Math.max(longest, this.rest);
          this.length = undefined;
        } else if (this.length.bytes === LENGTH_BYTES) return { packets, longest: Number.POSITIVE_INFINITY };
      }
    }
    return { packets, longest };
  }
}
