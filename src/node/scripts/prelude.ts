/**
 * What runs in the sandbox before the script does: it takes away what differs from one run to the next, and keeps for
 * the host those built-ins that a script could replace. It is text, since it must not share a single object with us.
 */
export const prelude = `((now) => {
  'use strict'
  const { parse, stringify } = JSON
  const { freeze, defineProperty } = Object
  const { construct } = Reflect
  const { String, TypeError } = globalThis
  const cut = Function.prototype.call.bind(String.prototype.slice)

  const RealDate = Date
  function FixedDate(...parts) {
    if (new.target === undefined) return new RealDate(now).toString()
    return construct(RealDate, parts.length === 0 ? [now] : parts, new.target)
  }
  FixedDate.prototype = RealDate.prototype
  FixedDate.now = () => now
  FixedDate.parse = RealDate.parse
  FixedDate.UTC = RealDate.UTC
  defineProperty(FixedDate, 'name', { value: 'Date' })
  RealDate.prototype.constructor = FixedDate
  globalThis.Date = FixedDate
  delete Math.random
  // Nothing is ever waited for, and what is collected when is not the script's to see
  delete globalThis.WeakRef
  delete globalThis.FinalizationRegistry

  const global = (name, value) => defineProperty(globalThis, name, { value: freeze(value), enumerable: true })
  // No text of its input, such as the name of a client, can be this
  const allowed = Symbol('allow')
  global('allow', () => allowed)
  global('deny', (reason) => ({ deny: String(reason ?? '') || 'it gave no reason' }))

  return {
    moments: (exported) =>
      (typeof exported.publish === 'function' ? 'publish ' : '') +
      (typeof exported.download === 'function' ? 'download' : ''),
    judge(exported, moment, input) {
      const check = exported[moment]
      if (typeof check !== 'function') throw new TypeError('exports no function "' + moment + '"')
      const answer = check(parse(input, (_, value) => freeze(value)))
      if (answer === allowed) return 'allow'
      const reason = typeof answer === 'object' && answer !== null ? answer.deny : undefined
      if (typeof reason !== 'string') throw new TypeError('its answer is neither allow() nor deny(reason)')
      return 'deny:' + cut(reason, 0, 2000)
    },
    explain(thrown) {
      if (typeof thrown !== 'object' || thrown === null) return cut(String(thrown), 0, 500)
      const said = cut(String(thrown.name), 0, 100) + ': ' + cut(String(thrown.message), 0, 500)
      return said + '\\n' + cut(String(thrown.stack), 0, 500)
    },
  }
})`
