"""The Slack front: sockets in, a queue out, listeners between. The only package that knows slack_bolt and slack_sdk."""
