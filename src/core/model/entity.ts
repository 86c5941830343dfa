/** Entities: whatever TMF does not model that instances refer to, such as a cost or a service problem. Types are open. */
import type { SharedForm } from './shared-form.ts';

export const entityForm: SharedForm = {
  class: 'entity',
  reference: 'EntityRef',
  needsId: true,
  attributes: {},
};
