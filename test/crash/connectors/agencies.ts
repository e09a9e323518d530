import type { Abilities } from './agency.ts';

/** Keeps keys: sending again is harmless. */
export const keyed: Abilities = { id: 'keyed', items: ['keyed-permit'], idempotent: true, canBeAsked: true, tellsKeys: true };
/** Takes whatever comes as new, and answers what it has. */
export const asked: Abilities = { id: 'asked', items: ['asked-permit'], idempotent: false, canBeAsked: true, tellsKeys: true };
/** Takes whatever comes as new, cannot be asked, and knows its own references only: what is in doubt is for a person. */
export const blind: Abilities = { id: 'blind', items: ['blind-permit'], idempotent: false, canBeAsked: false, tellsKeys: false };

export const AGENCIES: readonly Abilities[] = [keyed, asked, blind];
