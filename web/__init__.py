"""Pages for people: each is one GraphQL document and one template, answered in process with the asker's rights."""
