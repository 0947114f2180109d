type Section = Readonly<Record<string, string | number | boolean>>

/** Formats a file of sections as the services and uWSGI read it. */
export type Ini = Readonly<Record<string, Section>>

export function iniText(sections: Ini): string {
  return Object.entries(sections)
    .map(([name, values]) => `[${name}]\n${Object.entries(values).map(lineOf).join("")}`)
    .join("\n")
}

function lineOf([key, value]: readonly [string, Section[string]]): string {
  return `${key} = ${value}\n`
}
