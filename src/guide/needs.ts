/** What the items of a purpose need to know of the one they are for. */
import type { Catalogue, Item } from '../catalogue/index.ts';
import { librarySections } from './certificates.ts';
import { CREDIT_SECTION } from './credit.ts';
import { sourcePaths } from './form/source.ts';
import { RECORD_RULES } from './record-rules.ts';

/**
 * Paths that these items call for: what their forms are filled from, the library that holds their papers, and the records
 * of an enterprise that can stand in the way. Like `Person.identity.nameZh`; a section alone means all of it.
 */
export function needsOf(items: readonly Item[], catalogue: Catalogue): ReadonlySet<string> {
  const fields = new Map(catalogue.formFields.map((field) => [field.id, field]));
  const asked = items.flatMap(({ slug }) => {
    const { required, optional } = catalogue.form(slug);
    return [...required, ...optional].flatMap((id) => fields.get(id) ?? []);
  });
  const filled = asked.flatMap(sourcePaths);
  const papers = items.flatMap(({ materials }) =>
    materials.flatMap(({ materialId }) => {
      const material = catalogue.material(materialId);
      return material ? librarySections(material).map(({ section }) => section) : [];
    }),
  );
  return new Set([...filled, ...papers, ...RECORD_RULES.map(({ section }) => section), CREDIT_SECTION]);
}
