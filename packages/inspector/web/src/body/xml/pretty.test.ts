import { describe, expect, test } from 'vitest'
import type { Pretty } from '../lines.ts'
import { prettyXml } from './pretty.ts'

const shown = ({ lines }: Pretty): string =>
  lines.map((line) => '  '.repeat(line.depth) + line.spans.map((span) => span.text).join('')).join('\n')

test('puts one element on a line, and text beside its element', () => {
  const text = '<?xml version="1.0"?><!-- c --><a x="1"  y=\'2\'><b>one\n two</b><c/><d></d><e><![CDATA[<&>]]></e></a>'
  expect(prettyXml(text).problem).toBeUndefined()
  expect(shown(prettyXml(text))).toBe(
    [
      '<?xml version="1.0"?>',
      '<!-- c -->',
      `<a x="1" y='2'>`,
      '  <b>one two</b>',
      '  <c/>',
      '  <d></d>',
      '  <e><![CDATA[<&>]]></e>',
      '</a>',
    ].join('\n'),
  )
})

test('accepts a document type with an internal subset, names beyond ASCII and references', () => {
  expect(prettyXml('<!DOCTYPE a [<!ENTITY b "c">]>\n<étage ü="&#xE9;">&b;&amp;</étage>\n').problem).toBeUndefined()
})

describe('says what is wrong with', () => {
  const cases: [text: string, message: string, line: number, column: number][] = [
    ['', 'no root element', 1, 1],
    ['<a>\n  <b></c>\n</a>', 'element <b> closed by </c>', 2, 6],
    ['<a><b></a>', 'element <b> closed by </a>', 1, 7],
    ['<a>', 'unexpected end: element <a> is not closed', 1, 4],
    ['</a>', 'unexpected end element </a>', 1, 1],
    ['<a/><b/>', 'element <b> after the root element', 1, 5],
    ['text', 'text outside the root element', 1, 1],
    ['<a b></a>', 'attribute b without =', 1, 4],
    ['<a b=c></a>', 'unquoted or missing value of attribute b', 1, 4],
    ['<a b="1" b="2"/>', 'attribute b repeated', 1, 10],
    ['<a b="<"/>', 'unescaped < inside quoted string', 1, 7],
    ['<a>1 & 2</a>', 'invalid character entity: & is not followed by a name and ;', 1, 6],
    ['<a b="&x"/>', 'invalid character entity: & is not followed by a name and ;', 1, 7],
    ['<a>1 < 2</a>', 'expected element name after <', 1, 7],
    ['<a !>', 'expected attribute name or > in element <a>', 1, 4],
    ['<a ', 'unexpected end in element <a>', 1, 4],
    ['<a><!-- ', 'unexpected end in comment', 1, 9],
    ['<a></a', 'invalid end tag', 1, 6],
  ]
  for (const [text, message, line, column] of cases) {
    test(JSON.stringify(text), () => {
      expect(prettyXml(text).problem).toMatchObject({ message, line, column })
    })
  }
})

test('marks the piece that is wrong and shows what follows it', () => {
  const pretty = prettyXml('<a><b></c></a>')
  const wrong = pretty.lines.flatMap((line) => line.spans).filter((span) => span.wrong)
  expect(wrong.map((span) => span.text)).toEqual(['</c>'])
  expect(shown(pretty)).toContain('</a>')
})
