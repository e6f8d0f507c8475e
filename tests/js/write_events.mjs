// Segment's clients of node and of browsers, as published: `node write_events.mjs CLIENT ADDRESS KEY`
// says the six calls of a person of its own, and prints what failed as JSON.
import { JSDOM } from 'jsdom'

const [client, address, key] = process.argv.slice(2)
const failed = []
const traits = { email: `${client}@example.test`, firstName: 'Grete' }
const [user, device, before] = ['user', 'device', 'before'].map((one) => `${client}-${one}`)
const product = { product_id: 'p1' }
const LONG_AGO = new Date('2015-03-01T12:00:00Z')

async function node() {
  const { Analytics } = await import('@segment/analytics-node')
  const analytics = new Analytics({ writeKey: key, host: address, flushAt: 3 })
  analytics.on('error', (error) => failed.push(String(error.reason ?? error)))
  const who = { userId: user, anonymousId: device }
  analytics.identify({ ...who, traits })
  const event = 'Product Viewed'
  analytics.track({ ...who, event, properties: product, timestamp: LONG_AGO })
  analytics.page({ ...who, name: 'Home' })
  analytics.screen({ ...who, name: 'Basket' })
  analytics.group({ ...who, groupId: 'company-1', traits: { plan: 'gold' } })
  analytics.alias({ userId: user, previousId: before })
  await analytics.closeAndFlush({ timeout: 20_000 })
}

async function browser() {
  const { window } = new JSDOM('<title>Shop</title>', { url: 'https://shop.test/' })
  for (const name of ['document', 'location', 'localStorage', 'navigator'])
    Object.defineProperty(globalThis, name, { value: window[name], configurable: true })
  globalThis.window = window
  const answers = []
  const send = globalThis.fetch
  globalThis.fetch = window.fetch = (...request) => {
    const answer = send(...request)
    answers.push(answer)
    return answer
  }
  const { AnalyticsBrowser } = await import('@segment/analytics-next')
  const settings = { apiKey: key, apiHost: `${new URL(address).host}/v1`, protocol: 'http' }
  const analytics = AnalyticsBrowser.load({
    writeKey: key,
    cdnSettings: { integrations: { 'Segment.io': settings } },
  })
  analytics.setAnonymousId(device)
  await analytics.identify(user, traits)
  await analytics.track('Product Viewed', product, { timestamp: LONG_AGO })
  await analytics.page('Home')
  await analytics.screen('Basket')
  await analytics.group('company-1', { plan: 'gold' })
  await analytics.alias(user, before)
  while (answers.length < 6) await new Promise((done) => setTimeout(done, 20))
  for (const answer of await Promise.all(answers))
    if (!answer.ok) failed.push(`${answer.status} ${await answer.text()}`)
}

await { node, browser }[client]()
console.log(JSON.stringify(failed))
process.exit(0)
