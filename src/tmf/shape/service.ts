/** The shape of a TMF638 service. */
import { operatingStatusInTmf, stateInTmf } from '../../core/model/service-states.ts';
import { a, date, extensible, flag, many, named, oneOf, reference, type Shape, since5, text } from './attribute.ts';
import { characteristic } from './characteristic.ts';
import {
  externalIdentifier,
  note,
  orderAction,
  processStatus,
  relatedEntity,
  relatedParty,
  resourceReference,
  serviceFeature,
  serviceIntent,
  servicePlace,
} from './common.ts';
import type { Things } from './things.ts';

export const serviceShape = ({ serviceOrReference, serviceRelationship, resourceRelationship }: Things): Shape => ({
  type: () => 'Service',
  entity: 'service',
  mandatory: ['state', 'serviceSpecification'],
  mandatory4: ['state', 'serviceSpecification'],
  keys: [['id'], ['name']],
  attributes: {
    id: text,
    href: text,
    name: text,
    category: text,
    description: text,
    serviceType: text,
    startMode: text,
    serviceDate: text,
    startDate: date,
    endDate: date,
    hasStarted: flag,
    isBundle: flag,
    isServiceEnabled: flag,
    isStateful: flag,
    state: {
      ...oneOf('feasibilityChecked', 'designed', 'reserved', 'inactive', 'active', 'terminated', 'suspended'),
      own: stateInTmf,
      words4: { suspended: 'inactive' },
    },
    operatingStatus: since5({
      ...oneOf(
        'pending',
        'configured',
        'starting',
        'running',
        'degraded',
        'failed',
        'limited',
        'stopping',
        'stopped',
        'unknown',
      ),
      own: operatingStatusInTmf,
    }),
    serviceSpecification: a(() =>
      reference('ServiceSpecificationRef', { attributes: { version: text }, refersTo: 'serviceSpecification' }),
    ),
    serviceCharacteristic: many(a(() => characteristic)),
    serviceRelationship,
    resourceRelationship,
    supportingService: many(serviceOrReference),
    supportingResource: many(a(() => resourceReference)),
    serviceOrderItem: many(
      a(() =>
        named(
          'RelatedServiceOrderItem',
          {
            itemId: text,
            itemAction: orderAction,
            role: text,
            serviceOrderId: text,
            serviceOrderHref: text,
            '@referredType': text,
          },
          [],
          ['itemId', 'serviceOrderId'],
          [['serviceOrderId', 'itemId'], ['itemId'], ['serviceOrderId'], ['role']],
        ),
      ),
    ),
    feature: many(a(() => serviceFeature)),
    note: many(a(() => note(['date', 'author', 'text']))),
    processStatus,
    place: many(a(() => servicePlace)),
    relatedEntity: many(a(() => relatedEntity)),
    relatedParty: many(a(() => relatedParty)),
    externalIdentifier: since5(many(a(() => externalIdentifier))),
    intent: since5(serviceIntent),
    ...extensible,
  },
});
