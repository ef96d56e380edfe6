// One layer on its way in: sent, looked at, its columns matched, checked, written.
import { ref, shallowRef } from 'vue'
import { awaitJob, callOff } from '@/core/jobFollow'
import type { Job } from '@/core/jobs'
import type { LayerReport, LayerWish, Preview } from '@/core/plan/api'
import { jobsApi } from '@/client'
import { planApi, sentenceOf } from '../planApi'

export const useLayer = () => {
  const job = shallowRef<Job | null>(null)
  const preview = shallowRef<Preview | null>(null)
  const loaded = shallowRef<LayerReport | null>(null)
  const problem = ref('')
  const wish = ref<LayerWish>({ layer: '', mapping: {} })

  const follow = async <R>(work: Promise<Job<R>>): Promise<R | null> => {
    problem.value = ''
    try {
      const ended = await awaitJob(jobsApi, await work, (now) => {
        job.value = now
      })
      if (ended.state === 'failed') problem.value = ended.error ?? ''
      return ended.state === 'done' ? (ended.result ?? null) : null
    } catch (error) {
      problem.value = sentenceOf(error)
      return null
    } finally {
      job.value = null
    }
  }
  const keep = (found: Preview | null) => {
    if (!found) return
    preview.value = found
    wish.value = { ...wish.value, layer: found.layer, mapping: { ...found.mapping } }
  }
  const clear = () => {
    preview.value = null
    loaded.value = null
    problem.value = ''
  }
  return {
    job,
    preview,
    loaded,
    problem,
    wish,
    clear,
    send: async (layer: string, file: File) => {
      clear()
      wish.value = { layer, mapping: {} }
      keep(await follow(planApi.upload(layer, file)))
    },
    check: async () => {
      if (preview.value) keep(await follow(planApi.previewLayer(preview.value.upload_id, wish.value)))
    },
    write: async (): Promise<boolean> => {
      if (!preview.value) return false
      loaded.value = await follow(planApi.loadLayer(preview.value.upload_id, wish.value))
      return !!loaded.value
    },
    cancel: async () => {
      if (job.value) await callOff(jobsApi, job.value.id)
    },
  }
}
