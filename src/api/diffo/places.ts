/** `/diffo/v1/places`: addresses, sites, locations and the profile's kinds of them. */
import { placeForm } from '../../core/model/place.ts';
import type { App } from '../server.ts';
import { type SharedParts, sharedRoutes } from './shared.ts';

export function placeRoutes(app: App, parts: SharedParts): void {
  sharedRoutes(app, placeForm, parts);
}
