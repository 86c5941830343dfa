/** The limits an agent has when nobody says otherwise. */
import { limitsOf } from '../../src/agent/limits.ts';
import type { Limits } from '../../src/api/limits.ts';
import { settle } from '../../src/config.ts';

export const defaultLimits: Limits = limitsOf(settle(new Map(), { name: 'none', settings: {} }));
