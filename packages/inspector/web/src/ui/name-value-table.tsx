import type { ReactNode } from 'react'
import './name-value-table.css'

export type NameValue = readonly [name: string, value: ReactNode]

export function NameValueTable({ label, rows }: { label: string; rows: readonly NameValue[] }) {
  return (
    <table className="name-value" aria-label={label}>
      <tbody>
        {rows.map(([name, value], index) => (
          <tr key={index}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
