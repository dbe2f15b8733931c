import { describe, expect, test } from 'vitest'
import { HeldRequest } from './held-request.ts'

function held() {
  const calls: string[] = []
  const request = new HeldRequest({
    pauseRequest: () => void calls.push('pause'),
    resumeRequest: () => void calls.push('resume'),
  })
  return { request, calls }
}

describe('the body of a request under decision', () => {
  test('is held back at the visitor, and goes on whole and in order', () => {
    const { request, calls } = held()
    request.write(Buffer.from('one '))
    request.write(Buffer.from('two'))
    request.end(['x', 'y'])
    const written: string[] = []
    const passed = request.passTo({
      writeRequestBody: (chunk) => void written.push(chunk.toString()),
      endRequest: (trailers) => void written.push(`end ${trailers}`),
    })
    expect(passed).toBe(true)
    expect(written).toEqual(['one ', 'two', 'end x,y'])
    expect(calls).toEqual(['pause', 'pause', 'resume'])
  })

  test('is read whole, of which part had come', async () => {
    const { request, calls } = held()
    request.write(Buffer.from('one '))
    const body = request.read(100)
    request.write(Buffer.from('two'))
    request.end(undefined)
    expect((await body).toString()).toBe('one two')
    expect(calls).toEqual(['pause', 'resume'])
  })

  test('is refused as soon as it is too large', async () => {
    const { request } = held()
    request.write(Buffer.alloc(60))
    const body = request.read(100)
    request.write(Buffer.alloc(60))
    await expect(body).rejects.toThrow('120 bytes exceeds 100')
  })

  test('that the visitor breaks off is none', async () => {
    const { request } = held()
    const body = request.read(100)
    request.break()
    await expect(body).rejects.toThrow('the visitor left')
  })
})
