import type { Schemas } from '../../api/client'
import type { Process } from '../../api/processes'
import { either, t } from '../../words/words'

// Rule holds the words of the API about one rule of a policy.
export type Rule = Schemas['PolicyRule']

// Window is a span of days that comes back every year, or in one year.
export type Window = { year?: number; from: string; to: string }

// Terms are the working days of steps, by kind and step.
export type Terms = Record<string, Record<string, string>>

type Step = { label: { zh: string; en: string }; term: string }

// stepsOf lists the steps of a kind in all of its routes, each once.
export function stepsOf(process: Process | undefined): { name: string; label: string; term: string }[] {
  const steps = [...(process?.steps ?? []), ...Object.values(process?.routes ?? {}).flat()].filter((step) => !step.act)
  return steps.filter((step, i) => steps.findIndex((s) => s.name === step.name) === i).map((s) => ({ name: s.name, label: either(s.label), term: String(s.term) }))
}

// termOf gives a term in words: 10wd is ten working days.
export function termOf(term: unknown): string {
  const n = parseInt(String(term), 10)
  if (!n) return t('app.none')
  return t(String(term).endsWith('wd') ? 'policy.workdays' : 'policy.seconds', { n })
}

// chainOf gives the steps of a chain in one line.
export function chainOf(steps: Step[]): string {
  return steps.map((s) => t('policy.step', { step: either(s.label), term: termOf(s.term) })).join(' → ')
}

function windowOf(w: Window): string {
  if (!w.from) return t('policy.notIn', { year: w.year ?? 0 })
  return w.year ? t('policy.inYear', { year: w.year, from: w.from, to: w.to }) : t('policy.everyYear', { from: w.from, to: w.to })
}

function choiceOf(rule: Rule, code: string): string {
  return rule.choices.find((c) => c.code === code)?.label ?? code
}

function nameOf(processes: Process[], kind: string): string {
  const process = processes.find((p) => p.kind === kind)
  return process ? either(process.name) : kind
}

// placeOf gives the stage or the route that a chain of a policy belongs to.
export function placeOf(key: string): string {
  return key
    .split('/')
    .map((part) => t(`policyPlace.${part === '*' ? 'ALL' : part}` as Parameters<typeof t>[0]))
    .join(t('app.comma'))
}

function termsOf(terms: Terms, processes: Process[]): string {
  const lines = Object.entries(terms).flatMap(([kind, steps]) => {
    const known = stepsOf(processes.find((p) => p.kind === kind))
    return Object.entries(steps).map(([name, term]) => t('policy.termLine', { kind: nameOf(processes, kind), step: known.find((s) => s.name === name)?.label ?? name, term: termOf(term) }))
  })
  return lines.join('\n')
}

function chainsOf(chains: Record<string, Record<string, Step[]>>, processes: Process[]): string {
  const lines = Object.entries(chains).flatMap(([kind, places]) =>
    Object.entries(places).map(([place, steps]) => t('policy.chainLine', { kind: nameOf(processes, kind), place: placeOf(place), steps: chainOf(steps) })),
  )
  return lines.join('\n')
}

// wordsOf gives the value of a rule in words. What a map of a policy does not hold is built in.
export function wordsOf(rule: Rule, value: unknown, processes: Process[]): string {
  const list = Array.isArray(value) ? value : []
  switch (rule.form) {
    case 'SWITCH':
      return t(value ? 'app.yes' : 'app.no')
    case 'NUMBER':
      return [String(value), rule.unit].filter(Boolean).join(' ')
    case 'YEARS':
      if (typeof value === 'number') return `${value} ${rule.unit ?? ''}`
      return rule.choices.map((c) => `${c.label} ${(value as Record<string, number>)[c.code]} ${rule.unit ?? ''}`).join(t('app.comma'))
    case 'TERM':
      return termOf(value)
    case 'DAY':
      return value ? t('policy.dayOfYear', { day: String(value) }) : t('app.none')
    case 'WINDOWS':
      return (list as Window[]).map(windowOf).join('\n') || t('app.none')
    case 'CHOICE':
      return value ? choiceOf(rule, String(value)) : t('app.none')
    case 'CHOICES':
      return (list as string[]).map((code) => choiceOf(rule, code)).join(t('app.comma')) || t('app.none')
    case 'TERMS':
      if (typeof value === 'string') return termOf(value)
      return termsOf((value ?? {}) as Terms, processes) || t('policy.asProcesses')
    case 'CHAINS':
      if (Array.isArray(value)) return chainOf(value as Step[])
      return chainsOf((value ?? {}) as Record<string, Record<string, Step[]>>, processes) || t('policy.asProcesses')
  }
}

// ruleAt gives the rule a JSON pointer of a difference belongs to.
export function ruleAt(rules: Rule[], path: string): Rule | undefined {
  return rules.find((rule) => rule.key === path.split('/')[1])
}

// inForceOn gives the version that counts on a day: that with the newest first day, of several
// with the same day the highest number; 0 is the built-in policy.
export function inForceOn(versions: Schemas['PolicyVersion'][], day: string): number {
  const begun = versions.filter((v) => v.valid_from <= day)
  begun.sort((a, b) => b.valid_from.localeCompare(a.valid_from) || b.version - a.version)
  return begun[0]?.version ?? 0
}

// changed gives the body of a version in which one rule has another value. What is as built in
// is left out of it.
export function changed(body: Record<string, unknown>, rule: Rule, value: unknown): Record<string, unknown> {
  const next = { ...body }
  if (JSON.stringify(value) === JSON.stringify(rule.built_in)) delete next[rule.key]
  else next[rule.key] = value
  return next
}
