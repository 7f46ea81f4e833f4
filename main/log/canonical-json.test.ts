import { expect, it } from 'vitest'
import { canonicalJson, contentHash } from './canonical-json.ts'

it('writes keys in order and nothing that is not needed', () => {
  expect(canonicalJson({ b: 1, a: [2, null, { d: 'é', c: true }], z: undefined })).toBe('{"a":[2,null,{"c":true,"d":"é"}],"b":1}')
  expect(canonicalJson(JSON.parse('{"__proto__":1,"a":2}'))).toBe('{"__proto__":1,"a":2}')
})

it('gives what says the same the same hash, the SHA-256 of that JSON', () => {
  expect(contentHash({ a: 1, b: 2 })).toBe(contentHash({ b: 2, a: 1 }))
  // printf '{"a":1}' | sha256sum
  expect(contentHash({ a: 1 })).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862')
})
