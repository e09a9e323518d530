/**
 * Where things are kept. What must not be lost: one database, PostgreSQL or the same SQL embedded, written in one way.
 * What replicas share and may lose: Redis, where everything is named by keyed HMACs and sealed.
 *
 * - store 存储: the database of the hall, with durable jobs and rows of proof.
 * - unit 工作单元: what one transaction may do; all of it is kept, or nothing.
 * - queue 队列, job 任务: work that is done although processes die.
 * - shared 共享存储: one Redis that all replicas of a hall reach.
 * - run 运行: one life of one Redis server; what one run said is never taken for what another says.
 */
export { type AuditEntry, type AuditRow, type AuditWriter, auditDigest, canonical } from './audit.ts';
export type { Content as BackupContent } from './backup/manifest.ts';
export { openSource } from './backup/open.ts';
export { type RestoreOptions, restoreBackup } from './backup/restore.ts';
export { type BackupOptions, writeBackup } from './backup/write.ts';
export { type Db, rowsOf } from './database/driver.ts';
export { holdsDatabase } from './database/embedded.ts';
export { emptyDatabase } from './database/empty.ts';
export { folderHolder } from './database/folder-lock.ts';
export { isUnavailable, STORE_AGAIN_MS } from './database/unavailable.ts';
export type { JobSender } from './jobs/jobs.ts';
export type { Job, Queue } from './jobs/queues.ts';
export { derivedKey } from './key.ts';
export { type Looked, type LookedDatabase, lookAtDatabase, lookAtRedis } from './look.ts';
export { openShared, type RedisClient, type Shared } from './redis/shared.ts';
export { Vault } from './redis/vault.ts';
export { openStore, type Store, type StoreOptions, type Unit } from './store.ts';
