import t from "tap"
import { randomPassword, tenantUsername } from "../../src/models/credentials.ts"

const many = Array.from({ length: 5_000 }, randomPassword)

/** Password rules of clouds: Keystone's example, and common variants. */
const rules: readonly (readonly [what: string, rule: RegExp])[] = [
  ["letters and digits, as in Keystone's manual", /^(?=.*\d)(?=.*[a-zA-Z]).{7,}$/],
  [
    "four classes and twelve characters",
    /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[!@#$%^&*])[A-Za-z\d!@#$%^&*]{12,}$/,
  ],
  ["three of four classes and sixteen characters", /^(?=.*[a-z])(?=.*[A-Z])(?=.*[\d\W]).{16,}$/],
  ["a letter first", /^[a-z]/i],
  ["no blanks, quotes, backslashes or dollars", /^[^\s'"`\\$]+$/],
  ["no look-alikes", /^[^0O1lI]+$/],
  ["at most 50 characters, which is what the column holds", /^.{1,50}$/],
]

for (const [what, rule] of rules)
  t.test(`a password satisfies: ${what}`, async (t) => {
    t.strictSame(
      many.filter((password) => !rule.test(password)),
      [],
    )
  })

t.test("passwords do not repeat, and every character occurs at every position", async (t) => {
  t.equal(new Set(many).size, many.length)
  const letters = new Set(many.map((password) => password.charAt(0)))
  t.equal(letters.size, 48, "at the first position, every letter without look-alikes")
  for (let place = 1; place < 20; place += 1) {
    const seen = new Set(many.map((password) => password.charAt(place)))
    t.equal(seen.size, 60, `at position ${place}`)
  }
})

t.test("a user's name begins with its tenant's name and ends in four random characters", async (t) => {
  const name = tenantUsername("Prod & Tests")
  t.match(name, /^prod-tests-user-[a-z2-9]{4}$/)
})
