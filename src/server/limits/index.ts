/** Who may ask how often, counted by token, window and address; and when nobody may. */
export { type AddressReader, addressReader } from './address.ts';
export { type Load, Overloaded, watchLoad } from './load.ts';
export { createRates, type Rates, rateHeaders, TooOften } from './rates.ts';
