/** Parties: organizations, individuals, kinds of them that a profile brings, and references to such kept elsewhere. */
import { partyTypes } from '../kind.ts';
import type { SharedForm } from './shared-form.ts';

/** The words of TMF632; attributes that are not named here pass as they are. */
export const partyForm: SharedForm = {
  class: 'party',
  reference: 'PartyRef',
  types: partyTypes,
  characteristics: 'partyCharacteristic',
  attributes: {
    // Organization
    tradingName: 'text',
    nameType: 'text',
    organizationType: 'text',
    isLegalEntity: 'flag',
    isHeadOffice: 'flag',
    // Individual
    givenName: 'text',
    preferredGivenName: 'text',
    familyName: 'text',
    middleName: 'text',
    fullName: 'text',
    formattedName: 'text',
    legalName: 'text',
    title: 'text',
    gender: 'text',
    nationality: 'text',
    countryOfBirth: 'text',
    placeOfBirth: 'text',
    maritalStatus: 'text',
    birthDate: 'date',
    deathDate: 'date',
  },
};
