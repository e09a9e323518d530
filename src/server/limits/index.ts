/** Who may ask how often, counted by token, window, address and person; and when nobody may. */
export { type AddressReader, addressReader } from './address.ts';
export { createCounts } from './counts.ts';
export { type Load, Overloaded, watchLoad } from './load.ts';
export { type PersonBudget, type PersonLimits, personBudget } from './persons.ts';
export { createRates, type Left, type Rates, rateHeaders, TooOften } from './rates.ts';
