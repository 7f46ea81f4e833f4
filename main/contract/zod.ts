import { z } from 'zod'

// zod compiles parsers with `new Function` unless told not to; the window's content security policy forbids that.
z.config({ jitless: true })

export { z }
