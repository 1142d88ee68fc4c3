import { computed } from 'vue'
import { createI18n } from 'vue-i18n'
import { en } from './en'
import { zh } from './zh'

type Text<T> = { [K in keyof T]: T[K] extends string ? string : Text<T[K]> }

// Words is the shape every language has.
export type Words = Text<typeof zh>

// Key names one text, for example login.title.
export type Key = { [G in keyof typeof zh & string]: `${G}.${keyof (typeof zh)[G] & string}` }[keyof typeof zh & string]

// Language is a language of the console; Chinese comes first.
export type Language = 'zh' | 'en'

const kept = 'xueji.language'

const i18n = createI18n({ legacy: false, locale: remembered(), fallbackLocale: 'zh', messages: { zh: zh as Words, en } })

// language is the one that is shown.
export const language = computed<Language>(() => (i18n.global.locale.value === 'en' ? 'en' : 'zh'))

// words is the plugin for the app.
export const words = i18n

// t gives a text in the language that is shown.
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return i18n.global.t(key, values)
}

// speak changes the language and remembers it on this computer.
export function speak(next: Language): void {
  i18n.global.locale.value = next
  document.documentElement.lang = next === 'en' ? 'en' : 'zh-CN'
  try {
    localStorage.setItem(kept, next)
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

// either picks a text that the API gives in both languages.
export function either(text: { zh: string; en: string } | undefined): string {
  return text ? text[language.value] : ''
}

function remembered(): Language {
  try {
    return localStorage.getItem(kept) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}
