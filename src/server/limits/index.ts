/** Who may ask how often, counted by token, window and address. */
export { type AddressReader, addressReader } from './address.ts';
export { createRates, type RateLimits, type Rates, rateHeaders, TooOften } from './rates.ts';
