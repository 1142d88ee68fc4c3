import { data } from './client'

// save puts a file that the API gave among the downloads of the browser.
export async function save(call: Promise<{ data?: unknown; error?: unknown; response: Response }>, name: string): Promise<void> {
  const blob = (await data(call)) as Blob
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000) // when the browser has read it
}

// formOf makes the form of an upload: the client writes JSON by itself.
export function formOf(file: File): { body: { file: string }; bodySerializer: () => FormData } {
  const form = new FormData()
  form.append('file', file)
  return { body: { file: '' }, bodySerializer: () => form }
}
