"""What a person does in Slack's client: commands, messages, clicks, typing, submitting, closing, the Home tab."""
