/** Goes on at once where nothing has to be waited for: most decisions make no promise. */
export function whenSettled<T, U>(value: T | Promise<T>, then: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? value.then(then) : then(value)
}
