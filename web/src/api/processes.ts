import { useQuery } from '@tanstack/vue-query'
import type { Ref } from 'vue'
import { api, data, type Schemas } from './client'

export type Process = Schemas['ProcessView']
export type Input = Schemas['ProcessInput']

// useProcesses reads the catalogue of kinds with their forms, papers and chains, once per tab.
export function useProcesses(enabled: Ref<boolean>) {
  return useQuery({ queryKey: ['list-processes'], queryFn: () => data(api.GET('/v1/processes')), staleTime: 3_600_000, enabled })
}
