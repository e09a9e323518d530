/**
 * What replicas share, and may lose: Redis. Everything in it is named by keyed HMACs; values are sealed.
 *
 * - shared 共享存储: one Redis that all replicas of a hall reach.
 * - run 运行: one life of one Redis server; what one run said is never taken for what another says.
 */
export { derivedKey } from './key.ts';
export { openShared, type RedisClient, type Shared } from './shared.ts';
export { Vault } from './vault.ts';
