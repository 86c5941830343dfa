/** `/diffo/v1/entities`: whatever else instances refer to. */
import { entityForm } from '../../core/model/entity.ts';
import type { App } from '../server.ts';
import { type SharedParts, sharedRoutes } from './shared.ts';

export function entityRoutes(app: App, parts: SharedParts): void {
  sharedRoutes(app, entityForm, parts);
}
