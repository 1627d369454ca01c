/** What a route asks of the sender. The same words stand in the contract of identity; a test holds them together. */
export type Permission = 'read' | 'submit' | 'steer' | 'administer'
