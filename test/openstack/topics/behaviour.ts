import t from "tap"
import { cloudBehaviour } from "../../cloud/behaviour.ts"
import { cloud, patience } from "../suite.ts"

t.setTimeout(patience.timeout)

t.test("the cloud behaves as the project assumes", patience, (t) => cloudBehaviour(t, cloud))
