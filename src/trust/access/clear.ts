import type { MaskKind } from '../../codes/index.ts';
import type { Eyes } from './decide.ts';

/**
 * Whether these eyes see a masked field in clear, wherever they may see it at all. `paths`: every way from a subject on which
 * the field lies. The purpose, or the grant, must name the field itself: one that names the section shows it masked. Identity
 * numbers are no purpose's business: the form carries them behind their masks.
 */
export function isInClear(kind: MaskKind, paths: readonly string[], { caller, isThemself, needs, bulk }: Eyes): boolean {
  if (kind === 'ID_NUMBER') return caller.role === 'supervisor';
  if (isThemself) return true;
  const named = bulk?.fields ?? needs;
  return named !== undefined && paths.length > 0 && paths.every((path) => named.has(path));
}
