"""One Markdown file per task: front matter and a template."""
