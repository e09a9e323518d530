import type { DrawnStep } from './drawn.ts';

/** Colours; none of them is the only sign of what it says. */
export const INK = { text: '#111', line: '#444', faint: '#666', frame: '#f4f4f4', critical: '#a3151f', forwarded: '#0b4f8a' } as const;

type Look = Pick<DrawnStep, 'status' | 'forwardedTo'> & { readonly schedule: { readonly critical: boolean } };

/** The border of a box: thick on the longest path. */
export function strokeOf({ schedule, forwardedTo }: Look): { readonly stroke: string; readonly width: number } {
  if (schedule.critical) return { stroke: INK.critical, width: 0.7 };
  return { stroke: forwardedTo ? INK.forwarded : INK.text, width: 0.3 };
}

/** Dots for what is undecided, dashes for what is forwarded, both for both. */
export function dashesOf({ status, forwardedTo }: Look): string | undefined {
  if (status === 'UNDECIDED') return forwardedTo ? '2 0.9 0.5 0.9' : '0.6 0.9';
  return forwardedTo ? '2 1' : undefined;
}
