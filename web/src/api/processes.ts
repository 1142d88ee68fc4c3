import { useQuery } from '@tanstack/vue-query'
import { either } from '../words/words'
import { api, data, type Schemas } from './client'

export type Process = Schemas['ProcessView']
export type Input = Schemas['ProcessInput']

// useProcesses reads the catalogue of kinds with their forms, papers and chains, once per tab.
export function useProcesses() {
  return useQuery({ queryKey: ['list-processes'], queryFn: () => data(api.GET('/v1/processes')), staleTime: 3_600_000 })
}

// inputLabel gives what people call an input of a form.
export function inputLabel(process: Process | undefined, name: string): string {
  return either(process?.inputs?.find((i) => i.name === name)?.label) || name
}

// inputValue gives the value of an input as people read it: the word of a code.
export function inputValue(process: Process | undefined, name: string, value: string): string {
  const input = process?.inputs?.find((i) => i.name === name)
  return either(input?.values?.find((v) => v.code === value)?.label) || value
}

// paperLabel gives what people call a kind of paper.
export function paperLabel(process: Process | undefined, kind: string): string {
  return either(process?.evidence?.find((e) => e.kind === kind)?.label) || kind
}
