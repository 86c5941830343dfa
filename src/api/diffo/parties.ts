/** `/diffo/v1/parties`: organizations, individuals and the profile's kinds of them. */
import { partyForm } from '../../core/model/party.ts';
import type { App } from '../server.ts';
import { type SharedParts, sharedRoutes } from './shared.ts';

export function partyRoutes(app: App, parts: SharedParts): void {
  sharedRoutes(app, partyForm, parts);
}
