import { expect, it } from 'vitest'
import { csvItems } from './csv-items.ts'

it.each<[string, string[]]>([
  ['a', ['a']],
  ['a,b', ['a', 'b']],
  ['', ['']],
  ['a,', ['a', '']],
  [',', ['', '']],
  ['"a,b",c', ['a,b', 'c']],
  ['"x: ""1"", 2"', ['x: "1", 2']],
  ['a, "b,c" ,d', ['a', 'b,c', 'd']],
  ['x: "q"', ['x: "q"']],
  ['x:  a ', ['x:  a ']],
])('of %j are the items %j', (text, items) => {
  expect(csvItems(text)).toEqual(items)
})

it.each(['"a', '"a"b', 'a,"b,c'])('has no items of %j, whose quote does not end', (text) => {
  expect(csvItems(text)).toBeUndefined()
})
