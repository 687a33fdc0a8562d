import { setUp } from './stack.ts'

/** Tests of one part start what they test themselves: they need only the servers. */
export const setup = () => setUp({ serversOnly: true })
