/** Below which MTU the kernel takes a family from a link. */

/** RFC 8200: the smallest MTU of a link that carries IPv6. */
export const IPV6_MIN_MTU = 1280;
/** RFC 791: the kernel takes IPv4 from a link below this. */
export const IPV4_MIN_MTU = 68;
/** What an MTU is to the kernel: a signed 32 bit number. */
export const MTU_LIMIT = 2 ** 31 - 1;
