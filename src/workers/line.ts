import type { Worker } from 'node:cluster';

/** What one side answers, by the name of the question. */
export type Answers = Readonly<Record<string, (value: never) => unknown>>;

export interface Line {
  /** What the other side answers; undefined where it does not in time. */
  ask(question: string, value?: unknown): Promise<unknown>;
}

interface Question {
  readonly question: string;
  readonly number: number;
  readonly value: unknown;
}

interface Answer {
  readonly answers: number;
  readonly value: unknown;
}

/** Opens one end of the line between the primary and a worker: both ask and answer the same way. */
export function openLine(end: Worker, answers: Answers, patienceMs: number): Line {
  const waiting = new Map<number, (answer: unknown) => void>();
  let asked = 0;

  // Where the other process is gone nobody waits for what is sent.
  const send = (message: Question | Answer): void => void end.send(message, () => {});

  async function answer({ question, number, value }: Question): Promise<void> {
    const answering = answers[question] as ((value: unknown) => unknown) | undefined;
    send({ answers: number, value: await answering?.(value) });
  }

  end.on('message', (message: Question | Answer) => {
    if ('answers' in message) waiting.get(message.answers)?.(message.value);
    else if ('question' in message) void answer(message);
  });

  return {
    ask(question, value) {
      const number = ++asked;
      send({ question, number, value });
      return new Promise((resolve) => {
        const settle = (answer?: unknown) => {
          clearTimeout(late);
          waiting.delete(number);
          resolve(answer);
        };
        const late = setTimeout(settle, patienceMs);
        waiting.set(number, settle);
      });
    },
  };
}
