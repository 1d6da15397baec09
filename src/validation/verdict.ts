/** `rejected`: a finding is an error. `failed`: it could not be judged, which is the registry's fault. */
export const verdictKinds = ['accepted', 'rejected', 'failed'] as const
export type VerdictKind = (typeof verdictKinds)[number]
