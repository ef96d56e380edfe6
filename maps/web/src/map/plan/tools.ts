// All tools by name.
import { brushTool } from './brushTool'
import { chooseTool } from './chooseTool'
import { lassoTool } from './lassoTool'
import { lineTool } from './lineTool'
import type { Bench } from './tool'
import { type HandleLayer, vertexTool } from './vertexTool'

export const makeTools = (bench: Bench, handles: HandleLayer) => ({
  choose: chooseTool(bench),
  brush: brushTool(bench),
  lasso: lassoTool(bench),
  line: lineTool(bench),
  vertex: vertexTool(bench, handles),
})
