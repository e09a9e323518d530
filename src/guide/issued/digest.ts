import type { Catalogue, Material, Theme } from '../../catalogue/index.ts';

/**
 * 32 bits of a text (MurmurHash3's mixing over UTF-16 units): the same on every machine, without a library of the platform.
 * Nobody gains by making two texts collide: the texts are the hall's own, and codes are sealed.
 */
export function digest(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i++) hash = mixed(Math.imul(hash, 31) ^ text.charCodeAt(i));
  return mixed(hash);
}

function mixed(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Every material that some step of a theme could ask for, in an order that depends on nothing but their ids. */
export function materialsOf(theme: Theme, catalogue: Catalogue): readonly Material[] {
  const ids = new Set(theme.steps.flatMap(({ item }) => catalogue.item(item)?.materials.map(({ materialId }) => materialId) ?? []));
  return [...ids].sort().flatMap((id) => catalogue.material(id) ?? []);
}

/** Digest of everything in the catalogue from which a notice of the theme follows: when it is the same, a new notice would say the same. */
export function contentDigest(theme: Theme, catalogue: Catalogue): number {
  const items = theme.steps.flatMap(({ item }) => catalogue.item(item) ?? []);
  return digest(
    JSON.stringify([
      theme.steps.map(({ item, stage, dependsOn, when }) => [item, stage, dependsOn, when]),
      [theme.nameZh, theme.nameEn, theme.mergedStages],
      items.map((it) => [
        it.nameZh,
        it.nameEn,
        it.promisedWorkingDays,
        it.statutoryWorkingDays,
        it.handledAt,
        it.retainedBy,
        it.result?.materialId,
      ]),
      items.map(({ materials }) => materials.map((it) => [it.materialId, it.required, it.tolerableWorkingDays])),
      materialsOf(theme, catalogue).map((it) => [
        it.id,
        it.nameZh,
        it.nameEn,
        it.form,
        it.issuer,
        it.certificateType,
        it.holder,
        it.fromForm,
      ]),
    ]),
  );
}
