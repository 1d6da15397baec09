/** Waits for the next piece of something that comes by and by; ends the wait with an error when it takes too long. */
export type Pace = <T>(next: Promise<T>) => Promise<T>
