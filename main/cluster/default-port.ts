/** Of a `loupe worker` that is not told another. */
export const DEFAULT_WORKER_PORT = 4750
