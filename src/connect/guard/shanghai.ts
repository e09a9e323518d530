/** A day, in milliseconds. */
export const DAY_MS = 86_400_000;

/** How far the agencies' clocks are ahead of UTC. A constant: China has had no summer time since 1991. */
export const SHANGHAI_MS = 8 * 3_600_000;

/** The day in Asia/Shanghai that holds an instant, counted from 1970-01-01. */
export const shanghaiDay = (now: number): number => Math.floor((now + SHANGHAI_MS) / DAY_MS);

/** When that day ends, in milliseconds since 1970 UTC. */
export const endOfShanghaiDay = (day: number): number => (day + 1) * DAY_MS - SHANGHAI_MS;
