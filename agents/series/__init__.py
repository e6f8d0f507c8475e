"""A week of posts, a video's description and the brief of an article, from what somebody said."""
