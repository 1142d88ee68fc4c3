import { language } from '../words/words'

// TrialLogins are the demonstration logins, which only a trial tells: a real register has no
// such address, and its description does not name it, so the shape stands here.
export type TrialLogins = {
  password: string
  logins: { login: string; name: string; role_labels: string[]; office: string; office_kind: string }[]
}

// readTrial asks whether this is a trial; null when it is not.
export async function readTrial(): Promise<TrialLogins | null> {
  const response = await fetch('/v1/trial', { headers: { 'Accept-Language': language.value === 'en' ? 'en' : 'zh-CN' }, cache: 'no-store' })
  return response.ok ? ((await response.json()) as TrialLogins) : null
}
