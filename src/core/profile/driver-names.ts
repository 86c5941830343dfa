/** Which drivers there are; `agent` opens them. */
export const driverNames = ['linux', 'frr', 'exec', 'simulator'] as const;
export type DriverName = (typeof driverNames)[number];
