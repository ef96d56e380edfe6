// The parts of Element Plus that only the planner uses.
import 'element-plus/es/components/dialog/style/css'
import 'element-plus/es/components/input-number/style/css'
import 'element-plus/es/components/overlay/style/css'

export { ElDialog, ElInputNumber } from 'element-plus'
