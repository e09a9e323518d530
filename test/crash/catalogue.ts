import { type Files, sampleBody, sampleItem } from '../../src/catalogue/testing.ts';
import { AGENCIES } from './connectors/agencies.ts';

/** The items of a case: the third insists on the paper that the first makes, so it waits for it. */
export const ITEMS = ['keyed-permit', 'asked-permit', 'blind-permit'] as const;

/** A catalogue of three items, one for each agency. */
export function crashCatalogue(): Files {
  const licence = { type: 'certificate', nameZh: '示例许可证', nameEn: 'Sample licence', materialId: 'licence' };
  const insists = [{ materialId: 'licence', required: true, tolerable: false }];
  return {
    'catalogue.json': { profile: { bureau: 'bureau' } },
    'agencies.json': [
      sampleBody('city', 'bureau'),
      sampleBody('bureau', 'bureau', { parent: 'city' }),
      ...AGENCIES.map(({ id }) => sampleBody(id, 'department')),
      sampleBody('hall', 'centre', { networkTier: 1, parent: 'bureau' }),
      sampleBody('portal', 'platform'),
    ],
    'materials.json': [
      { id: 'plan', nameZh: '方案', nameEn: 'Plan', form: 'both', issuer: 'applicant', reusable: true },
      { id: 'licence', nameZh: '示例许可证', nameEn: 'Sample licence', form: 'both', issuer: 'keyed', reusable: true },
    ],
    'items.json': AGENCIES.map(({ id }, i) =>
      sampleItem(i + 1, ITEMS[i] ?? '', {
        agency: id,
        supervisor: id,
        materials: i === 2 ? insists : [{ materialId: 'plan', required: false, tolerable: false }],
        ...(i === 0 && { result: licence }),
      }),
    ),
    'themes.json': [],
    'fields.json': {
      sections: [{ id: 'contact', nameZh: '联系人', nameEn: 'Contact' }],
      fields: [
        { id: 'contact-name', section: 'contact', labelZh: '姓名', labelEn: 'Name', schema: { type: 'string' } },
        { id: 'contact-phone', section: 'contact', labelZh: '电话', labelEn: 'Phone', schema: { type: 'string' } },
      ],
    },
    'forms.json': [{ item: '*', required: ['contact-name', 'contact-phone'] }],
  };
}
