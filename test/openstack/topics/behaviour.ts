import t from "tap"
import { cloudBehaviour } from "../../cloud/behaviour.ts"
import { cloud, longTimeout } from "../suite.ts"

t.setTimeout(longTimeout.timeout)

t.test("the cloud behaves as the project assumes", longTimeout, (t) => cloudBehaviour(t, cloud))
