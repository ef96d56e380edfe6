"""Plans from wish to publication: made, drafted, compared, talked over, handed out."""
