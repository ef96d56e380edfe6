// Keys of the editor. Letters stand on the buttons, so that nobody has to learn them.
import { onScopeDispose } from 'vue'
import type { ToolName } from '@/map/plan/tool'

export const TOOL_KEYS: Record<ToolName, string> = {
  choose: 'V',
  brush: 'B',
  lasso: 'L',
  line: 'S',
  vertex: 'N',
}

export interface Deeds {
  undo(): unknown
  redo(): unknown
  take(tool: ToolName): void
  finish(): void
  cancel(): void
  lock(): void
  rebalance(): void
  merge(): void
  size(step: number): void
  help(): void
}

const isTyping = (event: KeyboardEvent): boolean => {
  const target = event.target as HTMLElement
  return /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(radio|checkbox|range)$/.test((target as HTMLInputElement).type)
}

export const useShortcuts = (deeds: Deeds): void => {
  const tools = new Map(Object.entries(TOOL_KEYS).map(([tool, key]) => [key, tool as ToolName]))
  const others: Record<string, () => void> = {
    Enter: deeds.finish,
    Escape: deeds.cancel,
    K: deeds.lock,
    R: deeds.rebalance,
    M: deeds.merge,
    '[': () => deeds.size(-8),
    ']': () => deeds.size(8),
    '?': deeds.help,
  }
  const press = (event: KeyboardEvent) => {
    if (isTyping(event) || document.querySelector('.el-overlay:not([style*="display: none"])')) return
    const key = event.key.length === 1 ? event.key.toUpperCase() : event.key
    if (event.ctrlKey || event.metaKey) {
      const deed = key === 'Z' ? (event.shiftKey ? deeds.redo : deeds.undo) : key === 'Y' ? deeds.redo : null
      if (!deed) return
      event.preventDefault()
      deed()
    } else if (!event.altKey) {
      const tool = tools.get(key)
      // Enter on a button presses the button.
      if (key === 'Enter' && (event.target as HTMLElement).closest('button, a, summary')) return
      if (tool) deeds.take(tool)
      else others[key]?.()
    }
  }
  addEventListener('keydown', press)
  onScopeDispose(() => removeEventListener('keydown', press))
}
