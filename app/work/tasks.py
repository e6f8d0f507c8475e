"""The tasks of marketing, and which of them are predictable enough for an agent."""

from __future__ import annotations

from domain.work import Task, TaskKey

TASKS: dict[TaskKey, Task] = {
    task.key: task
    for task in (
        Task(
            key="import_data",
            name="Bring exports together",
            layer="data",
            standing="here",
            does="Reads the exports of shop, e-mail and CRM, and counts what it could not read.",
        ),
        Task(
            key="check_data",
            name="Check the data before a campaign",
            layer="data",
            standing="here",
            does="Every campaign begins with an audit.",
        ),
        Task(
            key="build_audience",
            name="Build an audience",
            layer="data",
            standing="here",
            does="Turns a goal into an audience rule, with its size and who can be reached.",
        ),
        Task(
            key="write_brief",
            name="Write a brief",
            layer="content",
            standing="here",
            does="The brief writer, with evidence; a person approves it.",
        ),
        Task(
            key="write_copy",
            name="Draft copy",
            layer="content",
            standing="here",
            does="The copy generator, in the brand's voice; a person approves it.",
        ),
        Task(
            key="check_copy",
            name="Check copy against facts and rules",
            layer="content",
            standing="here",
            does="The critic, before a person sees the draft.",
        ),
        Task(
            key="plan_send",
            name="Plan who gets what when",
            layer="stack",
            standing="here",
            does="The scheduler: variants, who is held back, quiet hours, the hour.",
        ),
        Task(
            key="send",
            name="Send a campaign",
            layer="stack",
            standing="here",
            does="The publisher sends what was approved, once.",
        ),
        Task(
            key="start_regularly",
            name="Start regular campaigns",
            layer="stack",
            standing="here",
            does="Schedules begin a campaign; its approvals stay a person's.",
        ),
        Task(
            key="answer_questions",
            name="Answer questions about customers and campaigns",
            layer="measurement",
            standing="here",
            does="The assistant, over the real data.",
        ),
        Task(
            key="write_report",
            name="Write a report",
            layer="measurement",
            standing="here",
            does="The reporter, against those held back by chance.",
        ),
        Task(
            key="seo_report",
            name="Report on search",
            layer="measurement",
            standing="not_here",
            does="Predictable; no agent for it is here yet.",
        ),
        Task(
            key="post_social",
            name="Prepare social posts",
            layer="content",
            standing="not_here",
            does="Predictable; no agent for it is here yet.",
        ),
        Task(
            key="make_ads",
            name="Make variants of ads",
            layer="content",
            standing="not_here",
            does="Predictable; no agent for it is here yet.",
        ),
        Task(
            key="decide",
            name="Decide what is said, to whom, and whether it goes out",
            layer="content",
            standing="people",
            does="A judgment: it stays with people, who know the product and the customer.",
        ),
    )
}
