import { setUp } from './stack.ts'

export const setup = () => setUp({ serversOnly: false })
