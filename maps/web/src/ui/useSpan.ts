import { useI18n } from 'vue-i18n'
import { spanOf } from '@/core/time'

/** Words for lengths of time: "3 分钟" and "3 分钟前". */
export const useSpan = () => {
  const { t } = useI18n()
  const say = (group: 'age' | 'span') => (seconds: number) => {
    const { unit, n } = spanOf(seconds)
    return t(`${group}.${unit}`, { n })
  }
  return { age: say('age'), span: say('span') }
}
