/** Dates as TMF writes them (RFC 3339). */
export { instantOf } from '../core/date-time.ts';
