import { useQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { api, data } from './client'

// useRules reads what a policy may say, in groups and with bounds.
export function useRules() {
  return useQuery({ queryKey: ['list-policy-rules'], queryFn: () => data(api.GET('/v1/policy/rules')), staleTime: 3_600_000 })
}

// usePolicies reads the versions of the province's policy, the newest first.
export function usePolicies() {
  return useQuery({ queryKey: ['list-policies'], queryFn: () => data(api.GET('/v1/policies')) })
}

// readPolicy reads one version; 0 is the built-in policy.
export function readPolicy(version: number) {
  return data(api.GET('/v1/policies/{version}', { params: { path: { version } } }))
}

// usePolicy reads the version that is asked for.
export function usePolicy(version: Ref<number>, enabled: () => boolean) {
  return useQuery({ queryKey: ['get-policy-version', version], queryFn: () => readPolicy(version.value), enabled })
}
