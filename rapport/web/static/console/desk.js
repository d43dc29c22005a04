// What is open on this page: put here by main.js, found here by each of the others.
export const desk = { list: null, outbox: null, presence: null, thread: null, composer: null, line: null };
