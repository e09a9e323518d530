import { audit } from './0001-audit.ts';
import { cases } from './0002-cases.ts';
import { files } from './0003-files.ts';
import { errands } from './0004-errands.ts';
import { handOver } from './0005-hand-over.ts';
import { sessions } from './0006-sessions.ts';
import { keeping } from './0007-keeping.ts';

/** One step of the database's shape. Once released it never changes; what is wrong is mended by a later one. */
export interface Migration {
  readonly id: string;
  readonly sql: string;
}

/** All steps, in order. */
export const MIGRATIONS: readonly Migration[] = [audit, cases, files, errands, handOver, sessions, keeping];
