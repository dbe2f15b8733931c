import type { AgentStatus, Tunnel } from '../../../src/contract.ts'
import { NameValueTable } from '../ui/name-value-table.tsx'

/** What every endpoint is set to, and the agent itself. Secrets come as a prefix at most. */
export function Configuration({ tunnels, status }: { tunnels: readonly Tunnel[]; status: AgentStatus }) {
  const legs = status.session.legs.map(({ region, latency }) => `${region} ${latency}`).join(', ')
  return (
    <section>
      <h2>Configuration</h2>
      <section>
        <h3>Tunnels</h3>
        {tunnels.length === 0 && <p className="muted">None is running.</p>}
        {tunnels.map(({ name, public_url, config, proto }) => (
          <section key={name} className="status-card">
            <h4>{name}</h4>
            <NameValueTable
              label={name}
              rows={[
                ['URL', <PublicUrl key="url" url={public_url} />],
                ['Addr', config.addr],
                ['Inspect', config.inspect ? 'enabled' : 'disabled'],
                ['Proto', proto],
              ]}
            />
          </section>
        ))}
      </section>
      <section>
        <h3>Global</h3>
        <div className="status-card">
          <NameValueTable
            label="Global"
            rows={[
              ['agentVersion', status.agent_version],
              ...(status.web_addr === '' ? [] : [['webAddr', status.web_addr] as const]),
              ...(legs === '' ? [] : [['latency', legs] as const]),
              ...Object.entries(status.configuration),
            ]}
          />
        </div>
      </section>
    </section>
  )
}

function PublicUrl({ url }: { url: string }) {
  if (!/^https?:\/\//.test(url)) return url
  return (
    <a href={url} target="_blank" rel="noreferrer">
      {url}
    </a>
  )
}
