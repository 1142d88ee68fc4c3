import type { Choice } from '../../api/classes'

// Asked is one field of a dialog: a choice, a day, or else text. A free one may stay empty.
export type Asked = { name: string; label: string; choices?: Choice[]; day?: boolean; max?: number; free?: boolean; start?: string }
