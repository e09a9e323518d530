import type { CorrectionPoint, DeskResult, TidingsKind } from './desk.ts';

/** What an agency may say beside the kind; what does not belong to the kind is not looked at. */
export interface Said {
  readonly reason?: string | null | undefined;
  readonly points?: readonly CorrectionPoint[] | null | undefined;
  readonly result?: DeskResult | null | undefined;
}

/** Tidings of a kind from what an agency said with it. */
export function tidingsOf(kind: TidingsKind['kind'], { reason, points, result }: Said): TidingsKind {
  switch (kind) {
    case 'not-accepted':
    case 'special-started':
    case 'refused':
      return { kind, reason: reason ?? '' };
    case 'correction':
      return { kind, points: points ?? [] };
    case 'granted':
      return { kind, result: result ?? null };
    default:
      return { kind };
  }
}
