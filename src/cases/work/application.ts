import { buffer } from 'node:stream/consumers';
import { eq } from 'drizzle-orm';
import type { Application, ApplicationMaterial } from '../../connect/index.ts';
import type { FileType } from '../../files/index.ts';
import { openContents, openNumber } from '../contents.ts';
import type { HeldCase, ItemRow } from '../record.ts';
import { caseMaterials } from '../tables.ts';
import type { CasesTools } from '../tools.ts';
import { earlierOf } from './earlier.ts';

/** An item of a case as its desk is handed it: only what this item asks for. The key is the case item's id, for ever. */
export async function applicationOf(held: HeldCase, item: ItemRow, tools: CasesTools): Promise<Application> {
  const { row } = held;
  const entry = tools.catalogue.item(item.item);
  if (!entry) throw new Error(`the item ${item.item} of a case is no longer in the catalogue: put it back, its cases are not finished`);
  const { applicant, form } = openContents(tools.vault, row.id, row.sealed);
  const wanted = new Set([...tools.catalogue.form(entry.slug).required, ...tools.catalogue.form(entry.slug).optional]);
  const asked = new Set(entry.materials.map(({ materialId }) => materialId));
  const earlier = await earlierOf(held, item, tools);
  const brought = await materialsOf(row.id, asked, tools);
  const made = earlier.materials.filter(({ id }) => asked.has(id) && !brought.some((each) => each.id === id));
  return {
    key: item.id,
    caseNumber: row.number,
    item: { code: entry.code, slug: entry.slug, nameZh: entry.nameZh },
    applicant: { ...applicant, uscc: applicant.uscc ?? earlier.uscc ?? null },
    form: Object.fromEntries(Object.entries(form).filter(([field]) => wanted.has(field))),
    materials: [...brought, ...made],
    submittedAt: row.submittedAt ?? row.openedAt,
  };
}

async function materialsOf(caseId: string, wanted: ReadonlySet<string>, tools: CasesTools): Promise<readonly ApplicationMaterial[]> {
  const rows = await tools.store.db.select().from(caseMaterials).where(eq(caseMaterials.caseId, caseId));
  return Promise.all(rows.filter(({ material }) => wanted.has(material)).map((row) => materialOf(row, tools)));
}

async function materialOf(row: typeof caseMaterials.$inferSelect, tools: CasesTools): Promise<ApplicationMaterial> {
  const { material, source, file } = row;
  const nameZh = tools.catalogue.material(material)?.nameZh ?? material;
  return {
    id: material,
    nameZh,
    file: file === null ? null : await fileOf(file, nameZh, tools),
    number: openNumber(tools.vault, row),
    follows: source === 'COMMITTED' || source === 'SYSTEM_DELAYED',
  };
}

const EXTENSIONS: Readonly<Record<FileType, string>> = {
  'application/pdf': 'pdf',
  'application/ofd': 'ofd',
  'image/png': 'png',
  'image/jpeg': 'jpg',
};

/** A file without a name of its own is called as its material is. */
async function fileOf(id: string, nameZh: string, { files }: CasesTools): Promise<ApplicationMaterial['file']> {
  const found = await files.find(id);
  if (!found) throw new Error(`the file ${id} of a case is not kept any more: put it back from a backup`);
  const { type, sha256, name } = found;
  return { name: name ?? `${nameZh}.${EXTENSIONS[type]}`, type, sha256, read: () => buffer(files.read(found)) };
}
