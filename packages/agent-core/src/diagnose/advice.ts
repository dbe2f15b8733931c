const authtoken = 'Save an authtoken of this edge: tunnel config add-authtoken TOKEN.'

/** What to do, by code. */
const byCode: Readonly<Record<string, string>> = {
  ERR_TUNNEL_105: authtoken,
  ERR_TUNNEL_106: authtoken,
  ERR_TUNNEL_107: authtoken,
  ERR_TUNNEL_4018: authtoken,
  ERR_TUNNEL_8000: 'Check the name for slips; if it is right, set dns_resolver_ips to name servers that know it.',
  ERR_TUNNEL_8001: 'Check cable, Wi-Fi and the proxy that this network may want (proxy_url).',
  ERR_TUNNEL_8002:
    'Is the edge running, and does a firewall let TCP to this port pass? Networks that allow only a proxy need proxy_url.',
  ERR_TUNNEL_8003:
    'Something between here and the edge may open TLS, or this is another edge: pair again with tunnel config add-server CONNECTION_STRING, and check the clock.',
  ERR_TUNNEL_8004:
    'Check host and port: what answers there is no edge, or something in between lets only web traffic pass.',
  ERR_TUNNEL_8005: 'Check proxy_url, or the variables https_proxy and http_proxy.',
  ERR_TUNNEL_8006: 'Check host, port, user and password of the proxy, and that it allows connections to the edge.',
  ERR_TUNNEL_8010:
    'One resolver may be out of date, or somebody answers in its place; dns_resolver_ips says which to ask.',
  ERR_TUNNEL_8011: 'The edge has IPv6 addresses and this network does not reach them: the agent uses the others.',
}

const ANY = 'Look at the message; the edge or what stands before it refused.'

export function adviceFor(code: string): string {
  return byCode[code] ?? ANY
}
