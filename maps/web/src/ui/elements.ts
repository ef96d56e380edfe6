// The parts of Element Plus that desk pages use, each with its style and no other.
import 'element-plus/es/components/base/style/css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import 'element-plus/es/components/config-provider/style/css'
import 'element-plus/es/components/date-picker/style/css'
import 'element-plus/es/components/select/style/css'
import 'element-plus/es/components/option/style/css'
import 'element-plus/es/components/drawer/style/css'
import 'element-plus/es/components/input/style/css'
import 'element-plus/es/components/message/style/css'

export {
  ElConfigProvider,
  ElDatePicker,
  ElDrawer,
  ElInput,
  ElMessage,
  ElOption,
  ElSelect,
} from 'element-plus'
