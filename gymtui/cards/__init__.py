"""A card is who it says: what a reader sends, and whose number that is. Pure; docs/CARDS.md says each rule."""
