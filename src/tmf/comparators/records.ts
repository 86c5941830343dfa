/** The shapes of the records that instances refer to: parties, places and entities, from the forms that check them. */
import { entityForm } from '../../core/model/entity.ts';
import { partyForm } from '../../core/model/party.ts';
import { placeForm } from '../../core/model/place.ts';
import type { AttributeType, SharedForm } from '../../core/model/shared-form.ts';
import { type Attribute, a, date, extensible, flag, many, number, type Shape, text } from '../shape/attribute.ts';
import { characteristic } from '../shape/characteristic.ts';
import { relatedParty, servicePlace } from '../shape/common.ts';

const types: Record<AttributeType, Attribute> = { text, flag, number, date };

const shapeOfForm = ({ class: of, attributes, characteristics }: SharedForm): Shape => ({
  type: () => of,
  mandatory: [],
  mandatory4: [],
  open: true,
  attributes: {
    id: text,
    href: text,
    name: text,
    '@referredType': text,
    ...Object.fromEntries(Object.entries(attributes).map(([name, type]) => [name, types[type]])),
    ...(characteristics === undefined ? {} : { [characteristics]: many(a(() => characteristic)) }),
    relatedParty: many(a(() => relatedParty)),
    place: many(a(() => servicePlace)),
    ...extensible,
  },
});

export const recordShapes: readonly Shape[] = [partyForm, placeForm, entityForm].map(shapeOfForm);
