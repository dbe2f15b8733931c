const WIDTH = 300
const HEIGHT = 60
/** The width stands for so many values at least: few of them make a short line. */
const FEWEST = 60

/** A line over time, the newest value at its right end. */
export function Chart({
  title,
  values,
  text,
}: {
  title: string
  values: readonly number[]
  text: (value: number) => string
}) {
  const most = Math.max(...values, 0)
  const latest = values.at(-1) ?? 0
  const step = WIDTH / (Math.max(values.length, FEWEST) - 1)
  const points = chartPoints(values, most, step)
  return (
    <figure className="chart">
      <figcaption>
        <span className="muted">{title}</span>
        <strong>{text(latest)}</strong>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${title}: now ${text(latest)}, at most ${text(most)}`}
      >
        {values.length > 1 && (
          <>
            <polygon
              className="chart-area"
              points={`${points} ${WIDTH},${HEIGHT} ${WIDTH - (values.length - 1) * step},${HEIGHT}`}
            />
            <polyline className="chart-line" points={points} />
          </>
        )}
      </svg>
    </figure>
  )
}

function chartPoints(values: readonly number[], most: number, step: number): string {
  const height = (value: number): number => HEIGHT - 2 - (most === 0 ? 0 : (value / most) * (HEIGHT - 6))
  return values
    .map((value, index) => `${(WIDTH - (values.length - 1 - index) * step).toFixed(1)},${height(value).toFixed(1)}`)
    .join(' ')
}
