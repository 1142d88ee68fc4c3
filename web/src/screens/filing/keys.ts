import { nextTick, useTemplateRef } from 'vue'

// useKeys lets a form be filled in without a mouse: Enter goes on to the next required field that
// is empty, and from the last of them to the button; Ctrl and Enter hand the form in. In a field
// of many lines and in a search Enter does what it does everywhere. The fields stand in the element
// with the ref "box".
export function useKeys(submit: () => void) {
  const box = useTemplateRef<HTMLElement>('box')

  // empty tells whether a field still needs something. The files of a paper stand below its field.
  function empty(field: HTMLElement): boolean {
    if (!field.closest('.is-required') && !(field as HTMLInputElement).required) return false
    if ((field as HTMLInputElement).type === 'file') return !field.parentElement?.querySelector('li')
    return (field as HTMLInputElement).value === ''
  }

  // onward moves the focus on from a field.
  async function onward(from: HTMLElement | null): Promise<void> {
    await nextTick()
    const all = [...(box.value?.querySelectorAll<HTMLElement>('input, select, textarea, .bar .el-button--primary') ?? [])]
    const next = all.slice(from ? all.indexOf(from) + 1 : 0).find(empty) ?? all[all.length - 1]
    next?.focus()
    next?.scrollIntoView({ block: 'nearest' })
  }

  function press(event: KeyboardEvent): void {
    const field = event.target as HTMLElement
    if (event.isComposing) return // the words of an input method
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault()
      submit()
    } else if (field.matches('input:not([type="file"]), select') && !field.closest('.search')) {
      event.preventDefault()
      void onward(field)
    }
  }

  return { press, onward }
}
