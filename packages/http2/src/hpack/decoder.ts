import { BlockMemo } from './block-memo.ts'
import { BlockReader } from './block-reader.ts'
import { compressionError } from './compression-error.ts'
import { DynamicTable } from './dynamic-table.ts'
import { FieldList } from './field-list.ts'
import { FIRST_DYNAMIC_INDEX, staticNames, staticValues } from './static-table.ts'

/** SETTINGS_HEADER_TABLE_SIZE until the peer has heard of another (RFC 9113 §6.5.2). */
const INITIAL_TABLE_BYTES = 4096
/** Of one block: the smallest limit since the last block, and the last (RFC 7541 §4.2). */
const MAX_SIZE_UPDATES = 2

export interface FieldDecoderOptions {
  /** The SETTINGS_HEADER_TABLE_SIZE that the peer is sent. */
  readonly maxTableBytes: number
  /** As SETTINGS_MAX_HEADER_LIST_SIZE counts. */
  readonly maxListBytes: number
  /** Pseudo fields not counted. */
  readonly maxFields: number
}

/** Reads the field blocks of one connection (RFC 7541). */
export class FieldDecoder {
  readonly #options: FieldDecoderOptions
  readonly #table = new DynamicTable(INITIAL_TABLE_BYTES)
  readonly #memo = new BlockMemo()
  #maxTableBytes: number
  #exceeded: FieldList['exceeded']

  constructor(options: FieldDecoderOptions) {
    this.#options = options
    this.#maxTableBytes = Math.max(options.maxTableBytes, INITIAL_TABLE_BYTES)
  }

  /** What the list of the last `decode` exceeded: it was read to its end, for the table's sake, and is empty. */
  get exceeded(): 'maxHeaderListBytes' | 'maxHeaders' | undefined {
    return this.#exceeded
  }

  /**
   * The peer has acknowledged `maxTableBytes`. Until then it may use the initial 4,096 bytes. If it may use less now, its next block begins with a size
   * update that says so, or is refused (RFC 9113 §4.3.1).
   */
  settingsAcknowledged(): void {
    this.#maxTableBytes = this.#options.maxTableBytes
    this.#memo.forget()
  }

  /**
   * Reads `block[start..end)`, one whole block. The same array as last time where its bytes are the same and mean the same, that is where neither
   * changed the table.
   * @throws Http2Error COMPRESSION_ERROR
   */
  decode(block: Buffer, start: number, end: number): readonly string[] {
    const version = this.#table.version
    const remembered = this.#memo.fieldsOf(block, start, end, version)
    this.#exceeded = undefined
    if (remembered !== undefined) return remembered

    const list = new FieldList(this.#options.maxListBytes, this.#options.maxFields)
    this.#read(new BlockReader(block, start, end), list)
    this.#exceeded = list.exceeded
    if (this.#table.version === version && list.exceeded === undefined) {
      this.#memo.remember(block, start, end, version, list.fields)
    }
    return list.fields
  }

  #read(reader: BlockReader, list: FieldList): void {
    this.#readSizeUpdates(reader)
    while (!reader.isAtEnd) {
      const first = reader.byte()
      if (first >= 0x80) this.#addIndexed(reader.integer(first, 0x7f), list)
      else if (first >= 0x40) {
        const name = this.#readName(reader, reader.integer(first, 0x3f))
        const value = reader.string()
        this.#table.insert(name, value)
        list.add(name, value)
      } else if (first >= 0x20) throw compressionError('a size update that is not at the beginning of a block')
      else list.add(this.#readName(reader, reader.integer(first, 0x0f)), reader.string())
    }
  }

  #readSizeUpdates(reader: BlockReader): void {
    for (let updates = 1; reader.peek() >> 5 === 1; updates++) {
      if (updates > MAX_SIZE_UPDATES) throw compressionError(`more than ${MAX_SIZE_UPDATES} size updates in a block`)
      const bytes = reader.integer(reader.byte(), 0x1f)
      if (bytes > this.#maxTableBytes) {
        throw compressionError(`a table of ${bytes} bytes exceeds headerTableBytes ${this.#maxTableBytes}`)
      }
      this.#table.resize(bytes)
    }
    if (this.#table.maxBytes > this.#maxTableBytes) {
      throw compressionError(`no size update after headerTableBytes ${this.#maxTableBytes} was acknowledged`)
    }
  }

  #addIndexed(index: number, list: FieldList): void {
    if (index === 0) throw compressionError('a field of index 0')
    if (index < FIRST_DYNAMIC_INDEX) return list.add(staticNames[index]!, staticValues[index]!)
    const age = this.#ageOf(index)
    list.add(this.#table.nameAt(age), this.#table.valueAt(age))
  }

  /** `index`: 0 where the name is spelled out. */
  #readName(reader: BlockReader, index: number): string {
    if (index === 0) return reader.string()
    return index < FIRST_DYNAMIC_INDEX ? staticNames[index]! : this.#table.nameAt(this.#ageOf(index))
  }

  #ageOf(index: number): number {
    const age = index - FIRST_DYNAMIC_INDEX
    if (age < this.#table.count) return age
    throw compressionError(`index ${index} where the tables end at ${FIRST_DYNAMIC_INDEX + this.#table.count - 1}`)
  }
}
