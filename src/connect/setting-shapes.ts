/** Shapes of what connectors have in their settings, beyond zod's own. */
import { z } from 'zod';
import { type Duration, parseDuration } from '../clock/index.ts';
import { secret } from './secret.ts';

/** A length of time above 0, like `1s`. */
export const duration = () =>
  z.custom<Duration>(
    (text) => typeof text === 'string' && (parseDuration(text) ?? 0) > 0,
    'a duration above 0 is a number and ms, s, m, h or d, like "3s"',
  );

/** Where an exchange database is and who the hall is there: `z.strictObject({ ...databaseSettings(), … })`. */
export const databaseSettings = () => ({
  /** `postgres://host:5432/name` or `mysql://host:3306/name`, without user and password. */
  url: z.string().min(1),
  user: z.string().min(1),
  password: secret(),
  /** `true`, or `{"ca": "…"}` with the authority in PEM. */
  tls: z.union([z.boolean(), z.strictObject({ ca: z.string().min(1) })]).optional(),
});
